"""Everything of one kind, row by row in a stable order: the input of exports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from zoomgov.disk.database import select_in
from zoomgov.model.kinds import GrantKind, Kind
from zoomgov.store.grant_codes import ADMIN, CONTACT, HOLDER, MEMBER, TARGET_KINDS
from zoomgov.store.read.details import GRANT_KINDS
from zoomgov.store.read.effective_access import paths_sql
from zoomgov.store.read.gaps import Gaps
from zoomgov.store.read.table_rows import grant_counts, name_of_key, resource_names, role_names, stranger_names
from zoomgov.store.schema import GROUP, USER
from zoomgov.store.snapshot import KIND_CODES, KIND_OF_CODE, NAME_SQL, TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zoomgov.store.snapshot import Snapshot


class UserRecord(NamedTuple):
    """A person with everything that is stored of them. Named as in `UserRow`."""

    id: str
    name: str
    email: str
    status: str
    type: int
    plan_united_type: str
    role_id: str
    role: str
    groups: int | None
    """None when it is not known."""
    first_name: str
    last_name: str
    display_name: str
    dept: str
    timezone: str
    pmi: int | None
    verified: bool | None
    created_at: str
    last_login_time: str
    last_client_version: str
    employee_unique_id: str
    extra: bytes


class ResourceRecord(NamedTuple):
    """A group, contact group or role. What a kind does not have is None."""

    id: str
    name: str
    members: int | None
    """None when it is not known, as is `admins`."""
    admins: int | None
    total_members: int | None
    privacy: int | None
    description: str
    type: str
    privileges: tuple[str, ...] | None
    privilege_scopes: bytes


class GrantRecord(NamedTuple):
    """One grant, with names."""

    kind: GrantKind
    target_id: str
    target_name: str
    principal_kind: str
    """`user` or `group`."""
    principal_id: str
    principal_name: str
    principal_email: str
    since: int
    via_id: str = ""
    via_name: str = ""


_USER_SQL: Final = (
    f"SELECT u.id, t.key, {NAME_SQL}, u.email, u.status, u.type, u.plan_united_type, u.role_id, "
    f"(SELECT count(*) FROM {{grants}} g WHERE g.principal = u.id AND g.kind = {MEMBER}), "
    "u.first_name, u.last_name, u.display_name, u.dept, u.timezone, u.pmi, u.verified, u.created_at, "
    "coalesce(l.last_login_time, ''), coalesce(l.last_client_version, ''), u.employee_unique_id, u.extra "
    "FROM {users} u JOIN things t ON t.id = u.id LEFT JOIN logins l ON l.id = u.id WHERE u.id IN ({{}})"
)
_NOBODY: Final = UserRecord("", "", "", "", 0, "", "", "", None, "", "", "", "", "", None, None, "", "", "", "", b"{}")
NOT_A_USER: Final = "not a user"


def user_records(at: Snapshot, ids: Sequence[int], roles: dict[str, str] | None = None) -> list[UserRecord]:
    """Return the people of `ids`, in their order; of principals who are not users, what is known."""
    names = role_names(at) if roles is None else roles
    sql = _USER_SQL.format(grants=at.facts("grants"), users=at.facts("users"))
    found: dict[int, UserRecord] = {}
    gaps = Gaps(at.info)
    for number, *row in select_in(at.connection, sql, ids):
        role_id, verified, extra = row[6], row[14], row[19]
        verified = None if verified is None else bool(verified)
        role = names.get(role_id, role_id)
        found[number] = UserRecord._make(
            [*row[:7], role, gaps.groups_of(row[3], row[7]), *row[8:14], verified, *row[15:19], bytes(extra)]
        )
    strangers = [number for number in ids if number not in found]
    if strangers:
        keys = dict(select_in(at.connection, "SELECT id, key FROM things WHERE id IN ({})", strangers))
        for number, (name, email) in stranger_names(at, strangers).items():
            found[number] = _NOBODY._replace(id=keys.get(number, ""), name=name, email=email, status=NOT_A_USER)
    return [found[number] for number in ids]


def resource_records(at: Snapshot, kind: Kind, ids: Sequence[int]) -> list[ResourceRecord]:
    """Return the groups, contact groups or roles of `ids`, in their order."""
    counts = grant_counts(at)
    fields = {
        Kind.GROUPS: "NULL, '', '', NULL, x''",
        Kind.CONTACT_GROUPS: "f.privacy, f.description, '', NULL, x''",
        Kind.ROLES: "NULL, f.description, f.type, f.privileges, coalesce(f.privilege_scopes, x'')",
    }[kind]
    member = {Kind.GROUPS: MEMBER, Kind.CONTACT_GROUPS: CONTACT, Kind.ROLES: HOLDER}[kind]
    sql = (
        f"SELECT f.id, t.key, f.name, f.total_members, {fields} FROM {at.facts(TABLES[kind])} f "
        "JOIN things t ON t.id = f.id WHERE f.id IN ({})"
    )
    gaps = Gaps(at.info)
    found = {}
    for number, key, name, total, privacy, description, type_, privileges, scopes in select_in(at.connection, sql, ids):
        found[number] = ResourceRecord(
            id=key,
            name=name,
            members=gaps.count(member, key, counts.get((number, member), 0), total),
            admins=gaps.count(ADMIN, key, counts.get((number, ADMIN), 0)) if kind is Kind.GROUPS else None,
            total_members=total,
            privacy=privacy,
            description=description,
            type=type_,
            privileges=None if privileges is None else tuple(json.loads(privileges)),
            privilege_scopes=bytes(scopes) or b"[]",
        )
    return [found[number] for number in ids]


def everything(at: Snapshot, kind: Kind) -> list[int]:
    """Return the ids of all of a kind: by name, then address, then Zoom's id."""
    order = "f.search, t.key" if kind is Kind.USERS else "f.name COLLATE NOCASE, f.name, t.key"
    sql = f"SELECT f.id FROM {at.facts(TABLES[kind])} f JOIN things t ON t.id = f.id ORDER BY {order}"
    return [number for (number,) in at.connection.execute(sql)]


