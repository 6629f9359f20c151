"""Parsing times and sync numbers that people type."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomgov.model.sync_times import SyncTimeError, sync_at
from zoomgov.model.syncs import SyncInfo
from zoomgov.text import printable

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # a Wednesday
FIRST = 4


def kept(*times: str) -> list[SyncInfo]:
    return [
        SyncInfo(FIRST + place, time, time, complete=True, not_read=(), disagreements=(), counts={})
        for place, time in enumerate(times)
    ]


SYNCS = kept(
    "2026-10-01T08:00:00Z", "2026-11-18T08:00:00Z", "2026-11-20T08:00:00Z", "2026-11-23T08:00:00Z",
    "2026-11-24T08:00:00Z", "2026-11-25T08:00:00Z",
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "since", "until"),
    [
        ("5", 5, 5), ("sync 5", 5, 5), ("#5", 5, 5),
        ("oldest", 4, 4), ("latest", 9, 9), ("now", 9, 9),
        ("2026-11-20", 5, 6), ("20261120", 5, 6), (" 2026-11-20 ", 5, 6),
        ("2026-11-20T08:00", 6, 6), ("2026-11-20 08:00", 6, 6), ("2026-11-20t07:59:59z", 5, 5),
        ("2026-11-20T09:00+02:00", 5, 5),
        ("today", 8, 9), ("Yesterday", 7, 8),
        ("monday", 6, 7), ("mon", 6, 7), ("last Monday", 6, 7), ("wednesday", 4, 5),
        ("7d", 5, 5), ("-7d", 5, 5), ("7 days ago", 5, 5), ("1w", 5, 5), ("a week ago", 5, 5), ("last week", 5, 5),
        ("3 hours", 9, 9), ("5h", 8, 8), ("300 min ago", 8, 8), ("1m", 4, 4), ("last month", 4, 4),
    ],
)  # fmt: skip
def test_what_people_type(typed: str, since: int, until: int) -> None:
    assert sync_at(SYNCS, typed, NOW, end=False).sync.number == since
    assert sync_at(SYNCS, typed, NOW, end=True).sync.number == until


@pytest.mark.parametrize("typed", ["", "20.11.2026", "11/20/2026", "soon", "2026-13-01", "d", "7x", "2026-11", "-"])
def test_what_is_no_date_is_said_with_what_would_do(typed: str) -> None:
    with pytest.raises(SyncTimeError, match=r"is no date that can be read: give 2026-11-20, yesterday"):
        sync_at(SYNCS, typed, NOW, end=False)


@pytest.mark.parametrize("typed", ["9999y", "5000 years ago", "2030 y"])
def test_a_time_before_there_were_years_is_before_the_oldest(typed: str) -> None:
    assert sync_at(SYNCS, typed, NOW, end=False).sync.number == 4
    with pytest.raises(SyncTimeError, match="Nothing was synced by 1-01-01"):
        sync_at(SYNCS, typed, NOW, end=True)


def test_syncs_that_are_not_kept() -> None:
    with pytest.raises(SyncTimeError, match=r"There is no sync 3 here \(any longer\)\. There are syncs 4 to 9\."):
        sync_at(SYNCS, "3", NOW, end=False)
    with pytest.raises(SyncTimeError, match=r"There is only sync 4\."):
        sync_at(SYNCS[:1], "5", NOW, end=False)


def test_before_the_oldest_and_in_the_future() -> None:
    early = sync_at(SYNCS, "2025-01-01", NOW, end=False)
    assert (early.sync.number, early.note) == (
        4,
        "Nothing was synced by 2025-01-01 00:00 UTC; compared with the oldest sync, 4, of 2026-10-01 08:00 UTC.",
    )
    with pytest.raises(SyncTimeError, match=r"Nothing was synced by 2025-01-01 23:59 UTC: the oldest sync"):
        sync_at(SYNCS, "2025-01-01", NOW, end=True)
    with pytest.raises(SyncTimeError, match=r"2027-01-01 00:00 UTC is yet to come"):
        sync_at(SYNCS, "2027-01-01", NOW, end=False)
    assert sync_at(SYNCS, "2027-01-01", NOW, end=True).sync.number == 9


@given(text=st.text(max_size=20) | st.from_regex(r"[0-9a-z :+-]{1,24}"), end=st.booleans())
def test_nothing_typed_is_a_defect(text: str, end: bool) -> None:
    try:
        said = sync_at(SYNCS, text, NOW, end=end).note
    except SyncTimeError as error:
        said = str(error)
    assert printable(said) == said


@given(back=st.timedeltas(timedelta(), timedelta(days=60)), offset=st.integers(-12, 12))
def test_a_time_means_the_last_sync_finished_by_then(back: timedelta, offset: int) -> None:
    moment = NOW - back
    typed = moment.astimezone(timezone(timedelta(hours=offset))).isoformat()
    earlier = [sync for sync in SYNCS if datetime.fromisoformat(sync.finished_at) <= moment]
    assert sync_at(SYNCS, typed, NOW, end=False).sync == (earlier[-1] if earlier else SYNCS[0])
