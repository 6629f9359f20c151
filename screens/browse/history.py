"""The history of one person or resource, sync by sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.widgets.table.table_layout import TableColumn
from zoomgov.words.times import day, moment

from ..synced.list_page import ListPage
from ..synced.sync_page import TABLE_HELP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zoomgov.model.kinds import Kind
    from zoomgov.widgets.table.table_source import Row

    from ..synced.opened_sync import OpenedSync


class HistoryScreen(ListPage):
    """What changed, the newest first."""

    HELP = f"""
# History

Everything that changed about this person or thing, the newest first, with the sync that saw it. A change happened
some time between that sync and the one before. What was seen by a sync that is no longer kept was *before* the oldest
one that is.
{TABLE_HELP}
"""
    PREFERENCES_KEY = "history"
    NOUN = "events"
    PLACEHOLDER = "Search history …"
    EMPTY = "Nothing is known about it."

    def __init__(self, opened_sync: OpenedSync, kind: Kind, key: str, name: str) -> None:
        super().__init__(opened_sync, f"{name}  ›  History")
        self._kind = kind
        self._key = key
        self._oldest = ""

    @property
    def columns(self) -> Sequence[TableColumn]:
        return (
            TableColumn("when", "Seen (UTC)", 17, show=self._when),
            TableColumn("sync", "Sync", 6, align="right"),
            TableColumn("what", "What", 40, least=24, most=120),
        )

    def _when(self, at: object) -> str:
        return moment(at) if isinstance(at, str) else f"before {self._oldest}"

    def read(self) -> Sequence[Row]:
        entries = self.opened_sync.history(self._kind, self._key)
        self._oldest = next((day(sync.finished_at) for sync in self.opened_sync.syncs()), "")
        # A number in place of a time that is not known: numbers are sorted before all times.
        return [(one.at or one.sync, one.sync, one.what) for one in entries]
