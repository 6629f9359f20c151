"""A progress bar for each part of a sync, with count, rate and remaining time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.widgets import Static

from zoomgov.text import printable
from zoomgov.widgets.cells import fit
from zoomgov.words.syncs import rate_words
from zoomgov.words.times import duration

if TYPE_CHECKING:
    from textual import events

    from zoomgov.sync.progress import PartProgress

_TITLE: Final = 21
_COUNT: Final = 26
"""`12 of 1,000 lists, 19 read`."""
_RATE: Final = 8
_LEFT: Final = 7
_AROUND: Final = 18
"""Lines of the screen that are needed for everything else."""
_FEWEST: Final = 4
"""Lines of bars in the lowest terminal."""


class PartBars(Static):
    """Draws `parts`. The page changes them and calls `draw`."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.parts: dict[str, PartProgress] = {}
        self._drawn: Content | None = None

    def on_resize(self, event: events.Resize) -> None:
        self.draw()

    def draw(self) -> None:
        """Draw all parts, if anything has changed."""
        bar = max(6, min(self.size.width - _TITLE - _COUNT - _RATE - _LEFT - 6, 40))
        parts: list[str | tuple[str, str]] = []
        shown, folded = self._fold()
        if folded:
            what = ", ".join(f"{printable(part.title)} {_number(part):,}" for part in folded)
            parts += [("✓ ", "$text-success"), fit(what, max(self.size.width - 2, _TITLE))]
        for part in shown:
            if parts:
                parts.append("\n")
            parts += self._line(part, bar)
        content = Content.assemble(*parts)
        if content != self._drawn:
            # no layout of the whole screen for a changed number
            grown = self._drawn is None or content.plain.count("\n") != self._drawn.plain.count("\n")
            self._drawn = content
            self.update(content, layout=grown)

    def _fold(self) -> tuple[list[PartProgress], list[PartProgress]]:
        """Return the parts that get a line each, and the finished ones that share a line where the terminal is low."""
        shown = list(self.parts.values())
        folded: list[PartProgress] = []
        most = max(self.app.size.height - _AROUND, _FEWEST)
        for part in list(shown):
            if len(shown) + bool(folded) <= most:
                break
            if part.finished and not part.problem:
                shown.remove(part)
                folded.append(part)
        return shown, folded

    def _line(self, part: PartProgress, width: int) -> list[str | tuple[str, str]]:
        title = (fit(printable(part.title), _TITLE), "")
        if part.problem:
            return [("✗ ", "$text-warning"), title, ("  not read", "$text-warning")]
        if part.finished:
            return [("✓ ", "$text-success"), title, "  ", ("━" * width, "$success"), f" {_number(part):,}"]
        # Zoom's totals drift while people come and go; a bar never runs past its end.
        filled = 0 if not part.total else min(width, part.done * width // max(part.total, 1))
        bar = [("━" * filled, "$primary"), ("─" * (width - filled), "dim")]
        of = f" of {part.total:,}" if part.total is not None else ""
        rows = f" lists, {part.rows:,} read" if part.rows is not None else ""
        count = f" {part.done:,}{of}{rows}"
        left = "" if part.left is None else duration(part.left)
        pace = f"{rate_words(part.per_second):>{_RATE}}{left:>{_LEFT}}".rstrip()
        return [("◐ ", "$text-primary"), title, "  ", *bar, f"{count:<{_COUNT}}" if pace else count, (pace, "dim")]


def _number(part: PartProgress) -> int:
    return part.done if part.rows is None else part.rows
