"""The columns of each kind's table, and its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zoomgov.disk.database import select_in
from zoomgov.model.kinds import Kind
from zoomgov.model.queries import Column
from zoomgov.store.grant_codes import ADMIN, CONTACT, EMAIL_PREFIX, HOLDER, MEMBER
from zoomgov.store.read.gaps import Gaps
from zoomgov.store.schema import ROLE
from zoomgov.store.snapshot import NAME_SQL, TABLES
from zoomgov.words.fields import FIELD_LABELS
from zoomgov.words.licences import SYSTEM_ROLES, licence, privacy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zoomgov.store.snapshot import Snapshot

_COLUMNS: Final = {
    Kind.USERS: (
        Column("name", FIELD_LABELS["name"], 26),
        Column("email", FIELD_LABELS["email"], 32),
        Column("status", FIELD_LABELS["status"], 9),
        Column("licence", FIELD_LABELS["licence"], 14),
        Column("role", FIELD_LABELS["role"], 16),
        Column("dept", FIELD_LABELS["dept"], 18),
        Column("groups", FIELD_LABELS["groups"], 7, "right"),
        Column("last_login", FIELD_LABELS["last_login_time"], 20),
        Column("created", FIELD_LABELS["created_at"], 20),
    ),
    Kind.GROUPS: (
        Column("name", FIELD_LABELS["name"], 40),
        Column("members", "Members", 9, "right"),
        Column("admins", "Admins", 8, "right"),
    ),
    Kind.CONTACT_GROUPS: (
        Column("name", FIELD_LABELS["name"], 32),
        Column("members", "Members", 9, "right"),
        Column("privacy", FIELD_LABELS["privacy"], 36),
        Column("description", FIELD_LABELS["description"], 40),
    ),
    Kind.ROLES: (
        Column("name", FIELD_LABELS["name"], 28),
        Column("type", FIELD_LABELS["type"], 10),
        Column("members", "Members", 9, "right"),
        Column("description", FIELD_LABELS["description"], 50),
    ),
}
_HOW: Final = Column("how", "How", 28)

NOT_A_USER: Final = "not a user"
"""Status shown for a principal of some list who is not among the users."""


def columns_of(kind: Kind, *, within: bool) -> tuple[Column, ...]:
    """Return the columns of a kind; of people within a resource, also `how` they have it."""
    return (*_COLUMNS[kind], _HOW) if within and kind is Kind.USERS else _COLUMNS[kind]


def picker(columns: Sequence[Column], wanted: Sequence[str]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """Return a function that picks the `wanted` columns from a row of `columns`.

    Raises:
        KeyError: there is no such column.
    """
    places = {column.key: place for place, column in enumerate(columns)}
    chosen = [places[key] for key in wanted]
    return lambda row: tuple(row[place] for place in chosen)


# People


def role_names(snapshot: Snapshot) -> dict[str, str]:
    """Return the names of roles by Zoom's id."""
    rows = snapshot.connection.execute(
        f"SELECT t.key, r.name FROM {snapshot.facts('roles')} r JOIN things t ON t.id = r.id"
    )
    return {**SYSTEM_ROLES, **dict(rows)}


def user_rows(snapshot: Snapshot, ids: Sequence[int], roles: Mapping[str, str]) -> dict[int, tuple[Any, ...]]:
    """Return rows by id. For principals who are not users, name and address as far as they are known."""
    connection, users, grants = snapshot.connection, snapshot.facts("users"), snapshot.facts("grants")
    groups = dict(
        select_in(
            connection,
            f"SELECT principal, count(*) FROM {grants} WHERE kind = {MEMBER} AND principal IN ({{}}) "
            "GROUP BY principal",
            ids,
        )
    )
    logins = dict(select_in(connection, "SELECT id, last_login_time FROM logins WHERE id IN ({})", ids))
    gaps = Gaps(snapshot.info)
    found: dict[int, tuple[Any, ...]] = {
        number: (name, email, status, licence(kind, united), roles.get(role, role), dept,
                 gaps.groups_of(status, groups.get(number, 0)), logins.get(number, ""), created)
        for number, name, email, status, kind, united, role, dept, created in select_in(
            connection,
            f"SELECT u.id, {NAME_SQL}, u.email, u.status, u.type, u.plan_united_type, u.role_id, u.dept, u.created_at "
            f"FROM {users} u WHERE u.id IN ({{}})",
            ids,
        )
    }  # fmt: skip
    strangers = [number for number in ids if number not in found]
    if strangers:
        for number, (name, email) in stranger_names(snapshot, strangers).items():
            found[number] = (name, email, NOT_A_USER, "", "", "", groups.get(number), "", "")
    return found


