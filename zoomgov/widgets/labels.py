"""Small pieces of text every screen draws the same way: statuses, times, counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content

from zoomgov.connectors.model import Status

if TYPE_CHECKING:
    from datetime import datetime

_STATUS: Final = {
    Status.NOT_CONNECTED: ("○", "dim"),
    Status.SYNCING: ("◐", "$text-primary"),
    Status.CONNECTED: ("●", "$text-success"),
    Status.ERROR: ("✗", "$text-error"),
}


def status_label(status: Status) -> Content:
    """Icon and word: colour is never the only sign."""
    icon, style = _STATUS[status]
    return Content.styled(f"{icon} {status.value}", style)


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


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 group`, `2,000 groups`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
