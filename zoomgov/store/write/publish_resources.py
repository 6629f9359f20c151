"""Publishes groups, contact groups and roles: a few thousand rows, compared one by one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from zoomgov.disk.database import select_in
from zoomgov.model.parts import PartKey
from zoomgov.model.syncs import ListKey
from zoomgov.store.schema import RESOURCE_FIELDS

if TYPE_CHECKING:
    import sqlite3
    from collections import Counter
    from collections.abc import Callable, Iterator, Mapping

    from zoomgov.store.write.pages import StagedPage

_PARTS = {"groups": PartKey.GROUPS, "contact_groups": PartKey.CONTACT_GROUPS, "roles": PartKey.ROLES}


def publish_resources(
    connection: sqlite3.Connection,
    number: int,
    finished: Mapping[ListKey, int],
    pages: Callable[[Callable[[ListKey], bool]], Iterator[StagedPage]],
    tally: Counter[str],
    may_be_there: Callable[[str, str], bool],
) -> set[int]:
    """Write what the finished lists say of groups, contact groups and roles; return the ids of those that are gone.

    Args:
        may_be_there: whether something that a list leaves out may be there all the same, by part and Zoom's id: then
            it stays as it was.
    """
    gone: set[int] = set()
    details = {
        role: (json.dumps(detail.privileges, ensure_ascii=False), detail.privilege_scopes)
        for page in pages(lambda key: key.part == PartKey.ROLE)
        for role, detail in page.role_details
    }
    for table, part in _PARTS.items():
        current = _current(connection, table)
        if ListKey(part) in finished:
            staged: dict[int, tuple[tuple[object, ...], int | None]] = {}
            for page in pages(lambda key, part=part: key.part == part):  # type: ignore[misc]
                for thing, group in page.groups:
                    staged[thing] = ((group.name,), group.total_members)
                for thing, contact in page.contact_groups:
                    staged[thing] = ((contact.name, contact.privacy, contact.description), None)
                for thing, role in page.roles:
                    known = details.get(thing) or (current[thing][0][-2:] if thing in current else (None, None))
                    staged[thing] = ((role.name, role.description, role.type, *known), role.total_members)
            left_out = sorted(set(current) - set(staged))
            keys = select_in(connection, "SELECT id, key FROM things WHERE id IN ({})", left_out)
            staged |= {thing: current[thing] for thing, key in keys if may_be_there(part, key)}
            gone |= _write(connection, table, number, current, staged, tally)
        elif table == "roles":
            _write(
                connection,
                table,
                number,
                {thing: current[thing] for thing in details if thing in current},
                {
                    thing: ((*current[thing][0][:-2], *detail), current[thing][1])
                    for thing, detail in details.items()
                    if thing in current
                },
                tally,
            )
    return gone


def _current(connection: sqlite3.Connection, table: str) -> dict[int, tuple[tuple[object, ...], int | None]]:
    columns = ", ".join(RESOURCE_FIELDS[table])
    rows = connection.execute(f"SELECT id, total_members, {columns} FROM {table}")
    return {row[0]: (row[2:], row[1]) for row in rows}


def _write(
    connection: sqlite3.Connection,
    table: str,
    number: int,
    current: Mapping[int, tuple[tuple[object, ...], int | None]],
    staged: Mapping[int, tuple[tuple[object, ...], int | None]],
    tally: Counter[str],
) -> set[int]:
    fields = list(RESOURCE_FIELDS[table])
    columns = ", ".join([*fields, "total_members"])
    keep = (
        f"INSERT INTO {table}_past (id, seen_from, gone_at, {columns}) "
        f"SELECT id, seen_from, ?, {columns} FROM {table} WHERE id = ?"
    )
    gone = set(current) - set(staged)
    for thing in sorted(gone):
        connection.execute(keep, (number, thing))
        connection.execute(f"DELETE FROM {table} WHERE id = ?", (thing,))
    for thing, (content, total) in sorted(staged.items()):
        before = current.get(thing)
        if before is None:
            marks = ", ".join("?" * (len(fields) + 3))
            connection.execute(
                f"INSERT INTO {table} (id, seen_from, {columns}) VALUES ({marks})", (thing, number, *content, total)
            )
            tally[f"{table}_added"] += 1
        elif before[0] != content:
            connection.execute(keep, (number, thing))
            changes = ", ".join(f"{name} = ?" for name in [*fields, "total_members"])
            connection.execute(
                f"UPDATE {table} SET seen_from = ?, {changes} WHERE id = ?", (number, *content, total, thing)
            )
            tally[f"{table}_changed"] += 1
        elif before[1] != total:
            connection.execute(f"UPDATE {table} SET total_members = ? WHERE id = ?", (total, thing))
    tally[f"{table}_removed"] += len(gone)
    return gone
