"""The differences between two syncs, found from where validity ranges begin and end, not by comparing all facts."""

from __future__ import annotations

import json
from functools import partial
from itertools import chain, compress, count
from operator import ne
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from zoomgov.disk.database import select_in
from zoomgov.model.changes import Changes, FieldChange, GrantChange, ItemChange
from zoomgov.model.kinds import Kind
from zoomgov.store.grant_codes import FACT_SQL, RECORD_KINDS, TARGET_KINDS, grant_kind, target_of
from zoomgov.store.history import effective_changes, unread
from zoomgov.store.read.details import GRANT_KINDS
from zoomgov.store.read.table_rows import name_of_key
from zoomgov.store.schema import CONTACT_GROUP, GROUP, RESOURCE_FIELDS, ROLE, USER, USER_FIELDS
from zoomgov.store.snapshot import KIND_OF_CODE, NAME_SQL, TABLES, facts_at
from zoomgov.text import person_name
from zoomgov.words.fields import FIELD_LABELS, yes_or_no
from zoomgov.words.licences import SYSTEM_ROLES, licence, privacy

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

    from zoomgov.model.syncs import SyncInfo
    from zoomgov.store.history.effective_changes import ViaGroups
    from zoomgov.store.history.unread import Holders

FIELDS: Final = {"users": tuple(USER_FIELDS), **{table: tuple(fields) for table, fields in RESOURCE_FIELDS.items()}}
"""The fields of a version of a person or resource, in their order."""
_PLACES: Final = {table: {name: place for place, name in enumerate(fields)} for table, fields in FIELDS.items()}
_LICENCE: Final = ("type", "plan_united_type")

_PLAIN: Final = {
    table: tuple(
        "" if name in (*(_LICENCE if table == "users" else ()), "role_id", "privileges") else FIELD_LABELS[name]
        for name in fields
    )
    for table, fields in FIELDS.items()
}
"""By position, the label of a field whose text is shown as it is; empty for fields that need words."""

Version = tuple[Any, ...]
"""The values of `FIELDS` of one table."""

# From tuples put together, without the checks of `_make`: there may be very many.
_grant_change: Final = cast("Callable[[tuple[Any, ...]], GrantChange]", partial(tuple.__new__, GrantChange))
_field_change: Final = cast("Callable[[tuple[str, str, str]], FieldChange]", partial(tuple.__new__, FieldChange))


def changed_fields(table: str, old: Version, new: Version, roles: dict[str, str]) -> tuple[FieldChange, ...]:
    """Return the fields in which two versions differ, in words. Privileges read for the first time are no change."""
    found: list[FieldChange] = []
    plain = _PLAIN[table]
    for place in compress(count(), map(ne, old, new)):
        before, after, label = old[place], new[place], plain[place]
        if label and before.__class__ is after.__class__ is str:
            found.append(_field_change((label, before, after)))
            continue
        name = FIELDS[table][place]
        if name in _LICENCE and table == "users":
            kind, united = (_PLACES[table][part] for part in _LICENCE)
            change = FieldChange(
                FIELD_LABELS["licence"], licence(old[kind], old[united]), licence(new[kind], new[united])
            )
            if change not in found:  # one field in words, two in the store
                found.append(change)
        elif name == "role_id":
            found.append(
                FieldChange(FIELD_LABELS[name], roles.get(str(before), str(before)), roles.get(str(after), str(after)))
            )
        elif not (name.startswith("privilege") and None in (before, after)):
            word = _WORDS.get(name, _as_text)
            found.append(FieldChange(FIELD_LABELS[name], word(before), word(after)))
    return tuple(found)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return bytes(value).decode(errors="replace") if isinstance(value, bytes) else str(value)


_WORDS: Final[dict[str, Callable[[Any], str]]] = {
    "verified": yes_or_no,
    "privacy": privacy,
    "privileges": lambda value: ", ".join(json.loads(value)),
}


class _Comparison:
    """Two syncs, and what they did not read."""

    def __init__(self, connection: sqlite3.Connection, older: SyncInfo, newer: SyncInfo) -> None:
        self.connection = connection
        self.before, self.after = older.number, newer.number
        self.bounds = {"before": older.number, "after": newer.number}
        self.unseen = unread.never_read(connection, older.not_read)
        self.missed = unread.missing_people(connection, older)
        self.missing = unread.missing_people(connection, newer)
        self.newly_missing = 0
        self.unknown: set[int] = set()
        """People in the newer sync who may have been there before, in a list that the older sync did not read."""


def changes(connection: sqlite3.Connection, older: SyncInfo, newer: SyncInfo, *, in_effect: bool = False) -> Changes:
    """Compare two syncs; `in_effect`: by effective access, in which user groups lead to contact groups."""
    pair = _Comparison(connection, older, newer)
    names = (_names_of_roles(connection, number) for number in (pair.before, pair.after))
    roles = {**SYSTEM_ROLES, **next(names), **next(names)}
    items = [change for kind in TABLES for change in _items(pair, kind, roles)]
    lost, gained = _changed_grants(pair)
    via: ViaGroups = {}
    if in_effect:
        gained, lost, via = effective_changes.effective_changes(connection, pair.after, gained, lost, pair.unseen)
    grants = _named(connection, gained, lost, pair.before, pair.after, via)
    not_compared = unread.not_compared(older, newer)
    return Changes(pair.before, pair.after, tuple(items), tuple(grants), not_compared, pair.newly_missing, in_effect)


