"""The store of one connector: opens the file, hands out the one writer and any number of readers."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Self

from zoomgov.disk.database import connect, explained, migrate, schema_version, transaction
from zoomgov.disk.errors import StoreError, not_writable
from zoomgov.disk.files import create_private
from zoomgov.disk.locks import ProcessLock, is_locked
from zoomgov.store import schema
from zoomgov.store.damage import explained_reading
from zoomgov.store.schema import SEARCH_INDEX, SEARCH_TABLE, STAGING_KEY, meta_key

if TYPE_CHECKING:
    from zoomgov.store.reader import Reader
    from zoomgov.store.write.writer import SyncWriter


class Store:
    """One SQLite file. Cheap to open; safe to open in several processes at once.

    Threads: `Store` keeps no open connection of its own. A `SyncWriter` belongs to one thread at a time; a
    `Reader` may be shared by two, one that reads pages and one that orders and searches.
    """

    def __init__(self, path: Path) -> None:
        """Open `path`, creating or migrating it. One that cannot be written can still be read.

        Raises:
            StoreError: it is no store, was written by a newer zoomgov, or cannot be written and has to be.
        """
        self.path = Path(path)
        try:
            self._prepare()
        except StoreError:
            if not self._readable():
                raise

    def _readable(self) -> bool:
        """Whether all readers need is there: a full disk or a read-only folder is in the way of syncs only."""
        try:
            connection = connect(self.path, writing=False)
            try:
                return schema_version(connection) == schema.SCHEMA_VERSION
            finally:
                connection.close()
        except sqlite3.Error:
            return False

    def _prepare(self) -> None:
        try:
            create_private(self.path)
        except OSError as error:
            raise not_writable(self.path, error) from error
        with explained(self.path):
            connection = connect(self.path, writing=True)
            try:
                migrate(connection, schema.MIGRATIONS, self.path)
            finally:
                connection.close()

    @classmethod
    def open(cls, path: Path) -> Self:
        """The same as `Store(path)`."""
        return cls(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is held; here so that a store can be used like other files."""

    # Writing

    def _writable(self) -> sqlite3.Connection:
        with explained(self.path):
            return connect(self.path, writing=True)

    def begin(self, started_at: str, *, resume_since: str = "") -> SyncWriter:
        """Take the sync lock and go on from what an interrupted run has staged.

        Args:
            started_at: Zoom's text form, UTC.
            resume_since: what was staged by a run that began before this is dropped instead.

        Raises:
            StoreBusy: another sync of this store runs.
        """
        from zoomgov.store.write.writer import SyncWriter

        lock = ProcessLock(lock_path(self.path), started_at)
        try:
            connection = self._writable()
        except BaseException:
            lock.release()
            raise
        try:
            return SyncWriter(connection, self.path, lock, started_at, resume_since)
        except BaseException:
            connection.close()
            lock.release()
            raise

    def has_begun(self) -> bool:
        """Whether there is a sync that was begun, and neither published nor dropped."""
        with explained(self.path):
            connection = connect(self.path, writing=False)
            try:
                return connection.execute("SELECT 1 FROM meta WHERE key = ?", (STAGING_KEY,)).fetchone() is not None
            finally:
                connection.close()

    # Reading

    def reader(self, sync: int | None = None) -> Reader:
        """Open the latest published sync, or an older one that is still kept, on connections of its own.

        Raises:
            StoreError: there is no such sync.
        """
        from zoomgov.store.reader import Reader

        return Reader(self.path, sync)

    def build_search(self) -> bool:
        """Make the index for words of three letters and more, once; later syncs keep it. For a worker thread.

        Without it searches read all names: some 30 ms for 200,000 people instead of 5. Making it takes seconds.

        Returns:
            False when it was there already.
        """
        connection = self._writable()
        try:
            with transaction(connection, self.path):
                if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (SEARCH_TABLE,)).fetchone():
                    return False
                for statement in SEARCH_INDEX:
                    connection.execute(statement)
        finally:
            connection.close()
        return True

    def prune(self, keep: int) -> int:
        """Forget all but the `keep` newest syncs; comparisons of those kept stay true.

        Returns:
            How many syncs were forgotten.

        Raises:
            StoreBusy: a sync runs; nothing was forgotten.
        """
        from zoomgov.store.write.prune import prune

        lock = ProcessLock(lock_path(self.path), "")
        try:
            connection = self._writable()
            try:
                with explained_reading(self.path), transaction(connection, self.path):
                    return prune(connection, keep)
            finally:
                connection.close()
        finally:
            lock.release()

    # What the connector remembers between syncs

    def get_meta(self, key: str) -> str | None:
        """Return what was remembered under `key`."""
        with explained(self.path):
            connection = connect(self.path, writing=False)
            try:
                row = connection.execute("SELECT value FROM meta WHERE key = ?", (meta_key(key),)).fetchone()
            finally:
                connection.close()
        return None if row is None else str(row[0])

    def set_meta(self, key: str, value: str) -> None:
        """Remember `value`: a page size that works, what is used of a daily budget."""
        connection = self._writable()
        try:
            with transaction(connection, self.path):
                connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (meta_key(key), value))
        finally:
            connection.close()


def lock_path(path: Path) -> Path:
    """The file whose lock is the right to sync `path`."""
    return path.with_name(path.name + ".lock")


def is_busy(path: Path) -> bool:
    """Whether a sync of the store at `path` is running, here or in another process."""
    return is_locked(lock_path(path))


class StoreRemoval:
    """The right to delete a store: until it is released no sync of it can begin, here or in another process."""

    def __init__(self, path: Path) -> None:
        """Lock the store at `path`, which need not exist.

        Raises:
            StoreBusy: a sync of it runs.
            StoreError: the lock file cannot be written.
        """
        self._path = path
        self._deleted = False
        self._lock = ProcessLock(lock_path(path), "")

    def delete(self) -> None:
        """Delete the store and what SQLite keeps beside it.

        Raises:
            OSError: a file cannot be deleted. The database goes last: a log left behind would be taken for its own.
        """
        for suffix in ("-wal", "-shm", ""):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self._deleted = True

    def release(self) -> None:
        """Give the lock back, and delete its file when the store is deleted. Harmless when given back already."""
        self._lock.release()
        if self._deleted:
            lock_path(self._path).unlink(missing_ok=True)
