"""The pane beside a table of Browse: the item under the cursor."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

from textual import work

from zoomgov.model.kinds import Kind
from zoomgov.widgets.fact_sheet import FactSheet, Sheet
from zoomgov.widgets.table.table_source import SourceError

from ..synced.sheets import person_sheet, resource_sheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from textual.timer import Timer

    from ..synced.opened_sync import OpenedSync

_FOLLOW_AFTER: Final = 0.05
"""Seconds the cursor rests before the pane follows, so that a held arrow key stays fast."""


class ItemPane(FactSheet):
    """Follows the cursor of the table beside it."""

    def __init__(self, opened_sync: OpenedSync, now: Callable[[], datetime], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._opened_sync = opened_sync
        self._now = now
        self._timer: Timer | None = None

    def follow(self, kind: Kind, row_id: int | None) -> None:
        """Show the item of a row once the cursor rests on it; None for nothing. A narrow screen has no pane."""
        if self._timer is not None:
            self._timer.stop()
        if not self.screen.has_class("-wide"):
            return
        if row_id is None:
            self.show(None)
        else:
            self._timer = self.set_timer(_FOLLOW_AFTER, partial(self.show_item, kind, row_id))

    @work(exclusive=True, group="browse-detail")
    async def show_item(self, kind: Kind, row_id: int) -> None:
        """Read one item on a worker thread and show it."""
        try:
            sheet = await asyncio.to_thread(self._read, kind, row_id)
        except SourceError as error:
            sheet = Sheet("This cannot be shown", str(error))
        if self.is_attached:  # else the screen was left meanwhile
            self.show(sheet)

    def _read(self, kind: Kind, row_id: int) -> Sheet:
        key = self._opened_sync.key(row_id)
        if kind is not Kind.USERS:
            return resource_sheet(self._opened_sync.resource(kind, key))
        person = self._opened_sync.person(key)
        return person_sheet(person, self._opened_sync.privileges(person), self._now())
