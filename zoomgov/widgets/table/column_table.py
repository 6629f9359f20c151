"""A table whose columns can be chosen, sorted by and resized, by keys and by mouse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from zoomgov.widgets.table.column_viewport import STEP
from zoomgov.widgets.table.row_table import FromTable, RowTable

if TYPE_CHECKING:
    from textual import events


class ColumnTable(RowTable):
    """Sorting by any column, by several, and columns of any width.

    Columns that do not fit are not squeezed: they lie to the right, reached with the right arrow, while the first
    column stays.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "aim(-1)", "Column to the left", show=False),
        Binding("right", "aim(1)", "Column to the right", show=False),
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
        """Somebody made a column wider or narrower."""

        widths: dict[str, int]
        """All that were, by their keys."""

    _dragged: int | None = None
    """The column whose edge the mouse holds."""
    _on_edge = False

    # Columns

    def action_aim(self, columns: int) -> None:
        """Choose another column, bringing it on screen."""
        if self._view is None:
            return
        before = self._shown.first
        self._shown.aim_at(self._shown.aim + columns)
        self._header = None
        if self._shown.first != before:
            self._forget_lines()
            self.refresh()
        self.refresh(self._line(0))

    def _turn(self, columns: int) -> None:
        """Show columns that lie further to the right or left."""
        self._shown.turn(self._shown.first + columns)
        self._forget_lines()
        self.refresh()

    def action_resize(self, steps: int) -> None:
        """Make the chosen column wider or narrower; 0: as wide as fits best."""
        if self._view is not None:
            aim = self._shown.aim
            self._resize(aim, self._shown.width(aim) + steps * STEP if steps else None)

    def _resize(self, column: int, cells: int | None) -> None:
        self._shown.resize(column, cells)
        self._forget_lines()
        self.refresh()
        self.post_message(self.ColumnResized(self, dict(self._shown.widths)))

    def sort_by(self, key: str, *, descending: bool = False) -> None:
        """Order by the column `key`."""
        self._ask(self._source, replace(self._query, sort=key, descending=descending, then=()))

    def action_sort(self) -> None:
        """Sort by the chosen column; when that is already so, the other way round."""
        if self._view is not None:
            self._sort(self._shown.aim)

    def action_reverse(self) -> None:
        """Turn the order round."""
        if self._query.sort is not None:
            self.sort_by(self._query.sort, descending=not self._query.descending)

    def action_sort_too(self) -> None:
        """Sort rows that are alike by the chosen column; when that is so already, the other way round."""
        if self._view is None:
            return
        key, query = self._view.source.columns[self._shown.aim].key, self._query
        if query.sort is None or query.sort == key:
            self._sort(self._shown.aim)
            return
        downwards = dict(query.then).get(key)
        others = tuple(one for one in query.then if one[0] != key)
        self._ask(self._source, replace(query, then=(*others, (key, downwards is False))))

    def _sort(self, column: int) -> None:
        assert self._view is not None
        key = self._view.source.columns[column].key
        self.sort_by(key, descending=key == self._query.sort and not self._query.descending)

    # Mouse

    def _title_clicked(self, x: int) -> None:
        slot = self._shown.at(x)
        if slot is not None and not self._on_edge:
            self._shown.aim_at(slot.column)
            self._sort(slot.column)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        edge = self._shown.edge_at(event.x) if event.y == 0 and self._view is not None else None
        self._on_edge = edge is not None
        if edge is not None:
            self._dragged = edge.column
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragged is not None:
            slot = next((slot for slot in self._shown.slots if slot.column == self._dragged), None)
            if slot is not None and event.x != slot.x + slot.width:
                self._resize(self._dragged, event.x - slot.x)

    def on_mouse_up(self) -> None:
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        event.stop()
        self._turn(1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        event.stop()
        self._turn(-1)
