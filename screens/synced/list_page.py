"""A page with one fixed list: read once on a worker thread, then searched and sorted."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from zoomgov.widgets.banner import Banner
from zoomgov.widgets.busy import Busy
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.table.identity_table import IdentityTable
from zoomgov.widgets.table.search_table import SearchTable
from zoomgov.widgets.table.table_source import ListSource, SourceError
from zoomgov.widgets.terminal.key_queue import FILLS

from .sync_page import SyncPage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from zoomgov.widgets.table.table_layout import TableColumn
    from zoomgov.widgets.table.table_source import Row

    from .opened_sync import OpenedSync


_BAR: Final = 24
"""Cells of the bar."""


class ListPage(SyncPage):
    """Fill in `COLUMNS` and `HABIT` (or `columns` and `habit`), `read` and, where a row leads on, `opened`."""

    CSS_PATH = Path(__file__).resolve().with_name("list_page.tcss")
    """Absolute: Textual looks for a relative one beside the module of the subclass."""
    BINDINGS: ClassVar[list[BindingType]] = []
    COLUMNS: ClassVar[Sequence[TableColumn]] = ()
    PREFERENCES_KEY: ClassVar[str] = ""
    """The name under which widths and order of the columns are remembered."""
    NOUN: ClassVar[str] = "rows"
    PLACEHOLDER: ClassVar[str] = "Search …"
    EMPTY: ClassVar[str] = "Nothing here."

    def __init__(self, opened_sync: OpenedSync, title: str) -> None:
        super().__init__(opened_sync)
        self._title = title
        self._loop: asyncio.AbstractEventLoop | None = None

    def read(self) -> Sequence[Row]:
        """The rows; on a worker thread.

        Raises:
            SourceError: they cannot be read.
        """
        raise NotImplementedError

    def read_so_far(self, done: int, total: int) -> None:
        """Say how far `read` is; for `read` to call, on its thread.

        Raises:
            SourceError: the page was left meanwhile, nobody waits any longer.
        """
        if self._loop is None or not self.is_running:
            raise SourceError("This page was closed.")
        self._loop.call_soon_threadsafe(self._wait, done, total)

    def _wait(self, done: int, total: int) -> None:
        nothing = self.query_one("#nothing", Busy)
        if nothing.waiting_for:
            full = round(_BAR * done / total)
            nothing.waiting(f"{'━' * full}{'─' * (_BAR - full)}  {done} of {total}   Esc stops it")

    def about(self) -> str:
        """A quiet line above the table, asked once its rows were read."""
        return ""

    def notice(self) -> str:
        """What to know about the rows, asked once they were read."""
        return ""

    def empty(self) -> str:
        """Why there are no rows, asked once they were read."""
        return self.EMPTY

    def opened(self, index: int) -> None:
        """The row at `index` was opened."""

    def compose(self) -> ComposeResult:
        yield Banner(f"{self.opened_sync.name}  ›  {self._title}")
        yield Static(id="about")
        yield Container(id="list")
        yield Busy(id="nothing")
        yield KeyFooter(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#about").display = False
        self.query_one("#nothing", Busy).waiting("Loading …")
        self._loop = asyncio.get_running_loop()
        self.load()

    @work(exclusive=True, group=FILLS)
    async def load(self) -> None:
        """Read the rows and show them."""
        nothing = self.query_one("#nothing", Busy)
        try:
            rows = await asyncio.to_thread(self.read)
        except SourceError as error:
            nothing.done(Content(f"✗ {error}"))
            return
        order, widths = await self.last_layout(self.columns)
        nothing.done(Content(""))
        nothing.display = False
        about = self.about()
        self.query_one("#about", Static).update(Content(about))
        self.query_one("#about").display = bool(about)
        table = SearchTable(
            ListSource(self.columns, rows), order, widths=widths, noun=self.NOUN, placeholder=self.PLACEHOLDER,
            empty=self.empty(), notice=self.notice(), leads_on=type(self).opened is not ListPage.opened,
        )  # fmt: skip
        await self.query_one("#list").mount(table)
        table.table.focus()

    @property
    def columns(self) -> Sequence[TableColumn]:
        """The columns of this page; they are `COLUMNS` but where pages of one class differ."""
        return self.COLUMNS

    @property
    def preferences_key(self) -> str:
        return self.PREFERENCES_KEY

    @on(IdentityTable.RowSelected)
    def _row_selected(self, event: IdentityTable.RowSelected) -> None:
        self.opened(event.row_id)
