"""Membership as read against Zoom's counts."""

from __future__ import annotations

from zoomgov.sync.proof import prove


def test_equal_numbers_prove() -> None:
    assert prove({"a": 2, "b": 0}, {"a": {"active": 2}}).differing == {}


def test_no_number_proves_nothing_either_way() -> None:
    assert prove({"a": None}, {"a": {"active": 2}}).differing == {}


def test_deactivated_people_may_be_counted_or_not() -> None:
    counts = {"a": {"active": 2, "inactive": 1}, "b": {"active": 1, "pending": 1}}
    for totals in ({"a": 2, "b": 1}, {"a": 3, "b": 1}, {"a": 3, "b": 2}, {"a": 2, "b": 2}):
        assert prove(totals, counts).differing == {}


def test_one_convention_for_the_whole_account() -> None:
    counts = {"a": {"active": 2, "inactive": 1}, "b": {"active": 5, "inactive": 2}, "c": {"active": 3, "inactive": 1}}
    assert prove({"a": 2, "b": 5, "c": 4}, counts).differing == {"c": (3, 4)}


def test_says_how_far_apart() -> None:
    assert prove({"a": 7}, {"a": {"active": 5}}).differing == {"a": (5, 7)}
    assert prove({"a": 7}, {}).differing == {"a": (0, 7)}
