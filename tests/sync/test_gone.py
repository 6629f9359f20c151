"""Lists that Zoom says do not exist, a page that is refused for good, and lists that never end."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.sync.faults import fault
from tests.sync.test_faults import complete
from zoomgov.sim.world.answers import SimAnswer, encode
from zoomgov.sim.world.options import Options
from zoomgov.sync.events import Outcome

if TYPE_CHECKING:
    from tests.sync.conftest import Bench, MakeBench
    from zoomgov.sim.world.answers import Request

REFUSALS = {
    "404/4130": (404, {"code": 4130, "message": "A group with this ID does not exist."}),
    "404/2001": (404, {"code": 2001, "message": "This does not exist."}),
    "404": (404, {"message": "Not found"}),
    "400/300": (400, {"code": 300, "message": "A group with this groupId does not exist."}),
    "400/1010": (400, {"code": 1010, "message": "Group does not belong to your account."}),
}


@fault(
    "Zoom says that a group does not exist while it goes on listing it",
    "the groups are listed once more; the sync is partial and names the group",
    "the admins or members of that group; what was known of them stays",
)
@pytest.mark.parametrize("refusal", list(REFUSALS))
@pytest.mark.parametrize("part", ["group-admins", "contact-group-members"])
@pytest.mark.parametrize("every", [False, True])
async def test_a_list_that_does_not_exist_of_a_group_that_does(
    make_bench: MakeBench, part: str, every: bool, refusal: str
) -> None:
    bench = make_bench(groups=8, contact_groups=8)
    status, body = REFUSALS[refusal]
    groups = bench.account.groups if part == "group-admins" else bench.account.contact_groups
    lost = list(groups) if every else list(groups)[:1]
    path = f"/groups/({'|'.join(lost)})/{'admins' if part == 'group-admins' else 'members'}"
    bench.zoom.control.add_fault(path=path, status=status, body=body, times=None)
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    assert {(gap.part, gap.target, gap.name) for gap in summary.not_read} == {
        (part, key, groups[key].name) for key in lost
    }
    assert not any("deleted" in note for note in bench.notes)
    listed = "GET /groups" if part == "group-admins" else "GET /contacts/groups"
    assert bench.asked(listed) == 2
    bench.zoom.control.clear_faults()
    await complete(bench)


async def test_the_privileges_of_a_listed_role_that_does_not_exist(bench: Bench) -> None:
    body = {"code": 1034, "message": "Provided role_id does not exist."}
    bench.zoom.control.add_fault(path="/roles/2$", status=400, body=body, times=None)
    summary = await bench.sync()
    assert summary.outcome is Outcome.COMPLETE  # they are nice to have
    assert [(gap.part, gap.name) for gap in summary.not_read] == [("role", "Member")]


async def test_a_group_made_while_the_sync_ran_is_read_too(bench: Bench) -> None:
    from zoomgov.sim.account.account import Group

    deleted = list(bench.account.groups)[-1]
    admin = next(user.id for user in bench.account.users if user.status == "active")

    def change(request: Request) -> None:
        if "admins" in request.path and deleted in bench.account.groups:
            bench.account.delete_group(deleted)
            bench.account.groups["new"] = Group("new", "New", [admin or ""])
            bench.account.touch()

    before_each(bench, change)
    await complete(bench)


@fault(
    "A firewall refuses one next page token for good",
    "the list begins anew, with other tokens",
)
@pytest.mark.parametrize("action", ["html 403", "drop", "json 400", "502"])
async def test_one_page_token_that_is_refused_for_good(make_bench: MakeBench, action: str) -> None:
    bench = make_bench(users=320, options=Options(users_page_max=50))
    refused: list[str] = []

    def answer(request: Request) -> SimAnswer | None:
        token = request.query.get("next_page_token", "")
        if request.query.get("status") != "active" or not token:
            return None
        refused.append(token) if not refused else None
        if token != refused[0]:
            return None
        match action:
            case "json 400":
                return SimAnswer(400, encode({"code": 300, "message": "Request blocked."}))
            case "html 403":
                return SimAnswer(403, b"<html>Blocked by your firewall</html>", "text/html")
        return SimAnswer(502, b"", "text/html")

    answer_in_place(bench, answer, drop=action == "drop")
    await complete(bench)
    assert bench.restarted.count("users-active") == 1


@fault(
    "A list gives ever new people and ever new page tokens",
    "it is given up once there are far more than Zoom counts; the sync is partial and names it",
    "that list; what was known of it stays",
)
@pytest.mark.parametrize("total", [17, None])
async def test_an_endless_list_of_ever_new_people(bench: Bench, total: int | None) -> None:
    numbers = count()

    def answer(request: Request) -> SimAnswer | None:
        if request.query.get("status") != "active":
            return None
        start = next(numbers) * 300
        rows = [
            {"id": f"id{n}", "email": f"p{n}@corp.example", "type": 1, "status": "active"}
            for n in range(start, start + 300)
        ]
        body = {"users": rows, "next_page_token": f"token {start}"}
        return SimAnswer(200, encode(body if total is None else body | {"total_records": total}))

    answer_in_place(bench, answer)
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    assert [gap.part for gap in summary.not_read if gap.part.startswith("users")] == ["users-active"]
    assert "no end" in next(gap.reason for gap in summary.not_read if gap.part == "users-active")
    assert next(numbers) < 40
    restore(bench)
    await complete(bench)


def before_each(bench: Bench, do: object) -> None:
    """Call `do` with each request before it is answered."""
    answer_in_place(bench, lambda request: do(request) if callable(do) else None)


def answer_in_place(bench: Bench, answer: object, *, drop: bool = False) -> None:
    """Give the answers of `answer` in place of Zoom's, where it gives one; or drop the connection there."""
    from zoomgov.sim.world.faults import FaultRule

    simulator = bench.zoom.simulator
    real = type(simulator).answer

    def instead(request: Request) -> object:
        with simulator.world.lock:
            found = answer(request) if callable(answer) else None
        if found is None:
            return real(simulator, request)
        return found, FaultRule(action="drop") if drop else None

    simulator.answer = instead  # type: ignore[method-assign, assignment]


def restore(bench: Bench) -> None:
    del bench.zoom.simulator.answer
