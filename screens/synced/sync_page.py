"""Pages about one sync: a search table, its keys, and what is remembered of how somebody looks at it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, Protocol, cast

from textual import on, work
from textual.binding import Binding, BindingType

from zoomgov.preferences.views import ViewPreferences
from zoomgov.widgets.table.column_table import ColumnTable
from zoomgov.widgets.table.row_table import RowTable
from zoomgov.widgets.table.search_table import SearchTable
from zoomgov.widgets.terminal.key_queue import KEEPS

from ..shared.page import Host, Page
from .table_order import preferred_order

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from textual.app import ComposeResult

    from zoomgov.model.changes import Changes
    from zoomgov.model.kinds import Kind
    from zoomgov.widgets.table.table_layout import TableColumn
    from zoomgov.widgets.table.table_source import TableQuery

    from .opened_sync import OpenedSync
    from .shown_table import ShownTable

TABLE_HELP = """
**In a table** `↑ ↓ PgUp PgDn Home End` move; `Enter` or a double click opens. `← →` choose a column, also those that
do not fit on the screen; `s` sorts by it, again turns the order round, and so does a click on its title; `S` sorts
rows that are alike by one column more. `<` and `>` make the column narrower or wider, `=` lets it fit again; the mouse
drags the gap after a title.

**Copy** `space` marks rows, `a` all that were found, `A` takes the marks away; marks stay while you search and sort.
`y` copies the marked rows or the row under the cursor for a spreadsheet, `Y` a cell. Where there is an export, it can
write the marked rows alone.

**Search** `/` goes to the search line. Results change as you type; `Esc` clears it.
"""


class SyncHost(Host, Protocol):
    """What a page about one sync expects of the app besides. Each page is put above the one on top, as `Host` says."""

    def open_item(self, opened_sync: OpenedSync, kind: Kind, key: str) -> Awaitable[None]:
        """Open a person, group, contact group or role; `key` is Zoom's id."""
        ...

    def open_changes(self, opened_sync: OpenedSync) -> Awaitable[None]:
        """Open what changed since the sync before."""
        ...

    def open_findings(self, opened_sync: OpenedSync) -> Awaitable[None]:
        """Open what looks wrong."""
        ...

    async def open_finding(self, opened_sync: OpenedSync, check: str) -> bool:
        """Open what one check found. False: it found nothing, and nothing is opened.

        Raises:
            SourceError: it cannot be read.
        """
        ...

    def open_licences(self, opened_sync: OpenedSync, show_users: Callable[[str], None]) -> Awaitable[None]:
        """Open licences in numbers; `show_users` filters the table of users by a text, once that page is left."""
        ...

    def open_export(self, opened_sync: OpenedSync, shown: ShownTable) -> Awaitable[None]:
        """Open the export of the whole sync, or of what a table shows."""
        ...

    def open_export_of_changes(
        self, opened_sync: OpenedSync, changes: Changes, found: Changes, typed: str
    ) -> Awaitable[None]:
        """Open the export of `changes`, or of those that the table shows: `found`, by the search `typed`."""
        ...


class SyncPage(Page[None]):
    """A page around one search table at a time. Fill in `compose` and `preferences_key`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash,ctrl+f", "search", "Search", key_display="/", tooltip="Find by any word of a row"),
        Binding("escape", "back", "Back", tooltip="Clear the search, or go back"),
    ]

    def __init__(self, opened_sync: OpenedSync) -> None:
        super().__init__()
        self.opened_sync = opened_sync
        self._orders: dict[str, tuple[tuple[str, bool], ...]] = {}
        """The order each table was last saved in, by `preferences_key`."""

    @property
    def host(self) -> SyncHost:
        """The app, as far as pages about one sync may know it."""
        return cast("SyncHost", self.app)

    @property
    def preferences_key(self) -> str:
        """The key of the table on screen in `ViewPreferences`."""
        raise NotImplementedError

    @property
    def search_table(self) -> SearchTable | None:
        """The table on screen; None when there is nothing to search."""
        return next(iter(self.query(SearchTable)), None)

    def compose(self) -> ComposeResult:
        raise NotImplementedError

    # Searching, and going back

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "search" and self.is_mounted:
            return (table := self.search_table) is not None and not table.is_searching
        return super().check_action(action, parameters)

    def action_search(self) -> None:
        """Put the cursor into the search line."""
        if (table := self.search_table) is not None:
            table.search.focus()

    def action_back(self) -> None:
        """Clear the search; from an empty search line to the rows; from there, leave."""
        table = self.search_table
        if table is not None and (table.clear() or table.search.has_focus):
            table.table.focus()
        elif len(self.app.screen_stack) > 1:
            self.app.pop_screen()

    # Preferences: order and widths of the columns

    async def last_layout(
        self, columns: Sequence[TableColumn], sort: str | None = None
    ) -> tuple[TableQuery, Mapping[str, int] | None]:
        """Return the order of the table and the widths of its columns as they were left; sorted by `sort` at first."""
        preferences = await self.read_preferences()
        order = preferred_order(preferences, self.preferences_key, [column.key for column in columns], sort)
        self._orders[self.preferences_key] = order.keys
        return order, preferences.widths.get(self.preferences_key)

    async def read_preferences(self) -> ViewPreferences:
        """Return what is saved for this connector."""
        file = self.opened_sync.preferences
        return await asyncio.to_thread(file.read) if file is not None else ViewPreferences()

    @work(group=KEEPS)
    async def change_preferences(self, how: Callable[[ViewPreferences], None]) -> None:
        """Save a change; where it cannot be saved, nobody is interrupted for it."""
        if (file := self.opened_sync.preferences) is not None:
            with suppress(OSError):
                await asyncio.to_thread(file.change, how)

    @on(ColumnTable.ColumnResized)
    def _column_resized(self, event: ColumnTable.ColumnResized) -> None:
        key, widths = self.preferences_key, event.widths
        self.change_preferences(lambda preferences: preferences.widths.update({key: widths}))

    @on(RowTable.ViewChanged)
    def _order_changed(self, event: RowTable.ViewChanged) -> None:
        table, key, order = self.search_table, self.preferences_key, event.query.keys
        if table is not None and event.table is table.table and self._orders.get(key) != order:
            self._orders[key] = order
            self.change_preferences(lambda preferences: preferences.orders.update({key: list(order)}))
