"""SQLite files: connections, transactions, migrations, and errors in words."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from zoomgov.disk.errors import NewerSchema, StoreError, error_name, obstacle
from zoomgov.disk.ownership import expect_own

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

BUSY_SECONDS: Final = 60.0
_CHUNK: Final = 256
_SMALL_CHUNK: Final = 16
_LARGE_LOG: Final = 4000
_SMALL_LOG: Final = 100
"""Pages in the write-ahead log from which they are written back. Syncs write many; a small file that stays open is
changed by a few at a time, and would be outgrown by its log."""
_CANNOT_WRITE: Final = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_FULL")


def connect(
    path: Path, *, writing: bool, busy_seconds: float = BUSY_SECONDS, durable: bool = False
) -> sqlite3.Connection:
    """Open a connection in autocommit mode, for one thread at a time.

    Temporary tables and sorts stay in memory, so that no file with people's data is left anywhere. Reading works where
    nothing can be written, too (full disk, read-only folder): see `connect_at_rest`.

    Args:
        writing: use a write-ahead log. Without, the connection refuses changes.
        busy_seconds: how long a statement waits for another process that holds the file.
        durable: flush the log at every commit. Without, a power failure may undo the last commits, and no more.

    Raises:
        sqlite3.Error: the file cannot be opened.
        ForeignError: it, or its folder, belongs to somebody else or can be changed by others.
    """
    expect_own(path)
    try:
        return _connect(path, writing, busy_seconds, durable)
    except sqlite3.Error as error:
        if writing or not cannot_write(error) or not is_at_rest(path):
            raise
    return connect_at_rest(path)


class AtRest(sqlite3.Connection):
    """A connection to a file beside which SQLite cannot write its own. It does not notice changes to the file."""


def connect_at_rest(path: Path) -> sqlite3.Connection:
    """Read a file for which `is_at_rest` holds as immutable, without locks or files beside it.

    Raises:
        sqlite3.Error: the file cannot be opened.
    """
    return _connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", writing=False, factory=AtRest)


def is_at_rest(path: Path) -> bool:
    """Whether the file is complete without its write-ahead log: that is missing or empty."""
    log = path.with_name(path.name + "-wal")
    try:
        return path.stat().st_size > 0 and (not log.exists() or log.stat().st_size == 0)
    except OSError:
        return False


def _connect(
    target: Path | str,
    writing: bool,
    busy_seconds: float = BUSY_SECONDS,
    durable: bool = False,
    factory: type[sqlite3.Connection] = sqlite3.Connection,
) -> sqlite3.Connection:
    connection = sqlite3.connect(
        target,
        isolation_level=None,
        check_same_thread=False,
        timeout=busy_seconds,
        cached_statements=256,
        uri=isinstance(target, str),
        factory=factory,
    )
    try:
        connection.execute("PRAGMA temp_store = MEMORY")
        if writing:
            _use_write_ahead_log(connection, busy_seconds)
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            connection.execute("PRAGMA cache_size = -24000")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_SMALL_LOG if durable else _LARGE_LOG}")
            connection.execute("PRAGMA journal_size_limit = 16777216")
        else:
            connection.execute("PRAGMA query_only = 1")
            connection.execute("PRAGMA cache_size = -2000")  # there are several, and the system keeps the file's pages
            connection.execute("PRAGMA user_version")  # opens the file: what is in the way shows here
    except BaseException:
        connection.close()
        raise
    return connection


def _use_write_ahead_log(connection: sqlite3.Connection, busy_seconds: float) -> None:
    """Switch to WAL. SQLite does not wait here while another process switches too, so this does."""
    give_up = time.monotonic() + busy_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.02)


class SharedConnection:
    """A read-only connection that several threads use in turn, and the lock that sees to it."""

    def __init__(self, path: Path) -> None:
        """Open the file at `path`.

        Raises:
            StoreError: it cannot be read.
        """
        self._path = path
        with explained(path):
            self.connection: sqlite3.Connection = connect(path, writing=False)
        self._state = self._file_state()
        self.lock = threading.Lock()
        self._closed = False

    def _file_state(self) -> tuple[int, int] | None:
        """Time and size of the file, which change with its content; None where SQLite notices changes by itself."""
        if not isinstance(self.connection, AtRest) or not is_at_rest(self._path):
            return None
        found = self._path.stat()
        return found.st_mtime_ns, found.st_size

    @contextmanager
    def unchanged(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection for one read; reopened first where it would not notice that the file has changed.

        The caller holds `lock`.

        Raises:
            StoreError: the file changed during the read, or the connection was closed.
        """
        if self._closed:
            raise StoreError("The store was closed. Go back and open it again.")
        if not isinstance(self.connection, AtRest):
            yield self.connection
            return
        if self._file_state() != self._state:
            self.connection.close()
            self.connection = connect(self._path, writing=False)
            self._state = self._file_state()
        before = self._state
        yield self.connection
        if isinstance(self.connection, AtRest) and self._file_state() != before:
            raise StoreError(f"{self._path} changed while it was read. Try again.")

    def close(self) -> None:
        """Close the connection once the read that runs has finished."""
        with self.lock:
            self._closed = True
            self.connection.close()


