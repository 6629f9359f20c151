"""A page with one list, read once on a worker thread, then searched and sorted in memory."""

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
"""Width of the progress bar, in cells."""


class ListPage(SyncPage):
    """Fill in `COLUMNS` and `PREFERENCES_KEY` (or their properties), `read` and, where a row opens a page, `opened`."""

    CSS_PATH = Path(__file__).resolve().with_name("list_page.tcss")
    """Absolute: Textual looks for a relative one beside the module of the subclass."""
    BINDINGS: ClassVar[list[BindingType]] = []
    COLUMNS: ClassVar[Sequence[TableColumn]] = ()
    PREFERENCES_KEY: ClassVar[str] = ""
    """The key of the table in `ViewPreferences`."""
    NOUN: ClassVar[str] = "rows"
    PLACEHOLDER: ClassVar[str] = "Search …"
    EMPTY: ClassVar[str] = "Nothing here."

    def __init__(self, opened_sync: OpenedSync, title: str) -> None:
        super().__init__(opened_sync)
        self._title = title
        self._loop: asyncio.AbstractEventLoop | None = None

    def read(self) -> Sequence[Row]:
        """Return the rows. Called on a worker thread.

        Raises:
            SourceError: they cannot be read.
        """
        raise NotImplementedError

    def read_so_far(self, done: int, total: int) -> None:
        """Show the progress of `read`, which calls this from its thread.

        Raises:
            SourceError: the page was left; `read` is to stop.
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
        """Return a line to show above the table. Called once, after `read`."""
        return ""

    def notice(self) -> str:
        """Return what is missing from the rows. Called once, after `read`."""
        return ""

    def empty(self) -> str:
        """Return why there are no rows. Called once, after `read`."""
        return self.EMPTY

    def opened(self, index: int) -> None:
        """Open the page of a row, by its place in what `read` returned."""

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
            empty=self.empty(), notice=self.notice(), opens_rows=type(self).opened is not ListPage.opened,
        )  # fmt: skip
        await self.query_one("#list").mount(table)
        table.table.focus()

    @property
    def columns(self) -> Sequence[TableColumn]:
        """The columns; a page whose columns depend on more than its class returns them here."""
        return self.COLUMNS

    @property
    def preferences_key(self) -> str:
        return self.PREFERENCES_KEY

    @on(IdentityTable.RowSelected)
    def _row_selected(self, event: IdentityTable.RowSelected) -> None:
        self.opened(event.row_id)
