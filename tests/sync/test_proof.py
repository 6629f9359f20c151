"""Membership as read against Zoom's counts."""

from __future__ import annotations

from zoomgov.sync.proof import disagreeing


def test_equal_numbers_prove() -> None:
    assert disagreeing({"a": 2, "b": 0}, {"a": {"active": 2}}) == {}


def test_no_number_proves_nothing_either_way() -> None:
    assert disagreeing({"a": None}, {"a": {"active": 2}}) == {}


def test_deactivated_people_may_be_counted_or_not() -> None:
    counts = {"a": {"active": 2, "inactive": 1}, "b": {"active": 1, "pending": 1}}
    for totals in ({"a": 2, "b": 1}, {"a": 3, "b": 1}, {"a": 3, "b": 2}, {"a": 2, "b": 2}):
        assert disagreeing(totals, counts) == {}


def test_one_convention_for_the_whole_account() -> None:
    counts = {"a": {"active": 2, "inactive": 1}, "b": {"active": 5, "inactive": 2}, "c": {"active": 3, "inactive": 1}}
    assert disagreeing({"a": 2, "b": 5, "c": 4}, counts) == {"c": (3, 4)}


def test_says_how_far_apart() -> None:
    assert disagreeing({"a": 7}, {"a": {"active": 5}}) == {"a": (5, 7)}
    assert disagreeing({"a": 7}, {}) == {"a": (0, 7)}