def unlisted(at: Snapshot, kind: Kind) -> list[tuple[int, str, str, str]]:
    """Return what grants name but no list contains: (row id, Zoom's id, name, address), by Zoom's id."""
    facts, grants = at.facts(TABLES[kind]), at.facts("grants")
    side = "principal" if kind is Kind.USERS else "target"
    named = f"EXISTS (SELECT 1 FROM {grants} g WHERE g.{side} = t.id)"
    if kind is Kind.GROUPS:
        named = f"({named} OR EXISTS (SELECT 1 FROM {grants} g WHERE g.principal = t.id))"
    sql = (
        f"SELECT t.id, t.key FROM things t WHERE t.kind = ? AND t.id NOT IN (SELECT id FROM {facts}) AND {named} "
        "ORDER BY t.key"
    )
    rows = at.connection.execute(sql, (KIND_CODES[kind],)).fetchall()
    ids = [number for number, _ in rows]
    if kind is Kind.USERS:
        people = stranger_names(at, ids)
        return [(number, key, *people[number]) for number, key in rows]
    names = resource_names(at, set(ids))
    return [(number, key, names[number], "") for number, key in rows]


# Grants

_TARGETS: Final = "SELECT DISTINCT kind, target FROM {grants}"
_PRINCIPALS: Final = (
    f"SELECT g.principal, t.kind, t.key, {NAME_SQL}, u.email, g.seen_from FROM {{grants}} g "
    "JOIN things t ON t.id = g.principal LEFT JOIN {users} u ON u.id = g.principal "
    "WHERE g.target = ? AND g.kind = ? ORDER BY u.search IS NULL, u.search, t.key"
)
_PAGE: Final = 1000
_ORDER: Final = {code: place for place, code in enumerate((HOLDER, ADMIN, MEMBER, CONTACT))}


