"""How a table row becomes a line of text: which columns fit, how wide each is, how a cell is cut.

Pure functions without a widget, because every width in cells is decided here and tests try them hard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from rich.cells import cell_len, set_cell_size

from zoomgov.text import printable

Tone = Literal["good", "muted", "warning", "error"]
"""What a value means, for its colour; the text says it as well."""

MARGIN: Final = 2
"""Cells left of the first column; the cursor's mark is drawn there."""
GAP: Final = 2
"""Cells between two columns."""

# Joiners and variation selectors change the width of their neighbours in some terminals and not in others, and rich
# counts the letter after a joiner as nothing: without them each character has one width everywhere.
_JOINERS: Final = dict.fromkeys(map(ord, "\u200c\u200d\ufe0e\ufe0f"))


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table. Columns are given in order of importance: the first ones are on screen when it is narrow."""

    key: str
    """Handed to the source when sorting by this column."""
    title: str
    width: int
    """In cells, when there is enough room."""
    least: int = 0
    """In cells, when room is short; 0 for `width`."""
    most: int = 0
    """In cells, when room is plenty; 0 for `width`."""
    align: Literal["left", "right"] = "left"
    show: Callable[[object], object] | None = None
    """Turns a value into what a person reads."""
    brief: Callable[[str], str] | None = None
    """Turns what a person reads into what is shown where that does not fit."""
    tones: Mapping[str, Tone] = field(default_factory=dict)
    """By the text shown."""

    @property
    def narrowest(self) -> int:
        """Room for the title and the sort arrow at least."""
        return max(self.least or self.width, cell_len(self.title) + 2)

    @property
    def usual(self) -> int:
        return max(self.width, self.narrowest)

    @property
    def widest(self) -> int:
        return max(self.most, self.usual)

    def text(self, value: object) -> str:
        """Return `value` as one safe line for this column."""
        return cell_text(self.show(value) if self.show else value)

    def fitted(self, text: str, width: int) -> str:
        """Return a `text` of this column in exactly `width` cells."""
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
    """Return `value` as one line whose width every terminal agrees on."""
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
    """Place as many columns as fit, never half a one.

    The first column always stays; after it come the columns from `first` on. Room that is left makes columns as wide
    as usual, then as wide as they may be, so that a line is neither cramped nor torn apart.

    Args:
        columns: All columns, most important first.
        width: Cells of the line.
        first: Index of the column shown after the pinned one.
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
    """Widen `widths` towards `goals`, each by its share of `spare`; return what is left."""
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
