"""An auditor's questions to one sync, answered in SQL: Python never loops over 200,000 people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from zoomgov.model.kinds import Kind
from zoomgov.store.grant_codes import ADMIN, CONTACT, HOLDER, MEMBER
from zoomgov.store.read import records
from zoomgov.store.read.gaps import Gaps
from zoomgov.store.read.id_vectors import ids_of
from zoomgov.store.read.table_rows import role_names
from zoomgov.store.schema import GROUP, ROLE
from zoomgov.store.snapshot import NAME_SQL, TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zoomgov.store.snapshot import Snapshot

LICENSED: Final = 2
"""`UserRow.type` of those who take a licence."""
MEMBER_ROLE: Final = "2"
SYSTEM: Final = ("0", "1", MEMBER_ROLE)
_DOMAIN: Final = "lower(substr(u.email, instr(u.email, '@') + 1))"


class Someone(NamedTuple):
    """What an answer holds of a person. Named as in `UserRow`."""

    id: str
    name: str
    email: str
    status: str
    role: str
    created_at: str
    last_login_time: str


class People(NamedTuple):
    """The people an answer is about: their number, and the first of them."""

    total: int
    first: list[Someone]


class RoleFacts(NamedTuple):
    """A role that is listed, or that somebody holds."""

    row: int
    id: str
    name: str
    edits: bool | None
    """Whether it holds a right to change something; None when its rights were never read."""
    holders: int
    total_members: int | None

    @property
    def custom(self) -> bool:
        return self.id not in SYSTEM


class ResourceFacts(NamedTuple):
    """A group or contact group."""

    id: str
    name: str
    members: int | None
    """None when it is not known, as `admins`."""
    admins: int | None
    total_members: int | None
    privacy: int | None


Counts = Mapping[tuple[int, int], int]
"""As `grant_counts` returns them. That reads all grants, so it is done once for all questions."""


def roles(at: Snapshot, counts: Counts) -> list[RoleFacts]:
    """Return all roles, by name."""
    names = role_names(at)
    rows = at.connection.execute(
        "SELECT t.id, t.key, r.id IS NOT NULL, r.privileges, r.total_members FROM things t "
        f"LEFT JOIN {at.facts('roles')} r ON r.id = t.id WHERE t.kind = ?",
        (ROLE,),
    )
    found = []
    for row, key, listed, privileges, total in rows:
        holders = counts.get((row, HOLDER), 0)
        if not listed and not holders:
            continue
        edits = None
        if key in ("0", "1"):
            edits = True
        elif privileges is not None:
            edits = any(right.endswith(":Edit") for right in json.loads(privileges))
        found.append(RoleFacts(row, key, names.get(key, key), edits, holders, total))
    return sorted(found, key=lambda role: (role.name.casefold(), role.id))


def resources(at: Snapshot, kind: Kind, counts: Counts) -> list[ResourceFacts]:
    """Return all groups or all contact groups, by name."""
    privacy = "f.privacy" if kind is Kind.CONTACT_GROUPS else "NULL"
    member = CONTACT if kind is Kind.CONTACT_GROUPS else MEMBER
    rows = at.connection.execute(
        f"SELECT f.id, t.key, f.name, f.total_members, {privacy} FROM {at.facts(TABLES[kind])} f "
        "JOIN things t ON t.id = f.id ORDER BY f.name COLLATE NOCASE, t.key"
    )
    gaps = Gaps(at.info)

    def count(row: int, code: int, key: str, total: int | None = None) -> int | None:
        return gaps.count(code, key, counts.get((row, code), 0), total)

    return [
        ResourceFacts(key, name, count(row, member, key, total), count(row, ADMIN, key), total, who)
        for row, key, name, total, who in rows
    ]


def _people(at: Snapshot, ids: str, values: Sequence[object], limit: int, order: str = "u.search") -> People:
    """Return the people whose ids the query `ids` finds, the first `limit` of them with names.

    `ids` should be served by indexes, which are small; the rows of people, which are large, are read for the named.
    """
    found = ids_of(at.connection, ids, values)
    if not limit or not found:
        return People(len(found), [])
    names = role_names(at)
    rows = at.connection.execute(
        f"SELECT t.key, {NAME_SQL}, u.email, u.status, u.role_id, u.created_at, coalesce(l.last_login_time, '') "
        f"FROM {at.facts('users')} u JOIN things t ON t.id = u.id LEFT JOIN logins l ON l.id = u.id "
        f"WHERE u.id IN (SELECT value FROM json_each(?)) ORDER BY {order}, u.id LIMIT ?",
        (json.dumps(found.tolist()), limit),
    )
    return People(
        len(found),
        [Someone(key, name, email, status, names.get(role, role), *times)
         for key, name, email, status, role, *times in rows],
    )  # fmt: skip


_NOT_ACTIVE: Final = "status IN ('inactive', 'pending')"
_LONGEST_FIRST: Final = "coalesce(l.last_login_time, '')"


def _holders(at: Snapshot, of: Iterable[RoleFacts]) -> str:
    """A query for the ids of the holders of these roles."""
    listed = ",".join(str(int(role.row)) for role in of)
    return f"SELECT DISTINCT principal FROM {at.facts('grants')} WHERE kind = {HOLDER} AND target IN ({listed})"


def holders(at: Snapshot, of: Iterable[RoleFacts], limit: int) -> People:
    """Return everyone who holds one of these roles."""
    return _people(at, f"SELECT id FROM {at.facts('users')} WHERE id IN ({_holders(at, of)})", (), limit)


def lately_used(at: Snapshot, of: Iterable[RoleFacts], since: str) -> set[int]:
    """Return the rows of those roles with an active holder who has logged in, or was created, since then."""
    listed = ",".join(str(role.row) for role in of)
    rows = at.connection.execute(
        f"SELECT DISTINCT g.target FROM {at.facts('grants')} g JOIN {at.facts('users')} u ON u.id = g.principal "
        f"LEFT JOIN logins l ON l.id = u.id WHERE g.kind = {HOLDER} AND g.target IN ({listed}) "
        "AND u.status = 'active' AND (coalesce(l.last_login_time, '') >= ? OR u.created_at >= ?)",
        (since, since),
    )
    return {row for (row,) in rows}


def idle_holders(at: Snapshot, of: Iterable[RoleFacts], before: str, limit: int) -> People:
    """Return the active holders of these roles who were created and last logged in before that time."""
    ids = (
        f"SELECT u.id FROM {at.facts('users')} u LEFT JOIN logins l ON l.id = u.id WHERE u.id IN ({_holders(at, of)}) "
        "AND u.status = 'active' AND coalesce(l.last_login_time, '') < ? AND u.created_at < ?"
    )
    return _people(at, ids, (before, before), limit, _LONGEST_FIRST)


def not_active_holders(at: Snapshot, of: Iterable[RoleFacts], limit: int) -> People:
    """Return deactivated and invited people who hold one of these roles."""
    ids = f"SELECT id FROM {at.facts('users')} WHERE id IN ({_holders(at, of)}) AND {_NOT_ACTIVE}"
    return _people(at, ids, (), limit)


def not_active_group_admins(at: Snapshot, limit: int) -> People:
    """Return deactivated and invited people who administer a group."""
    admins = (
        f"SELECT DISTINCT principal FROM {at.facts('grants')} WHERE kind = {ADMIN} "
        f"AND target IN (SELECT id FROM things WHERE kind = {GROUP})"
    )
    return _people(at, f"SELECT id FROM {at.facts('users')} WHERE id IN ({admins}) AND {_NOT_ACTIVE}", (), limit)


def not_active_licensed(at: Snapshot, limit: int) -> People:
    """Return deactivated and invited people who have a licence."""
    ids = f"SELECT id FROM {at.facts('users')} WHERE {_NOT_ACTIVE} AND type = {LICENSED}"
    return _people(at, ids, (), limit)


def _licensed(at: Snapshot) -> str:
    return f"SELECT id FROM {at.facts('users')} WHERE status = 'active' AND type = {LICENSED}"


def licensed_idle(at: Snapshot, before: str, limit: int) -> People:
    """Return active people with a licence who last logged in before that time, the longest ago first."""
    ids = f"SELECT id FROM logins WHERE last_login_time <> '' AND last_login_time < ? AND id IN ({_licensed(at)})"
    return _people(at, ids, (before,), limit, _LONGEST_FIRST)


def licensed_never(at: Snapshot, created_before: str, limit: int) -> People:
    """Return active people with a licence who were created before that time and never logged in."""
    never = f"{_licensed(at)} EXCEPT SELECT id FROM logins WHERE last_login_time <> ''"
    ids = f"SELECT id FROM {at.facts('users')} WHERE id IN ({never}) AND created_at < ?"
    return _people(at, ids, (created_before,), limit, "u.created_at")


def any_login(at: Snapshot) -> bool:
    """Whether a last login of anybody is stored."""
    return bool(at.connection.execute("SELECT EXISTS (SELECT 1 FROM logins WHERE last_login_time <> '')").fetchone()[0])


def domains(at: Snapshot) -> dict[str, int]:
    """Return how many users have an address in each domain, most first."""
    sql = f"SELECT {_DOMAIN} FROM {at.facts('users')} u WHERE instr(u.email, '@') > 0"
    # SQLite would sort all addresses to count them: more time, and 20 MB for 200,000
    counts = Counter(domain for (domain,) in at.connection.execute(sql))
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def in_domains(at: Snapshot, of: Iterable[str], limit: int) -> People:
    """Return the users with an address in one of these domains."""
    if not (wanted := sorted(of)):
        return People(0, [])
    ids = f"SELECT u.id FROM {at.facts('users')} u WHERE {_DOMAIN} IN (SELECT value FROM json_each(?))"
    return _people(at, ids, (json.dumps(wanted),), limit, f"{_DOMAIN}, u.search")


def holders_in_domains(at: Snapshot, of: Iterable[str], roles_held: Iterable[RoleFacts], limit: int) -> People:
    """Return the holders of these roles with an address in one of these domains."""
    ids = (
        f"SELECT u.id FROM {at.facts('users')} u WHERE u.id IN ({_holders(at, roles_held)}) "
        f"AND {_DOMAIN} IN (SELECT value FROM json_each(?))"
    )
    return _people(at, ids, (json.dumps(sorted(of)),), limit)


def not_users(at: Snapshot) -> list[tuple[str, str, str, int]]:
    """Return principals who are not among the users: (Zoom's id, name, address, number of grants)."""
    strangers = records.unlisted(at, Kind.USERS)
    if not strangers:
        return []
    listed = json.dumps([row for row, *_ in strangers])
    counts = dict(
        at.connection.execute(
            f"SELECT principal, count(*) FROM {at.facts('grants')} "
            "WHERE principal IN (SELECT value FROM json_each(?)) GROUP BY principal",
            (listed,),
        )
    )
    return [(key, name, email, counts.get(row, 0)) for row, key, name, email in strangers]
