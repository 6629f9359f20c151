"""What a sync said, line by line: all of it, or only what went wrong."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.text import Text
from textual.widgets import RichLog

from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

KEPT: Final = 50_000
"""Lines kept for the file: a sync says a few hundred, and one for each thing that Zoom refused."""
SHOWN: Final = 2_000
"""Of these, lines on screen: the last ones."""


class Said(NamedTuple):
    """One line."""

    at: datetime
    text: str
    problem: bool


class SyncLog(RichLog):
    """Follows the end while it is there; scrolls by wheel and keys."""

    def __init__(self, now: Callable[[], datetime], *, id: str | None = None) -> None:
        """`now` gives an aware time."""
        super().__init__(id=id, max_lines=SHOWN, wrap=True, markup=False)
        self._now = now
        self._said: deque[Said] = deque(maxlen=KEPT)
        self._dropped = 0
        self.problems_only = False

    @property
    def said(self) -> tuple[Said, ...]:
        """All that is kept, whatever is shown."""
        return tuple(self._said)

    @property
    def dropped(self) -> int:
        """Lines said before those, which are not kept."""
        return self._dropped

    def begin(self) -> None:
        """Forget the sync before."""
        self._said.clear()
        self._dropped = 0
        self.clear()

    def add(self, text: str, *, problem: bool = False) -> None:
        """Add a line at the end."""
        line = Said(self._now(), printable(text), problem)
        self._dropped += len(self._said) == KEPT
        self._said.append(line)
        self._show(line)
        if len(self._said) == 1:
            self.screen.refresh_bindings()  # from now on there is something to filter and to save

    def _show(self, line: Said) -> None:
        if not line.problem and self.problems_only:
            return
        following, laid_out = self.is_vertical_scroll_end, bool(self.size)
        text = Text(("! " if line.problem else "  ") + line.text)
        self.write(text, scroll_end=following and not laid_out)
        if following and laid_out:
            # RichLog would scroll after the next refresh, and undo what a key that comes before it has scrolled.
            self.scroll_end(animate=False, immediate=True, x_axis=False)

    def filter(self, *, problems_only: bool) -> None:
        """Show everything, or only what went wrong."""
        self.problems_only = problems_only
        self.clear()
        lines = [line for line in self._said if line.problem or not problems_only]
        if (earlier := len(lines) - SHOWN + 1) > 1:
            self.write(Text(f"  {earlier:,} earlier lines are in the file that m saves.", style="dim"))
        for line in lines[1 - SHOWN :]:
            self._show(line)
        if problems_only and not self.lines and self._said:
            self.write(Text("  Nothing went wrong so far.", style="dim"))
        self.scroll_end(animate=False)
