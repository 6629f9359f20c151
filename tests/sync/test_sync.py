"""A whole sync over real HTTP, against an account of known content."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from typing import Any

import pytest

from tests.sync.conftest import Bench, MakeBench
from zoomgov.disk.errors import StoreBusy
from zoomgov.sim.world.options import Options
from zoomgov.sync.events import ListFinished, Outcome, PartAdvanced, Published, RequestsCounted, SyncStarted
from zoomgov.zoom.errors import ErrorKind, ZoomError


def counts(bench: Bench, summary: Any) -> dict[str, int]:
    return {name: summary.counts.get(name, 0) for name in bench.truth()}


async def test_reads_everyone_and_everything(bench: Bench) -> None:
    summary = await bench.sync()
    assert summary.outcome is Outcome.COMPLETE
    assert counts(bench, summary) == bench.truth()
    assert (summary.not_read, summary.disagreements, summary.refused, summary.retried) == ((), (), 0, 0)
    assert summary.requests["GET /groups/{groupId}/admins"] == 5
    assert "GET /groups/{groupId}/members" not in summary.requests
    assert "GET /roles/{roleId}/members" not in summary.requests


async def test_tells_in_order(bench: Bench) -> None:
    await bench.sync()
    assert isinstance(bench.events[0], SyncStarted)
    assert isinstance(bench.events[-1], Published)
    assert any(isinstance(event, RequestsCounted) and event.made > 0 for event in bench.events)
    finished = {event.key.part: event.read for event in bench.events if isinstance(event, ListFinished)}
    assert set(finished) == {
        "users-active", "users-inactive", "users-pending", "groups", "contact-groups", "roles",
    }  # fmt: skip
    assert sum(read for part, read in finished.items() if part.startswith("users")) == 60
    parts = {event.part: event for event in bench.events if isinstance(event, PartAdvanced)}
    truth = bench.truth()
    assert {part: (event.done, event.planned, event.rows) for part, event in parts.items()} == {
        "group-admins": (5, 5, truth["group admin"]),
        "contact-group-members": (3, 3, truth["contact group member"]),
        "role": (5, 5, 5),
    }


async def test_the_summary_says_how_long_it_took(bench: Bench) -> None:
    began = bench.clock.monotonic()
    summary = await bench.sync()
    assert 0 < summary.seconds <= bench.clock.monotonic() - began


async def test_hostile_names_and_ids(make_bench: MakeBench) -> None:
    bench = make_bench(hostile=True, users=40)
    summary = await bench.sync()
    assert summary.outcome is Outcome.COMPLETE
    assert counts(bench, summary) == bench.truth()


async def test_a_second_sync_of_the_same_account_changes_nothing(bench: Bench) -> None:
    first = await bench.sync()
    second = await bench.sync()
    assert second.number == first.number + 1
    assert second.counts == first.counts
    assert not any(second.changes.values())


async def test_thorough_reads_every_member_list(bench: Bench) -> None:
    summary = await bench.sync(thorough=True)
    assert summary.outcome is Outcome.COMPLETE
    assert counts(bench, summary) == bench.truth()
    assert summary.requests["GET /groups/{groupId}/members"] == 5
    assert summary.requests["GET /roles/{roleId}/members"] == 5


@pytest.mark.parametrize("counted", [True, False])
async def test_deactivated_people_counted_by_zoom_or_not(make_bench: MakeBench, counted: bool) -> None:
    bench = make_bench(users=80, options=Options(inactive_in_members=counted))
    assert (await bench.sync()).outcome is Outcome.COMPLETE
    assert bench.asked("GET /groups/{groupId}/members") == 0


@pytest.mark.parametrize(
    "options",
    [
        Options(users_page_max=2000),
        Options(users_page_max=25),
        Options(page_size_too_big="refuse"),
        Options(groups_paged=False, contact_members_key="members", plan_base="array", empty_arrays="send"),
        Options(group_admin_ids=True, gzip=True),
        Options(scope_kind="classic"),
        Options(rate_headers=False),
        Options(window="sliding"),
    ],
    ids=["2000", "25", "refuse", "2022", "ids", "classic", "no-headers", "sliding"],
)
async def test_however_zoom_behaves(make_bench: MakeBench, options: Options) -> None:
    bench = make_bench(users=320, options=options)
    summary = await bench.sync()
    assert (summary.outcome, summary.disagreements) == (Outcome.COMPLETE, ())
    assert counts(bench, summary) == bench.truth()


@pytest.mark.parametrize(("kind", "asked"), [("classic", 1), ("granular", 0)])
async def test_im_groups_are_asked_for_by_apps_with_classic_scopes_only(
    make_bench: MakeBench, kind: Any, asked: int
) -> None:
    bench = make_bench(options=Options(scope_kind=kind))
    summary = await bench.sync()
    assert bench.asked("GET /im/groups") == asked
    assert "im-groups" not in [gap.part for gap in summary.not_read]
    with bench.store.reader() as reader:
        assert (reader.blob("im-groups") is not None) is bool(asked)


async def test_the_page_size_that_worked_is_remembered(make_bench: MakeBench) -> None:
    bench = make_bench(users=320, options=Options(page_size_too_big="refuse"))
    first = await bench.sync()
    second = await bench.sync()
    assert second.requests["GET /users"] == first.requests["GET /users"] - 3


async def test_a_missing_scope_costs_only_its_part(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.zoom.control.withdraw_scope("group:read:administrator:admin")
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    (missing,) = summary.not_read
    assert (missing.part, missing.target) == ("group-admins", "")
    assert missing.missing_scopes == ("group:read:administrator:admin",)
    assert "4711" in missing.reason
    assert counts(bench, summary) == {**bench.truth(), "group admin": 0}
    assert bench.asked("GET /groups/{groupId}/admins") == 1


async def test_optional_parts_are_not_asked_for_without_their_scope(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.zoom.control.withdraw_scope("billing:read:plan_usage:admin")
    bench.zoom.control.withdraw_scope("role:read:role:admin")
    summary = await bench.sync()
    assert summary.outcome is Outcome.COMPLETE
    assert {missing.part for missing in summary.not_read} == {"plan-usage", "role"}
    assert bench.asked("GET /roles/{roleId}") == 0


async def test_a_basic_plan_still_gives_the_users(make_bench: MakeBench) -> None:
    bench = make_bench(plan="basic", users=30)
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    assert summary.counts["users"] == 30
    assert {missing.part for missing in summary.not_read} >= {"groups", "contact-groups", "roles"}
    assert all("aid account" in missing.reason for missing in summary.not_read if missing.required)


async def test_parts_the_person_goes_on_without(bench: Bench) -> None:
    summary = await bench.sync(without=frozenset({"Contact groups", "Roles"}))
    assert summary.outcome is Outcome.COMPLETE
    assert {missing.part for missing in summary.not_read} == {"contact-groups", "roles"}
    assert bench.asked("GET /contacts/groups") == bench.asked("GET /roles") == 0


async def test_an_owner_whose_role_sees_nothing(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.zoom.control.restrict_app_owner(["User:Read"])
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    assert "permission" in {missing.part: missing.reason for missing in summary.not_read}["groups"].lower()


async def test_an_owner_whose_role_sees_only_some_people_is_noticed(make_bench: MakeBench) -> None:
    bench = make_bench(users=120)
    group = next(iter(bench.account.groups))
    bench.zoom.control.restrict_app_owner(groups=[group])
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    assert summary.disagreements


async def test_wrong_secret_ends_it(bench: Bench) -> None:
    bench.zoom.control.deactivate_app()
    with pytest.raises(ZoomError) as caught:
        await bench.sync()
    assert caught.value.kind is ErrorKind.CREDENTIALS


async def test_unreachable(bench: Bench) -> None:
    bench.zoom.stop()
    with pytest.raises(ZoomError) as caught:
        await bench.sync()
    assert caught.value.kind is ErrorKind.UNREACHABLE
    bench.zoom.start()


async def test_two_at_once(bench: Bench) -> None:
    bench.zoom.control.set_latency(50)
    started = asyncio.Event()
    bench.on_event = lambda event: started.set()
    first = asyncio.create_task(bench.sync())
    await started.wait()
    with pytest.raises(StoreBusy):
        await bench.sync()
    assert (await first).outcome is Outcome.COMPLETE


async def test_many_roles_are_read_side_by_side(make_bench: MakeBench) -> None:
    bench = make_bench(users=400, options=Options(users_page_max=10))
    roles = list(bench.account.roles)
    for place, user in enumerate(bench.account.users):
        if user.id and user.role_id not in (None, "0"):
            bench.account.update_user(user.id, role_id=roles[1 + place % (len(roles) - 1)])
    summary = await bench.sync()
    assert (summary.outcome, summary.disagreements) == (Outcome.COMPLETE, ())
    assert counts(bench, summary) == bench.truth()
    assert any("role by role" in note for note in bench.notes)
    assert bench.restarted == []
    # and what is asked for: two pages of everybody, the second while that is decided; then each role's
    active = Counter(user.role_id for user in bench.account.users if user.status == "active")
    others = Counter(user.status for user in bench.account.users if user.status != "active")
    pages = [max(math.ceil(active[role] / 10), 1) for role in roles]
    pages += [max(math.ceil(others[status] / 10), 1) for status in ("inactive", "pending")]
    assert bench.asked("GET /users") == 2 + sum(pages)
