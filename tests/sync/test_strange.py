"""Networks, clocks and answers that no document describes."""

from __future__ import annotations

import asyncio
import json
import threading
from itertools import count

import pytest

from tests.store.integrity import check
from tests.sync.conftest import Bench, MakeBench
from tests.sync.faults import fault
from tests.sync.test_faults import complete
from tests.sync.test_resumed import stored
from zoomgov.sim.world.options import Options
from zoomgov.sync.events import ListAdvanced, ListFinished, Outcome
from zoomgov.zoom.client import Answer, ZoomClient
from zoomgov.zoom.endpoints import LIST_CONTACT_GROUPS
from zoomgov.zoom.errors import ErrorKind, ZoomError


def when_people_come(bench: Bench, do: object) -> None:
    """Call `do` once, at the first page of active users that is read."""
    done: list[object] = []

    def listen(event: object) -> None:
        if isinstance(event, ListAdvanced) and event.key.part == "users-active" and not done and callable(do):
            done.append(event)
            do()

    bench.on_event = listen


# The network


@fault("Connections are refused for a while", "the request is made again, with a growing pause")
async def test_connections_refused_for_a_while(make_bench: MakeBench) -> None:
    bench = make_bench(users=320, options=Options(users_page_max=50))
    port = int(bench.zoom.url.rpartition(":")[2])

    def restart() -> None:
        bench.zoom.stop()
        bench.zoom._port = port
        threading.Timer(0.05, bench.zoom.start).start()

    when_people_come(bench, restart)
    await complete(bench)
    assert any("Trying again" in note and "No connection" in note for note in bench.notes)


@fault(
    "Connections are refused for good",
    "the sync ends and names the address; the next one goes on from the finished lists",
)
async def test_connections_refused_for_good(make_bench: MakeBench) -> None:
    bench = make_bench(users=320, groups=1, contact_groups=1, options=Options(users_page_max=50))
    port = int(bench.zoom.url.rpartition(":")[2])
    bench.zoom.control.set_latency(5)
    when_people_come(bench, bench.zoom.stop)
    with pytest.raises(ZoomError) as caught:
        await bench.sync()
    assert caught.value.kind is ErrorKind.UNREACHABLE
    assert "127.0.0.1" in caught.value.message
    with bench.store.reader() as reader:
        assert reader.latest() is None
    bench.zoom._port = port
    bench.zoom.start()
    await complete(bench)


@pytest.mark.parametrize("status", [200, 302])
@fault(
    "A captive portal or a proxy's login answers from a moment on, with HTTP 200 or a redirect",
    "the sync ends and says so; the next one goes on from the finished lists",
)
async def test_a_captive_portal_under_way(make_bench: MakeBench, status: int) -> None:
    bench = make_bench(users=320, groups=1, contact_groups=1, options=Options(users_page_max=50))
    login = "<!DOCTYPE html><form action=https://portal.example>Please log in</form>"
    bench.zoom.control.add_fault(
        path="/v2/(?!roles)", status=status, body=login, times=None, nth=9, headers={"Location": "https://p.example/"}
    )
    with pytest.raises(ZoomError, match=r"web page|redirect"):
        await bench.sync()
    with bench.store.reader() as reader:
        assert reader.latest() is None
    bench.zoom.control.clear_faults()
    asked = bench.asked("GET /roles")
    await complete(bench)
    assert bench.resumed > 0
    assert bench.asked("GET /roles") == asked


async def test_a_captive_portal_in_place_of_a_token(bench: Bench) -> None:
    await complete(bench)
    bench.zoom.control.add_fault(path="", status=200, body="<html>Please log in</html>", times=None)
    with pytest.raises(ZoomError, match="web page"):
        await bench.sync()
    with bench.store.reader() as reader:
        latest = reader.latest()
    assert latest is not None
    assert latest.number == 1


# Clocks


