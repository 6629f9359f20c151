"""Deletes old syncs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.store.history.unread import all_read
from zoomgov.store.schema import STAGING_KEY
from zoomgov.store.snapshot import TABLES
from zoomgov.store.sync_info import info_of

if TYPE_CHECKING:
    import sqlite3


def prune(connection: sqlite3.Connection, keep: int) -> int:
    """Delete all but the `keep` newest syncs (at least one stays); return how many were deleted.

    Facts that ended before the oldest remaining sync are deleted. The others stay as they are: a fact that began
    earlier held at that sync, and no comparison of the remaining syncs asks for more. But where that sync did not read
    all lists of users, the people it misses stay as well: a later sync may find them in the list that was not read.
    """
    numbers = [number for (number,) in connection.execute("SELECT number FROM syncs ORDER BY number")]
    forgotten = numbers[: max(0, len(numbers) - max(1, keep))]
    if not forgotten:
        return 0
    first = numbers[len(forgotten)]
    connection.execute("DELETE FROM syncs WHERE number < ?", (first,))
    oldest = info_of(connection, first)
    assert oldest is not None
    for table in (*TABLES.values(), "grants"):
        since = all_read(oldest) if table in ("users", "grants") else first
        connection.execute(f"DELETE FROM {table}_past WHERE gone_at <= ?", (since,))
    connection.execute(
        "DELETE FROM blobs WHERE EXISTS (SELECT 1 FROM blobs b WHERE b.name = blobs.name "
        "AND b.seen_from > blobs.seen_from AND b.seen_from <= ?)",
        (first,),
    )
    if connection.execute("SELECT 1 FROM meta WHERE key = ?", (STAGING_KEY,)).fetchone() is None:
        _forget_names(connection)
    return len(forgotten)


def _forget_names(connection: sqlite3.Connection) -> None:
    """Delete people and resources from `things` that no fact names any longer."""
    named = " UNION ALL ".join(
        f"SELECT {column} FROM {table}{past}"
        for past in ("", "_past")
        for column, table in (
            *(("id", table) for table in TABLES.values()),
            ("target", "grants"),
            ("principal", "grants"),
        )
    )
    connection.execute(f"DELETE FROM things WHERE id NOT IN ({named})")
    connection.execute("DELETE FROM logins WHERE id NOT IN (SELECT id FROM things)")
