"""Words of the browse screens."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from zoomgov.model.kinds import Kind
from zoomgov.model.syncs import Disagreement, NotRead, SyncInfo
from zoomgov.screens.synced.sync_notes import notes_sheet
from zoomgov.screens.synced.words import empty_text, notice_text, sync_line
from zoomgov.words.kinds import privileges_in_words
from zoomgov.words.times import when

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def sync(*gaps: NotRead, disagreements: tuple[Disagreement, ...] = ()) -> SyncInfo:
    complete = not gaps and not disagreements
    return SyncInfo(3, "2026-03-04T10:00:00Z", "2026-03-04T11:00:00Z", complete, gaps, disagreements, {"users": 1})


def test_privileges_are_grouped_by_area_in_words() -> None:
    privileges = ("User:Edit", "User:Read", "IMGroups:Read", "AccountSetting:Read", "ZoomRooms:Custom", "Odd")
    assert privileges_in_words(privileges) == [
        ("Account setting", "view"),
        ("IM groups", "view"),
        ("Odd", "yes"),
        ("User", "view and edit"),
        ("Zoom rooms", "custom"),
    ]


@pytest.mark.parametrize(
    ("time", "text"),
    [
        ("", "never"),
        ("2026-03-04T11:00:00Z", "2026-03-04 11:00 (1 hour ago)"),
        ("2026-03-04", "2026-03-04"),
        ("last week", "last week"),
    ],
)
def test_times_zoom_did_not_write_properly_are_shown_as_they_are(time: str, text: str) -> None:
    assert when(time, NOW) == text


def test_pending_users_not_read_is_a_gap_but_not_no_users() -> None:
    gap = NotRead("users-pending", "", "Timed out.")
    assert notice_text(Kind.USERS, sync(gap)) == "Not read: pending users. Timed out."
    assert empty_text(Kind.USERS, sync(gap)) == "The account has no users."
    assert notice_text(Kind.ROLES, sync(gap)) == ""


def test_a_gap_of_one_group_is_not_said_of_another() -> None:
    gap = NotRead("group-admins", "g1", "Refused.", last_read=2)
    assert "sync 2" in notice_text(Kind.GROUPS, sync(gap), "g1")
    assert notice_text(Kind.GROUPS, sync(gap), "g2") == ""


def test_the_last_line_says_what_is_missing() -> None:
    gaps = (NotRead("roles", "", "Refused."), NotRead("group-admins", "g1", "x"), NotRead("group-admins", "g2", "x"))
    assert sync_line(sync(*gaps), NOW, 80).plain == "Synced 1 hour ago, ▲ not complete: 2 parts not read  n why"
    assert "roles and group admins not read" in sync_line(sync(*gaps), NOW, 160).plain
    odd = Disagreement("members of group Finance", 3, 4, "total_members of GET /groups")
    assert "1 total does not agree" in sync_line(sync(disagreements=(odd,)), NOW, 80).plain
    assert sync_line(sync(), NOW, 80).plain == "Synced 1 hour ago, ● complete"
    assert "totals agree" in sync_line(sync(), NOW, 160).plain


def test_of_scopes_that_would_do_none_that_writes_is_named() -> None:
    would_do = ("billing:read:plan_usage:admin", "account:read:admin", "account:write:admin")
    sheet = notes_sheet(sync(NotRead("plan-usage", "", "The app has no scope.", would_do)), {})
    facts = {fact.label: fact.value for section in sheet.sections for fact in section.facts}
    assert facts["Scope to add"] == "billing:read:plan_usage:admin"
