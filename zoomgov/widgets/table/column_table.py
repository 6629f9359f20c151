"""A table whose columns can be selected, sorted by and resized, by keyboard and mouse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from zoomgov.widgets.table.column_viewport import STEP
from zoomgov.widgets.table.row_table import FromTable, RowTable

if TYPE_CHECKING:
    from textual import events


class ColumnTable(RowTable):
    """Sorts by one or several columns, resizes columns, and scrolls sideways by whole columns; the first is pinned.

    Keys act on the current column, which the arrow keys select.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "current_column(-1)", "Column to the left", show=False),
        Binding("right", "current_column(1)", "Column to the right", show=False),
        Binding(
            "s", "sort", "Sort", show=False, tooltip="Sort by the column chosen with ← →; again: the other way round"
        ),
        Binding("S", "sort_too", "Sort also", show=False, tooltip="For rows that are alike, sort by this column too"),
        Binding("r", "reverse", "Reverse", show=False),
        Binding("less_than_sign", "resize(-1)", "Narrower", show=False, tooltip="Make the chosen column narrower"),
        Binding("greater_than_sign", "resize(1)", "Wider", show=False, tooltip="Make the chosen column wider"),
        Binding("equals_sign", "resize(0)", "Fitting", show=False, tooltip="Let the chosen column fit by itself again"),
    ]

    @dataclass
    class ColumnResized(FromTable, namespace="identity_table"):
        """The person has resized a column."""

        widths: dict[str, int]
        """Cells of all resized columns, by column key."""

    _dragged: int | None = None
    """Index of the column whose edge is dragged."""
    _on_edge = False
    """Whether the last press of the mouse was on a column's edge."""

    # Columns

    def action_current_column(self, columns: int) -> None:
        """Move the current column by `columns`, and scroll it into view."""
        if self._view is None:
            return
        before = self._viewport.first
        self._viewport.select(self._viewport.current + columns)
        self._header = None
        if self._viewport.first != before:
            self._invalidate_lines()
            self.refresh()
        self.refresh(self._line_region(0))

    def _scroll_columns(self, columns: int) -> None:
        """Scroll sideways by columns."""
        self._viewport.scroll_to(self._viewport.first + columns)
        self._invalidate_lines()
        self.refresh()

    def action_resize(self, steps: int) -> None:
        """Make the current column wider or narrower by steps of `STEP` cells; 0: back to its automatic width."""
        if self._view is not None:
            current = self._viewport.current
            self._resize(current, self._viewport.width(current) + steps * STEP if steps else None)

    def _resize(self, column: int, cells: int | None) -> None:
        self._viewport.resize(column, cells)
        self._invalidate_lines()
        self.refresh()
        self.post_message(self.ColumnResized(self, dict(self._viewport.widths)))

    def sort_by(self, key: str, *, descending: bool = False) -> None:
        """Sort by the column `key` only."""
        self._request(self._source, replace(self._query, sort=key, descending=descending, then=()))

    def action_sort(self) -> None:
        """Sort by the current column; if it is the sort key already, reverse the order."""
        if self._view is not None:
            self._sort(self._viewport.current)

    def action_reverse(self) -> None:
        """Reverse the order."""
        if self._query.sort is not None:
            self.sort_by(self._query.sort, descending=not self._query.descending)

    def action_sort_too(self) -> None:
        """Add the current column as the last sort key; if it is one already, reverse its order."""
        if self._view is None:
            return
        key, query = self._view.source.columns[self._viewport.current].key, self._query
        if query.sort is None or query.sort == key:
            self._sort(self._viewport.current)
            return
        descending = dict(query.then).get(key)
        others = tuple(other for other in query.then if other[0] != key)
        self._request(self._source, replace(query, then=(*others, (key, descending is False))))

    def _sort(self, column: int) -> None:
        assert self._view is not None
        key = self._view.source.columns[column].key
        self.sort_by(key, descending=key == self._query.sort and not self._query.descending)

    # Mouse

    def _header_clicked(self, x: int) -> None:
        slot = self._viewport.at(x)
        if slot is not None and not self._on_edge:
            self._viewport.select(slot.column)
            self._sort(slot.column)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        edge = self._viewport.edge_at(event.x) if event.y == 0 and self._view is not None else None
        self._on_edge = edge is not None
        if edge is not None:
            self._dragged = edge.column
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragged is not None:
            slot = next((slot for slot in self._viewport.slots if slot.column == self._dragged), None)
            if slot is not None and event.x != slot.x + slot.width:
                self._resize(self._dragged, event.x - slot.x)

    def on_mouse_up(self) -> None:
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        event.stop()
        self._scroll_columns(1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        event.stop()
        self._scroll_columns(-1)
