"""The log of a sync: all lines, or only problems."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from rich.text import Text
from textual.widgets import RichLog

from zoomgov.services.sync_logs import MOST_LINES, TimedLine
from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from textual import events

MOST_SHOWN: Final = 2_000
"""Lines on screen: the last ones."""


class SyncLog(RichLog):
    """Scrolls with new lines while its end is in view; wheel and keys scroll it."""

    def __init__(self, now: Callable[[], datetime], *, id: str | None = None) -> None:
        """`now` gives an aware time."""
        super().__init__(id=id, max_lines=MOST_SHOWN, min_width=0, wrap=True, markup=False)
        self._now = now
        self._all: deque[TimedLine] = deque(maxlen=MOST_LINES)
        self._dropped = 0
        self._wrapped_at = 0
        self.problems_only = False

    @property
    def all_lines(self) -> tuple[TimedLine, ...]:
        """The lines in memory, whatever is shown."""
        return tuple(self._all)

    @property
    def dropped(self) -> int:
        """Number of earlier lines that are no longer in memory."""
        return self._dropped

    def begin(self, dropped: int = 0) -> None:
        """Clear the log for another sync, of which so many lines are no longer known."""
        self._all.clear()
        self._dropped = dropped
        self.clear()

    def add(self, text: str, *, problem: bool = False) -> None:
        """Add a line at the end."""
        self.put(TimedLine(self._now(), printable(text), problem))

    def put(self, line: TimedLine) -> None:
        """Add a line that was logged elsewhere."""
        self._dropped += len(self._all) == MOST_LINES
        self._all.append(line)
        self._show(line)
        if len(self._all) == 1:
            self.screen.refresh_bindings()  # the keys that filter and save the log are enabled from now on

    def _show(self, line: TimedLine) -> None:
        if not line.problem and self.problems_only:
            return
        following, laid_out = self.is_vertical_scroll_end, bool(self.size)
        text = Text(("! " if line.problem else "  ") + line.text)
        self.write(text, scroll_end=following and not laid_out)
        if following and laid_out:
            # RichLog would scroll after the next refresh, and undo the scrolling of a key in between.
            self.scroll_end(animate=False, immediate=True, x_axis=False)

    def on_resize(self, event: events.Resize) -> None:
        """Wrap the lines anew."""
        if self._all and event.size.width != self._wrapped_at:
            self._wrapped_at = event.size.width
            self.filter(problems_only=self.problems_only)

    def filter(self, *, problems_only: bool) -> None:
        """Show all lines, or only problems."""
        self.problems_only = problems_only
        self.clear()
        lines = [line for line in self._all if line.problem or not problems_only]
        if (earlier := len(lines) - MOST_SHOWN + 1) > 1:
            self.write(Text(f"  {earlier:,} earlier lines are in the file that m saves.", style="dim"))
        for line in lines[1 - MOST_SHOWN :]:
            self._show(line)
        if problems_only and not self.lines and self._all:
            self.write(Text("  Nothing went wrong so far.", style="dim"))
        self.scroll_end(animate=False)
