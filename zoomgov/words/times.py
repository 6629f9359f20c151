"""Times and durations in words."""

from __future__ import annotations

from datetime import datetime


def moment(time: str) -> str:
    """`2026-11-20T09:12:00Z` as `2026-11-20 09:12`; Zoom's times are UTC."""
    return time[:16].replace("T", " ")


def day(time: object) -> str:
    """The date of one of Zoom's times, `2026-11-20`; empty for none."""
    return str(time or "")[:10]


def when(time: str, now: datetime) -> str:
    """`2026-11-20 09:12 (3 days ago)`; `never` for no time."""
    if not time:
        return "never"
    try:
        return f"{moment(time)} ({ago(datetime.fromisoformat(time), now)})"
    except (ValueError, TypeError):
        return time


def ago(then: datetime | None, now: datetime) -> str:
    """`3 days ago`, `just now`, `never`. Both times are aware."""
    if then is None:
        return "never"
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    for size, word in ((60 * 24, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            number = minutes // size
            return f"{number} {word}{'s' if number > 1 else ''} ago"
    return "just now"


def duration(seconds: float) -> str:
    """A rough duration, `40 s`, `12 min`, `2 h`: from ten seconds on to the next five, as estimates are no better."""
    if seconds < 10:
        return f"{max(1, round(seconds))} s"
    if seconds < 90:
        return f"{5 * round(seconds / 5)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{round(seconds / 3600)} h"
