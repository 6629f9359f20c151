"""Membership as read against Zoom's counts."""

from __future__ import annotations

from zoomgov.sync.proof import compare_counts


def test_equal_numbers_compare_counts() -> None:
    assert compare_counts({"a": 2, "b": 0}, {"a": {"active": 2}}).differing == {}


def test_no_number_proves_nothing_either_way() -> None:
    assert compare_counts({"a": None}, {"a": {"active": 2}}).differing == {}


def test_deactivated_people_may_be_counted_or_not() -> None:
    counts = {"a": {"active": 2, "inactive": 1}, "b": {"active": 1, "pending": 1}}
    for totals in ({"a": 2, "b": 1}, {"a": 3, "b": 1}, {"a": 3, "b": 2}, {"a": 2, "b": 2}):
        assert compare_counts(totals, counts).differing == {}


def test_one_convention_for_the_whole_account() -> None:
    counts = {"a": {"active": 2, "inactive": 1}, "b": {"active": 5, "inactive": 2}, "c": {"active": 3, "inactive": 1}}
    assert compare_counts({"a": 2, "b": 5, "c": 4}, counts).differing == {"c": (3, 4)}


def test_says_how_far_apart() -> None:
    assert compare_counts({"a": 7}, {"a": {"active": 5}}).differing == {"a": (5, 7)}
    assert compare_counts({"a": 7}, {}).differing == {"a": (0, 7)}
