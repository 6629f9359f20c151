"""Pages about one sync: they remember widths and order of their columns, and the palette knows its people."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import on, work

from zoomgov.preferences.views import ViewPreferences
from zoomgov.widgets.table.column_table import ColumnTable
from zoomgov.widgets.table.row_table import RowTable
from zoomgov.widgets.terminal.key_queue import KEEPS

from .table_order import preferred_order
from .table_page import TablePage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual.app import ComposeResult

    from zoomgov.widgets.table.table_layout import TableColumn
    from zoomgov.widgets.table.table_source import TableQuery

    from .opened_sync import OpenedSync


class SyncPage(TablePage):
    """Fill in `habit`."""

    def __init__(self, browser: OpenedSync) -> None:
        super().__init__()
        self.browser = browser
        self._orders: dict[str, tuple[tuple[str, bool], ...]] = {}
        """The order every table was last remembered in, by its habit."""

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
