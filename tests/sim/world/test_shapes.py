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


@pytest.mark.parametrize(("form", "total", "role"), [("text", str, "0"), ("fraction", float, 0.0)])
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


def test_fields_to_leave_out_are_given_as_json() -> None:
    options = parse_options(['leave_out=[["list_users", "group_ids", "inactive"], ["*", "total_records"]]'])
    assert options.leave_out == (LeftOut("list_users", "group_ids", "inactive"), LeftOut("*", "total_records"))
