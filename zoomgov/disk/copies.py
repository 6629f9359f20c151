"""Copies of SQLite files, made while others write to them, and what is looked at before a copy is believed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from zoomgov.disk.database import connect, explained, schema_version
from zoomgov.disk.errors import NewerSchema, StoreError
from zoomgov.disk.files import create_private

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

_PAGES: Final = 2048
"""Pages copied at a time: 8 MB."""


def copy_database(source: Path, target: Path, on_pages: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Copy `source` as it is at one moment into `target`, one file without a log beside it, mode 0600.

    Whoever writes to `source` goes on, and nothing of what they write meanwhile is in the copy: the read transaction
    that is held keeps SQLite from beginning again at each of their commits.

    Args:
        on_pages: told how many pages are copied, of how many; what it raises ends the copying.

    Raises:
        StoreError: `source` cannot be read or is damaged, or `target` cannot be written.
    """
    create_private(target)
    with explained(source), closing(connect(source, writing=False)) as reading:
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it sees one moment
        with closing(sqlite3.connect(target, isolation_level=None)) as copy:
            copy.execute("PRAGMA synchronous = OFF")  # whoever keeps the copy flushes it
            reading.backup(
                copy, pages=_PAGES, progress=lambda _, left, total: on_pages(total - left, total), sleep=0.01
            )
            copy.execute("PRAGMA journal_mode = DELETE")
            _expect_sound(copy, source)


def expect_plain(path: Path, newest: int, triggers: Collection[str] = ()) -> int:
    """Check a file that came from elsewhere: whole, not newer than this program, and nothing in it that acts.

    Triggers and views would run with our statements, so there must be none but ours.

    Args:
        triggers: the statements that make ours.

    Returns:
        The version of its schema.

    Raises:
        NewerSchema: it was written by a newer program.
        StoreError: it is no database, is damaged, or has something in it that we do not make.
    """
    with explained(path), closing(connect(path, writing=False)) as database:
        database.execute("PRAGMA trusted_schema = OFF")
        version = schema_version(database)
        if version > newest:
            raise NewerSchema(path, version, newest)
        ours = {_one_line(statement) for statement in triggers}
        for kind, made_by in database.execute(
            "SELECT type, sql FROM sqlite_master WHERE type NOT IN ('table', 'index')"
        ).fetchall():
            if _one_line(str(made_by)) not in ours:
                raise StoreError(f"There is a {kind} in {path.name}, which zoomgov never makes.")
        if version < 1:
            raise StoreError(f"{path.name} is empty.")
        _expect_sound(database, path)
    return version


def _one_line(statement: str) -> str:
    return " ".join(statement.split())


def _expect_sound(database: sqlite3.Connection, path: Path) -> None:
    found = database.execute("PRAGMA quick_check(1)").fetchone()
    if found is None or found[0] != "ok":
        raise StoreError(f"{path} is damaged: {found[0] if found else 'it cannot be checked'}.")
