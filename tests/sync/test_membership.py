"""Fields that records and lists leave out: who is in what is read from what else there is, or told as not known."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from tests.sync.faults import fault
from tests.sync.test_faults import complete
from zoomgov.sim.world.options import LeftOut, Options
from zoomgov.sync.events import Outcome, SyncSummary

if TYPE_CHECKING:
    from tests.sync.conftest import Bench, MakeBench

GROUPS = LeftOut("list_users", "group_ids")
ROLES = LeftOut("list_users", "role_id")
GROUP_TOTALS = LeftOut("list_groups", "total_members")
ROLE_TOTALS = LeftOut("list_roles", "total_members")


def held(bench: Bench) -> dict[str, set[tuple[str, str]]]:
    """(Resource, person) of what is published, by kind of grant."""
    connection = sqlite3.connect(bench.store.path)
    rows = connection.execute(
        "SELECT g.kind, t.key, u.email FROM grants g JOIN things t ON t.id = g.target "
        "JOIN users u ON u.id = g.principal"
    ).fetchall()
    connection.close()
    names = {1: "member", 2: "admin", 3: "role", 4: "contact"}
    found: dict[str, set[tuple[str, str]]] = {name: set() for name in names.values()}
    for kind, target, email in rows:
        found[names[kind]].add((target, email))
    return found


def truth(bench: Bench) -> dict[str, set[tuple[str, str]]]:
    account = bench.account
    users = account.users
    return {
        "member": {(group, user.email) for user in users for group in user.group_ids or ()},
        "admin": {
            (group.id, found.email) for group in account.groups.values() for key in group.admins
            if (found := account.user(key))
        },
        "role": {(user.role_id, user.email) for user in users if user.role_id},
        "contact": {
            (group.id, found.email) for group in account.contact_groups.values() for kind, key in group.members
            if kind == 1 and (found := account.user(key))
        },
    }  # fmt: skip


def let_nobody_inactive_be_in_groups(bench: Bench) -> None:
    for user in bench.account.users:
        if user.status != "active":
            user.group_ids = None
    bench.account.touch()


def told(summary: SyncSummary) -> list[str]:
    return [item.what for item in summary.disagreements] + [gap.part for gap in summary.not_read]


@fault(
    "User records leave out groups or roles, and groups or roles have no totals",
    "the member lists are read; who can be known from neither is told, and the sync is not complete",
    "the groups of deactivated and invited people whom no member list names",
)
@pytest.mark.parametrize("inactive_listed", [True, False])
async def test_without_group_ids_and_totals(make_bench: MakeBench, inactive_listed: bool) -> None:
    options = Options(leave_out=(GROUPS, GROUP_TOTALS), inactive_in_members=inactive_listed)
    bench = make_bench(users=80, options=options)
    summary = await bench.sync()
    if inactive_listed:
        assert held(bench) == truth(bench)
        return
    active = {(group, email) for group, email in truth(bench)["member"] if is_active(bench, email)}
    assert held(bench)["member"] == active
    assert "groups of inactive users" in told(summary)
    assert summary.outcome is Outcome.PARTIAL


def is_active(bench: Bench, email: str) -> bool:
    user = bench.account.user(email)
    return user is not None and user.status == "active"


@pytest.mark.parametrize("inactive_listed", [True, False])
async def test_without_role_ids_and_totals(make_bench: MakeBench, inactive_listed: bool) -> None:
    options = Options(leave_out=(ROLES, ROLE_TOTALS), inactive_in_members=inactive_listed)
    bench = make_bench(users=80, options=options)
    summary = await bench.sync()
    if inactive_listed:
        assert (summary.outcome, held(bench)["role"]) == (Outcome.COMPLETE, truth(bench)["role"])
        return
    assert summary.outcome is Outcome.PARTIAL
    assert "roles of inactive users" in told(summary)


@pytest.mark.parametrize("thorough", [False, True])
@pytest.mark.parametrize("totals", [True, False])
@pytest.mark.parametrize("field", ["group_ids", "role_id"])
async def test_some_records_without_them(make_bench: MakeBench, field: str, totals: bool, thorough: bool) -> None:
    kind = "member" if field == "group_ids" else "role"
    active_only = [LeftOut("list_users", field, "active")]
    out = (*active_only, *(() if totals else (GROUP_TOTALS, ROLE_TOTALS)))
    bench = make_bench(users=80, options=Options(leave_out=out))
    summary = await bench.sync(thorough=thorough)
    assert held(bench)[kind] == truth(bench)[kind]
    if not thorough:
        assert summary.outcome is Outcome.COMPLETE
    # and again, with what was published before
    await bench.sync(thorough=thorough)
    assert held(bench)[kind] == truth(bench)[kind]


@pytest.mark.parametrize("field", ["group_ids", "role_id"])
async def test_of_deactivated_people_only_nothing_is_said(make_bench: MakeBench, field: str) -> None:
    bench = make_bench(users=80, options=Options(leave_out=(LeftOut("list_users", field, "inactive"),)))
    summary = await bench.sync()
    kind = "member" if field == "group_ids" else "role"
    assert summary.outcome is Outcome.PARTIAL
    assert held(bench)[kind] < truth(bench)[kind]
    assert told(summary) == [f"{'groups' if field == 'group_ids' else 'roles'} of inactive users"]


async def test_deactivated_people_who_are_in_no_group(make_bench: MakeBench) -> None:
    bench = make_bench(users=80)
    let_nobody_inactive_be_in_groups(bench)
    await complete(bench)


async def test_a_missing_active_member_does_not_hide_behind_a_deactivated_one(make_bench: MakeBench) -> None:
    bench = make_bench(users=80, groups=2, options=Options(leave_out=(LeftOut("list_users", "group_ids", "some"),)))
    users = [user for user in bench.account.users if user.status != "pending"]
    for user in users:
        user.group_ids = None
    some = [user for user in users if left_out(user.email) and user.status == "active"]
    others = [user for user in users if not left_out(user.email)]
    inactive = [user for user in others if user.status == "inactive"]
    group = next(iter(bench.account.groups))
    for user in (some[0], inactive[0], *[user for user in others if user.status == "active"][:3]):
        user.group_ids = [group]
    bench.account.touch()
    await bench.sync()
    assert held(bench)["member"] == truth(bench)["member"]


def left_out(email: str) -> bool:
    import zlib

    return zlib.crc32(email.encode()) % 2 == 0


@pytest.mark.parametrize("refused", ["groups", "roles"])
async def test_a_member_list_that_is_needed_and_refused_is_named(make_bench: MakeBench, refused: str) -> None:
    bench = make_bench(users=80, options=Options(leave_out=(GROUPS, ROLES, GROUP_TOTALS, ROLE_TOTALS)))
    resources: Any = getattr(bench.account, refused)
    resource = list(resources.values())[-1]
    bench.zoom.control.add_fault(path=f"/{refused}/{resource.id}/members", status=500, times=None)
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    (gap,) = [gap for gap in summary.not_read if gap.target]
    assert (gap.target, gap.name, gap.required) == (resource.id, resource.name, True)


async def test_groups_that_only_records_name(make_bench: MakeBench) -> None:
    bench = make_bench()
    rows = [{"id": group.id, "name": group.name} for group in bench.account.groups.values()]
    bench.zoom.control.add_fault(path=r"/v2/groups\?", status=200, body={"groups": rows[:-1]}, times=None)
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    assert [(gap.part, gap.target) for gap in summary.not_read] == [("groups", rows[-1]["id"])]


@fault(
    "The role of the app's owner is limited to some groups: every list is shorter, without an error",
    "whatever else tells of more people is told, and the sync is not complete",
    "nothing; whom the app does not see cannot be known",
)
@pytest.mark.parametrize("limited", ["lists", "users", "everything"])
@pytest.mark.parametrize("owner_in_group", [True, False])
async def test_an_app_that_does_not_see_everyone(make_bench: MakeBench, limited: Any, owner_in_group: bool) -> None:
    bench = make_bench(users=120, options=Options(limited_owner=limited))
    group = next(iter(bench.account.groups))
    bench.account.owner.group_ids = [group] if owner_in_group else None
    bench.account.touch()
    bench.zoom.control.restrict_app_owner(groups=[group])
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    (gap,) = [gap for gap in summary.not_read if gap.part == "unseen-users"]
    assert f"The app sees {summary.counts['users']} people" in gap.reason
    assert "is limited to some groups" in gap.reason
    if not owner_in_group and limited != "users":  # else a list of holders names the Owner
        assert "nobody among them holds the role Owner" in gap.reason
    if limited == "users":
        assert "in no list of users" in gap.reason
    if limited != "everything":
        assert "Zoom's roles count 1" in gap.reason


async def test_plan_usage_that_counts_more_seats_than_people(bench: Bench) -> None:
    bench.zoom.control.add_fault(path="/plans/usage", status=200, body={"plan_base": {"usage": 90}}, times=None)
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    (gap,) = summary.not_read
    assert gap.reason == "The app sees 60 people, but Zoom's plan usage counts 90 seats in use."


async def test_a_role_limited_to_groups_that_is_not_the_apps_is_no_sign(make_bench: MakeBench) -> None:
    bench = make_bench(users=80)
    role = list(bench.account.roles.values())[-1]
    role.privilege_scopes = {"User:Read": list(bench.account.groups)[:1]}
    await complete(bench)
    assert bench.asked("GET /users/{userId}") == 0
