"""Tells a damaged store from a defect of this program, once reading it has gone wrong.

SQLite sees pages that do not fit together. It does not see a value that was changed on a failing disk or by another
program, and what follows from that may be any exception. So the file is looked through when there was one, and never
before: where nothing is wrong with it, the exception goes on and is told as the defect it is.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from zoomgov.disk.database import connect, explained
from zoomgov.disk.errors import StoreError
from zoomgov.store.grant_codes import TARGET_KINDS
from zoomgov.store.schema import CONTACT_GROUP, GROUP, ROLE, USER
from zoomgov.store.sync_info import all_info

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_IDS: Final = 1 << 27
"""Ids that a store may have: they count up from 1, and memory is taken for each up to the highest."""
_MOST_SYNCS: Final = 1 << 31
MAY_FOLLOW: Final = (
    LookupError,
    TypeError,
    ValueError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RecursionError,
    MemoryError,
)
"""What may follow from a value that this program never writes."""
_KINDS: Final = {"users": USER, "groups": GROUP, "contact_groups": CONTACT_GROUP, "roles": ROLE}


@contextmanager
def explained_reading(path: Path) -> Iterator[None]:
    """`disk.database.explained`, also for what follows from values that this program never writes.

    Raises:
        StoreError: the file cannot be read, or is damaged.
    """
    try:
        with explained(path):
            yield
    except MAY_FOLLOW as error:
        if why := damage_in(path):
            raise StoreError(
                f"{path} is damaged: {why}. Move it away, with {path.name}-wal if that is there, and sync again to "
                "read everything anew; or put back a copy of it."
            ) from error
        raise


def damage_in(path: Path) -> str:
    """What is wrong with the content of the store at `path`, as part of a sentence; empty for nothing.

    Reads all of it: some seconds for a large one.
    """
    try:
        with closing(connect(path, writing=False)) as connection:
            return next(_damage(connection), "")
    except sqlite3.Error as error:
        return str(error)


def _damage(connection: sqlite3.Connection) -> Iterator[str]:
    for (line,) in connection.execute("PRAGMA quick_check(1)"):
        if line != "ok":
            yield str(line)
    for what, condition in _conditions():
        if connection.execute(f"SELECT 1 FROM {condition} LIMIT 1").fetchone():
            yield what
    yield from _damaged_syncs(connection)
    yield from _damaged_json(connection)


def _conditions() -> Iterator[tuple[str, str]]:
    """What would be wrong, and the rows that show it: a table with a condition."""
    number = f"BETWEEN 1 AND {_MOST_SYNCS}"
    yield "a sync has an impossible number", f"syncs WHERE number NOT {number}"
    yield (
        "the numbers of its syncs have a gap",
        ("syncs WHERE number > (SELECT min(number) FROM syncs) AND number - 1 NOT IN (SELECT number FROM syncs)"),
    )
    yield "something in it has an impossible id", f"things WHERE id NOT BETWEEN 1 AND {MOST_IDS}"
    yield "something in it is of no known kind", f"things WHERE kind NOT IN ({', '.join(map(str, _KINDS.values()))})"
    for table, kind in _KINDS.items():
        whose = f"id NOT IN (SELECT id FROM things WHERE kind = {kind})"
        yield f"a row of {table} is about nothing", f"{table} WHERE {whose}"
        yield f"a row of {table}_past is about nothing", f"{table}_past WHERE {whose}"
    yield "a last login is nobody's", "logins WHERE id NOT IN (SELECT id FROM things)"
    for past in ("", "_past"):
        table = f"grants{past}"
        targets = " OR ".join(f"(g.kind = {kind} AND t.kind = {target})" for kind, target in TARGET_KINDS.items())
        yield (
            "somebody has what there is not",
            (f"{table} g WHERE NOT EXISTS (SELECT 1 FROM things t WHERE t.id = g.target AND ({targets}))"),
        )
        yield (
            "nobody has something",
            (f"{table} g WHERE g.principal NOT IN (SELECT id FROM things WHERE kind IN ({USER}, {GROUP}))"),
        )
    for table in (*_KINDS, "grants"):
        yield f"a row of {table} began at no sync", f"{table} WHERE seen_from NOT {number}"
        yield (
            f"a row of {table}_past ended before it began",
            (f"{table}_past WHERE seen_from NOT {number} OR gone_at NOT {number} OR gone_at <= seen_from"),
        )


def _damaged_syncs(connection: sqlite3.Connection) -> Iterator[str]:
    try:
        for sync in all_info(connection):
            for time in (sync.started_at, sync.finished_at):
                if datetime.fromisoformat(time).tzinfo is None:
                    yield f"a time of sync {sync.number} cannot be read"
    except MAY_FOLLOW:
        yield "what it says of a sync cannot be read"


def _damaged_json(connection: sqlite3.Connection) -> Iterator[str]:
    for past in ("", "_past"):
        columns: tuple[tuple[str, str, type], ...] = (
            (f"users{past}", "extra", dict),
            (f"roles{past}", "privileges", list),
            (f"roles{past}", "privilege_scopes", list),
        )
        for table, column, kind in columns:
            for (value,) in connection.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"):
                if not _is_json(value, kind, of_texts=column == "privileges"):
                    yield f"{column} in {table} cannot be read"
                    break
    for name, data in connection.execute("SELECT name, data FROM blobs"):
        if not _is_json(data, dict):
            yield f"{name} cannot be read"


def _is_json(value: str | bytes, kind: type, *, of_texts: bool = False) -> bool:
    try:
        found: Any = json.loads(value)  # any JSON
    except (ValueError, RecursionError):
        return False
    if of_texts and isinstance(found, list) and not all(isinstance(one, str) for one in found):
        return False
    return isinstance(found, kind)
