"""What a thing's page says when Zoom's number is not the number of people read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from zoomgov.model.access import Resource
from zoomgov.model.kinds import Kind
from zoomgov.screens.synced.sheets import resource_sheet


def thing(members: int, total: int, **statuses: int) -> Resource:
    return Resource(
        row=1, kind=Kind.GROUPS, id="g", name="Finance", known=True, fields=(), privileges=None, privilege_scopes=b"[]",
        members=members, admins=0, people=members, total_members=total, statuses=statuses,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("members", "total", "statuses", "says", "warns"),
    [
        (10, 8, {"active": 8, "inactive": 2}, "8: without 2 inactive", False),
        (10, 9, {"active": 7, "inactive": 2, "pending": 1}, "9: without 1 pending", False),
        (10, 7, {"active": 7, "inactive": 2, "pending": 1}, "7: without 2 inactive and 1 pending", False),
        (10, 6, {"active": 8, "inactive": 2}, "6; 10 were read", True),
        (10, 12, {"active": 10}, "12; 10 were read", True),
    ],
)
def test_a_difference_is_explained_or_warned_about(
    members: int, total: int, statuses: dict[str, int], says: str, warns: bool
) -> None:
    (fact,) = [
        fact
        for section in resource_sheet(thing(members, total, **statuses)).sections
        for fact in section.facts
        if fact.label == "Zoom counts"
    ]
    assert fact.value == says
    assert (fact.tone == "warning") is warns


def test_people_are_members_and_those_who_only_manage_it() -> None:
    (fact,) = [
        fact
        for section in resource_sheet(replace(thing(47, 47), people=49)).sections
        for fact in section.facts
        if fact.label == "People"
    ]
    assert fact.value == "49, of them 47 as members"


def test_numbers_that_agree_need_no_line() -> None:
    facts = [fact.label for section in resource_sheet(thing(10, 10)).sections for fact in section.facts]
    assert "Zoom counts" not in facts
