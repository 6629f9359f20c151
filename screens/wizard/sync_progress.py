"""Shows a running sync as bars, limits and a log, drawn at most a few times a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from zoomgov.sync.progress import limit_lines
from zoomgov.text import printable
from zoomgov.words.syncs import requests_sent
from zoomgov.words.times import duration

if TYPE_CHECKING:
    from textual.widgets import Static

    from zoomgov.services.running import SyncRun
    from zoomgov.widgets.busy import Busy
    from zoomgov.widgets.part_bars import PartBars
    from zoomgov.widgets.sync_log import SyncLog


class SyncProgress:
    """Looks at a sync. A timer calls `draw`, so that a fast sync does not spend its time on drawing."""

    def __init__(self, run: SyncRun, state: Busy, bars: PartBars, limits: Static, log: SyncLog) -> None:
        self._run = run
        self._state = state
        self._bars = bars
        self._limits = limits
        self._log = log
        self._logged = 0
        self._limits_shown = Content("")
        bars.parts = run.progress.parts
        limits.update(self._limits_shown)
        log.begin(run.dropped)
        state.waiting("Syncing …")

    def draw(self) -> None:
        """Draw the progress so far."""
        progress = self._run.progress
        progress.update()
        self._bars.draw()
        self._draw_limits()
        for line in self._run.lines_from(self._logged):
            self._log.put(line)
        self._logged = self._run.logged
        if not self._state.waiting_for or not self._run.running:
            return
        now = progress.counted
        if progress.together_for is not None:
            told = f"Everything is read; putting it together … {duration(progress.together_for)} so far"
        else:
            told = f"Syncing … {requests_sent(now.made, now.per_second, now.refused)}"
            if left := progress.left_words:
                told += f" · {left}"
            if waiting := progress.waiting:
                told += f"\n  {printable(waiting)}"
        if told != self._state.waiting_for:
            self._state.waiting(told)

    def _draw_limits(self) -> None:
        parts: list[str | tuple[str, str]] = []
        for number, (label, second, today) in enumerate(limit_lines(self._run.progress.counted)):
            head = "\n" + " " * 14 if number else "Zoom's limits "
            parts += [(head, "dim"), (label, "dim"), second, "  ", today]
        content = Content.assemble(*parts)
        if content != self._limits_shown:
            grown = content.plain.count("\n") != self._limits_shown.plain.count("\n") or not self._limits_shown.plain
            self._limits_shown = content
            self._limits.update(content, layout=grown)