def stranger_names(snapshot: Snapshot, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return name and address of principals who are no users: as last seen, or else from their key."""
    keys = dict(select_in(snapshot.connection, "SELECT id, key FROM things WHERE id IN ({})", ids))
    found = {number: name_of_key(keys.get(number, "")) for number in ids}
    sql = (
        f"SELECT u.id, {NAME_SQL}, u.email, max(u.seen_from) FROM users_past u "
        "WHERE u.seen_from <= ? AND u.id IN ({}) GROUP BY u.id"
    )
    for number, name, email, _ in select_in(snapshot.connection, sql, ids, before=(snapshot.number,)):
        found[number] = (name, email)
    return found


def name_of_key(key: str) -> tuple[str, str]:
    """Return name and address as far as the key holds them."""
    address = key.removeprefix(EMAIL_PREFIX)
    return address, address if address != key else ""


CODES: Final = {Kind.GROUPS: (MEMBER, ADMIN), Kind.CONTACT_GROUPS: (CONTACT,), Kind.ROLES: (HOLDER,)}
"""Grant kinds by the kind of their target."""


# Groups, contact groups and roles


def resource_names(snapshot: Snapshot, ids: set[int]) -> dict[int, str]:
    """Return names of groups, contact groups and roles by id; Zoom's id where there is no name."""
    listed = sorted(ids)
    found = {
        number: SYSTEM_ROLES.get(key, key) if kind == ROLE else key
        for number, kind, key in select_in(
            snapshot.connection, "SELECT id, kind, key FROM things WHERE id IN ({})", listed
        )
    }
    for kind, table in TABLES.items():
        if kind is not Kind.USERS:
            sql = f"SELECT id, name FROM {snapshot.facts(table)} WHERE id IN ({{}})"
            found.update((number, name) for number, name in select_in(snapshot.connection, sql, listed) if name)
    return found


def grant_counts(snapshot: Snapshot) -> dict[tuple[int, int], int]:
    """Return the number of principals by (target, grant kind). Reads all grants."""
    sql = f"SELECT target, kind, count(*) FROM {snapshot.facts('grants')} GROUP BY target, kind"
    return {(target, kind): count for target, kind, count in snapshot.connection.execute(sql)}


def resource_rows(
    snapshot: Snapshot, kind: Kind, counts: Mapping[tuple[int, int], int], ids: Sequence[int] | None = None
) -> dict[int, tuple[Any, ...]]:
    """Return the rows of `ids`, or of all resources of the kind, by id. Numbers that are not known are None."""
    facts = snapshot.facts(TABLES[kind])
    fields = {
        Kind.GROUPS: "f.name",
        Kind.CONTACT_GROUPS: "f.name, f.privacy, f.description",
        Kind.ROLES: "f.name, f.type, f.description",
    }[kind]
    sql = f"SELECT f.id, t.key, f.total_members, {fields} FROM {facts} f JOIN things t ON t.id = f.id"
    if ids is None:
        rows = snapshot.connection.execute(sql)
    else:
        rows = select_in(snapshot.connection, f"{sql} WHERE f.id IN ({{}})", ids)  # type: ignore[assignment]
    gaps = Gaps(snapshot.info)

    def count(number: int, code: int, key: str, total: int | None = None) -> int | None:
        return gaps.count(code, key, counts.get((number, code), 0), total)

    if kind is Kind.GROUPS:
        return {n: (name, count(n, MEMBER, key, total), count(n, ADMIN, key)) for n, key, total, name in rows}
    if kind is Kind.CONTACT_GROUPS:
        return {n: (name, count(n, CONTACT, key), privacy(who), about) for n, key, _, name, who, about in rows}
    return {n: (name, type_, count(n, HOLDER, key, total), about) for n, key, total, name, type_, about in rows}
