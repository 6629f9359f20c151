"""Connections, transactions, and SQLite's errors in words."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from zoomgov.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_CHUNK = 256


def connect(path: Path, *, writing: bool) -> sqlite3.Connection:
    """Open a connection in autocommit mode; may be used from one thread at a time.

    Temporary tables and sorts stay in memory: no file with people's data is left anywhere.
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=60, cached_statements=256)
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
            connection.execute("PRAGMA cache_size = -8000")
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
        name = getattr(error, "sqlite_errorname", "") or ""
        if name.startswith("SQLITE_FULL") or name == "SQLITE_IOERR_WRITE":
            remedy = "The disk is full. Free some space and sync again: it goes on where it stopped."
        elif name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            remedy = "Another program holds the file. Close it and try again."
        elif name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            remedy = "The file is damaged. Move it away and sync again to read everything anew."
        else:
            remedy = "What was published before is unchanged."
        raise StoreError(f"{path}: {error}. {remedy}") from error


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
        yield from connection.execute(statement, first + chunk + (chunk[-1],) * (size - len(chunk)))
