"""A table of any number of rows that costs the same to draw: only what is on screen is fetched and measured.

The stock DataTable measures every cell on the event loop (34 s at 100,000 rows); this one holds a vector of row ids
and asks its source for pages of rows, drawing lines straight through Textual's line API.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from textual import work
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from zoomgov.text import spreadsheet_safe

from .clipboard import copy
from .shown_columns import STEP, ShownColumns
from .table_paint import draw_header, draw_note, draw_row
from .table_source import PAGE, QuickSource, SourceError, TableQuery, TableSource, View

if TYPE_CHECKING:
    from array import array
    from collections.abc import Mapping

    from rich.style import Style
    from textual import events

_LINES_KEPT: Final = 256
_FRAME: Final = 0.1
"""Seconds that a frame takes at most."""
MOST_COPIED: Final = 2_000
"""Rows marked at once or copied: more than a clipboard takes through a terminal, and quickly at hand."""


@dataclass
class _FromTable(Message):
    table: IdentityTable

    @property
    def control(self) -> IdentityTable:
        return self.table


class IdentityTable(ScrollView, can_focus=True):
    """Rows of a `TableSource`, with a row cursor, sorting by any column and a header that stays.

    Columns that do not fit are not squeezed: they lie to the right, reached with the right arrow, while the first
    column stays. A new order is computed on a worker thread with the old one left on screen, and the cursor follows
    its row into the new order once somebody has moved it.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"identity-table--{part}"
        for part in ("header", "sorted", "aimed", "cursor", "mark", "note", "good", "muted", "warning", "error")
    }
    DEFAULT_CSS = """
    IdentityTable {
        height: 1fr;
        background: $background;
        color: $foreground;
        overflow: hidden auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;

        & > .identity-table--header { color: $text-muted; background: $surface; }
        & > .identity-table--sorted { color: $text-primary; text-style: bold; }
        & > .identity-table--aimed { text-style: underline; }
        & > .identity-table--cursor {
            background: $block-cursor-blurred-background;
            color: $block-cursor-blurred-foreground;
        }
        & > .identity-table--mark { color: $text-muted; }
        & > .identity-table--note { color: $text-muted; }
        & > .identity-table--good { color: $text-success; }
        & > .identity-table--muted { color: $text-muted; }
        & > .identity-table--warning { color: $text-warning; }
        & > .identity-table--error { color: $text-error; }
        &:focus > .identity-table--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        &:focus > .identity-table--mark { color: $primary; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,ctrl+home,g", "first", "First row", show=False),
        Binding("end,ctrl+end,G", "last", "Last row", show=False),
        Binding("left", "aim(-1)", "Column to the left", show=False),
        Binding("right", "aim(1)", "Column to the right", show=False),
        Binding("enter", "select", "Open", tooltip="Open the row"),
        Binding(
            "s", "sort", "Sort", show=False, tooltip="Sort by the column chosen with ← →; again: the other way round"
        ),
        Binding("S", "sort_too", "Sort also", show=False, tooltip="For rows that are alike, sort by this column too"),
        Binding("r", "reverse", "Reverse", show=False),
        Binding("less_than_sign", "resize(-1)", "Narrower", show=False, tooltip="Make the chosen column narrower"),
        Binding("greater_than_sign", "resize(1)", "Wider", show=False, tooltip="Make the chosen column wider"),
        Binding("equals_sign", "resize(0)", "Fitting", show=False, tooltip="Let the chosen column fit by itself again"),
        Binding("space", "mark", "Mark", show=False, tooltip="Mark rows to copy them"),
        Binding("a", "mark_all", "Mark all", show=False, tooltip="Mark all rows that were found"),
        Binding("A", "unmark", "Unmark", show=False, tooltip="Take all marks away"),
        Binding("y", "copy", "Copy", show=False, tooltip="Copy the marked rows, or the row under the cursor"),
        Binding("Y", "copy_cell", "Copy cell", show=False, tooltip="Copy the cell in the column chosen with ← →"),
    ]

    @dataclass
    class RowHighlighted(_FromTable):
        """The cursor is on another row. Only the last of a row of them is delivered."""

        row_id: int | None
        """None when there are no rows."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, IdentityTable.RowHighlighted) and message.table is self.table

    @dataclass
    class RowSelected(_FromTable):
        """A row was opened with Enter or a double click."""

        row_id: int

    @dataclass
    class ViewChanged(_FromTable):
        """A new order is on screen."""

        rows: int
        query: TableQuery

    @dataclass
    class ColumnResized(_FromTable):
        """Somebody made a column wider or narrower."""

        widths: dict[str, int]
        """All that were, by their keys."""

    @dataclass
    class MarksChanged(_FromTable):
        """Rows were marked, or marks taken away."""

        rows: int

    @dataclass
    class ReadFailed(_FromTable):
        """The source could not be read."""

        text: str

    def __init__(
        self,
        source: TableSource | None = None,
        query: TableQuery = TableQuery(),  # noqa: B008 (frozen)
        *,
        empty: str = "Nothing here.",
        widths: Mapping[str, int] | None = None,
        id: str | None = None,
    ) -> None:
        """`empty` is shown when there are no rows; `widths` are those of columns that somebody resized."""
        super().__init__(id=id)
        self._source = source
        self._query = query
        self._empty = empty
        self._view: View | None = None
        self._wanted: tuple[TableSource, TableQuery] | None = None
        self._answering = False
        self._problem = ""
        self._cursor = 0
        self._held = False
        self._whole = False
        self._later: int | Literal["end"] | None = None
        self._shown = ShownColumns(widths)
        self._dragged: int | None = None
        self._on_edge = False
        self._laid_out = 0
        self._marked: dict[int, None] = {}
        self._lines: LRUCache[tuple[int, bool], Strip] = LRUCache(_LINES_KEPT)
        self._header: Strip | None = None
        self._styles_at_hand: dict[str, Style] = {}

    # What is shown

    @property
    def row_count(self) -> int:
        """Rows in the order on screen."""
        return len(self._view) if self._view is not None else 0

    @property
    def query_shown(self) -> TableQuery:
        """The query asked for last; its rows may still be on their way."""
        return self._query

    @property
    def view_shown(self) -> TableQuery:
        """The query whose rows are on screen."""
        return self._view.query if self._view is not None else self._query

    @property
    def cursor_index(self) -> int:
        """Place of the cursor in the order on screen."""
        return self._cursor

    @property
    def cursor_id(self) -> int | None:
        """Row id under the cursor."""
        return self._view.ids[self._cursor] if self._view is not None and len(self._view) else None

    def show(self, source: TableSource, query: TableQuery | None = None) -> None:
        """Show `source`; what was there stays until its rows have arrived."""
        self._ask(source, query if query is not None else self._query)

    def search(self, text: str) -> None:
        """Show the rows that `text` finds."""
        if self._source is not None and text != self._query.text:
            self._later = None
            self._ask(self._source, replace(self._query, text=text))

    def sort_by(self, key: str, *, descending: bool = False) -> None:
        """Order by the column `key`."""
        if self._source is not None:
            self._ask(self._source, replace(self._query, sort=key, descending=descending, then=()))

    def explain_empty(self, text: str) -> None:
        """Say `text` when there are no rows."""
        self._empty = text
        self.refresh()

    # Getting the order

    def on_mount(self) -> None:
        if self._source is not None and self._view is None:
            self._ask(self._source, self._query)

    def _ask(self, source: TableSource, query: TableQuery) -> None:
        """Ask for an order; of several questions asked meanwhile, only the last is answered."""
        self._source, self._query = source, query
        self._wanted = (source, query)
        self._problem = ""
        self._header = None
        self.refresh()
        if not self._answering:
            self._answering = True
            self._answer()
        elif isinstance(source, QuickSource):
            source.hurry()

    @work(group="table-order")
    async def _answer(self) -> None:
        try:
            while self._wanted is not None:
                source, query = self._wanted
                self._wanted = None
                try:
                    if isinstance(source, QuickSource):
                        first = await asyncio.to_thread(source.first, query)
                        if self._wanted is not None:
                            continue
                        if first is not None:
                            self._replace_view(source, query, *first)
                            if first[1]:
                                continue
                            await self._drawn()
                    ids = await asyncio.to_thread(source.order, query)
                except SourceError as error:
                    if self._wanted is None:
                        self._fail(str(error))
                else:
                    if self._wanted is None:
                        self._replace_view(source, query, ids, whole=True)
        finally:
            self._answering = False

    async def _drawn(self) -> None:
        """Wait for the frame with what was shown just now, so that making the rest does not delay it."""
        drawn = asyncio.Event()
        self.call_after_refresh(drawn.set)
        with suppress(TimeoutError):  # nothing is drawn while another screen lies above
            await asyncio.wait_for(drawn.wait(), _FRAME)

    def _replace_view(self, source: TableSource, query: TableQuery, ids: array[int], whole: bool) -> None:
        """Show `ids`; unless they are the whole order, what lies beyond them is looked for once the rest is there."""
        held = self.cursor_id if self._held else None
        if self._later is not None:
            held = ids[-1] if self._later == "end" and whole and ids else self._later if self._later != "end" else held
        below_top = self._cursor - self.scroll_offset.y
        if self._view is None or self._view.source.columns is not source.columns:
            self._shown.show(source.columns, query.sort)
        self._view = View(source, query, ids)
        place = self._view.find(held)
        self._held = place is not None
        if whole:
            self._later = None
        elif held is not None and place is None:
            self._later = held
        self._whole = whole
        self._cursor = place or 0
        self._forget_lines()
        self.virtual_size = Size(self.size.width, len(ids) + 1)
        self.scroll_to(y=max(self._cursor - below_top, 0), animate=False, force=True)
        self._scroll_to_cursor()
        self.refresh()
        if whole:
            self.post_message(self.ViewChanged(self, len(ids), query))
        self.post_message(self.RowHighlighted(self, self.cursor_id))

    def _fail(self, text: str) -> None:
        self._problem = text
        self.refresh()
        self.post_message(self.ReadFailed(self, text))

    # Moving

    def _move_to(self, index: int) -> None:
        if not self.row_count:
            return
        self._held = True
        self._later = None
        index = min(max(index, 0), self.row_count - 1)
        if index != self._cursor:
            before, self._cursor = self._cursor, index
            self._refresh_row(before)
            self._refresh_row(index)
            self.post_message(self.RowHighlighted(self, self.cursor_id))
        self._scroll_to_cursor()

    def _scroll_to_cursor(self) -> None:
        top, height = self.scroll_offset.y, self._rows_on_screen
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, force=True)
        elif self._cursor >= top + height:
            self.scroll_to(y=self._cursor - height + 1, animate=False, force=True)

    @property
    def _rows_on_screen(self) -> int:
        return max(self.scrollable_content_region.height - 1, 1)

    def _refresh_row(self, index: int) -> None:
        y = index - self.scroll_offset.y + 1
        if 0 < y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        self._move_to(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by screenfuls, and the view with it."""
        step = pages * max(self._rows_on_screen - 1, 1)
        self.scroll_to(y=self.scroll_offset.y + step, animate=False, force=True)
        self._move_to(self._cursor + step)

    def action_first(self) -> None:
        """Move to the first row."""
        self._move_to(0)

    def action_last(self) -> None:
        """Move to the last row."""
        self._move_to(self.row_count - 1)
        if not self._whole:
            self._later = "end"

    def action_select(self) -> None:
        """Open the row under the cursor."""
        if (row_id := self.cursor_id) is not None:
            self.post_message(self.RowSelected(self, row_id))

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
        self.refresh(Region(0, 0, self.size.width, 1))

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
        if self._view is None or self._source is None:
            return
        key, query = self._view.source.columns[self._shown.aim].key, self._query
        if query.sort is None or query.sort == key:
            self._sort(self._shown.aim)
            return
        downwards = dict(query.then).get(key)
        others = tuple(one for one in query.then if one[0] != key)
        self._ask(self._source, replace(query, then=(*others, (key, downwards is False))))

    # Marking and copying

    def action_mark(self) -> None:
        """Mark the row under the cursor, or take its mark away, and go on to the next."""
        if (row_id := self.cursor_id) is not None:
            if row_id in self._marked:
                del self._marked[row_id]
            else:
                self._marked[row_id] = None
            self._show_marks()
            self._move_to(self._cursor + 1)

    def action_mark_all(self) -> None:
        """Mark all rows of this order."""
        if self._view is None or not self._whole:
            return
        if self.row_count > MOST_COPIED:
            words = f"{self.row_count:,} rows are too many to mark; search for fewer first, {MOST_COPIED:,} at most."
            self.notify(words, severity="warning")
            return
        self._marked.update(dict.fromkeys(self._view.ids))
        self._show_marks()

    def action_unmark(self) -> None:
        """Take all marks away, also those of rows out of view."""
        self._marked.clear()
        self._show_marks()

    def _show_marks(self) -> None:
        self._lines.clear()
        self.refresh()
        self.post_message(self.MarksChanged(self, len(self._marked)))

    @property
    def marked(self) -> frozenset[int]:
        """Ids of the marked rows; they stay marked while they are out of view."""
        return frozenset(self._marked)

    def action_copy(self) -> None:
        """Copy the marked rows, or the row under the cursor."""
        if self._view is not None and self.row_count | len(self._marked):
            self._copy_rows(self._view)

    @work(exclusive=True, group="table-copy")
    async def _copy_rows(self, view: View) -> None:
        """Copy as lines of cells parted by tabs, those that are found in their order and then the others."""
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
        """Copy the cell of the chosen column under the cursor."""
        if self._view is None or not self.row_count:
            return
        column = self._view.source.columns[self._shown.aim]
        try:
            cell = self._view.row(self._cursor)[self._shown.aim]
        except SourceError as error:
            self._fail(str(error))
            return
        text = spreadsheet_safe(column.text(cell))
        copy(self, text, f"{column.title} “{text if len(text) < 40 else text[:39] + '…'}”")

    def _sort(self, column: int) -> None:
        assert self._view is not None
        key = self._view.source.columns[column].key
        self.sort_by(key, descending=key == self._query.sort and not self._query.descending)

    # Mouse

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or self._view is None:
            return
        event.stop()
        if offset.y == 0:
            slot = self._shown.at(offset.x)
            if slot is not None and not self._on_edge:
                self._shown.aim_at(slot.column)
                self._sort(slot.column)
            return
        index = self.scroll_offset.y + offset.y - 1
        if index < self.row_count:
            self._move_to(index)
            if event.chain == 2:
                self.action_select()

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

    # Drawing

    def on_resize(self) -> None:
        self._forget_lines()
        self.virtual_size = Size(self.size.width, self.row_count + 1)
        self._scroll_to_cursor()

    def on_focus(self) -> None:
        self._header = None

    def on_blur(self) -> None:
        self._header = None

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles_at_hand.clear()
        self._forget_lines()

    def _forget_lines(self) -> None:
        self._lines.clear()
        self._header = None
        self._laid_out = self.scrollable_content_region.width
        self._shown.fit(self._laid_out)

    def _style(self, *parts: str) -> Style:
        """Return the style of `parts`, later ones over earlier ones. Kept: asking Textual for each line is dear."""
        name = " ".join(parts)
        style = self._styles_at_hand.get(name)
        if style is None:
            style = self.get_visual_style(*(f"identity-table--{part}" for part in parts)).rich_style
            self._styles_at_hand[name] = style
        return style

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        view = self._view
        if width != self._laid_out:
            self._forget_lines()
        if y == 0:
            if self._header is None:
                aim = self._shown.aim if self.has_focus else None
                columns = view.source.columns if view is not None else ()
                self._header = draw_header(columns, self._shown.slots, self._query, aim, width, self._style)
            return self._header
        index = self.scroll_offset.y + y - 1
        if view is None or index >= len(view) or self._problem:
            return self._draw_note(y, width)
        is_cursor = index == self._cursor
        strip = self._lines.get((index, is_cursor))
        if strip is None:
            try:
                row = view.row(index)
            except SourceError as error:
                self._fail(str(error))
                return self._draw_note(y, width)
            is_marked = view.ids[index] in self._marked
            strip = draw_row(view.source.columns, self._shown.slots, row, is_cursor, width, self._style, is_marked)
            self._lines[(index, is_cursor)] = strip
        return strip

    def _draw_note(self, y: int, width: int) -> Strip:
        if self._problem:
            return draw_note(self._problem, y, width, self._style("error"))
        text = "Loading …" if self._view is None else "" if self.row_count else self._empty
        return draw_note(text, y, width, self._style("note"))