def counts(connection: sqlite3.Connection, older: SyncInfo, newer: SyncInfo) -> dict[str, int]:
    """Return the number of changes, by the keys of `SyncInfo.changes`."""
    pair = _Comparison(connection, older, newer)
    found = {
        f"{table}_{how}": sum(item.how == how for item in items)
        for kind, table in TABLES.items()
        for items in [list(_items(pair, kind, {}))]
        for how in ("added", "removed", "changed")
    }
    lost, gained = _changed_grants(pair)
    return {**found, "grants_gained": _count(gained), "grants_lost": _count(lost)}


def _count(holders: Holders) -> int:
    return sum(map(len, holders.values()))


def _names_of_roles(connection: sqlite3.Connection, number: int) -> dict[str, str]:
    return dict(
        connection.execute(f"SELECT t.key, r.name FROM {facts_at('roles', number)} r JOIN things t ON t.id = r.id")
    )


# The conditions repeat those of the indexes: seen_from > 1 for facts that hold, gone_at for those that ended. Of two
# lower bounds SQLite seeks to the one that comes first, and would go through all of history from the other.
_BEGUN_HERE: Final = "SELECT {columns} FROM {table} WHERE seen_from > :before AND seen_from <= :after AND seen_from > 1"
_BEGUN_PAST: Final = (
    "SELECT {columns} FROM {table}_past WHERE gone_at > :after AND seen_from > :before AND seen_from <= :after"
)
_ENDED: Final = (
    "SELECT {columns} FROM {table}_past WHERE gone_at > :before AND gone_at <= :after AND seen_from <= :before"
)


def _items(pair: _Comparison, kind: Kind, roles: dict[str, str]) -> Iterable[ItemChange]:
    table, connection = TABLES[kind], pair.connection
    touched = {
        number
        for source in (_BEGUN_HERE, _BEGUN_PAST, _ENDED)
        for (number,) in connection.execute(source.format(columns="id", table=table), pair.bounds)
    }
    people = kind is Kind.USERS
    if people:
        touched |= set(pair.missed)
    ids = sorted(touched)
    old = _versions(connection, table, ids, pair.before, _THEN)
    new = _versions(connection, table, ids, pair.after, _NOW)
    if people:
        pair.newly_missing = len(pair.missing.keys() & old.keys())
        for seen in {seen for seen, _ in pair.missed.values()}:
            missed = [one for one, (last, _) in pair.missed.items() if last == seen]
            old.update(_versions(connection, table, missed, seen, _THEN))
    keys = dict(select_in(connection, "SELECT id, key FROM things WHERE id IN ({})", ids))
    status, email = (_PLACES["users"][name] for name in ("status", "email"))
    found: list[ItemChange] = []
    for number in ids:
        then, now = old.get(number), new.get(number)
        row = now or then
        if row is None or (people and number in pair.missing):
            continue
        if then is None and (table in pair.unseen.tables or (people and row[status] in pair.unseen.statuses)):
            pair.unknown.add(number)
            continue
        fields = changed_fields(table, then, now, roles) if then and now else ()
        if then and now and not fields:
            continue
        how: Literal["added", "removed", "changed"] = "changed" if then and now else "added" if now else "removed"
        found.append(
            ItemChange(
                kind, keys[number], _title_of(table, row, keys[number]), row[email] if people else "", how, fields
            )
        )
    return sorted(found, key=lambda change: (change.how, change.name.casefold(), change.id))


_THEN: Final = (
    "SELECT id, {fields} FROM {table}_past WHERE seen_from <= {number} AND gone_at > {number} AND id IN ({{}})",
    "SELECT id, {fields} FROM {table} WHERE seen_from <= {number} AND id IN ({{}})",
)
_NOW: Final = (_THEN[1], _THEN[0])
"""Queries for versions, the likelier table first: `facts_at` would search both tables for each."""


def _versions(
    connection: sqlite3.Connection, table: str, ids: list[int], number: int, places: tuple[str, ...]
) -> dict[int, Version]:
    """Return the versions of `ids` that held at a sync, by id."""
    found: dict[int, Version] = {}
    for sql in places:
        left = [one for one in ids if one not in found]
        statement = sql.format(fields=", ".join(FIELDS[table]), table=table, number=number)
        found.update({row[0]: row[1:] for row in select_in(connection, statement, left)})
    return found


def _title_of(table: str, row: Version, key: str) -> str:
    """Return the name to show for a version."""
    places = _PLACES[table]
    if table == "users":
        return person_name(*(row[places[name]] for name in ("display_name", "first_name", "last_name", "email")))
    return str(row[places["name"]]) or key


