"""A virtual table: only the rows on screen are read and drawn, so its size does not matter.

Textual's DataTable measures every cell on the event loop (34 s at 100,000 rows). This one holds a vector of row ids,
reads rows from its source by pages, and draws with Textual's line API.
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

from zoomgov.widgets.table.column_viewport import ColumnViewport
from zoomgov.widgets.table.held_frames import HeldFrames
from zoomgov.widgets.table.table_paint import PARTS, TABLE_CSS, draw_header, draw_note, draw_row
from zoomgov.widgets.table.table_source import QuickSource, SourceError, TableQuery, TableSource, View

if TYPE_CHECKING:
    from array import array
    from collections.abc import Mapping

    from rich.style import Style
    from textual import events

_CACHED_LINES: Final = 256
_LONGEST_FRAME: Final = 0.1
"""Seconds to wait for a frame at most."""


@dataclass
class FromTable(Message):
    """Base of the messages of a table."""

    table: RowTable

    @property
    def control(self) -> RowTable:
        return self.table


class RowTable(ScrollView, can_focus=True):
    """Rows of a `TableSource`, with a row cursor and a fixed header.

    A query is answered on a worker thread, while the rows of the one before stay on screen. The cursor stays on its row
    in the new order once somebody has moved it.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"identity-table--{part}" for part in PARTS}
    DEFAULT_CSS = TABLE_CSS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,ctrl+home,g", "first", "First row", show=False),
        Binding("end,ctrl+end,G", "last", "Last row", show=False),
        Binding("enter", "select", "Open", tooltip="Open the row"),
    ]

    @dataclass
    class RowHighlighted(FromTable, namespace="identity_table"):
        """The cursor is on another row. Of several such messages in the queue only the last is delivered."""

        row_id: int | None
        """None when there are no rows."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, RowTable.RowHighlighted) and message.table is self.table

    @dataclass
    class RowSelected(FromTable, namespace="identity_table"):
        """A row was selected with Enter or a double click."""

        row_id: int

    @dataclass
    class ViewChanged(FromTable, namespace="identity_table"):
        """The rows of a new query are on screen, to the last."""

        rows: int
        query: TableQuery

    @dataclass
    class ReadFailed(FromTable, namespace="identity_table"):
        """The source could not be read."""

        text: str
        """Why, and what to do."""

    def __init__(
        self,
        source: TableSource,
        query: TableQuery = TableQuery(),  # noqa: B008 (frozen)
        *,
        empty: str = "Nothing here.",
        widths: Mapping[str, int] | None = None,
        opens_rows: bool = True,
    ) -> None:
        """Make the table.

        Args:
            source: where the rows come from.
            query: the first search and order.
            empty: what is shown when there are no rows.
            widths: cells of the resized columns, by column key.
            opens_rows: whether Enter opens a row.
        """
        super().__init__()
        self._source = source
        self._query = query
        self._empty = empty
        self._opens_rows = opens_rows
        self._view: View | None = None
        self._pending: tuple[TableSource, TableQuery] | None = None
        """The request that the worker takes next; another request replaces it."""
        self._answering = False
        """Whether the worker runs."""
        self._problem = ""
        self._cursor = 0
        self._cursor_moved = False
        """Whether somebody has moved the cursor, so that it stays on its row in a new order."""
        self._is_complete = False
        """Whether the view holds all rows of its query, not only the first."""
        self._cursor_target: int | Literal["end"] | None = None
        """Where the cursor goes once the view is complete: to a row id, or to the end."""
        self._open_first = False
        """Whether to open the first row of the requested query once it is there."""
        self._viewport = ColumnViewport(widths)
        self._laid_out_width = 0
        self._frames = HeldFrames(self)
        self._line_cache: LRUCache[tuple[int, bool], Strip] = LRUCache(_CACHED_LINES)
        self._header: Strip | None = None
        self._style_cache: dict[str, Style] = {}

    # What is shown

    @property
    def row_count(self) -> int:
        """Number of rows of the displayed query."""
        return len(self._view) if self._view is not None else 0

    @property
    def requested_query(self) -> TableQuery:
        """The last query; its rows may not be there yet."""
        return self._query

    @property
    def displayed_query(self) -> TableQuery:
        """The query whose rows are on screen."""
        return self._view.query if self._view is not None else self._query

    @property
    def cursor_index(self) -> int:
        """Index of the cursor's row."""
        return self._cursor

    @property
    def cursor_id(self) -> int | None:
        """Id of the cursor's row; None: there are no rows."""
        return self._view.ids[self._cursor] if self._view is not None and len(self._view) else None

    def show(self, source: TableSource, query: TableQuery | None = None) -> None:
        """Show `source`, by default with the same query. The old rows stay until the new ones are there."""
        self._request(source, query if query is not None else self._query)

    def search(self, text: str) -> None:
        """Search for `text`."""
        if text != self._query.text:
            self._cursor_target = None
            self._open_first = False
            self._request(self._source, replace(self._query, text=text))

    def set_empty_text(self, text: str) -> None:
        """Set what is shown when there are no rows."""
        self._empty = text
        if not self.row_count:
            self.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._opens_rows if action == "select" else super().check_action(action, parameters)

    # Queries

    def on_mount(self) -> None:
        if self._view is None:
            self._request(self._source, self._query)

    def _request(self, source: TableSource, query: TableQuery) -> None:
        """Request the rows of a query. While one is being answered, only the last request is remembered."""
        self._source, self._query = source, query
        self._pending = (source, query)
        self._header = None
        self.refresh(*() if self._problem else (self._line_region(0),))  # the rows stay until others are there
        self._problem = ""
        if isinstance(source, QuickSource) and self._view is not None:
            self._frames.hold()  # the first rows mostly come within this frame
        if not self._answering:
            self._answering = True
            self._answer()
        elif isinstance(source, QuickSource):
            source.interrupt()

    @work(group="table-order")
    async def _answer(self) -> None:
        """Answer requests until none is pending: with the first rows if the source is quick, then with all rows."""
        try:
            while self._pending is not None:
                source, query = self._pending
                self._pending = None
                try:
                    if isinstance(source, QuickSource):
                        first = await asyncio.to_thread(source.first, query)
                        if self._pending is not None:
                            continue
                        self._frames.release()
                        if first is not None:
                            self._replace_view(source, query, *first)
                            if first[1]:
                                continue
                            await self._next_frame()
                    ids = await asyncio.to_thread(source.order, query)
                except SourceError as error:
                    if self._pending is None:
                        self._fail(str(error))
                else:
                    if self._pending is None:
                        self._replace_view(source, query, ids, is_complete=True)
        finally:
            self._answering = False

    async def _next_frame(self) -> None:
        """Wait until the first rows are drawn, so that ordering the rest does not delay them."""
        drawn = asyncio.Event()
        self.call_after_refresh(drawn.set)
        with suppress(TimeoutError):  # a page that is covered is not drawn
            await asyncio.wait_for(drawn.wait(), _LONGEST_FRAME)

    def _replace_view(self, source: TableSource, query: TableQuery, ids: array[int], is_complete: bool) -> None:
        """Show `ids`. If the cursor's row is not among the first rows, the cursor goes to it once all are there."""
        target = self.cursor_id if self._cursor_moved else None
        if self._cursor_target == "end":
            target = ids[-1] if is_complete and ids else target
        elif self._cursor_target is not None:
            target = self._cursor_target
        below_top = self._cursor - self.scroll_offset.y
        if self._view is None or self._view.source.columns is not source.columns:
            self._viewport.show(source.columns, query.sort)
        self._view = View(source, query, ids)
        index = self._view.find(target)
        self._cursor_moved = index is not None
        if is_complete:
            self._cursor_target = None
        elif target is not None and index is None:
            self._cursor_target = target
        self._is_complete = is_complete
        self._cursor = index or 0
        self._invalidate_lines()
        self.virtual_size = Size(self.size.width, len(ids) + 1)
        self.scroll_to(y=max(self._cursor - below_top, 0), animate=False, force=True)
        self._scroll_to_cursor()
        self.refresh()
        if is_complete:
            self.post_message(self.ViewChanged(self, len(ids), query))
        self.post_message(self.RowHighlighted(self, self.cursor_id))
        if self._open_first:
            self._open_first = False
            self.action_select()

    def _fail(self, text: str) -> None:
        self._open_first = False
        self._problem = text
        self.refresh()
        self.post_message(self.ReadFailed(self, text))

    # Moving

    def _move_to(self, index: int) -> None:
        if not self.row_count:
            return
        self._cursor_moved = True
        self._cursor_target = None
        self._open_first = False
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

    def _line_region(self, y: int) -> Region:
        return Region(0, y, self.size.width, 1)

    def _refresh_row(self, index: int) -> None:
        y = index - self.scroll_offset.y + 1
        if 0 < y < self.size.height:
            self.refresh(self._line_region(y))

    def action_move(self, rows: int) -> None:
        """Move the cursor by `rows`."""
        self._move_to(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by screenfuls, and scroll with it."""
        step = pages * max(self._rows_on_screen - 1, 1)
        self.scroll_to(y=self.scroll_offset.y + step, animate=False, force=True)
        self._move_to(self._cursor + step)

    def action_first(self) -> None:
        """Move to the first row."""
        self._move_to(0)

    def action_last(self) -> None:
        """Move to the last row; if not all rows are there yet, again once they are."""
        self._move_to(self.row_count - 1)
        if not self._is_complete:
            self._cursor_target = "end"

    def action_select(self) -> None:
        """Select the row under the cursor; while a search is not answered yet, its first row once that is there."""
        if self._view is None or self.displayed_query.text != self._query.text:
            self._open_first = True
        elif (row_id := self.cursor_id) is not None:
            self.post_message(self.RowSelected(self, row_id))

    # Mouse

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or self._view is None:
            return
        event.stop()
        if offset.y == 0:
            self._header_clicked(offset.x)
            return
        index = self.scroll_offset.y + offset.y - 1
        if index < self.row_count:
            self._move_to(index)
            if event.chain == 2:
                self.action_select()

    # Overridden by subclasses

    def _header_clicked(self, x: int) -> None:
        """The header was clicked, `x` cells from the left."""

    def _is_marked(self, row_id: int) -> bool:
        """Whether the row is drawn with a mark."""
        return False

    # Drawing

    def on_resize(self) -> None:
        if self._frames.release():  # the frame of the new size was held back
            self.screen.refresh()
        self._invalidate_lines()
        self.virtual_size = Size(self.size.width, self.row_count + 1)
        self._scroll_to_cursor()

    def on_focus(self) -> None:
        self._header = None

    def on_blur(self) -> None:
        self._header = None

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._style_cache.clear()
        self._invalidate_lines()

    def _invalidate_lines(self) -> None:
        self._line_cache.clear()
        self._header = None
        self._laid_out_width = self.scrollable_content_region.width
        self._viewport.fit(self._laid_out_width)

    def _style(self, *parts: str) -> Style:
        """Return the style of `parts`, later ones over earlier ones; cached, because Textual computes it slowly."""
        name = " ".join(parts)
        style = self._style_cache.get(name)
        if style is None:
            style = self.get_visual_style(*(f"identity-table--{part}" for part in parts)).rich_style
            self._style_cache[name] = style
        return style

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        view = self._view
        if width != self._laid_out_width:
            self._invalidate_lines()
        if y == 0:
            if self._header is None:
                current = self._viewport.current if self.has_focus else None
                columns = view.source.columns if view is not None else ()
                self._header = draw_header(columns, self._viewport.slots, self._query, current, width, self._style)
            return self._header
        index = self.scroll_offset.y + y - 1
        if view is None or index >= len(view) or self._problem:
            return self._draw_note(y, width)
        is_cursor = index == self._cursor
        strip = self._line_cache.get((index, is_cursor))
        if strip is None:
            try:
                row = view.row(index)
            except SourceError as error:
                self._fail(str(error))
                return self._draw_note(y, width)
            is_marked = self._is_marked(view.ids[index])
            strip = draw_row(view.source.columns, self._viewport.slots, row, is_cursor, width, self._style, is_marked)
            self._line_cache[(index, is_cursor)] = strip
        return strip

    def _draw_note(self, y: int, width: int) -> Strip:
        if self._problem:
            return draw_note(self._problem, y, width, self._style("error"))
        text = "Loading …" if self._view is None else "" if self.row_count else self._empty
        return draw_note(text, y, width, self._style("note"))
