"""What leads on from browsing: to the page of an item, to the other pages of a sync, and to dialogs about a table."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import on, work

from zoomgov.connectors.model import Step
from zoomgov.model.kinds import Kind
from zoomgov.widgets.table.row_table import RowTable
from zoomgov.widgets.table.table_source import SourceError
from zoomgov.widgets.terminal.key_queue import OPENS

from ..synced.portal import open_portal, portal_link
from ..synced.shown_table import ShownTable
from ..synced.sync_notes import targets_to_name
from ..synced.sync_page import SyncPage
from ..synced.words import DEFAULT_SORT
from .column_choice import ColumnsScreen
from .saved_filters import SavedFiltersScreen

if TYPE_CHECKING:
    from zoomgov.connectors.model import Connector
    from zoomgov.preferences.views import ViewPreferencesFile

    from ..synced.opened_sync import OpenedSync, StoreSource

_NEEDING_A_SYNC = frozenset(
    {"search", "kind", "notes", "filters", "changes", "syncs", "findings", "export", "licences", "columns", "portal"}
)


class BrowsePages(SyncPage):
    """Actions about the table of `_kind` that is on screen; what puts it there is the screen's."""

    def __init__(self, connector: Connector, browser: OpenedSync) -> None:
        super().__init__(browser)
        self.connector = connector
        self._kind = Kind.USERS
        self._sources: dict[Kind, StoreSource] = {}

    @property
    def habits(self) -> ViewPreferencesFile:
        """What is remembered of this connector."""
        raise NotImplementedError

    @property
    def habit(self) -> str:
        return self._kind.value

    async def _show_users(self, text: str) -> None:
        """Show the users that `text` finds."""
        raise NotImplementedError

    @on(RowTable.RowSelected)
    def _row_selected(self, event: RowTable.RowSelected) -> None:
        self.open_item(self._kind, event.row_id)

    @work(exclusive=True, group=OPENS)
    async def open_item(self, kind: Kind, row_id: int) -> None:
        """Open an item on a page of its own."""
        key = await asyncio.to_thread(self.browser.key, row_id)
        await self.host.open_item(self.browser, kind, key)

    @work(exclusive=True, group=OPENS)
    async def action_portal(self) -> None:
        """Open Zoom's own page for the item under the cursor in the browser."""
        table = self.search_table
        row = table.table.cursor_id if table is not None else None
        key = email = name = ""
        with suppress(SourceError):  # then it is the page of all
            if row is not None:
                key, name, email = await asyncio.to_thread(self.browser.called, self._kind, row)
        link, exact = portal_link(self.connector.cloud, self._kind, key, email)
        open_portal(self, link, name, exact=exact)

    # The table on screen

    @work(exclusive=True, group=OPENS)
    async def action_filters(self) -> None:
        """Save the filter that is typed, or choose a saved one."""
        table = self.search_table
        if table is None:
            return
        kind = self._kind.value
        kept = await self.read_habits()

        def keep(filters: dict[str, str]) -> None:
            self.habits.change(lambda kept: kept.filters.update({kind: filters}))

        def chosen(text: str | None) -> None:
            if text is not None:
                table.type(text)
                table.table.focus()

        screen = SavedFiltersScreen(table.text.strip(), kept.filters.get(kind, {}), keep)
        await self.app.push_screen(screen, chosen)

    async def action_columns(self) -> None:
        """Choose the columns of this table; they are kept."""
        kind = self._kind
        if (source := self._sources.get(kind)) is None:
            return

        def chosen(columns: list[str] | None) -> None:
            if columns is not None:
                self.show_columns(kind, columns)

        shown = [column.key for column in source.columns]
        await self.app.push_screen(ColumnsScreen(source.all_columns, shown), chosen)

    @work(group="browse")
    async def show_columns(self, kind: Kind, columns: list[str]) -> None:
        """Show these columns from now on."""
        try:
            source = self._sources[kind] = self.browser.source(kind, None, columns)
            await asyncio.to_thread(self.habits.change, lambda kept: kept.columns.update({kind.value: columns}))
        except SourceError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        except OSError as error:
            self.notify(f"They are not kept: {error.strerror}.", severity="warning", markup=False)
        if (table := self.search_table) is not None and kind is self._kind:
            query = table.table.query_shown
            left = [key for key in query.keys if key[0] in columns]
            if len(left) < len(query.keys):  # an order that no title tells of would be a riddle
                query = query.sorted_by(left or [(DEFAULT_SORT, False)])
                what = next((one.title for one in source.columns if one.key == query.sort), "name").lower()
                self.notify(f"The column it was sorted by is hidden: sorted by {what} now.", markup=False)
            table.table.show(source, query)

    # Pages

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in _NEEDING_A_SYNC and self.browser.sync is None:
            return False
        return super().check_action(action, parameters)

    @work(exclusive=True, group=OPENS)
    async def action_notes(self) -> None:
        """List what the sync did not read and what disagrees."""
        sync = self.browser.sync
        if sync is not None:
            names = await asyncio.to_thread(self.browser.names, targets_to_name(sync))
            await self.host.open_sync_notes(sync, names)

    def action_changes(self) -> None:
        """Compare syncs."""
        self.host.open_changes(self.browser)

    def action_findings(self) -> None:
        """Show what looks wrong."""
        self.host.open_findings(self.browser)

    def action_export(self) -> None:
        """Write a file."""
        if (table := self.search_table) is not None:
            self.host.open_export(self.browser, ShownTable.of(self._kind, table))

    def action_licences(self) -> None:
        """Count licences and logins."""

        def show(text: str) -> None:
            self.call_later(self._show_users, text)

        self.host.open_licences(self.browser, show)

    def action_sync(self) -> None:
        """Go to the sync page, and start."""
        self.host.open_step(Step.SYNC, self.connector, start=True, replace=True)
