"""All syncs that are stored; Enter browses one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from zoomgov.widgets.table.table_layout import TableColumn
from zoomgov.words.changes import sync_changes
from zoomgov.words.syncs import counted
from zoomgov.words.times import moment

from ..synced.list_page import ListPage
from ..synced.sync_page import TABLE_HELP

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zoomgov.model.syncs import SyncInfo
    from zoomgov.widgets.table.table_source import Row

    from ..synced.opened_sync import OpenedSync


def _count(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "not read"


def _row(sync: SyncInfo) -> Row:
    known = {number.key: number.value for number in counted(sync.counts, sync.not_read)}
    return (
        moment(sync.finished_at), sync.number, "● complete" if sync.complete else "▲ not complete",
        known["users"], sync_changes(sync.changes), known["groups"], known["contact_groups"], known["roles"],
    )  # fmt: skip


class SyncsScreen(ListPage):
    """Number, time, completeness, counts and what changed."""

    HELP = f"""
# Syncs

Every sync that is kept, the newest first: whether it read everything, what it found, and what changed against the one
before. Enter browses it as it was then; nothing else changes.
{TABLE_HELP}
"""
    COLUMNS: ClassVar[Sequence[TableColumn]] = (
        TableColumn("time", "Finished (UTC)", 17),
        TableColumn("number", "Sync", 6, align="right"),
        TableColumn("state", "Read", 14, tones={"● complete": "good", "▲ not complete": "warning"}),
        TableColumn("users", "Users", 9, align="right", show=_count),
        TableColumn("changes", "Changed", 26, least=18, most=80),
        TableColumn("groups", "Groups", 8, align="right", show=_count),
        TableColumn("contact_groups", "Contact groups", 14, align="right", show=_count),
        TableColumn("roles", "Roles", 7, align="right", show=_count),
    )
    PREFERENCES_KEY = "syncs"
    NOUN = "syncs"
    PLACEHOLDER = "Search syncs …"

    def __init__(self, opened_sync: OpenedSync, browse: Callable[[int], None]) -> None:
        """`browse` opens the sync of a number."""
        super().__init__(opened_sync, "Syncs")
        self._browse = browse
        self._numbers: list[int] = []

    def read(self) -> Sequence[Row]:
        syncs = self.opened_sync.syncs()[::-1]
        self._numbers = [sync.number for sync in syncs]
        return [_row(sync) for sync in syncs]

    def opened(self, index: int) -> None:
        self._browse(self._numbers[index])