def changed_grants(connection: sqlite3.Connection, before: int, after: int) -> tuple[Holders, Holders]:
    """Return the grants that began and those that ended (some did both), by validity ranges alone."""
    bounds = {"before": before, "after": after}
    return _holders(connection, (_BEGUN_HERE, _BEGUN_PAST), bounds), _holders(connection, (_ENDED,), bounds)


def _holders(connection: sqlite3.Connection, sources: tuple[str, ...], bounds: dict[str, int]) -> Holders:
    found: Holders = {}
    for source in sources:
        # One row a thing is fetched sooner than one a grant. Without + SQLite would go through all that ever ended,
        # as that comes in this order.
        sql = source.format(columns=f"{FACT_SQL}, group_concat(principal)", table="grants")
        for fact, principals in connection.execute(f"{sql} GROUP BY +target, +kind", bounds):
            found.setdefault(fact, set()).update(map(int, principals.split(",")))
    return found


def _changed_grants(pair: _Comparison) -> tuple[Holders, Holders]:
    """Return the grants lost and those gained. Call after `_items`, which finds the people of `pair.unknown`."""
    begun, ended = changed_grants(pair.connection, pair.before, pair.after)
    held = unread.holders_of_missing(pair.connection, pair.missed, pair.before)
    not_lost = unread.holders_of_missing(pair.connection, pair.missing, pair.after)
    nobody: set[int] = set()
    lost, gained = {}, {}
    for fact in ended.keys() | held.keys():
        had = ended.get(fact, nobody) | held.get(fact, nobody)
        lost[fact] = had - begun.get(fact, nobody) - not_lost.get(fact, nobody)
    for fact, have in begun.items():
        if not pair.unseen.hides(fact):
            have = have - ended.get(fact, nobody) - held.get(fact, nobody)
            gained[fact] = have - pair.unknown if grant_kind(fact) in RECORD_KINDS else have
    return lost, gained


_FORMER: Final = (
    f"SELECT u.id, {NAME_SQL}, u.email FROM users_past u WHERE u.id IN ({{}}) AND {NAME_SQL} <> '' ORDER BY u.gone_at"
)
"""Last names of principals who were users at neither sync."""
_KNOWN: Final = (
    f"SELECT t.id, t.kind, t.key, {NAME_SQL}, u.email FROM things t "
    "LEFT JOIN users u ON u.id = t.id AND u.seen_from <= ? WHERE t.id IN ({})"
)
"""Current names: nearly everyone has the same name at both syncs."""


def _named(
    connection: sqlite3.Connection, gained: Holders, lost: Holders, before: int, after: int, via: ViaGroups
) -> list[GrantChange]:
    ids = {target_of(fact) for holders in (gained, lost) for fact in holders}
    ids.update(*gained.values(), *lost.values(), *via.values())
    known: dict[int, tuple[int, int, str, str, str]] = {  # id, kind, key, name, e-mail
        row[0]: row for row in select_in(connection, _KNOWN, sorted(ids), before=(after,))
    }
    unnamed = {number for number, row in known.items() if not row[3]}
    for number in unnamed:
        _, kind, key, *_ = known[number]
        named = name_of_key(key) if kind == USER else (SYSTEM_ROLES.get(key, key) if kind == ROLE else key, "")
        known[number] = (number, kind, key, *named)
    for number in (after, before):  # the name of the newer sync, where there is one
        for table, kind in (("users", USER), ("groups", GROUP), ("contact_groups", CONTACT_GROUP), ("roles", ROLE)):
            of_kind = sorted(one for one in unnamed if known[one][1] == kind)
            shown = f"{NAME_SQL}, u.email" if kind == USER else "u.name, ''"
            sql = f"SELECT u.id, {shown} FROM {facts_at(table, number)} u WHERE u.id IN ({{}})"
            for one, name, email in select_in(connection, sql, of_kind):
                if name:
                    known[one] = (*known[one][:3], name, email)
                    unnamed.discard(one)
    former = sorted(one for one in unnamed if known[one][1] == USER)
    for number, name, email in select_in(connection, _FORMER, former):  # the newest comes last
        known[number] = (*known[number][:3], name, email)
    by_name = sorted(known.values(), key=lambda row: (row[3].casefold(), row[2]))
    place = {row[0]: where for where, row in enumerate(by_name)}
    people = {row[0]: ("group" if row[1] == GROUP else "user", *row[2:], "") for row in by_name}
    found: dict[int, list[GrantChange]] = {row[0]: [] for row in by_name}
    by_resource = sorted(
        (grant_kind(fact), place[target_of(fact)], is_gained, fact, principals)
        for holders, is_gained in ((gained, True), (lost, False))
        for fact, principals in holders.items()
    )
    for code, _, is_gained, fact, principals in by_resource:
        start = (GRANT_KINDS[code], is_gained, KIND_OF_CODE[TARGET_KINDS[code]], *known[target_of(fact)][2:4])
        for principal in principals:
            change = _grant_change(start + people[principal])
            if via and (groups := via.get((fact, principal))):
                names = (known[group][3] or known[group][2] for group in sorted(groups, key=place.__getitem__))
                change = change._replace(through=", ".join(names))
            found[principal].append(change)
    return list(chain.from_iterable(found.values()))
