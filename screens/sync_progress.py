"""Turns the events of a sync into bars, a rate and a log, drawn a few times a second at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.sync.events import (
    ListAdvanced,
    ListFinished,
    ListNotRead,
    ListRestarted,
    ListStarted,
    Noted,
    PartAdvanced,
    Published,
    RequestsCounted,
    SyncEvent,
    SyncStarted,
    Waiting,
)
from zoomgov.text import printable
from zoomgov.widgets.part_bars import Part

if TYPE_CHECKING:
    from zoomgov.widgets.busy import Busy
    from zoomgov.widgets.part_bars import PartBars
    from zoomgov.widgets.sync_log import SyncLog


class SyncProgress:
    """Listens to a sync; `draw` is called by a timer, so that a fast sync does not spend its time on drawing."""

    def __init__(self, state: Busy, bars: PartBars, log: SyncLog) -> None:
        self._state = state
        self._bars = bars
        self._log = log
        self._counted = RequestsCounted(0, 0, 0, 0, 0.0)
        self._waiting = ""
        self._dirty = True
        bars.parts.clear()
        log.begin()
        state.waiting("Syncing …")

    def take(self, event: SyncEvent) -> None:
        """Note one event."""
        self._dirty = True
        parts = self._bars.parts
        match event:
            case SyncStarted(resumed_lists=resumed):
                if resumed:
                    self._say(f"Going on where the last run stopped: {resumed:,} lists are already read.")
            case ListStarted(key=key, title=title, expected=expected):
                if not key.target:
                    parts.setdefault(key.part, Part(title)).total = expected
            case ListAdvanced(key=key, read=read, expected=expected):
                self._waiting = ""
                if not key.target and (part := parts.get(key.part)):
                    part.done, part.total = read, expected
            case ListFinished(key=key, read=read):
                if not key.target and (part := parts.get(key.part)):
                    part.done, part.finished = read, True
                    self._say(f"{part.title}: {read:,} read")
            case PartAdvanced(part=name, title=title, done=done, planned=planned, rows=rows):
                part = parts.setdefault(name, Part(title))
                part.done, part.total, part.rows, part.finished = done, planned, rows, done >= planned
            case ListRestarted(key=key, reason=reason):
                self._say(f"{self._title(key.part)} starts again: {reason}", problem=True)
            case ListNotRead(key=key, not_read=not_read):
                title = self._title(key.part)
                if not key.target:
                    parts.setdefault(key.part, Part(title)).problem = not_read.reason
                self._say(
                    f"Not read: {title}{' of ' + key.target if key.target else ''}: {not_read.reason}", problem=True
                )
            case RequestsCounted():
                self._counted = event
            case Waiting(seconds=seconds, reason=reason):
                self._waiting = f"waiting {seconds:.0f} s: {reason}" if seconds >= 1 else ""
                if self._waiting:
                    self._say(f"Waiting {seconds:.0f} s: {reason}", problem=True)
            case Noted(text=text):
                self._say(text)
            case Published(number=number):
                self._say(f"Sync {number} is now visible.")

    def _title(self, part: str) -> str:
        known = self._bars.parts.get(part)
        return known.title if known else part.replace("-", " ").capitalize()

    def _say(self, text: str, *, problem: bool = False) -> None:
        self._log.add(text, problem=problem)

    def draw(self) -> None:
        """Show what changed since the last time."""
        if not self._dirty:
            return
        self._dirty = False
        self._bars.draw()
        if self._state.waiting_for:
            now = self._counted
            told = f"Syncing … {now.made:,} requests, {now.per_second:.0f} a second"
            if now.refused:
                told += f", {now.refused:,} refused and repeated"
            self._state.waiting(f"{told}; {printable(self._waiting)}" if self._waiting else told)