def schema_version(connection: sqlite3.Connection) -> int:
    """The version of the file's schema: how many migrations it has had."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, migrations: Sequence[str], path: Path) -> None:
    """Bring the file to schema version `len(migrations)`, each step in a transaction of its own.

    Args:
        migrations: step n leads from version n to n + 1: statements separated by semicolons.
        path: named in the error.

    Raises:
        NewerSchema: the file was written by a newer program; it is unchanged.
        StoreError: it says that it was written by none.
    """
    version = schema_version(connection)
    if version < 0:
        raise StoreError(
            f"{path} is damaged: its schema version is {version}. Move it away to begin anew, or put back a copy of it."
        )
    if version > len(migrations):
        raise NewerSchema(path, version, len(migrations))
    while version < len(migrations):
        connection.execute("BEGIN IMMEDIATE")
        try:
            version = schema_version(connection)  # another process may have been first
            if version < len(migrations):
                for statement in filter(str.strip, migrations[version].split(";")):
                    connection.execute(statement)
                version += 1
                connection.execute(f"PRAGMA user_version = {version}")
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # a full disk has rolled back by itself
                connection.execute("ROLLBACK")
            raise


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """One write transaction: all of it or nothing.

    Raises:
        StoreError: the disk is full, the file is damaged, or another program holds it.
    """
    with explained(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # a full disk has rolled back by itself
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            raise


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into `StoreError` with what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}. {_remedy(error, path)}") from error


def cannot_write(error: sqlite3.Error) -> bool:
    """Whether SQLite could not write the files it needs, even for reading."""
    return error_name(error).startswith(_CANNOT_WRITE)


def _remedy(error: sqlite3.Error, path: Path) -> str:
    name = error_name(error)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "Another program holds the file. Close it and try again."
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return (
            f"The file is damaged. Move it away, with {path.name}-wal if that is there, and sync again to read "
            "everything anew; or put back a copy of it."
        )
    kept = "What was published before is unchanged, and the next sync goes on where it stopped."
    return f"{obstacle(error, path.parent)} {kept}".strip()


def select_in(
    connection: sqlite3.Connection, sql: str, values: Sequence[Any], before: Iterable[Any] = ()
) -> Iterator[Any]:
    """Yield the rows of `sql`, whose `{}` stands for a list of `values`, in chunks of one size.

    The size is fixed (the last chunk is padded with its last value) so that SQLite compiles the statement once. Rows
    come in the order of the chunks.

    Args:
        values: any number; none gives no rows.
        before: parameters that come before the list in `sql`.
    """
    if not values:
        return
    size = _CHUNK if len(values) > _SMALL_CHUNK else _SMALL_CHUNK
    statement = sql.format(",".join("?" * size))
    first = tuple(before)
    for start in range(0, len(values), size):
        chunk = tuple(values[start : start + size])
        parameters = first + chunk + (chunk[-1],) * (size - len(chunk))
        yield from connection.execute(statement, parameters).fetchall()  # quicker than one by one
