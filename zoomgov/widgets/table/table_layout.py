"""Layout of a table row: which columns fit, how wide each is, how a cell is cut. All widths are in cells.

Pure functions, so that tests can try every width.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from rich.cells import cell_len, set_cell_size

from zoomgov.text import printable

Tone = Literal["good", "muted", "warning", "error"]
"""The meaning of a value, which decides its colour. The text must say it as well."""

MARGIN: Final = 2
"""Cells left of the first column, for the cursor and the mark."""
GAP: Final = 2
"""Cells between two columns."""

# Zero-width joiners and variation selectors change the width of their neighbours in some terminals only, and rich
# counts a letter after a joiner as 0 cells. Without them a text has the same width everywhere.
_JOINERS: Final = dict.fromkeys(map(ord, "\u200c\u200d\ufe0e\ufe0f"))


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table. The most important come first: a narrow screen shows only those."""

    key: str
    """Identifies the column, for the source and for what is saved."""
    title: str
    width: int
    """Usual width."""
    least: int = 0
    """Smallest width; 0: `width`."""
    most: int = 0
    """Largest width; 0: `width`."""
    align: Literal["left", "right"] = "left"
    show: Callable[[object], object] | None = None
    """Formats a value; None: `str`."""
    brief: Callable[[str], str] | None = None
    """Shortens a formatted value that does not fit; None: it is cut."""
    tones: Mapping[str, Tone] = field(default_factory=dict)
    """Tones by formatted value."""

    @property
    def narrowest(self) -> int:
        """Smallest width that has room for title and sort arrow."""
        return max(self.least or self.width, cell_len(self.title) + 2)

    @property
    def usual(self) -> int:
        return max(self.width, self.narrowest)

    @property
    def widest(self) -> int:
        return max(self.most, self.usual)

    def text(self, value: object) -> str:
        """Return `value`, formatted and sanitised, as one line."""
        return cell_text(self.show(value) if self.show else value)

    def fitted(self, text: str, width: int) -> str:
        """Return a formatted value in exactly `width` cells: shortened, cut or padded."""
        if self.brief is not None and cell_len(text) > width:
            text = self.brief(text)
        return cut(text, width, self.align)


class Slot(NamedTuple):
    """A column's place on screen, in cells from the left edge."""

    column: int
    """Index of the column."""
    x: int
    width: int


def cell_text(value: object) -> str:
    """Return `value` sanitised, as one line that is equally wide in all terminals."""
    text = printable(value)
    return text if text.isascii() else text.translate(_JOINERS)


def cut(text: str, width: int, align: Literal["left", "right"] = "left") -> str:
    """Return `text` in exactly `width` cells: padded, or cut with an ellipsis."""
    if text.isascii():
        if len(text) > width:
            return f"{text[: width - 1]}…" if width > 0 else ""
        return text.ljust(width) if align == "left" else text.rjust(width)
    length = cell_len(text)
    if length > width:
        if width < 1:
            return ""
        text = set_cell_size(text, width - 1).rstrip(" ") + "…"
        length = cell_len(text)
    blank = " " * (width - length)
    return text + blank if align == "left" else blank + text


def lay_out(columns: Sequence[TableColumn], width: int, first: int = 1) -> tuple[Slot, ...]:
    """Place as many whole columns as fit: the first, which is pinned, then those from `first` on.

    Columns start at their smallest width. What room is left widens them to their usual, then to their largest width.

    Args:
        columns: all columns, the most important first.
        width: width of the line.
        first: index of the column beside the pinned one.
    """
    if not columns:
        return ()
    room = max(width - 2 * MARGIN, 1)
    chosen = [0]
    used = min(columns[0].narrowest, room)
    for index in range(max(first, 1), len(columns)):
        if used + GAP + columns[index].narrowest > room:
            break
        used += GAP + columns[index].narrowest
        chosen.append(index)
    widths = [columns[index].narrowest for index in chosen]
    widths[0] = min(widths[0], room)
    spare = room - used
    for goals in ([columns[i].usual for i in chosen], [columns[i].widest for i in chosen]):
        spare = _grow(widths, goals, spare)
    slots = []
    x = MARGIN
    for index, cells in zip(chosen, widths, strict=True):
        slots.append(Slot(index, x, cells))
        x += cells + GAP
    return tuple(slots)


def _grow(widths: list[int], goals: Sequence[int], spare: int) -> int:
    """Widen `widths` towards `goals`, each by a share of `spare` in proportion to its need; return what is left."""
    wanted = [max(goal - width, 0) for width, goal in zip(widths, goals, strict=True)]
    total = sum(wanted)
    if spare <= 0 or not total:
        return spare
    left = spare
    for index, want in enumerate(wanted):
        share = min(want, spare * want // total)
        widths[index] += share
        left -= share
    for index, goal in enumerate(goals):
        if left and widths[index] < goal:
            widths[index] += 1
            left -= 1
    return left
