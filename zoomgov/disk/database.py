"""Connections, transactions, and SQLite's errors in words."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from zoomgov.disk.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_CHUNK = 256
_NO_SPACE: Final = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHM")
"""The last: the file all connections share cannot grow."""
_CANNOT_WRITE: Final = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_FULL")


def connect(path: Path, *, writing: bool) -> sqlite3.Connection:
    """Open a connection in autocommit mode; may be used from one thread at a time.

    Temporary tables and sorts stay in memory: no file with people's data is left anywhere. To read is possible
    where nothing can be written, too: on a full disk, in a folder or on a disk that is read-only.
    """
    try:
        return _connect(path, writing)
    except sqlite3.Error as error:
        if writing or not cannot_write(error) or not is_at_rest(path):
            raise
    return connect_at_rest(path)


class AtRest(sqlite3.Connection):
    """A connection to a file that nothing can be written beside. It is blind to changes: see `Reader`."""


def connect_at_rest(path: Path) -> sqlite3.Connection:
    """Read a file as it lies there, for which `is_at_rest` holds."""
    return _connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", writing=False, factory=AtRest)


def is_at_rest(path: Path) -> bool:
    """Whether all there is lies in the file itself, so that it can be read without SQLite's files beside it."""
    log = path.with_name(path.name + "-wal")
    try:
        return path.stat().st_size > 0 and (not log.exists() or log.stat().st_size == 0)
    except OSError:
        return False


def _connect(
    target: Path | str, writing: bool, factory: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    connection = sqlite3.connect(
        target,
        isolation_level=None,
        check_same_thread=False,
        timeout=60,
        cached_statements=256,
        uri=isinstance(target, str),
        factory=factory,
    )
    try:
        connection.execute("PRAGMA temp_store = MEMORY")
        if writing:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA cache_size = -24000")
            connection.execute("PRAGMA wal_autocheckpoint = 4000")
            connection.execute("PRAGMA journal_size_limit = 16777216")
        else:
            connection.execute("PRAGMA query_only = 1")
            connection.execute("PRAGMA cache_size = -2000")  # there are several, and the system keeps the file's pages
            connection.execute("PRAGMA user_version")  # opens the file: what is in the way shows here
    except BaseException:
        connection.close()
        raise
    return connection


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


def error_name(error: sqlite3.Error) -> str:
    """SQLite's name of the error, e.g. SQLITE_FULL; empty when it has none."""
    return getattr(error, "sqlite_errorname", "") or ""


def cannot_write(error: sqlite3.Error) -> bool:
    """Whether SQLite could not write the files it needs, be it only to read."""
    return error_name(error).startswith(_CANNOT_WRITE)


def obstacle(error: sqlite3.Error | OSError, folder: Path) -> str:
    """Why a file in `folder` cannot be written, and what to do, in a sentence; empty when it is something else."""
    name = error_name(error) if isinstance(error, sqlite3.Error) else ""
    number = error.errno if isinstance(error, OSError) else None
    if name.startswith(_NO_SPACE) or number in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full. Free some space and try again."
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")) or number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"It cannot be written there. Check that {folder} belongs to you and is not read-only."
    if name.startswith("SQLITE_IOERR") or number == errno.EIO:
        return f"The disk that holds {folder} does not work as it should: it may be full, unplugged or failing."
    return ""


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

    The size is fixed (the last chunk is padded with its last value) so that SQLite compiles the statement once.
    """
    if not values:
        return
    size = _CHUNK if len(values) > 16 else 16
    statement = sql.format(",".join("?" * size))
    first = tuple(before)
    for start in range(0, len(values), size):
        chunk = tuple(values[start : start + size])
        values_of_chunk = first + chunk + (chunk[-1],) * (size - len(chunk))
        yield from connection.execute(statement, values_of_chunk).fetchall()  # quicker than one by one