def count_grants(at: Snapshot) -> int:
    """Return how many rows `grant_records` yields."""
    return int(at.connection.execute(f"SELECT count(*) FROM {at.facts('grants')}").fetchone()[0])


def grant_records(at: Snapshot) -> Iterator[GrantRecord]:
    """Yield every grant as Zoom has it: by kind, then name of the resource, then name of the principal."""
    grants, users = at.facts("grants"), at.facts("users")
    sql = _PRINCIPALS.format(grants=grants, users=users)
    for code, target, key, name in _sorted_targets(at, at.connection.execute(_TARGETS.format(grants=grants))):
        kind = GRANT_KINDS[code]
        cursor = at.connection.execute(sql, (target, code))
        while rows := cursor.fetchmany(_PAGE):
            names = _other_names(at, [row for row in rows if row[4] is None])
            for principal, thing, principal_key, called, email, since in rows:
                if email is None:
                    called, email = names[principal]
                nested = "group" if thing == GROUP else "user"
                yield GrantRecord(kind, key, name, nested, principal_key, called, email, since)


def _sorted_targets(at: Snapshot, rows: Iterable[tuple[int, int]]) -> list[tuple[int, int, str, str]]:
    pairs = list(rows)
    wanted = {target for _, target in pairs}
    names = resource_names(at, wanted)
    keys = dict(select_in(at.connection, "SELECT id, key FROM things WHERE id IN ({})", sorted(wanted)))
    found = [(code, target, keys[target], names[target]) for code, target in pairs]
    return sorted(found, key=lambda one: (_ORDER[one[0]], one[3].casefold(), one[2]))


def _other_names(at: Snapshot, rows: Sequence[Any]) -> dict[int, tuple[str, str]]:
    """Name and address of principals who are no users: user groups, and people in no list of users."""
    groups = {row[0] for row in rows if row[1] == GROUP}
    people = [row[0] for row in rows if row[1] == USER]
    return {**{number: (name, "") for number, name in resource_names(at, groups).items()}, **stranger_names(at, people)}


def nested_records(at: Snapshot) -> Iterator[GrantRecord]:
    """Yield who is in a contact group through a user group in it: one row for each person and user group."""
    grants, users = at.facts("grants"), at.facts("users")
    targets = at.connection.execute(
        f"SELECT DISTINCT g.kind, g.target FROM {grants} g JOIN things t ON t.id = g.principal "
        f"WHERE g.kind = {CONTACT} AND t.kind = {GROUP}"
    ).fetchall()
    sql = (
        f"SELECT p.person, t.key, {NAME_SQL}, u.email, p.since, p.via FROM {paths_sql(at)} p "
        f"JOIN things t ON t.id = p.person LEFT JOIN {users} u ON u.id = p.person "
        "WHERE p.target = ? AND p.via IS NOT NULL ORDER BY u.search IS NULL, u.search, t.key, p.via"
    )
    for _, target, key, name in _sorted_targets(at, targets):
        rows = at.connection.execute(sql, (target,)).fetchall()
        vias = {row[5] for row in rows}
        via_names = resource_names(at, vias)
        via_keys = dict(select_in(at.connection, "SELECT id, key FROM things WHERE id IN ({})", sorted(vias)))
        for _, person_key, called, email, since, via in rows:
            if email is None:
                called, email = name_of_key(person_key)
            yield GrantRecord(
                GrantKind.CONTACT_GROUP_MEMBER, key, name, "user", person_key, called, email, since,
                via_keys[via], via_names[via],
            )  # fmt: skip


def target_kind(kind: GrantKind) -> Kind:
    """Return the kind of resource that grants of `kind` are on."""
    codes = {name: code for code, name in GRANT_KINDS.items()}
    return KIND_OF_CODE[TARGET_KINDS[codes[kind]]]
