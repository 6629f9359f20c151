"""A bar for each part of a sync."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.widgets import Static

from zoomgov.text import printable
from zoomgov.widgets.columns import fit

if TYPE_CHECKING:
    from textual import events

_TITLE: Final = 24
_DONE: Final = 8  # the word at the end of a line


@dataclass
class Part:
    """One line."""

    title: str
    done: int = 0
    total: int | None = None
    rows: int | None = None
    """What was read, where `done` counts lists."""
    finished: bool = False
    problem: str = ""


class PartBars(Static):
    """Draws the parts; whoever owns it changes `parts` and calls `draw`."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.parts: dict[str, Part] = {}

    def on_resize(self, event: events.Resize) -> None:
        self.draw()

    def draw(self) -> None:
        """Draw all parts anew."""
        bar = max(6, min(self.size.width - _TITLE - 32, 40))
        parts: list[str | tuple[str, str]] = []
        for part in self.parts.values():
            if parts:
                parts.append("\n")
            parts += self._line(part, bar)
        self.update(Content.assemble(*parts))

    def _line(self, part: Part, width: int) -> list[str | tuple[str, str]]:
        title = (fit(printable(part.title), _TITLE), "")
        if part.problem:
            return [("✗ ", "$text-warning"), title, ("  not read", "$text-warning")]
        if part.finished:
            number = part.rows if part.rows is not None else part.done
            return [("✓ ", "$text-success"), title, "  ", ("━" * width, "$success"), f" {number:,}"]
        # Zoom's totals drift while people come and go; a bar never runs past its end.
        filled = 0 if not part.total else min(width, part.done * width // max(part.total, 1))
        bar = [("━" * filled, "$primary"), ("─" * (width - filled), "dim")]
        of = f" of {part.total:,}" if part.total is not None else ""
        rows = f" lists, {part.rows:,} read" if part.rows is not None else ""
        return [("◐ ", "$text-primary"), title, "  ", *bar, f" {part.done:,}{of}{rows}"]
