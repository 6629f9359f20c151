"""The history of one person or resource, sync by sync."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zoomgov.model.access import HistoryEntry
from zoomgov.model.kinds import Kind
from zoomgov.store.grant_codes import ADMIN, CONTACT, HOLDER, MEMBER
from zoomgov.store.history.diff import FIELDS, changed_fields
from zoomgov.store.read.table_rows import resource_names
from zoomgov.store.snapshot import TABLES
from zoomgov.words.licences import SYSTEM_ROLES

if TYPE_CHECKING:
    from zoomgov.store.history.diff import Version
    from zoomgov.store.snapshot import Snapshot

_OPEN: Final = 1 << 62
"""End of a validity range that still holds."""
_BEGAN: Final = {
    MEMBER: "joined group {}",
    ADMIN: "became admin of group {}",
    HOLDER: "was given the role {}",
    CONTACT: "joined contact group {}",
}
_ENDED: Final = {
    MEMBER: "left group {}",
    ADMIN: "is no longer admin of group {}",
    HOLDER: "lost the role {}",
    CONTACT: "left contact group {}",
}
_NOUNS: Final = {MEMBER: "member", ADMIN: "admin", HOLDER: "holder", CONTACT: "member"}


def entries(at: Snapshot, kind: Kind, row: int) -> list[HistoryEntry]:
    """Return what changed up to this sync, newest first. What the oldest stored sync found "was there already".

    Changes known from before that sync, which was pruned, have an empty time.
    """
    times = dict(at.connection.execute("SELECT number, finished_at FROM syncs WHERE number <= ?", (at.number,)))
    first = min(times, default=1)
    happened = _versions(at, kind, row, first)
    happened += _access(at, row, first) if kind is Kind.USERS else _people(at, row, first)
    return [
        HistoryEntry(number, times.get(number, ""), what)
        for number, _, what in sorted(happened, key=lambda event: (-event[0], event[1:]))
    ]


def _ranges(at: Snapshot, table: str, columns: str, condition: str, row: int) -> list[tuple[Any, ...]]:
    return at.connection.execute(
        f"SELECT seen_from, {_OPEN} AS gone_at, {columns} FROM {table} WHERE {condition} AND seen_from <= ? "
        f"UNION ALL SELECT seen_from, gone_at, {columns} FROM {table}_past WHERE {condition} AND seen_from <= ? "
        "ORDER BY 1",
        (row, at.number, row, at.number),
    ).fetchall()


def _versions(at: Snapshot, kind: Kind, row: int, first: int) -> list[tuple[int, int, str]]:
    table = TABLES[kind]
    roles = dict(SYSTEM_ROLES)
    roles.update(at.connection.execute(f"SELECT t.key, r.name FROM {at.facts('roles')} r JOIN things t ON t.id = r.id"))
    happened: list[tuple[int, int, str]] = []
    before: Version | None = None
    gone = 0
    for seen_from, gone_at, *values in _ranges(at, table, ", ".join(FIELDS[table]), "id = ?", row):
        version = tuple(values)
        if before is None:
            began = first if seen_from <= first < gone_at else seen_from
            happened.append((began, 0, "was there already" if seen_from <= first else "came"))
        elif gone < seen_from:
            happened.append((seen_from, 0, "came back"))
        if before is not None:
            happened += [
                (seen_from, 1, f"{change.field}: {change.old or '(empty)'} → {change.new or '(empty)'}")
                for change in changed_fields(table, before, version, roles)
            ]
        if before is not None and happened and gone == seen_from:
            happened = [event for event in happened if event != (gone, 0, "is gone")]
        if gone_at <= at.number:
            happened.append((gone_at, 0, "is gone"))
        before, gone = version, gone_at
    return happened


def _access(at: Snapshot, row: int, first: int) -> list[tuple[int, int, str]]:
    ranges = _ranges(at, "grants", "target, kind", "principal = ?", row)
    names = resource_names(at, {target for _, _, target, _ in ranges})
    happened: list[tuple[int, int, str]] = []
    for seen_from, gone_at, target, kind in ranges:
        if seen_from > first:
            happened.append((seen_from, 2, _BEGAN[kind].format(names[target])))
        if gone_at <= at.number:
            happened.append((gone_at, 3, _ENDED[kind].format(names[target])))
    return happened


def _people(at: Snapshot, row: int, first: int) -> list[tuple[int, int, str]]:
    """The number of principals who came and went at each sync: naming each would hide the history."""
    begun: dict[tuple[int, int], int] = {}
    ended: dict[tuple[int, int], int] = {}
    for sql, counted in (
        (
            "SELECT seen_from, kind, count(*) FROM (SELECT seen_from, kind FROM grants WHERE target = :row "
            "UNION ALL SELECT seen_from, kind FROM grants_past WHERE target = :row) "
            "WHERE seen_from > :first AND seen_from <= :last GROUP BY 1, 2",
            begun,
        ),
        ("SELECT gone_at, kind, count(*) FROM grants_past WHERE target = :row AND gone_at > :first "
         "AND gone_at <= :last GROUP BY 1, 2", ended),
    ):  # fmt: skip
        for number, kind, count in at.connection.execute(sql, {"row": row, "first": first, "last": at.number}):
            counted[number, kind] = count
    return [
        (number, 2 + went, f"{count:,} {_NOUNS[kind]}{'' if count == 1 else 's'} {'less' if went else 'more'}")
        for went, counted in enumerate((begun, ended))
        for (number, kind), count in counted.items()
    ]
