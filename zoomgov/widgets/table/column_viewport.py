"""The horizontal viewport of a table: which columns are on screen, their widths, and the current column."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zoomgov.widgets.table.table_layout import GAP, MARGIN, Slot, TableColumn, lay_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STEP: Final = 2
"""Cells by which a key resizes a column."""


class ColumnViewport:
    """Scrolls by whole columns. The first column is pinned: it is always on screen."""

    def __init__(self, widths: Mapping[str, int] | None = None) -> None:
        """`widths`: cells of the resized columns, by column key."""
        self.widths = dict(widths or {})
        self.slots: tuple[Slot, ...] = ()
        self.current = 0
        """Index of the current column: the one that keys sort, copy and resize."""
        self.first = 1
        """Index of the column beside the pinned one: the scroll position."""
        self._columns: Sequence[TableColumn] = ()
        self._room = 0

    def show(self, columns: Sequence[TableColumn], sort: str | None) -> None:
        """Show other columns, scrolled to their start; the sort column becomes the current one."""
        self._columns = columns
        self.first = 1
        self.current = next((i for i, column in enumerate(columns) if column.key == sort), 0)

    def fit(self, room: int) -> None:
        """Lay out the columns that fit into `room` cells. None is so wide that it has no room beside the pinned one."""
        self._room = room
        columns = list(self._columns)
        most = (room - 2 * MARGIN) // 2
        for place, column in enumerate(self._columns):
            if (cells := self.widths.get(column.key)) is not None:
                columns[place] = replace(column, width=min(cells, most), least=min(cells, most), most=0)
            if not place:
                most = room - 2 * MARGIN - GAP - columns[0].narrowest
        self.slots = lay_out(columns, room, self.first)

    @property
    def more(self) -> bool:
        """Whether there are columns further to the right."""
        return bool(self.slots) and self.slots[-1].column < len(self._columns) - 1

    def scroll_to(self, first: int) -> None:
        """Show the columns from `first` on beside the pinned one; do nothing past either end."""
        if first >= 1 and (first <= self.first or self.more):
            self.first = first
            self.fit(self._room)

    def select(self, column: int) -> None:
        """Make `column` the current one, and scroll it into view."""
        self.current = min(max(column, 0), len(self._columns) - 1)
        if 0 < self.current < self.first:
            self.scroll_to(self.current)
        while self.first < self.current and self.current not in {slot.column for slot in self.slots}:
            self.first += 1
            self.fit(self._room)

    def resize(self, column: int, cells: int | None) -> None:
        """Make a column `cells` wide, within what its title and the screen allow; None: back to its automatic width."""
        resized = self._columns[column]
        if cells is None:
            self.widths.pop(resized.key, None)
        else:
            widest = self._room - 2 * MARGIN - (self.slots[0].width + GAP if column and self.slots else 0)
            least = replace(resized, width=1, least=1).narrowest
            self.widths[resized.key] = max(min(cells, widest if column else widest // 2), least)
        self.fit(self._room)
        self.select(self.current)

    def width(self, column: int) -> int:
        """Return the cells of a column: on screen, or its usual width."""
        on_screen = next((slot.width for slot in self.slots if slot.column == column), None)
        return on_screen if on_screen is not None else self._columns[column].usual

    def at(self, x: int) -> Slot | None:
        """Return the column at cell `x` of the header; the gap after a column belongs to it."""
        return next((slot for slot in self.slots if slot.x <= x < slot.x + slot.width + GAP), None)

    def edge_at(self, x: int) -> Slot | None:
        """Return the column whose right edge, which is the gap after it, is at cell `x` of the header."""
        slot = self.at(x)
        return slot if slot is not None and x >= slot.x + slot.width else None
