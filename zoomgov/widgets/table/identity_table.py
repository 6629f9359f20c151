"""The table of people and resources, whose rows can be marked, copied and exported."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType

from zoomgov.text import spreadsheet_safe
from zoomgov.widgets.table.column_table import ColumnTable
from zoomgov.widgets.table.row_table import FromTable
from zoomgov.widgets.table.table_source import PAGE, SourceError
from zoomgov.widgets.terminal.clipboard import copy

if TYPE_CHECKING:
    from zoomgov.widgets.table.table_source import View

MOST_COPIED: Final = 2_000
"""Most rows that can be marked at once or copied: more than terminals accept, and read quickly."""


class IdentityTable(ColumnTable):
    """Marks rows, which stay marked when the table is searched or sorted, and copies them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", show=False, tooltip="Mark rows to copy or export them"),
        Binding("a", "mark_all", "Mark all", show=False, tooltip="Mark all rows that were found"),
        Binding("A", "unmark", "Unmark", show=False, tooltip="Take all marks away"),
        Binding("y", "copy", "Copy", show=False, tooltip="Copy the marked rows, or the row under the cursor"),
        Binding("Y", "copy_cell", "Copy cell", show=False, tooltip="Copy the cell in the column chosen with ← →"),
    ]

    @dataclass
    class MarksChanged(FromTable, namespace="identity_table"):
        """Rows were marked or unmarked."""

        rows: int
        """Number of marked rows."""

    @cached_property
    def _marked(self) -> dict[int, None]:
        """Ids of the marked rows, in the order of marking."""
        return {}

    # Marking and copying

    def action_mark(self) -> None:
        """Mark or unmark the row under the cursor, and move to the next."""
        if (row_id := self.cursor_id) is not None:
            if row_id in self._marked:
                del self._marked[row_id]
            else:
                self._marked[row_id] = None
            self._show_marks()
            self._move_to(self._cursor + 1)

    def action_mark_all(self) -> None:
        """Mark all rows that were found."""
        if self._view is None or not self._is_complete or self._answering:
            self.notify("The rows are still loading. Press it again once they are counted.", severity="warning")
            return
        if self.row_count > MOST_COPIED:
            words = f"{self.row_count:,} rows are too many to mark; search for fewer first, {MOST_COPIED:,} at most."
            self.notify(words, severity="warning")
            return
        self._marked.update(dict.fromkeys(self._view.ids))
        self._show_marks()

    def action_unmark(self) -> None:
        """Unmark all rows, those that the search leaves out too."""
        self._marked.clear()
        self._show_marks()

    def _show_marks(self) -> None:
        self._line_cache.clear()
        self.refresh()
        self.post_message(self.MarksChanged(self, len(self._marked)))

    @property
    def marked(self) -> frozenset[int]:
        """Ids of the marked rows, those that the search leaves out included."""
        return frozenset(self._marked)

    def action_copy(self) -> None:
        """Copy the marked rows, or the row under the cursor."""
        if self._view is not None and self.row_count | len(self._marked):
            self._copy_rows(self._view)

    @work(exclusive=True, group="table-copy")
    async def _copy_rows(self, view: View) -> None:
        """Copy rows as tab-separated lines: found rows in the table's order, then the other marked ones."""
        marked = dict(self._marked)
        if len(marked) > MOST_COPIED:
            words = f"{len(marked):,} rows are too many to copy. Export writes them to a file."
            self.notify(words, severity="warning")
            return
        found = await asyncio.to_thread(lambda: [row_id for row_id in view.ids if row_id in marked]) if marked else []
        hidden = marked.keys() - set(found)
        ids = [*found, *(row_id for row_id in marked if row_id in hidden)] or [view.ids[self._cursor]]
        columns = view.source.columns
        try:
            pages = [view.source.rows(ids[start : start + PAGE]) for start in range(0, len(ids), PAGE)]
        except SourceError as error:
            self._fail(str(error))
            return
        lines = [
            "\t".join(spreadsheet_safe(column.text(cell)) for column, cell in zip(columns, row, strict=True))
            for page in pages
            for row in page
        ]
        what = "1 row" if len(ids) == 1 else f"{len(ids):,} rows"
        if hidden and self.row_count:
            what += f" ({len(hidden):,} of them not in this search)"
        copy(self, "\n".join(lines), what, "Export writes a file instead.")

    def action_copy_cell(self) -> None:
        """Copy the cell under the cursor in the current column."""
        if self._view is None or not self.row_count:
            return
        column = self._view.source.columns[self._viewport.current]
        try:
            cell = self._view.row(self._cursor)[self._viewport.current]
        except SourceError as error:
            self._fail(str(error))
            return
        text = spreadsheet_safe(column.text(cell))
        copy(self, text, f"{column.title} “{text if len(text) < 40 else text[:39] + '…'}”")

    def _is_marked(self, row_id: int) -> bool:
        return row_id in self._marked
