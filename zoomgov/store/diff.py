"""What is different between two syncs, found from where facts begin and end, not by comparing all of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal

from zoomgov.store import gaps
from zoomgov.store.codes import HOLDER, MEMBER, TARGET_KINDS
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

    from zoomgov.store.gaps import Grant
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
    """Return the fields in which two versions differ, in words. Privileges read for the first time are no change."""
    fields = USER_FIELDS if table == "users" else THING_FIELDS[table]
    names = dict.fromkeys(
        [
            "licence" if table == "users" and name in ("type", "plan_united_type") else name
            for name in [name for name in fields if old[name] != new[name]]
            if not (name.startswith("privilege") and None in (old[name], new[name]))
        ]
    )
    return tuple([FieldChange(_LABELS[name], _shown(name, old, roles), _shown(name, new, roles)) for name in names])


def _shown(name: str, row: dict[str, Any], roles: dict[str, str]) -> str:
    if name == "licence":
        return licence(row["type"], row["plan_united_type"])
    value = row[name]
    if value.__class__ is str and name not in ("role_id", "privileges"):
        return str(value)
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


class _Comparison:
    """Two syncs, and what they did not read."""

    def __init__(self, connection: sqlite3.Connection, older: SyncInfo, newer: SyncInfo) -> None:
        self.connection = connection
        self.before, self.after = older.number, newer.number
        self.bounds = {"before": older.number, "after": newer.number}
        self.unseen = gaps.never_read(connection, older.not_read)
        self.missed = gaps.missing_people(connection, older)
        self.missing = gaps.missing_people(connection, newer)
        self.newly_missing = 0
        self.unknown: set[int] = set()
        """People there now who may have been there before."""


def changes(connection: sqlite3.Connection, older: SyncInfo, newer: SyncInfo) -> Changes:
    """Compare two syncs."""
    pair = _Comparison(connection, older, newer)
    names = (_names_of_roles(connection, number) for number in (pair.before, pair.after))
    roles = {**SYSTEM_ROLES, **next(names), **next(names)}
    items = [change for kind in TABLES for change in _items(pair, kind, roles)]
    lost, gained = _changed_grants(pair)
    grants = _named(connection, gained, lost, pair.before, pair.after)
    told = gaps.not_compared(older, newer)
    return Changes(pair.before, pair.after, tuple(items), tuple(grants), told, pair.newly_missing)


def counts(connection: sqlite3.Connection, older: SyncInfo, newer: SyncInfo) -> dict[str, int]:
    """Return how many changes of each sort there are, by the names of `SyncInfo.changes`."""
    pair = _Comparison(connection, older, newer)
    found = {
        f"{table}_{how}": sum(item.how == how for item in items)
        for kind, table in TABLES.items()
        for items in [list(_items(pair, kind, {}))]
        for how in ("added", "removed", "changed")
    }
    lost, gained = _changed_grants(pair)
    return {**found, "grants_gained": len(gained), "grants_lost": len(lost)}


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


def _items(pair: _Comparison, kind: Kind, roles: dict[str, str]) -> Iterable[ItemChange]:
    table, connection = TABLES[kind], pair.connection
    touched = {number for (number,) in connection.execute(_BEGUN.format(columns="id", table=table), pair.bounds)}
    touched |= {number for (number,) in connection.execute(_ENDED.format(columns="id", table=table), pair.bounds)}
    people = kind is Kind.USERS
    if people:
        touched |= set(pair.missed)
    ids = sorted(touched)
    old, new = versions(connection, table, ids, pair.before), versions(connection, table, ids, pair.after)
    if people:
        pair.newly_missing = len(pair.missing.keys() & old.keys())
        for seen in {seen for seen, _ in pair.missed.values()}:
            old.update(versions(connection, table, [n for n, (last, _) in pair.missed.items() if last == seen], seen))
    keys = dict(select_in(connection, "SELECT id, key FROM things WHERE id IN ({})", ids))
    found: list[ItemChange] = []
    for number in ids:
        then, now = old.get(number), new.get(number)
        row = now or then
        if row is None or (people and number in pair.missing):
            continue
        if then is None and (table in pair.unseen.tables or row.get("status") in pair.unseen.statuses):
            pair.unknown.add(number)
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
    """Return what began and what ended, some of it both; from the ranges alone, whatever was not read."""
    bounds = {"before": before, "after": after}
    columns = "target, kind, principal"
    begun = set(connection.execute(_BEGUN.format(columns=columns, table="grants"), bounds))
    ended = set(connection.execute(_ENDED.format(columns=columns, table="grants"), bounds))
    return begun, ended


def _changed_grants(pair: _Comparison) -> tuple[set[Grant], set[Grant]]:
    """Return what was lost and what was gained. Call after `_items`."""
    begun, ended = changed_grants(pair.connection, pair.before, pair.after)
    held = gaps.grants_of_missing(pair.connection, pair.missed)
    lost = (ended | held) - begun - gaps.grants_of_missing(pair.connection, pair.missing)
    gained = {
        grant
        for grant in begun - ended - held
        if not pair.unseen.hides(grant) and not (grant[1] in (MEMBER, HOLDER) and grant[2] in pair.unknown)
    }
    return lost, gained


_FORMER: Final = (
    f"SELECT u.id, {NAME_SQL}, u.email FROM users_past u WHERE u.id IN ({{}}) AND {NAME_SQL} <> '' ORDER BY u.gone_at"
)
"""What people were called who are in a list, but were users at neither sync."""


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
    former = sorted(one for one in unnamed if things[one][0] == USER)
    for number, name, email in select_in(connection, _FORMER, former):  # the newest comes last
        names[number] = name, email
    by_name = sorted(names, key=lambda one: (names[one][0].casefold(), things[one][1]))
    place = {one: where for where, one in enumerate(by_name)}
    many = len(place)

    def by_person_and_thing(grant: Grant) -> int:
        target, code, principal = grant
        return (place[principal] * 16 + code) * many + place[target]  # one number sorts faster than several

    people = {one: ("group" if kind == GROUP else "user", key, *names[one]) for one, (kind, key) in things.items()}
    reached = {
        (target, code): (KINDS[TARGET_KINDS[code]], things[target][1], names[target][0])
        for target, code in {(target, code) for target, code, _ in either}
    }
    make, kinds = GrantChange._make, GRANT_KINDS  # from tuples put together: there may be very many
    return [
        make((kinds[code], grant in gained, *reached[target, code], *people[principal]))
        for grant in sorted(either, key=by_person_and_thing)
        for target, code, principal in (grant,)
    ]
