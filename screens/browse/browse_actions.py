"""What one does with a table of Browse: filters, columns, and Zoom's own page of a row."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from zoomgov.widgets.table.table_source import SourceError

from ..synced.portal import open_portal, portal_link
from ..synced.words import DEFAULT_SORT
from .column_choice import ColumnsScreen
from .saved_filters import SavedFiltersScreen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zoomgov.model.kinds import Kind
    from zoomgov.preferences.views import ViewPreferencesFile
    from zoomgov.widgets.table.search_table import SearchTable

    from ..synced.opened_sync import OpenedSync, StoreSource


class TableActions:
    """Actions about one table: that of `kind`.

    They are awaited by workers of the page, so that the key queue knows whose they are.
    """

    def __init__(
        self,
        opened_sync: OpenedSync,
        kind: Kind,
        source: StoreSource,
        table: SearchTable,
        preferences: ViewPreferencesFile,
    ) -> None:
        """`source` is what `table` shows at first; `preferences` is where choices are saved."""
        self._opened_sync = opened_sync
        self._kind = kind
        self._source = source
        self._table = table
        self._preferences = preferences

    async def choose_filter(self) -> None:
        """Open the saved filters: to save the one that is typed, or to take another."""
        kind, table = self._kind.value, self._table
        saved = (await asyncio.to_thread(self._preferences.read)).filters.get(kind, {})

        def save(filters: dict[str, str]) -> None:
            self._preferences.change(lambda preferences: preferences.filters.update({kind: filters}))

        def chosen(text: str | None) -> None:
            if text is not None:
                table.type(text)
                table.table.focus()

        await table.app.push_screen(SavedFiltersScreen(table.text.strip(), saved, save), chosen)

    async def choose_columns(self, show: Callable[[list[str]], object]) -> None:
        """Open the choice of columns; `show` is given the keys of those that are chosen."""

        def chosen(columns: list[str] | None) -> None:
            if columns is not None:
                show(columns)

        shown = [column.key for column in self._source.columns]
        await self._table.app.push_screen(ColumnsScreen(self._source.all_columns, shown), chosen)

    async def show_columns(self, columns: Sequence[str]) -> None:
        """Show these columns from now on, and save them. A table sorted by one that is hidden is sorted by name."""
        kind = self._kind
        try:
            self._source = self._opened_sync.source(kind, None, columns)
            await asyncio.to_thread(
                self._preferences.change, lambda preferences: preferences.columns.update({kind.value: list(columns)})
            )
        except SourceError as error:
            self._table.notify(str(error), severity="error", markup=False)
            return
        except OSError as error:
            self._table.notify(f"They are not kept: {error.strerror}.", severity="warning", markup=False)
        if not self._table.is_attached:  # a newer sync took its place meanwhile
            return
        query = self._table.table.requested_query
        left = [key for key in query.keys if key[0] in columns]
        if len(left) < len(query.keys):  # no title would tell of that order
            query = query.sorted_by(left or [(DEFAULT_SORT, False)])
            title = next((one.title for one in self._source.columns if one.key == query.sort), "name").lower()
            text = f"The column it was sorted by is hidden: sorted by {title} now."
            self._table.notify(text, markup=False)
        self._table.table.show(self._source, query)

    async def open_portal(self) -> None:
        """Open Zoom's own page for the row under the cursor, or the list of its kind where there is none."""
        row = self._table.table.cursor_id
        key = email = name = ""
        with suppress(SourceError):  # then it is the page of all
            if row is not None:
                key, name, email = await asyncio.to_thread(self._opened_sync.row_identity, self._kind, row)
        link, exact = portal_link(self._opened_sync.cloud, self._kind, key, email)
        open_portal(self._table, link, name, exact=exact)
