"""Rows of `syncs` as `SyncInfo`; its lists are JSON.

By the standard library: whoever reads a store, `zoomgov list` for one, must not wait for msgspec to be imported.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from zoomgov.model.syncs import Disagreement, NotRead, PartRead, SyncInfo

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

T = TypeVar("T", NotRead, Disagreement, PartRead)

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
    """Raises `ValueError`, `TypeError` or `KeyError` here, not later, for what this program did not write."""
    number, started_at, finished_at, complete, *texts = row
    not_read, disagreements, counts, changes, parts = map(json.loads, texts)
    for time in (started_at, finished_at):
        if datetime.fromisoformat(time).tzinfo is None:
            raise ValueError(f"sync {number} was at a time of no zone")
    return SyncInfo(
        number=number,
        started_at=started_at,
        finished_at=finished_at,
        complete=bool(complete),
        not_read=tuple(_made(NotRead, {**one, "missing_scopes": tuple(one["missing_scopes"])}) for one in not_read),
        disagreements=tuple(_made(Disagreement, one) for one in disagreements),
        counts=_numbers(counts),
        changes=_numbers(changes),
        parts=tuple(_made(PartRead, one) for one in parts),
    )


_TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    "str": str,
    "int": int,
    "bool": bool,
    "int | None": (int, type(None)),
    "tuple[str, ...]": tuple,
}
"""Of the fields of `T`, as they are written there."""


def _made(kind: type[T], values: dict[str, Any]) -> T:
    made = kind(**values)
    for field in fields(made):
        value = getattr(made, field.name)
        if not isinstance(value, _TYPES[str(field.type)]):
            raise TypeError(f"{field.name} is {value!r}")
        if isinstance(value, tuple) and not all(isinstance(one, str) for one in value):
            raise TypeError(f"{field.name} is {value!r}")
    return made


def _numbers(found: dict[str, int]) -> dict[str, int]:
    if not all(isinstance(number, int) for number in found.values()):
        raise TypeError("a count is no number")
    return found


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
