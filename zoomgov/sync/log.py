"""What a sync's events say in a log, on screens and in commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zoomgov.sync.events import (
    ListFinished,
    ListNotRead,
    ListRestarted,
    Noted,
    PartAdvanced,
    Published,
    SyncStarted,
    Waiting,
)
from zoomgov.text import printable
from zoomgov.words import syncs
from zoomgov.words.parts import part_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from zoomgov.sync.events import SyncEvent


class LogLine(NamedTuple):
    """One line of a log."""

    text: str
    """Without control characters."""
    problem: bool = False
    """Whether it tells of something that went wrong, or is waited for."""


def log_line(event: SyncEvent, name: Callable[[str], str] = part_name) -> LogLine | None:
    """The line for `event`; None for those that come too often to be logged.

    Args:
        name: what to call a part, by its key.
    """
    match event:
        case SyncStarted(resumed_lists=lists) if lists:
            return LogLine(syncs.resumed(lists))
        case ListFinished(key=key, read=rows) if not key.target:
            return LogLine(syncs.list_read(_title(name, key.part), rows))
        case PartAdvanced(part=part, done=done, planned=planned, rows=rows) if done == planned:
            return LogLine(syncs.lists_read(_title(name, part), rows, done))
        case ListRestarted(key=key, reason=reason):
            return LogLine(syncs.list_restarted(_title(name, key.part), reason), problem=True)
        case ListNotRead(key=key, not_read=not_read):
            of = f" of {printable(key.target)}" if key.target else ""
            return LogLine(syncs.not_read(f"{name(key.part)}{of}", not_read.reason), problem=True)
        case Waiting(seconds=seconds, reason=reason) if seconds >= 1:
            return LogLine(syncs.waiting(seconds, reason), problem=True)
        case Noted(text=text):
            return LogLine(printable(text))
        case Published(number=number):
            return LogLine(syncs.published(number))
        case _:
            return None


def _title(name: Callable[[str], str], part: str) -> str:
    words = name(part)
    return words[:1].upper() + words[1:]
