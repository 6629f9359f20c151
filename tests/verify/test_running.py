"""Running checks: lines as they finish, repeating some, cancelling, leaving parts out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import pytest

from zoomgov.sync.parts import ALL
from zoomgov.verify import checks
from zoomgov.verify.lines import line_for, line_for_part, sibling
from zoomgov.verify.model import CheckLine, CheckStatus, Report, Section, planned_lines
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.scopes import NEEDS

if TYPE_CHECKING:
    from zoomgov.sim.server.server import SimServer
    from zoomgov.verify.context import Context, Outcome

Verify = Callable[..., Coroutine[Any, Any, Report]]
PLANNED = [line.id for line in planned_lines()]


def test_the_plan_names_every_check_once_in_the_order_of_its_sections() -> None:
    assert len(set(PLANNED)) == len(PLANNED)
    shown = [line.section for line in planned_lines()]
    assert shown == sorted(shown, key=list(Section).index)
    assert {f"probe.{need.id}" for need in NEEDS} < set(PLANNED)


async def test_all_lines_are_announced_and_then_delivered_as_they_finish(
    run_verify: Verify,
) -> None:
    heard: list[CheckLine] = []
    report = await run_verify(on_line=heard.append)
    waiting, finished = heard[: len(PLANNED)], heard[len(PLANNED) :]
    assert [line.id for line in waiting] == PLANNED
    assert {line.status for line in waiting} == {CheckStatus.WAITING}
    assert sorted(line.id for line in finished) == sorted(PLANNED)
    assert [line.id for line in finished] != PLANNED, "the order is that of finishing"
    assert [line.id for line in report.lines] == PLANNED
    assert {line.id: line for line in finished} == {line.id: line for line in report.lines}


async def test_lines_carry_their_evidence(zoom: SimServer, run_verify: Verify) -> None:
    zoom.control.set_scopes(["user:read:list_users:admin", "user:read:user:admin", "group:read:list_groups:admin"])
    zoom.control.restrict_app_owner(("User:Read",))
    report = await run_verify()
    good, refused = report.line("probe.list_users"), report.line("probe.list_groups")
    assert good is not None
    assert refused is not None
    assert (good.evidence[0].endpoint, good.evidence[0].status) == ("GET /users", 200)
    proof = refused.evidence[0]
    assert (proof.endpoint, proof.status, proof.code, proof.text) == ("GET /groups", 400, 200, "No permission.")
    assert proof.tracking_id
    assert proof.milliseconds is not None
    assert proof.milliseconds >= 0


async def test_nothing_is_asked_twice(zoom: SimServer, run_verify: Verify) -> None:
    await run_verify()
    stats = zoom.control.stats()
    assert stats["tokens_issued"] == 1
    asked = stats["by_endpoint"]
    assert max(count for endpoint, count in asked.items() if endpoint != "GET /users") == 1
    assert asked["GET /users"] == 3, "one for each status, to compare with the roles"


async def test_only_repeats_what_was_asked_for_and_what_it_stands_on(zoom: SimServer, run_verify: Verify) -> None:
    report = await run_verify(only=frozenset({"probe.list_roles"}))
    ids = {line.id for line in report.lines}
    assert {"probe.list_roles", "scope.list_roles", "capability.roles", "credentials.token"} <= ids
    assert not any(line_id.startswith(("owner.", "plan.", "probe.list_contact")) for line_id in ids)
    assert "GET /contacts/groups" not in zoom.control.stats()["by_endpoint"]


async def test_a_repeated_part_updates_the_whole_report(zoom: SimServer, run_verify: Verify) -> None:
    zoom.control.add_fault("/v2/roles$ 500 times=6")
    before = await run_verify()
    assert [line.id for line in before.problems] == ["probe.list_roles", "capability.roles"]
    after = before.updated(await run_verify(only=before.failed_ids()))
    assert after.ready
    assert [line.id for line in after.lines] == PLANNED
    assert [item.capability for item in after.capabilities] == [item.capability for item in before.capabilities]


async def test_cancelling_stops_at_once_and_leaves_nothing_running(zoom: SimServer, run_verify: Verify) -> None:
    zoom.control.add_fault("/v2 stall times=forever")
    running = asyncio.current_task()
    reached = asyncio.Event()
    task = asyncio.create_task(
        run_verify(on_line=lambda line: reached.set() if line.id == "credentials.app" and line.result else None)
    )
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == {running}


async def test_a_stalled_zoom_ends_within_the_limit(zoom: SimServer, run_verify: Verify) -> None:
    zoom.control.add_fault("/v2 stall times=forever")
    report = await asyncio.wait_for(run_verify(time_limit=1.0), timeout=60)
    stalled = report.line("connection.api")
    assert stalled is not None
    assert stalled.status is CheckStatus.PROBLEM
    assert stalled.advice[0].id == "timeout"


async def test_a_fault_of_ours_is_one_red_line_and_the_rest_goes_on(
    run_verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(context: Context) -> Outcome:
        raise KeyError("oops")

    monkeypatch.setitem(checks._CHECKS, "plan.rate", broken)
    report = await run_verify()
    assert [line.id for line in report.problems] == ["plan.rate"]
    assert report.problems[0].result == f"{checks.FAULT}: KeyError"


async def test_warnings_do_not_make_the_verdict_fail(zoom: SimServer, run_verify: Verify) -> None:
    zoom.control.set_options(clock_skew_seconds=7200)
    report = await run_verify(facts={"owners": ("nobody@example.com",)})
    assert len(report.warnings) == 2
    assert report.ready
    assert report.verdict == "Ready: everything required works. 2 warnings."


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.id)
def test_an_error_met_in_a_sync_leads_to_its_line(need: object) -> None:
    endpoint = getattr(need, "endpoint")  # noqa: B009
    line = line_for(ZoomError(ErrorKind.SCOPE, endpoint, "x"))
    assert line in PLANNED
    assert line.startswith("probe.")


@pytest.mark.parametrize(
    ("kind", "endpoint", "line"),
    [
        (ErrorKind.CREDENTIALS, "POST /oauth/token", "credentials.token"),
        (ErrorKind.TOKEN, "GET /users", "credentials.token"),
        (ErrorKind.UNREACHABLE, "POST /oauth/token", "connection.host"),
        (ErrorKind.SERVER, "GET /nothing/known", ""),
    ],
)
def test_an_error_of_no_call_leads_to_what_it_is_about(kind: ErrorKind, endpoint: str, line: str) -> None:
    assert line_for(ZoomError(kind, endpoint, "x")) == line


def test_every_part_of_a_sync_has_its_line() -> None:
    assert {part.name: line_for_part(part.name) for part in ALL} == {part.name: f"probe.{part.need.id}" for part in ALL}
    assert line_for_part("nothing known") == ""


def test_a_need_has_two_lines() -> None:
    assert sibling("probe.list_users") == "scope.list_users"
    assert sibling("scope.list_users") == "probe.list_users"
    assert sibling("plan.name") == "plan.name"
