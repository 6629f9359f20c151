"""Faults during a sync: what happens, and that nothing is lost."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sync.conftest import MAX_BODY, Bench, MakeBench
from tests.sync.faults import fault, passing
from zoomgov.model.syncs import ListKey
from zoomgov.sim.world.options import Options
from zoomgov.sync.background_writer import BackgroundWriter
from zoomgov.sync.events import ListAdvanced, ListFinished, Noted, Outcome, SyncSummary
from zoomgov.zoom.errors import ErrorKind, ZoomError


async def complete(bench: Bench) -> None:
    """A sync that reads all there is, whatever happened on the way."""
    summary = await bench.sync()
    assert (summary.outcome, summary.not_read, summary.disagreements) == (Outcome.COMPLETE, (), ())
    assert {name: summary.counts.get(name, 0) for name in bench.truth()} == bench.truth()


ONE_DAY = 86_400_000.0
"""Milliseconds."""
PER_SECOND = {"code": 429, "message": "You have reached the maximum per-second rate limit for this API."}


PASSING: dict[str, dict[str, Any]] = {
    "HTTP 429 without Retry-After": {"path": "/users", "status": 429, "nth": 2},
    "HTTP 429, Retry-After in seconds": {
        "path": "/admins", "status": 429, "headers": {"Retry-After": "3"}, "times": 2,
    },
    "HTTP 429, Retry-After as an ISO time": {
        "path": "/admins", "status": 429, "headers": {"Retry-After": "2026-11-23T12:00:20Z"},
    },
    "HTTP 429, Retry-After as an HTTP date": {
        "path": "/admins", "status": 429, "headers": {"Retry-After": "Mon, 23 Nov 2026 12:00:20 GMT"},
    },
    "HTTP 429, Retry-After: 0": {"path": "/admins", "status": 429, "headers": {"Retry-After": "0"}, "times": 2},
    "HTTP 429, Retry-After that says nothing": {
        "path": "/admins", "status": 429, "headers": {"Retry-After": "soon"}, "times": 2,
    },
    "HTTP 429, X-RateLimit-Reset alone": {
        "path": "/admins", "status": 429, "headers": {"X-RateLimit-Reset": "1795435220"},
    },
    "HTTP 500 with a web page": {"path": "/roles", "status": 500, "body": "<html>Internal error</html>"},
    "HTTP 502, empty": {"path": "/roles", "status": 502, "body": ""},
    "HTTP 503 with half a JSON answer, twice": {"path": "/groups", "status": 503, "body": '{"groups": [', "times": 2},
    "HTTP 200 with half a JSON answer": {"path": "/groups", "status": 200, "body": '{"groups": ['},
    "HTTP 200 with a proxy's web page": {"path": "/contacts/groups", "status": 200, "body": "<html>proxy</html>"},
    "A redirect to a login page": {
        "path": "/users", "status": 302, "body": "", "headers": {"Location": "https://portal.example/login"},
    },
    "An answer larger than any of Zoom's": {"path": "/groups", "status": 200, "body": " " * (MAX_BODY + 1)},
    "HTTP 200, empty": {"path": "/users", "status": 200, "body": ""},
    "The connection is dropped": {"path": "/users", "action": "drop"},
    "The connection is dropped in the middle of an answer": {"path": "/users", "action": "truncate"},
    "An answer never comes": {"path": "/users", "action": "stall"},
    "No token: HTTP 503": {"path": "/oauth/token", "status": 503},
    "No token: the connection is dropped": {"path": "/oauth/token", "action": "drop"},
    "The access token is revoked": {"path": "/admins", "action": "operate", "operation": "revoke_tokens", "nth": 3},
    "The access token expires early": {"path": "/admins", "action": "operate", "operation": "expire_tokens", "nth": 3},
}  # fmt: skip


@passing(PASSING, "the request is made again, after the time Zoom names or a growing pause")
async def test_passes_by_itself(bench: Bench, fault: dict[str, Any]) -> None:
    if fault.get("action") == "stall":
        bench.read_timeout = 0.3
    bench.zoom.control.add_fault(**fault)
    await complete(bench)
    (report,) = bench.zoom.control.stats()["faults"]
    assert report["fired"] >= 1


@fault("One answer in ten is HTTP 503", "each is asked for again")
async def test_a_tenth_of_all_answers_fail(bench: Bench) -> None:
    bench.zoom.control.add_fault(path="/v2/", status=503, times=None, probability=0.1, seed=3)
    await complete(bench)


@fault("A next page token expires", "the list starts again; nobody is doubled")
async def test_a_page_token_that_expires_starts_the_list_again_without_duplicates(make_bench: MakeBench) -> None:
    bench = make_bench(users=320, options=Options(users_page_max=50))
    bench.zoom.control.add_fault(
        path="status=active.*next_page_token", action="operate", operation="expire_page_tokens", nth=3
    )
    await complete(bench)
    assert "users-active" in bench.restarted


@fault("Access tokens live for seconds", "they are renewed as often as needed")
async def test_tokens_of_a_few_seconds(make_bench: MakeBench) -> None:
    bench = make_bench(users=320, options=Options(users_page_max=25, expires_in=4))
    bench.zoom.control.set_latency(20)
    await complete(bench)
    assert bench.zoom.control.stats()["tokens_issued"] > 1


@fault("A group is deleted between the list and its admins", "it is noted; the rest is read")
async def test_a_group_deleted_between_the_list_and_its_admins(bench: Bench) -> None:
    group = list(bench.account.groups)[-1]
    bench.zoom.control.add_fault(
        path="/admins", action="operate", operation="delete_group", arguments={"group_id": group}
    )
    summary = await bench.sync()
    assert summary.outcome is Outcome.COMPLETE
    assert any("deleted" in note for note in bench.notes)


@fault("A contact group is deleted between the list and its members", "it is noted; the rest is read")
async def test_a_contact_group_deleted_between_the_list_and_its_members(bench: Bench) -> None:
    group = list(bench.account.contact_groups)[-1]
    bench.zoom.control.add_fault(
        path="/members", action="operate", operation="delete_contact_group", arguments={"group_id": group}
    )
    assert (await bench.sync()).outcome is Outcome.COMPLETE


@fault("Somebody leaves while the people are listed", "Zoom's count no longer fits: the list is read once more")
@pytest.mark.parametrize("groups", [5, 0])  # without groups there are no other numbers that would tell
async def test_somebody_who_leaves_while_listed_costs_nobody_else(make_bench: MakeBench, groups: int) -> None:
    bench = make_bench(users=320, groups=groups, options=Options(users_page_max=50))
    leaver = next(user for user in bench.account.users if user.status == "active" and user.role_id == "2")
    bench.zoom.control.add_fault(
        path="status=active.*next_page_token",
        action="operate",
        operation="remove_user",
        arguments={"key": leaver.id},
    )
    await complete(bench)
    assert "users-active" in bench.restarted
    connection = sqlite3.connect(bench.store.path)
    stored = {address for (address,) in connection.execute("SELECT email FROM users")}
    connection.close()
    assert stored == {user.email for user in bench.account.users}


@fault(
    "A scope is withdrawn",
    "the sync is partial and names the part and the scope",
    "that part of this sync; what was known of it stays",
)
async def test_a_scope_withdrawn_under_way(bench: Bench) -> None:
    scope = "group:read:administrator:admin"
    bench.zoom.control.add_fault(
        path="/admins", action="operate", operation="withdraw_scope", arguments={"scope": scope}, nth=3
    )
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    assert [missing.part for missing in summary.not_read] == ["group-admins"]
    assert summary.counts["users"] == len(bench.account.users)


@fault(
    "The plan is downgraded to Basic",
    "the sync is partial; everyone is read",
    "what Zoom no longer gives; what was known of it stays",
)
async def test_a_plan_downgraded_under_way(bench: Bench) -> None:
    bench.zoom.control.add_fault(
        path="/admins", action="operate", operation="change_plan", arguments={"plan": "basic"}, nth=2
    )
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    assert summary.counts["users"] == len(bench.account.users)


@fault("One list fails each time", "the sync is partial and names the list", "that list; what was known of it stays")
async def test_one_list_that_never_works_costs_only_itself(bench: Bench) -> None:
    group = next(iter(bench.account.groups))
    bench.zoom.control.add_fault(path=f"/groups/{group}/admins", status=500, times=None)
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    assert [(missing.part, missing.target) for missing in summary.not_read] == [("group-admins", group)]


@fault(
    "More than five lists meet server errors each time",
    "the sync ends with Zoom's error; the next one goes on from the finished lists",
)
@pytest.mark.parametrize("failing", [5, 6])
async def test_as_many_lists_may_fail_as_are_allowed_and_no_more(make_bench: MakeBench, failing: int) -> None:
    bench = make_bench(groups=8)
    lost = list(bench.account.groups)[:failing]
    bench.zoom.control.add_fault(path=f"/groups/({'|'.join(lost)})/admins", status=500, times=None)
    if failing > 5:
        with pytest.raises(ZoomError) as caught:
            await bench.sync()
        assert caught.value.kind is ErrorKind.SERVER
        bench.zoom.control.clear_faults()
        await complete(bench)
        assert bench.resumed > 0
        return
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    assert {(missing.part, missing.target) for missing in summary.not_read} == {("group-admins", key) for key in lost}


@fault(
    "The limit of the day is reached",
    "the sync ends with the time it reopens; the next one goes on from the finished lists",
)
@pytest.mark.parametrize("form", ["iso", "http_date", "seconds", "none"])
async def test_the_daily_limit_ends_it_with_the_time_and_the_next_goes_on(make_bench: MakeBench, form: Any) -> None:
    few = {"groups": 1, "contact_groups": 1} if form == "iso" else {}  # with many, the lists of each would end it too
    budget = {"medium": 4 if few else 8}
    bench = make_bench(plan="pro", options=Options(daily_budget=budget, retry_after=form), **few)
    with pytest.raises(ZoomError) as caught:
        await bench.sync()
    assert caught.value.kind is ErrorKind.DAILY_LIMIT
    assert caught.value.retry_at is not None
    assert abs(caught.value.retry_at - datetime(2026, 11, 24, tzinfo=UTC)) < timedelta(seconds=90)
    asked = bench.zoom.control.stats()["requests"]
    bench.zoom.control.set_options(daily_budget=None)
    await complete(bench)
    assert bench.resumed > 0
    assert bench.zoom.control.stats()["requests"] - asked < asked + 12


@fault("The members read are not as many as Zoom counts", "the member list is read; what still differs is stated")
async def test_membership_is_read_where_the_numbers_differ(bench: Bench) -> None:
    body = {"groups": [{"id": group, "name": "Wrong", "total_members": 999} for group in bench.account.groups][:1]}
    bench.zoom.control.add_fault(path=r"/v2/groups\?", status=200, body=body, times=None)
    summary = await bench.sync()
    assert summary.requests["GET /groups/{groupId}/members"] == 1
    (differs,) = summary.disagreements
    assert (differs.what, differs.expected) == ("members of group Wrong", 999)
    assert summary.outcome is Outcome.PARTIAL


async def test_without_the_scope_for_member_lists_the_difference_is_stated(bench: Bench) -> None:
    bench.zoom.control.withdraw_scope("group:read:list_members:admin")
    body = {"groups": [{"id": group, "name": "Wrong", "total_members": 999} for group in bench.account.groups][:1]}
    bench.zoom.control.add_fault(path=r"/v2/groups\?", status=200, body=body, times=None)
    summary = await bench.sync()
    assert bench.asked("GET /groups/{groupId}/members") == 0
    assert [item.what for item in summary.disagreements] == ["members of group Wrong"]


@fault("Somebody changes groups while the sync runs", "the member lists that differ are read")
async def test_somebody_who_changes_groups_under_way_is_found_in_the_member_lists(bench: Bench) -> None:
    mover = next(user for user in bench.account.users if user.status == "active" and len(user.group_ids or ()) == 1)
    old = (mover.group_ids or [""])[0]
    new = next(group for group in bench.account.groups if group != old)
    groups = r"/v2/groups\?"
    bench.zoom.control.add_fault(path=groups, status=503)
    bench.zoom.control.add_fault(
        path=groups, action="operate", operation="move_user", arguments={"key": mover.id, "group_id": new}
    )
    await complete(bench)
    assert bench.asked("GET /groups/{groupId}/members") == 2


async def test_a_thorough_sync_reports_each_difference(bench: Bench) -> None:
    active = [user for user in bench.account.users if user.status == "active"]
    members = {
        group: [user.id or "" for user in active if group in (user.group_ids or ())] for group in bench.account.groups
    }
    group, inside = max(members.items(), key=lambda item: len(item[1]))
    stranger = next(user.id for user in bench.account.users if user.status == "active" and user.id not in inside)
    listed = [*inside[1:], stranger]
    body = {"members": [{"id": key} for key in listed], "total_records": len(listed)}
    bench.zoom.control.add_fault(path=f"/groups/{group}/members", status=200, body=body, times=None)
    summary = await bench.sync(thorough=True)
    assert [item.source for item in summary.disagreements] == [
        "1 of GET /groups/{groupId}/members whose user record does not say so",
        "1 whose user record says so, missing in GET /groups/{groupId}/members",
    ]


async def test_what_disagreed_before_an_interruption_is_told_after_it(bench: Bench) -> None:
    body = {"groups": [{"id": group, "name": "A", "total_members": None} for group in bench.account.groups]}
    bench.zoom.control.add_fault(path=r"/v2/groups\?", body={**body, "total_records": 77}, status=200, times=None)
    # asked for once the list of groups is finished
    bench.zoom.control.add_fault(path="/admins", action="operate", operation="deactivate_app", nth=2)
    with pytest.raises(ZoomError):
        await bench.sync()
    bench.zoom.control.clear_faults()
    bench.zoom.control.activate_app()
    summary = await bench.sync()
    assert bench.resumed > 0
    assert [(item.what, item.expected) for item in summary.disagreements] == [("Groups", 77)]


@fault("Ctrl-C", "it ends without waiting for an answer; the next one goes on from the finished lists")
async def test_stopped_without_waiting_for_an_answer_and_resumed(make_bench: MakeBench) -> None:
    bench = make_bench(users=320, options=Options(users_page_max=50))
    before = await bench.sync()
    bench.zoom.control.set_latency(40)
    stopping = asyncio.Event()

    def listen(event: object) -> None:
        if isinstance(event, ListFinished) and event.key.part == "groups":
            bench.zoom.control.set_latency(ONE_DAY)  # whoever waited for an answer would not end
            stopping.set()

    bench.on_event = listen
    task = asyncio.create_task(bench.sync())
    await stopping.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 60)
    bench.zoom.control.set_latency(0)
    with bench.store.reader() as reader:
        latest = reader.latest()
    assert latest is not None
    assert latest.number == before.number
    bench.on_event = lambda event: None
    asked = bench.asked("GET /groups")
    await complete(bench)
    assert bench.resumed >= 1
    assert bench.asked("GET /groups") == asked


@fault("Ctrl-C in the middle of a list", "the next sync reads that list again, whole")
async def test_a_sync_interrupted_in_the_middle_of_a_list_reads_it_again_whole(make_bench: MakeBench) -> None:
    bench = make_bench(users=320, options=Options(users_page_max=25))
    task: asyncio.Task[Any] | None = None

    def listen(event: object) -> None:
        if isinstance(event, ListAdvanced) and event.key.part == "users-active" and event.read >= 100 and task:
            task.cancel()

    bench.on_event = listen
    task = asyncio.create_task(bench.sync())
    with pytest.raises(asyncio.CancelledError):
        await task
    bench.on_event = lambda event: None
    leaver = next(user for user in bench.account.users if user.status == "active" and user.role_id == "2")
    bench.zoom.control.remove_user(leaver.email)  # they are on a page that is staged
    await complete(bench)
    assert bench.restarted == []


@fault(
    "Ctrl-C while it is put together", "nothing is published; the next sync asks only whether the numbers still hold"
)
async def test_stopped_while_it_is_put_together(make_bench: MakeBench) -> None:
    bench = make_bench(users=5000, options=Options(users_page_max=2000))
    await complete(bench)  # what the second one changes is not written ahead
    bench.zoom.control.churn(percent=100)
    task: asyncio.Task[Any] | None = None

    def listen(event: object) -> None:
        if isinstance(event, Noted) and "together" in event.text and task:
            asyncio.get_running_loop().call_soon(task.cancel)

    bench.on_event = listen
    task = asyncio.create_task(bench.sync())
    with pytest.raises(asyncio.CancelledError):
        await task
    with bench.store.reader() as reader:
        assert reader.number == 1
    bench.on_event = lambda event: None
    asked = bench.asked("GET /users")
    await complete(bench)
    assert bench.asked("GET /users") == asked + 3


@fault("The credentials become those of another account", "what was read of the first is not used")
async def test_what_was_staged_of_another_account_is_not_gone_on_from(bench: Bench) -> None:
    bench.zoom.control.add_fault(path="/contacts/groups", action="operate", operation="deactivate_app", nth=2)
    with pytest.raises(ZoomError):
        await bench.sync()
    bench.zoom.control.activate_app()
    bench.store.set_meta("account", "zoom.us AnotherAccount")
    await complete(bench)
    assert bench.resumed == 0


async def test_a_list_whose_answers_are_all_there_is_kept_when_the_sync_is_stopped(bench: Bench) -> None:
    """However slow the disk: stopped while the last page of the list of groups waits to be written."""
    task: asyncio.Task[SyncSummary] | None = None
    stage = BackgroundWriter.stage

    def stop_at_groups(staging: BackgroundWriter, key: ListKey, *rest: Any) -> asyncio.Future[int]:
        if key.part == "groups" and task is not None:
            task.cancel()
        return stage(staging, key, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BackgroundWriter, "stage", stop_at_groups)
        task = asyncio.create_task(bench.sync())
        with pytest.raises(asyncio.CancelledError):
            await task
    with bench.store.begin("2026-11-23T12:01:00Z") as writer:
        assert ListKey("groups") in writer.finished_lists()
