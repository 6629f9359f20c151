"""What Browse reads before it is asked for: counts of the other tables, and what searching by fields starts from."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from zoomgov.widgets.table.table_source import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from ..synced.opened_sync import OpenedSync

_GROUP: Final = "browse-values"
"""The group of its workers."""


class ReadAhead:
    """Reads in workers of the page, one sync's values once. What cannot be read is told by who needs it."""

    def __init__(self, page: Screen[None], opened_sync: OpenedSync) -> None:
        self._page = page
        self._opened_sync = opened_sync
        self._prepared = False
        self._values: dict[str, list[str]] | None = None

    def start_again(self) -> None:
        """Forget what was read: another sync is shown from now on."""
        self._prepared, self._values = False, None

    def prepare_search(self) -> None:
        """Read what fields need, between going to the search line and typing one."""
        if not self._prepared:
            self._prepared = True
            self._begin(self._opened_sync.prepare)

    def count_grants(self) -> None:
        """Count what the other tables show, while the first one is looked at."""
        self._begin(self._opened_sync.count_grants)

    async def offered_values(self) -> dict[str, list[str]]:
        """Return the roles, departments and licences that can be completed; nothing until they were read once."""
        if self._values is None:
            self._values = {}
            self._begin(self._read_values)
        return self._values

    def _read_values(self) -> None:
        self._values = self._opened_sync.offered_values()

    def _begin(self, read: Callable[[], None]) -> None:
        async def reading() -> None:
            with suppress(SourceError):
                await asyncio.to_thread(read)

        self._page.run_worker(reading(), group=_GROUP)
