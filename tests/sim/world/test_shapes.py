"""Answers without optional fields, with other forms of numbers, found by page numbers; and limited owners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zoomgov.sim.account.build import build_account
from zoomgov.sim.world.options import LeftOut, parse_options

if TYPE_CHECKING:
    from tests.sim.conftest import StartSimulator


def test_fields_left_out_of_rows_and_of_answers(start: StartSimulator) -> None:
    left_out = (
        LeftOut("list_users", "group_ids", "inactive"),
        LeftOut("*", "total_records"),
        LeftOut("list_roles", "roles"),
    )
    call = start(leave_out=left_out).ok
    inactive, active = (call("/users", status=status) for status in ("inactive", "active"))
    assert not any("group_ids" in user for user in inactive["users"])
    assert any("group_ids" in user for user in active["users"])
    assert "total_records" not in active
    assert call("/roles") == {}


def test_some_rows_without_a_field_are_the_same_ones_each_time(start: StartSimulator) -> None:
    call = start(leave_out=(LeftOut("list_users", "role_id", "some"),)).ok
    first, second = (call("/users", status="active")["users"] for _ in range(2))
    assert 0 < sum("role_id" in user for user in first) < len(first)
    assert first == second


@pytest.mark.parametrize(("form", "value"), [("null", None), ("blank", " ")])
def test_what_stands_in_place_of_a_field(start: StartSimulator, form: str, value: object) -> None:
    left_out = (LeftOut("list_users", "group_ids"), LeftOut("list_roles", "roles"), LeftOut("*", "total_records"))
    call = start(leave_out=left_out, left_out_as=form).ok
    users = call("/users")
    assert {repr(user["group_ids"]) for user in users["users"] if "group_ids" in user} == {repr(value)}
    assert users["total_records"] == value
    assert call("/roles")["roles"] is None


@pytest.mark.parametrize(("counts", "number"), [("negative", -1), ("huge", 2**63)])
def test_numbers_that_are_no_counts(start: StartSimulator, counts: str, number: int) -> None:
    call = start(counts=counts).ok
    users, groups = call("/users"), call("/groups")
    assert (users["total_records"], users["page_count"], groups["total_records"]) == (number,) * 3
    assert {group["total_members"] for group in groups["groups"]} == {number}
    assert len(users["users"]) == 30


@pytest.mark.parametrize(
    ("form", "total", "role"), [("text", str, "0"), ("blanks", str, "0"), ("fraction", float, 0.0)]
)
def test_numbers_in_other_forms(start: StartSimulator, form: str, total: type, role: object) -> None:
    call = start(numbers=form).ok
    assert type(call("/users")["total_records"]) is total
    assert call("/roles")["roles"][0]["id"] == role


def test_pages_by_number_have_no_token(start: StartSimulator) -> None:
    call = start(paging="numbers", page_max=20).ok
    pages = [call("/users", page_size=20, page_number=number) for number in (1, 2)]
    assert [(page["page_number"], page["page_count"]) for page in pages] == [(1, 3), (2, 3)]
    assert not any("next_page_token" in page for page in pages)
    assert len({user["id"] for page in pages for user in page["users"]}) == 40


def test_no_groups_may_be_no_list(start: StartSimulator) -> None:
    assert start(build_account(users=5, groups=0), no_groups="nothing").ok("/groups") == {}
    assert start(build_account(users=5, groups=0)).ok("/groups")["groups"] == []
    assert start(no_groups="nothing").ok("/groups")["groups"]


@pytest.mark.parametrize("limited", ["lists", "users", "everything"])
def test_what_a_limited_owner_misses(start: StartSimulator, limited: str) -> None:
    account = build_account(users=120)
    group = next(iter(account.groups))
    whole = sum(group in (user.group_ids or ()) for user in account.with_status("active"))
    sim = start(account, limited_owner=limited, owner_groups=(group,))
    people = sim.ok("/users")["total_records"]
    assert people <= whole + 1
    members = sim.ok("/roles/2/members")["total_records"]
    (counted,) = [role["total_members"] for role in sim.ok("/roles")["roles"] if role["id"] == "2"]
    everyone = len(account.with_role("active", "2"))
    assert (members == everyone) == (limited == "users")
    assert (counted == everyone) == (limited != "everything")
    assert (len(sim.ok("/groups")["groups"]) == 1) == (limited == "everything")


def test_people_who_never_logged_in_and_who_have_no_licence(start: StartSimulator) -> None:
    account = build_account(users=120)
    never = {user.email for user in account.users if user.last_login_time is None}
    unassigned = {user.email for user in account.users if user.type in (4, 99)}
    assert never
    assert unassigned
    sim = start(account)

    def users() -> list[dict[str, object]]:
        lists = (sim.ok("/users", status=status, page_size=300) for status in ("active", "inactive", "pending"))
        return [user for answer in lists for user in answer["users"]]

    assert {user["email"] for user in users() if "last_login_time" not in user} == never
    sim.server.control.set_options(never_logged_in="1970", no_licence="null")
    found = users()
    assert {user["email"] for user in found if user["last_login_time"] == "1970-01-01T00:00:00Z"} == never
    assert {user["email"] for user in found if user["type"] is None} == unassigned
    assert len(found) == 120


@pytest.mark.parametrize(
    ("where", "keys"),
    [
        ("base", {"plan_base"}),
        ("zoom_one", {"plan_zoom_one"}),
        ("united", {"plan_united"}),
        ("all", {"plan_base", "plan_zoom_one", "plan_united"}),
    ],
)
def test_the_seats_of_people_may_belong_to_bundles(start: StartSimulator, where: str, keys: set[str]) -> None:
    sim = start(build_account(users=120))
    base = sim.ok("/accounts/me/plans/usage")["plan_base"]
    sim.server.control.set_options(seats=where)
    usage = sim.ok("/accounts/me/plans/usage")
    plans = {"plan_base": usage["plan_base"], "plan_united": usage.get("plan_united", {"hosts": 0, "usage": 0})}
    plans["plan_zoom_one"] = usage.get("plan_zoom_one", [{"hosts": 0, "usage": 0}])[0]
    assert {key for key, plan in plans.items() if plan["hosts"]} == keys
    for number in ("hosts", "usage"):
        assert sum(plan[number] for plan in plans.values()) == base[number]


def test_fields_to_leave_out_are_given_as_json() -> None:
    options = parse_options(['leave_out=[["list_users", "group_ids", "inactive"], ["*", "total_records"]]'])
    assert options.leave_out == (LeftOut("list_users", "group_ids", "inactive"), LeftOut("*", "total_records"))
