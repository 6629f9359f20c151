"""What browsing remembers of how somebody looks at a connector: columns, their widths, the order, named filters."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from zoomgov.kept import Kept, read_kept, write_kept
from zoomgov.widgets.table_source import TableQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from zoomgov.connectors.model import Connector
    from zoomgov.services import Services


class Habits:
    """The file of one connector, for worker threads; changes made at once do not undo one another."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def read(self) -> Kept:
        """Return what is kept."""
        with self._lock:
            return read_kept(self._path)

    def change(self, how: Callable[[Kept], None]) -> None:
        """Change what is kept; nothing is written when that makes no difference.

        Raises:
            OSError: it cannot be written.
        """
        with self._lock:
            kept, before = read_kept(self._path), read_kept(self._path)
            how(kept)
            if kept != before:
                write_kept(self._path, kept)


def habits_of(services: Services, connector: Connector) -> Habits:
    """Return what is remembered of browsing a connector."""
    return Habits(services.settings.data_dir / "browse" / f"{connector.id}.json")


def kept_order(kept: Kept, table: str, shown: Collection[str], first: str | None = None) -> TableQuery:
    """Return the order a table was last in, by those of its columns that are shown; by `first` where it was in none."""
    keys = [(key, down) for key, down in kept.orders.get(table, []) if key in shown]
    return TableQuery(sort=first) if not keys else TableQuery().sorted_by(keys)
