"""Which columns of a table are on screen, how wide they are, and which one the keys are about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zoomgov.widgets.table.table_layout import GAP, MARGIN, Slot, TableColumn, lay_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STEP: Final = 2
"""Cells by which a key makes a column wider or narrower."""


class ColumnViewport:
    """Columns that do not fit lie to the right of those that do; the first one always stays."""

    def __init__(self, widths: Mapping[str, int] | None = None) -> None:
        """`widths`: cells of columns that somebody made wider or narrower, by their keys."""
        self.widths = dict(widths or {})
        self.slots: tuple[Slot, ...] = ()
        self.aim = 0
        """Index of the column that keys sort, copy and resize."""
        self.first = 1
        """Index of the column beside the first one."""
        self._columns: Sequence[TableColumn] = ()
        self._room = 0

    def show(self, columns: Sequence[TableColumn], sort: str | None) -> None:
        """Show other columns, from the first on, and aim at the one that is sorted by."""
        self._columns = columns
        self.first = 1
        self.aim = next((i for i, column in enumerate(columns) if column.key == sort), 0)

    def fit(self, room: int) -> None:
        """Lay out what fits into `room` cells; no column is so wide that another could not stand beside the first."""
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
        """Whether there are columns to the right of those on screen."""
        return bool(self.slots) and self.slots[-1].column < len(self._columns) - 1

    def turn(self, first: int) -> None:
        """Show the columns from `first` on beside the pinned one, where there are such."""
        if first >= 1 and (first <= self.first or self.more):
            self.first = first
            self.fit(self._room)

    def aim_at(self, column: int) -> None:
        """Aim at a column, bringing it on screen."""
        self.aim = min(max(column, 0), len(self._columns) - 1)
        if 0 < self.aim < self.first:
            self.turn(self.aim)
        while self.first < self.aim and self.aim not in {slot.column for slot in self.slots}:
            self.first += 1
            self.fit(self._room)

    def resize(self, column: int, cells: int | None) -> None:
        """Make a column `cells` wide, as far as its title and the screen allow; None: as wide as fits best."""
        one = self._columns[column]
        if cells is None:
            self.widths.pop(one.key, None)
        else:
            widest = self._room - 2 * MARGIN - (self.slots[0].width + GAP if column and self.slots else 0)
            least = replace(one, width=1, least=1).narrowest
            self.widths[one.key] = max(min(cells, widest if column else widest // 2), least)
        self.fit(self._room)
        self.aim_at(self.aim)

    def width(self, column: int) -> int:
        """Return the cells a column has on screen, or would have."""
        here = next((slot.width for slot in self.slots if slot.column == column), None)
        return here if here is not None else self._columns[column].usual

    def at(self, x: int) -> Slot | None:
        """Return the column under a cell of the header, the gap after it included."""
        return next((slot for slot in self.slots if slot.x <= x < slot.x + slot.width + GAP), None)

    def edge_at(self, x: int) -> Slot | None:
        """Return the column whose right edge, the gap after it, is under a cell of the header."""
        slot = self.at(x)
        return slot if slot is not None and x >= slot.x + slot.width else None