@fault(
    "The laptop sleeps for hours in the middle of a list",
    "connections, access token and page token are gone: each is made anew; the list starts again",
)
async def test_a_laptop_that_sleeps(make_bench: MakeBench) -> None:
    bench = make_bench(users=320, options=Options(users_page_max=50))

    def sleep() -> None:
        bench.zoom.control.advance(3 * 3600)
        bench.zoom.control.add_fault(path="/v2/", action="drop", times=3)

    when_people_come(bench, sleep)
    await complete(bench)
    assert "users-active" in bench.restarted
    assert bench.zoom.control.stats()["tokens_issued"] == 2


@fault("The computer's clock is set back or ahead by days under way", "it makes no difference")
@pytest.mark.parametrize("days", [-40, 40])
async def test_a_clock_that_is_set(make_bench: MakeBench, days: int) -> None:
    bench = make_bench(users=320, options=Options(users_page_max=50))
    await complete(bench)
    bench.zoom.control.churn(20)

    def set_clock() -> None:
        bench.computer_behind = days * 86400.0

    when_people_come(bench, set_clock)
    await complete(bench)
    bench.zoom.control.churn(20, seed=2)
    await complete(bench)
    assert check(bench.store.path) == []
    with bench.store.reader() as reader:
        assert [sync.number for sync in reader.syncs()] == [1, 2, 3]


@fault(
    "HTTP 429 or 503 with a time, while this computer's clock is wrong by an hour",
    "the time is taken from Zoom's clock",
)
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("behind", [3600.0, -3600.0])
async def test_a_wrong_clock_and_a_time_to_come_back(bench: Bench, behind: float, status: int) -> None:
    bench.computer_behind = behind
    bench.zoom.control.add_fault(
        path="/admins", status=status, headers={"Retry-After": "Mon, 23 Nov 2026 12:00:40 GMT"}
    )
    await complete(bench)
    assert bench.clock.monotonic() >= 40  # since 12:00:00; an hour more would be told as the limit of the day


# Lists that do not add up


@fault("Zoom gives smaller pages in the middle of a list", "they are read to the end")
async def test_pages_that_become_smaller_in_the_middle_of_a_list(make_bench: MakeBench) -> None:
    bench = make_bench(users=320, options=Options(users_page_max=100))
    bench.zoom.control.add_fault(
        path="status=active.*next_page_token",
        action="operate",
        operation="set_options",
        arguments={"users_page_max": 30},
    )
    await complete(bench)


