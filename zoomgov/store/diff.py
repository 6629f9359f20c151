"""What is different between two syncs, found from where facts begin and end, not by comparing all of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal

from zoomgov.store.codes import TARGET_KINDS
from zoomgov.store.columns import name_of_key
from zoomgov.store.database import select_in
from zoomgov.store.details import GRANT_KINDS
from zoomgov.store.folding import person_name
from zoomgov.store.model import Kind
from zoomgov.store.schema import CONTACT_GROUP, GROUP, ROLE, THING_FIELDS, USER, USER_FIELDS
from zoomgov.store.snapshot import KINDS, NAME_SQL, TABLES, facts_at
from zoomgov.store.views import Changes, FieldChange, GrantChange, ItemChange
from zoomgov.store.words import SYSTEM_ROLES, licence, privacy

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from zoomgov.store.model import SyncInfo

_LABELS: Final = {
    "email": "E-mail",
    "first_name": "First name",
    "last_name": "Last name",
    "display_name": "Display name",
    "status": "Status",
    "licence": "Licence",
    "role_id": "Role",
    "dept": "Department",
    "timezone": "Time zone",
    "pmi": "Meeting ID",
    "verified": "E-mail verified",
    "created_at": "Created",
    "employee_unique_id": "Employee ID",
    "extra": "Other fields",
    "name": "Name",
    "privacy": "Privacy",
    "description": "Description",
    "type": "Type",
    "privileges": "Privileges",
    "privilege_scopes": "Privileges limited to groups",
}


def changed_fields(
    table: str, old: dict[str, Any], new: dict[str, Any], roles: dict[str, str]
) -> tuple[FieldChange, ...]:
    """Return the fields in which two versions differ, in words."""
    names = dict.fromkeys(
        "licence" if table == "users" and name in ("type", "plan_united_type") else name
        for name in (USER_FIELDS if table == "users" else THING_FIELDS[table])
        if old[name] != new[name]
    )
    return tuple(FieldChange(_LABELS[name], _shown(name, old, roles), _shown(name, new, roles)) for name in names)


def _shown(name: str, row: dict[str, Any], roles: dict[str, str]) -> str:
    if name == "licence":
        return licence(row["type"], row["plan_united_type"])
    value = row[name]
    if name == "role_id":
        return roles.get(str(value), str(value))
    if name == "verified":
        return "" if value is None else "yes" if value else "no"
    if name == "privacy":
        return privacy(value)
    if name == "privileges":
        return "not read" if value is None else ", ".join(json.loads(value))
    if value is None:
        return ""
    return bytes(value).decode(errors="replace") if isinstance(value, bytes) else str(value)


Grant = tuple[int, int, int]
"""Target, code and principal, by the ids of `things`."""


def changes(connection: sqlite3.Connection, before: int, newer: SyncInfo) -> Changes:
    """Compare sync `before` with the sync `newer`."""
    after = newer.number
    roles = {**SYSTEM_ROLES, **_names_of_roles(connection, before), **_names_of_roles(connection, after)}
    items = [change for kind in TABLES for change in _items(connection, kind, before, after, roles)]
    lost, gained = changed_grants(connection, before, after)
    grants = _named(connection, gained, lost, before, after)
    return Changes(before, after, tuple(items), tuple(grants), newer.not_read)


def _names_of_roles(connection: sqlite3.Connection, number: int) -> dict[str, str]:
    return dict(
        connection.execute(f"SELECT t.key, r.name FROM {facts_at('roles', number)} r JOIN things t ON t.id = r.id")
    )


# The conditions repeat those of the indexes: seen_from > 1 for facts that hold, gone_at for those that ended.
_BEGUN: Final = (
    "SELECT {columns} FROM {table} WHERE seen_from > 1 AND seen_from > :before AND seen_from <= :after "
    "UNION SELECT {columns} FROM {table}_past WHERE gone_at > :after AND seen_from > :before AND seen_from <= :after"
)
_ENDED: Final = (
    "SELECT {columns} FROM {table}_past WHERE gone_at > :before AND gone_at <= :after AND seen_from <= :before"
)


def _items(
    connection: sqlite3.Connection, kind: Kind, before: int, after: int, roles: dict[str, str]
) -> Iterable[ItemChange]:
    table = TABLES[kind]
    bounds = {"before": before, "after": after}
    touched = {number for (number,) in connection.execute(_BEGUN.format(columns="id", table=table), bounds)}
    touched |= {number for (number,) in connection.execute(_ENDED.format(columns="id", table=table), bounds)}
    ids = sorted(touched)
    old, new = versions(connection, table, ids, before), versions(connection, table, ids, after)
    keys = dict(select_in(connection, "SELECT id, key FROM things WHERE id IN ({})", ids))
    found: list[ItemChange] = []
    for number in ids:
        then, now = old.get(number), new.get(number)
        row = now or then
        if row is None:
            continue
        fields = changed_fields(table, then, now, roles) if then and now else ()
        if then and now and not fields:
            continue
        how: Literal["added", "removed", "changed"] = "changed" if then and now else "added" if now else "removed"
        found.append(
            ItemChange(kind, keys[number], title_of(table, row, keys[number]), row.get("email", ""), how, fields)
        )
    return sorted(found, key=lambda change: (change.how, change.name.casefold(), change.id))


def versions(connection: sqlite3.Connection, table: str, ids: list[int], number: int) -> dict[int, dict[str, Any]]:
    """Return the versions of `ids` that held at a sync, by id."""
    columns = ["id", *(USER_FIELDS if table == "users" else THING_FIELDS[table])]
    sql = f"SELECT {', '.join(columns)} FROM {facts_at(table, number)} WHERE id IN ({{}})"
    return {row[0]: dict(zip(columns, row, strict=True)) for row in select_in(connection, sql, ids)}


def title_of(table: str, row: dict[str, Any], key: str) -> str:
    """Return the name to show for a version."""
    if table == "users":
        return person_name(row["display_name"], row["first_name"], row["last_name"], row["email"])
    return str(row["name"]) or key


def changed_grants(connection: sqlite3.Connection, before: int, after: int) -> tuple[set[Grant], set[Grant]]:
    """Return what was lost and what was gained."""
    bounds = {"before": before, "after": after}
    columns = "target, kind, principal"
    begun = set(connection.execute(_BEGUN.format(columns=columns, table="grants"), bounds))
    ended = set(connection.execute(_ENDED.format(columns=columns, table="grants"), bounds))
    return ended - begun, begun - ended


def _named(
    connection: sqlite3.Connection, gained: set[Grant], lost: set[Grant], before: int, after: int
) -> list[GrantChange]:
    either = gained | lost
    ids = sorted({target for target, _, _ in either} | {principal for _, _, principal in either})
    things = {
        number: (kind, key)
        for number, kind, key in select_in(connection, "SELECT id, kind, key FROM things WHERE id IN ({})", ids)
    }
    names = {
        number: name_of_key(key) if kind == USER else (SYSTEM_ROLES.get(key, key) if kind == ROLE else key, "")
        for number, (kind, key) in things.items()
    }
    unnamed = set(things)
    for number in (after, before):  # the name of the newer sync, where there is one
        for table, kind in (("users", USER), ("groups", GROUP), ("contact_groups", CONTACT_GROUP), ("roles", ROLE)):
            of_kind = sorted(one for one in unnamed if things[one][0] == kind)
            shown = f"{NAME_SQL}, u.email" if kind == USER else "u.name, ''"
            sql = f"SELECT u.id, {shown} FROM {facts_at(table, number)} u WHERE u.id IN ({{}})"
            found = {one: (name, email) for one, name, email in select_in(connection, sql, of_kind) if name}
            names.update(found)
            unnamed.difference_update(found)
    by_name = sorted(names, key=lambda one: (names[one][0].casefold(), things[one][1]))
    place = {one: where for where, one in enumerate(by_name)}
    listed = sorted((place[principal], code, place[target], principal, target) for target, code, principal in either)
    return [
        GrantChange(
            GRANT_KINDS[code],
            (target, code, principal) in gained,
            KINDS[TARGET_KINDS[code]],
            things[target][1],
            names[target][0],
            "group" if things[principal][0] == GROUP else "user",
            things[principal][1],
            *names[principal],
        )
        for _, code, _, principal, target in listed
    ]
