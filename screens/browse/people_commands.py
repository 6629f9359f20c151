"""People in the command palette: those of the sync that is browsed."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from textual.command import Hit, Hits, Provider
from textual.content import Content

from zoomgov.model.kinds import Kind
from zoomgov.widgets.table.table_layout import cell_text
from zoomgov.widgets.table.table_source import SourceError, TableQuery

from ..synced.opened_sync import store_query
from ..synced.sync_page import SyncPage

if TYPE_CHECKING:
    from ..synced.opened_sync import OpenedSync
    from ..synced.sync_page import SyncHost

_LEAST: Final = 2
"""Fewest letters to search for: one letter finds everybody."""
_MOST: Final = 8
"""Most people offered; *Go to a person* shows all."""


class PeopleCommands(Provider):
    """Offers the pages of people, found by any part of a name or e-mail address.

    They are from the topmost page about a sync; dialogs and other pages may lie above it.
    """

    async def search(self, query: str) -> Hits:
        pages = (screen.opened_sync for screen in reversed(self.app.screen_stack) if isinstance(screen, SyncPage))
        opened_sync = next(pages, None)
        words = query.strip()
        if len(words) < _LEAST or opened_sync is None or opened_sync.sync is None:
            return
        try:
            found = await asyncio.to_thread(_found, opened_sync, words)
        except SourceError:
            return  # the page itself says what is wrong
        matcher = self.matcher(query)
        for key, name, email in found:
            text = f"{name}  {email}" if email else name
            score = max(matcher.match(text), 0.1) * 0.9  # a command of that name comes first
            yield Hit(score, Content(text), partial(self._open, opened_sync, key), text, "Open the person")

    def _open(self, opened_sync: OpenedSync, key: str) -> None:
        cast("SyncHost", self.app).open_item(opened_sync, Kind.USERS, key)


def _found(opened_sync: OpenedSync, words: str) -> list[tuple[str, str, str]]:
    """Return Zoom's id, name and e-mail address of the first people found; for a worker thread."""
    query = store_query(Kind.USERS, TableQuery(words, sort="name"))
    quick = opened_sync.first(Kind.USERS, query)
    ids = quick[0] if quick is not None and (quick[0] or quick[1]) else opened_sync.order(Kind.USERS, query)
    people = []
    for row in ids[:_MOST]:
        key, name, email = opened_sync.row_identity(Kind.USERS, row)
        people.append((key, cell_text(name), cell_text(email)))
    return people
