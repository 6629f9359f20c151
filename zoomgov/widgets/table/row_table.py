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

from zoomgov.widgets.table.column_viewport import ColumnViewport
from zoomgov.widgets.table.held_frames import HeldFrames
from zoomgov.widgets.table.table_paint import PARTS, TABLE_CSS, draw_header, draw_note, draw_row
from zoomgov.widgets.table.table_source import QuickSource, SourceError, TableQuery, TableSource, View

if TYPE_CHECKING:
    from array import array
    from collections.abc import Mapping

    from rich.style import Style
    from textual import events

_LINES_KEPT: Final = 256
_FRAME: Final = 0.1
"""Seconds that a frame takes at most."""


@dataclass
class FromTable(Message):
    """Something happened to a table."""

    table: RowTable

    @property
    def control(self) -> RowTable:
        return self.table


class RowTable(ScrollView, can_focus=True):
    """Rows of a `TableSource` with a row cursor and a header that stays.

    A new order is computed on a worker thread with the old one left on screen, and the cursor follows its row into the
    new order once somebody has moved it.
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
        """The cursor is on another row. Only the last of a row of them is delivered."""

        row_id: int | None
        """None when there are no rows."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, RowTable.RowHighlighted) and message.table is self.table

    @dataclass
    class RowSelected(FromTable, namespace="identity_table"):
        """A row was opened with Enter or a double click."""

        row_id: int

    @dataclass
    class ViewChanged(FromTable, namespace="identity_table"):
        """A new order is on screen."""

        rows: int
        query: TableQuery

    @dataclass
    class ReadFailed(FromTable, namespace="identity_table"):
        """The source could not be read."""

        text: str

    def __init__(
        self,
        source: TableSource,
        query: TableQuery = TableQuery(),  # noqa: B008 (frozen)
        *,
        empty: str = "Nothing here.",
        widths: Mapping[str, int] | None = None,
        leads_on: bool = True,
    ) -> None:
        """Make the table.

        Args:
            source: The rows.
            query: What to sort by and to search for at first.
            empty: Why there are no rows.
            widths: Cells of columns that somebody resized.
            leads_on: Enter opens a row.
        """
        super().__init__()
        self._source = source
        self._query = query
        self._empty = empty
        self._leads_on = leads_on
        self._view: View | None = None
        self._wanted: tuple[TableSource, TableQuery] | None = None
        self._answering = False
        self._problem = ""
        self._cursor = 0
        self._held = False
        self._whole = False
        self._later: int | Literal["end"] | None = None
        self._opens = False
        """Whether the first row of what is searched is to be opened, once that is found."""
        self._shown = ColumnViewport(widths)
        self._laid_out = 0
        self._frames = HeldFrames(self)
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
        if text != self._query.text:
            self._later = None
            self._opens = False
            self._ask(self._source, replace(self._query, text=text))

    def explain_empty(self, text: str) -> None:
        """Say `text` when there are no rows."""
        self._empty = text
        if not self.row_count:
            self.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._leads_on if action == "select" else super().check_action(action, parameters)

    # Getting the order

    def on_mount(self) -> None:
        if self._view is None:
            self._ask(self._source, self._query)

    def _ask(self, source: TableSource, query: TableQuery) -> None:
        """Ask for an order; of several questions asked meanwhile, only the last is answered."""
        self._source, self._query = source, query
        self._wanted = (source, query)
        self._header = None
        self.refresh(*() if self._problem else (self._line(0),))  # the rows stay until others have arrived
        self._problem = ""
        if isinstance(source, QuickSource) and self._view is not None:
            self._frames.hold()  # mostly the first rows are there at once
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
                        self._frames.release()
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
        if self._opens:
            self._opens = False
            self.action_select()

    def _fail(self, text: str) -> None:
        self._opens = False
        self._problem = text
        self.refresh()
        self.post_message(self.ReadFailed(self, text))

    # Moving

    def _move_to(self, index: int) -> None:
        if not self.row_count:
            return
        self._held = True
        self._later = None
        self._opens = False
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

    def _line(self, y: int) -> Region:
        return Region(0, y, self.size.width, 1)

    def _refresh_row(self, index: int) -> None:
        y = index - self.scroll_offset.y + 1
        if 0 < y < self.size.height:
            self.refresh(self._line(y))

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
        """Open the row under the cursor; of what is still looked for, the first, and not of what is on screen."""
        if self._view is None or self.view_shown.text != self._query.text:
            self._opens = True
        elif (row_id := self.cursor_id) is not None:
            self.post_message(self.RowSelected(self, row_id))

    # Mouse

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or self._view is None:
            return
        event.stop()
        if offset.y == 0:
            self._title_clicked(offset.x)
            return
        index = self.scroll_offset.y + offset.y - 1
        if index < self.row_count:
            self._move_to(index)
            if event.chain == 2:
                self.action_select()

    # What a table of more than rows fills in

    def _title_clicked(self, x: int) -> None:
        """The header was clicked, `x` cells from the left."""

    def _is_marked(self, row_id: int) -> bool:
        """Whether the row is drawn with a mark."""
        return False

    # Drawing

    def on_resize(self) -> None:
        if self._frames.release():  # that of the new size was not drawn
            self.screen.refresh()
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
            is_marked = self._is_marked(view.ids[index])
            strip = draw_row(view.source.columns, self._shown.slots, row, is_cursor, width, self._style, is_marked)
            self._lines[(index, is_cursor)] = strip
        return strip

    def _draw_note(self, y: int, width: int) -> Strip:
        if self._problem:
            return draw_note(self._problem, y, width, self._style("error"))
        text = "Loading …" if self._view is None else "" if self.row_count else self._empty
        return draw_note(text, y, width, self._style("note"))
