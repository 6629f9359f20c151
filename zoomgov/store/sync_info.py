"""Rows of `syncs` as `SyncInfo`; its lists are JSON.

By the standard library: whoever reads a store, `zoomgov list` for one, must not wait for msgspec to be imported.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from zoomgov.model.syncs import Disagreement, NotRead, PartRead, SyncInfo

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from typing import Any

_COLUMNS = "number, started_at, finished_at, complete, not_read, disagreements, counts, changes, parts"


def all_info(connection: sqlite3.Connection) -> list[SyncInfo]:
    """All published syncs, oldest first."""
    return [_info(row) for row in connection.execute(f"SELECT {_COLUMNS} FROM syncs ORDER BY number")]


def info_of(connection: sqlite3.Connection, number: int | None = None) -> SyncInfo | None:
    """One published sync, by default the latest; None when there is none of that number."""
    condition, values = ("", ()) if number is None else ("WHERE number = ?", (number,))
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM syncs {condition} ORDER BY number DESC LIMIT 1", values
    ).fetchone()
    return None if row is None else _info(row)


def _info(row: Sequence[Any]) -> SyncInfo:  # Any: a row of SQLite
    number, started_at, finished_at, complete, *texts = row
    not_read, disagreements, counts, changes, parts = map(json.loads, texts)
    return SyncInfo(
        number=number,
        started_at=started_at,
        finished_at=finished_at,
        complete=bool(complete),
        not_read=tuple(NotRead(**{**one, "missing_scopes": tuple(one["missing_scopes"])}) for one in not_read),
        disagreements=tuple(Disagreement(**one) for one in disagreements),
        counts=counts,
        changes=changes,
        parts=tuple(PartRead(**part) for part in parts),
    )


def save_info(connection: sqlite3.Connection, info: SyncInfo) -> None:
    """Add a published sync."""
    connection.execute(
        f"INSERT INTO syncs ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            info.number,
            info.started_at,
            info.finished_at,
            info.complete,
            *(
                json.dumps(value, ensure_ascii=False)
                for value in (
                    [asdict(one) for one in info.not_read],
                    [asdict(one) for one in info.disagreements],
                    info.counts,
                    info.changes,
                    [asdict(part) for part in info.parts],
                )
            ),
        ),
    )
