"""Checks the integrity of a store: invariants that hold whenever the file is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.disk.database import connect, explained
from zoomgov.model.kinds import GrantKind
from zoomgov.store.damage import damage_in
from zoomgov.store.grant_codes import GRANT_CODES
from zoomgov.store.schema import SEARCH_TABLE
from zoomgov.store.snapshot import TABLES
from zoomgov.store.sync_info import info_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path


def check(path: Path) -> list[str]:
    """Return what is wrong with the store at `path`, a line each; nothing when it is sound. Reads all of it."""
    with explained(path):
        connection = connect(path, writing=True)
        try:
            found = list(_problems(connection))
        finally:
            connection.close()
    return [*found, *filter(None, [damage_in(path)])]


def _problems(connection: sqlite3.Connection) -> Iterator[str]:
    for (line,) in connection.execute("PRAGMA integrity_check"):
        if line != "ok":
            yield f"SQLite: {line}"
    first, last, count = connection.execute(
        "SELECT coalesce(min(number), 0), coalesce(max(number), 0), count(*) FROM syncs"
    ).fetchone()
    if count and last - first + 1 != count:
        yield "the numbers of the syncs have a gap"
    staging = connection.execute("SELECT 1 FROM meta WHERE key = 'staging'").fetchone() is not None
    for table in (*TABLES.values(), "grants"):
        identity = ["target", "kind", "principal"] if table == "grants" else ["id"]
        ahead = not count and staging and table in ("users", "grants")
        yield from _ranges(connection, table, identity, 1 if ahead else last)
        for column in ["target", "principal"] if table == "grants" else ["id"]:
            for past in ("", "_past"):
                yield from _nobody(connection, f"{table}{past}", column)
    info = info_of(connection)
    if info is not None:
        yield from _counts(connection, info.counts)
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (SEARCH_TABLE,)).fetchone():
        connection.execute(f"INSERT INTO {SEARCH_TABLE} ({SEARCH_TABLE}, rank) VALUES ('integrity-check', 1)")
    if not staging:
        for table in ("stage_lists", "stage_pages", "stage_keys"):
            if connection.execute(f"SELECT 1 FROM {table}").fetchone():
                yield f"{table} has rows though no sync is staged"
    for (page,) in connection.execute("SELECT id FROM stage_pages WHERE list NOT IN (SELECT id FROM stage_lists)"):
        yield f"staged page {page} belongs to no list"


def _ranges(connection: sqlite3.Connection, table: str, identity: list[str], last: int) -> Iterator[str]:
    same = " AND ".join(f"a.{column} = b.{column}" for column in identity)
    shown = " || ' ' || ".join(f"a.{column}" for column in identity)
    for what, sql in (
        ("ends before it begins", f"SELECT {shown} FROM {table}_past a WHERE gone_at <= seen_from"),
        (
            "overlaps itself",
            f"SELECT {shown} FROM {table}_past a JOIN {table}_past b ON {same} "
            "WHERE a.seen_from < b.seen_from AND a.gone_at > b.seen_from",
        ),
        (
            "ended after it began anew",
            f"SELECT {shown} FROM {table}_past a JOIN {table} b ON {same} WHERE a.gone_at > b.seen_from",
        ),
        (
            "is of a sync to come",
            f"SELECT {shown} FROM {table} a WHERE seen_from > {last} "
            f"UNION ALL SELECT {shown} FROM {table}_past a WHERE gone_at > {last}",
        ),
    ):
        for (which,) in connection.execute(sql):
            yield f"{table}: {which} {what}"


def _nobody(connection: sqlite3.Connection, table: str, column: str) -> Iterator[str]:
    for (number,) in connection.execute(
        f"SELECT DISTINCT {column} FROM {table} WHERE {column} NOT IN (SELECT id FROM things)"
    ):
        yield f"{table}: {column} {number} has no name"


def _counts(connection: sqlite3.Connection, counts: dict[str, int]) -> Iterator[str]:
    found = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES.values()}
    by_kind = dict(connection.execute("SELECT kind, count(*) FROM grants GROUP BY kind"))
    found.update({str(kind): by_kind.get(GRANT_CODES[kind], 0) for kind in GrantKind})
    if found != counts:
        yield f"the latest sync counts {counts}, the tables hold {found}"
