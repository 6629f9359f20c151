"""Turns the events of a sync into bars, limits and a log, drawn a few times a second at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from zoomgov.sync.events import (
    ListFinished,
    ListNotRead,
    ListRestarted,
    Noted,
    Published,
    SyncEvent,
    SyncStarted,
    Waiting,
)
from zoomgov.sync.progress import Progress, limit_lines
from zoomgov.text import printable
from zoomgov.words.times import duration

if TYPE_CHECKING:
    from textual.widgets import Static

    from zoomgov.widgets.busy import Busy
    from zoomgov.widgets.part_bars import PartBars
    from zoomgov.widgets.sync_log import SyncLog


class SyncProgress:
    """Listens to a sync; `draw` is called by a timer, so that a fast sync does not spend its time on drawing."""

    def __init__(self, state: Busy, bars: PartBars, limits: Static, log: SyncLog) -> None:
        self._state = state
        self._bars = bars
        self._limits = limits
        self._log = log
        self._course = Progress()
        self._told_limits = Content("")
        bars.parts = self._course.parts
        limits.update(self._told_limits)
        log.begin()
        state.waiting("Syncing …")

    def take(self, event: SyncEvent) -> None:
        """Note one event."""
        self._course.take(event)
        match event:
            case SyncStarted(resumed_lists=resumed):
                if resumed:
                    self._say(f"Going on where the last run stopped: {resumed:,} lists are already read.")
            case ListFinished(key=key, read=read):
                if not key.target:
                    self._say(f"{self._title(key.part)}: {read:,} read")
            case ListRestarted(key=key, reason=reason):
                self._say(f"{self._title(key.part)} starts again: {reason}", problem=True)
            case ListNotRead(key=key, not_read=not_read):
                of = f" of {key.target}" if key.target else ""
                self._say(f"Not read: {self._title(key.part)}{of}: {not_read.reason}", problem=True)
            case Waiting(seconds=seconds, reason=reason):
                if seconds >= 1:
                    self._say(f"Waiting {seconds:.0f} s: {reason}", problem=True)
            case Noted(text=text):
                self._say(text)
            case Published(number=number):
                self._say(f"Sync {number} is now visible.")
            case _:
                pass

    def _title(self, part: str) -> str:
        known = self._course.parts.get(part)
        return known.title if known else part.replace("-", " ").capitalize()

    def _say(self, text: str, *, problem: bool = False) -> None:
        self._log.add(text, problem=problem)

    def draw(self) -> None:
        """Show how far it is by now."""
        course = self._course
        course.look()
        self._bars.draw()
        self._draw_limits()
        if not self._state.waiting_for:
            return
        now = course.counted
        if course.together_for is not None:
            told = f"Everything is read; putting it together … {duration(course.together_for)} so far"
        else:
            told = f"Syncing … {now.made:,} requests, {now.per_second:.0f} a second"
            if now.refused:
                told += f", {now.refused:,} refused and repeated"
            if left := course.left_words:
                told += f" · {left}"
            if waiting := course.waiting:
                told += f"\n  {printable(waiting)}"
        if told != self._state.waiting_for:
            self._state.waiting(told)

    def _draw_limits(self) -> None:
        parts: list[str | tuple[str, str]] = []
        for number, (label, second, today) in enumerate(limit_lines(self._course.counted)):
            head = "\n" + " " * 14 if number else "Zoom's limits "
            parts += [(head, "dim"), (label, "dim"), second, "  ", today]
        content = Content.assemble(*parts)
        if content != self._told_limits:
            grown = content.plain.count("\n") != self._told_limits.plain.count("\n") or not self._told_limits.plain
            self._told_limits = content
            self._limits.update(content, layout=grown)