@fault(
    "A list has no end: the same next page token again, or new ones for ever",
    "the sync is partial and names it",
    "that list; what was known of it stays",
)
@pytest.mark.parametrize("token", ["the same", "new ones"])
async def test_a_list_without_end(bench: Bench, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = count()
    real = ZoomClient.get

    async def get(client: ZoomClient, endpoint: object, **given: object) -> Answer:
        answer: Answer = await real(client, endpoint, **given)  # type: ignore[arg-type]
        if endpoint is not LIST_CONTACT_GROUPS:
            return answer
        following = "again" if token == "the same" else f"page {next(numbers)}"
        given_back = json.loads(answer.body) | {"next_page_token": following}
        return Answer(200, {}, json.dumps(given_back).encode(), next_page_token=following)

    monkeypatch.setattr(ZoomClient, "get", get)
    bench.zoom.control.add_fault(path="/contacts/groups.*next_page_token", status=200, body={"groups": []}, times=None)
    summary = await asyncio.wait_for(bench.sync(), 60)
    assert summary.outcome is Outcome.PARTIAL
    assert [missing.part for missing in summary.not_read] == ["contact-groups"]
    assert "no end" in summary.not_read[0].reason
    assert summary.counts["users"] == len(bench.account.users)


@fault(
    "Zoom counts more or fewer than it lists",
    "the list is read once more; the sync is not complete and says by how much",
    "nothing; whether somebody is missing cannot be known",
)
@pytest.mark.parametrize("lie", [-2, 7])
async def test_a_total_that_lies(bench: Bench, lie: int) -> None:
    inactive = [user for user in bench.account.users if user.status == "inactive"]
    rows = [{"id": user.id, "email": user.email, "type": 1, "status": "inactive"} for user in inactive]
    body = {"users": rows, "total_records": len(rows) + lie, "next_page_token": ""}
    bench.zoom.control.add_fault(path="status=inactive", status=200, body=body, times=None)
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    (differs,) = [item for item in summary.disagreements if item.what == "Inactive users"]
    assert (differs.read, differs.expected) == (len(rows), len(rows) + lie)
    assert differs.source == "total_records of GET /users"
    assert "users-inactive" in bench.restarted


@fault(
    "A record names nobody: no id and no address",
    "the sync is not complete and says how many there are",
    "that record",
)
@pytest.mark.parametrize("part", ["contact-groups", "users-inactive"])
async def test_a_record_that_names_nobody(bench: Bench, part: str) -> None:
    if part == "contact-groups":
        groups = [{"group_id": group, "group_name": "A"} for group in bench.account.contact_groups]
        bench.zoom.control.add_fault(
            path=r"/contacts/groups\?", status=200, body={"groups": [*groups, {"group_name": "B"}]}, times=None
        )
    else:
        body = {"users": [{"first_name": "Nobody"}], "total_records": 1}
        bench.zoom.control.add_fault(path="status=inactive", status=200, body=body, times=None)
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    read = len(bench.account.contact_groups) if part == "contact-groups" else 0
    differing = [(item.read, item.expected) for item in summary.disagreements]
    assert (read, read + 1) in differing


@fault("The same person is in two lists of people", "kept once, and the lists are what Zoom says")
async def test_a_person_in_two_lists(bench: Bench) -> None:
    person = next(user for user in bench.account.users if user.status == "active")
    inactive = [user for user in bench.account.users if user.status == "inactive"]
    rows = [
        {"id": user.id, "email": user.email, "type": 1, "status": "inactive", "role_id": user.role_id,
         "group_ids": list(user.group_ids or ())}
        for user in (*inactive, person)
    ]  # fmt: skip
    body = {"users": rows, "total_records": len(rows)}
    bench.zoom.control.add_fault(path="status=inactive", status=200, body=body, times=None)
    await bench.sync()
    assert len(stored(bench)) == len(bench.account.users)
    assert check(bench.store.path) == []


@fault("A role is deleted between the list and its privileges", "it is noted; the rest is read")
async def test_a_role_deleted_between_the_list_and_its_privileges(bench: Bench) -> None:
    role = list(bench.account.roles)[-1]
    body = {"code": 1034, "message": "The role does not exist."}
    bench.zoom.control.add_fault(path=f"/roles/{role}", status=400, body=body, times=None)

    def delete(event: object) -> None:
        if isinstance(event, ListFinished) and event.key.part == "roles" and role in bench.account.roles:
            del bench.account.roles[role]
            for user in bench.account.users:
                user.role_id = "2" if user.role_id == role else user.role_id
            bench.account.touch()

    bench.on_event = delete
    summary = await bench.sync()
    assert summary.outcome is Outcome.COMPLETE
    assert any("deleted while the sync ran" in note for note in bench.notes)


@fault("Admins come without ids, and ids with slashes, blanks and percent signs", "all are read")
async def test_ids_that_are_missing_or_need_encoding(make_bench: MakeBench) -> None:
    bench = make_bench(hostile=True)
    groups = bench.account.groups
    odd = "/grp %2F?x=1#é//"
    old = next(iter(groups))
    groups[odd] = groups.pop(old)
    groups[odd].id = odd
    for user in bench.account.users:
        if old in (user.group_ids or ()):
            user.group_ids = [odd if group == old else group for group in user.group_ids or ()]
    bench.account.touch()
    await complete(bench)
    summary = await bench.sync(thorough=True)
    assert (summary.outcome, summary.disagreements) == (Outcome.COMPLETE, ())
