"""Times and durations in words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def moment(time: str) -> str:
    """`2026-11-20T09:12:00Z` as `2026-11-20 09:12`; Zoom's times are UTC."""
    return time[:16].replace("T", " ")


def day(time: object) -> str:
    """The date of a time of Zoom's."""
    return str(time or "")[:10]


def when(time: str, now: datetime) -> str:
    """A time, and how long ago that was."""
    if not time:
        return "never"
    try:
        return f"{moment(time)} ({ago(datetime.fromisoformat(time), now)})"
    except (ValueError, TypeError):
        return time


def ago(then: datetime | None, now: datetime) -> str:
    """How long ago `then` was, in words; both aware."""
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
    """A time as a person says it: seconds by fives from ten on, for nobody knows it better."""
    if seconds < 10:
        return f"{max(1, round(seconds))} s"
    if seconds < 90:
        return f"{5 * round(seconds / 5)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{round(seconds / 3600)} h"
