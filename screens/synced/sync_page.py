"""Pages about one sync: they remember widths and order of their columns, and the palette knows its people."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, cast

from textual import on, work

from zoomgov.preferences.views import ViewPreferences
from zoomgov.widgets.table.column_table import ColumnTable
from zoomgov.widgets.table.row_table import RowTable
from zoomgov.widgets.terminal.key_queue import KEEPS

from ..shared.page import Host
from .table_order import preferred_order
from .table_page import TablePage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from textual.app import ComposeResult

    from zoomgov.model.changes import Changes
    from zoomgov.model.kinds import Kind
    from zoomgov.widgets.table.table_layout import TableColumn
    from zoomgov.widgets.table.table_source import TableQuery

    from .opened_sync import OpenedSync
    from .shown_table import ShownTable


class SyncHost(Host, Protocol):
    """What a page about one sync expects of the app besides. All pages are put above the one on top, as `Host` says."""

    def open_item(self, opened_sync: OpenedSync, kind: Kind, key: str) -> Awaitable[None]:
        """Open a person, group, contact group or role by Zoom's id."""
        ...

    def open_changes(self, opened_sync: OpenedSync) -> Awaitable[None]:
        """Open what changed since the sync before."""
        ...

    def open_findings(self, opened_sync: OpenedSync) -> Awaitable[None]:
        """Open what looks wrong."""
        ...

    def open_licences(self, opened_sync: OpenedSync, show_users: Callable[[str], None]) -> Awaitable[None]:
        """Open licences in numbers; `show_users` goes back and filters the users by a text."""
        ...

    def open_export(self, opened_sync: OpenedSync, shown: ShownTable) -> Awaitable[None]:
        """Open the export of the sync or of what a table shows."""
        ...

    def open_export_of_changes(
        self, opened_sync: OpenedSync, changes: Changes, found: Changes, typed: str
    ) -> Awaitable[None]:
        """Open the export of `changes`, or of those that a table shows for the search `typed`: `found`."""
        ...


class SyncPage(TablePage):
    """Fill in `habit`."""

    def __init__(self, browser: OpenedSync) -> None:
        super().__init__()
        self.browser = browser
        self._orders: dict[str, tuple[tuple[str, bool], ...]] = {}
        """The order every table was last remembered in, by its habit."""

    @property
    def host(self) -> SyncHost:
        """The app, as far as pages about one sync may know it."""
        return cast("SyncHost", self.app)

    @property
    def habit(self) -> str:
        """The name under which the table on screen is remembered."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        raise NotImplementedError

    async def last_look(
        self, columns: Sequence[TableColumn], sort: str | None = None
    ) -> tuple[TableQuery, Mapping[str, int] | None]:
        """The order of the table of `habit` and the widths of its columns, as they were left; by `sort` at first."""
        kept = await self.read_habits()
        order = preferred_order(kept, self.habit, [column.key for column in columns], sort)
        self._orders[self.habit] = order.keys
        return order, kept.widths.get(self.habit)

    async def read_habits(self) -> ViewPreferences:
        """What was remembered so far."""
        habits = self.browser.habits
        return await asyncio.to_thread(habits.read) if habits is not None else ViewPreferences()

    @on(ColumnTable.ColumnResized)
    def _column_resized(self, event: ColumnTable.ColumnResized) -> None:
        habit, widths = self.habit, event.widths
        self.keep_habit(lambda kept: kept.widths.update({habit: widths}))

    @on(RowTable.ViewChanged)
    def _order_changed(self, event: RowTable.ViewChanged) -> None:
        table, habit, keys = self.search_table, self.habit, event.query.keys
        if table is not None and event.table is table.table and self._orders.get(habit) != keys:
            self._orders[habit] = keys
            self.keep_habit(lambda kept: kept.orders.update({habit: list(keys)}))

    @work(group=KEEPS)
    async def keep_habit(self, how: Callable[[ViewPreferences], None]) -> None:
        """Remember something; that it cannot be is no reason to interrupt anybody."""
        if self.browser.habits is not None:
            with suppress(OSError):
                await asyncio.to_thread(self.browser.habits.change, how)
