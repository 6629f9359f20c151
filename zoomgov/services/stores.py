"""What was synced, one store a connector: open it, read it, and take it away.

What screens and commands may hold of a store is here too: they do not reach into `zoomgov.store`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.disk.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zoomgov.connectors.model import Connector
    from zoomgov.model.syncs import SyncInfo
    from zoomgov.store.reader import Reader
    from zoomgov.store.store import Store, StoreRemoval

__all__ = ["Reader", "StoreError", "Stores", "load_store"]


def load_store() -> None:
    """Import what reading a store needs, ahead of the first one that is opened."""
    from zoomgov.store import reader, store  # noqa: F401


class Stores:
    """The stores of all connectors. Its methods block for a small read at most; call them on a worker thread."""

    def __init__(self, path_of: Callable[[str], Path]) -> None:
        """Open nothing yet. `path_of` gives a store's file by the id of its connector."""
        self._path_of = path_of
        self._open: dict[str, Store] = {}

    def open(self, connector: Connector) -> Store:
        """The connector's store, created if it is not there; opened once.

        Raises:
            StoreError: it is no store, was written by a newer zoomgov, or cannot be created.
        """
        from zoomgov.store.store import Store

        if connector.id not in self._open:
            self._open[connector.id] = Store.open(self._path_of(connector.id))
        return self._open[connector.id]

    def exists(self, connector: Connector) -> bool:
        """Whether there is a file for this connector, be it an empty one.

        Raises:
            StoreError: its folder cannot be looked into.
        """
        return self._size(connector) is not None

    def is_busy(self, connector: Connector) -> bool:
        """Whether a sync of it runs, in this process or another."""
        from zoomgov.store.store import is_busy

        return is_busy(self._path_of(connector.id))

    def reader(self, connector: Connector) -> Reader:
        """A new reader of what was last synced; the caller closes it.

        Raises:
            StoreError: it cannot be read, or what was synced is not where it was.
        """
        self._expect(connector)
        return self.open(connector).reader()

    def latest_sync(self, connector: Connector) -> SyncInfo | None:
        """The last published sync, or None.

        Raises:
            StoreError: as `reader`.
        """
        if self._expect(connector) is None:
            return None
        with self.open(connector).reader() as reader:
            return reader.latest()

    def finished_sync(self, connector: Connector) -> SyncInfo | None:
        """The last published sync, unless another was begun after it: that one did not finish. For one not busy."""
        try:
            if not self.exists(connector) or self.open(connector).has_begun():
                return None
            return self.latest_sync(connector)
        except StoreError:
            return None

    def removal(self, connector: Connector) -> StoreRemoval:
        """Take the right to delete the connector's store: no sync of it can begin until the caller releases it.

        Raises:
            StoreBusy: a sync of it runs.
            StoreError: its lock file cannot be written.
        """
        from zoomgov.store.store import StoreRemoval

        removal = StoreRemoval(self._path_of(connector.id))
        if (store := self._open.pop(connector.id, None)) is not None:
            store.close()
        return removal

    def close(self) -> None:
        """Close every file."""
        for store in self._open.values():
            store.close()
        self._open.clear()

    def _expect(self, connector: Connector) -> int | None:
        """The size of the store's file, or None; a file that was moved away is not taken for *never synced*."""
        size = self._size(connector)
        if connector.last_sync_at is not None and not size:
            raise StoreError(
                f"{self._path_of(connector.id)} is missing or empty: it holds what was last synced on "
                f"{connector.last_sync_at:%Y-%m-%d}. Put it back where it was, or sync again to read everything anew."
            )
        return size

    def _size(self, connector: Connector) -> int | None:
        path = self._path_of(connector.id)
        try:
            return path.stat().st_size
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror}.") from error
