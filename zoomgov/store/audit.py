"""Questions an auditor asks of one sync, answered in SQL: 200,000 people are never walked one by one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

from zoomgov.store import bulk
from zoomgov.store.codes import ADMIN, CONTACT, HOLDER, MEMBER
from zoomgov.store.columns import grant_counts, role_names
from zoomgov.store.model import Kind
from zoomgov.store.schema import ROLE, USER
from zoomgov.store.snapshot import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zoomgov.store.bulk import UserRecord
    from zoomgov.store.snapshot import Snapshot

LICENSED: Final = 2
"""`UserRow.type` of those who take a licence."""
MEMBER_ROLE: Final = "2"
SYSTEM: Final = ("0", "1", MEMBER_ROLE)
_DOMAIN: Final = "lower(substr(u.email, instr(u.email, '@') + 1))"


class People(NamedTuple):
    """Everyone an answer is about: how many, and the first of them."""

    total: int
    first: list[UserRecord]


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


class ThingFacts(NamedTuple):
    """A group or contact group."""

    id: str
    name: str
    members: int
    admins: int
    total_members: int | None
    privacy: int | None


def roles(at: Snapshot) -> list[RoleFacts]:
    """Return all roles, by name."""
    counts, names = grant_counts(at), role_names(at)
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


def things(at: Snapshot, kind: Kind) -> list[ThingFacts]:
    """Return all groups or all contact groups, by name."""
    counts = grant_counts(at)
    privacy = "f.privacy" if kind is Kind.CONTACT_GROUPS else "NULL"
    member = CONTACT if kind is Kind.CONTACT_GROUPS else MEMBER
    rows = at.connection.execute(
        f"SELECT f.id, t.key, f.name, f.total_members, {privacy} FROM {at.facts(TABLES[kind])} f "
        "JOIN things t ON t.id = f.id ORDER BY f.name COLLATE NOCASE, t.key"
    )
    return [
        ThingFacts(key, name, counts.get((row, member), 0), counts.get((row, ADMIN), 0), total, who)
        for row, key, name, total, who in rows
    ]


def _people(at: Snapshot, condition: str, values: Sequence[object], limit: int, order: str = "u.search") -> People:
    sql = (
        f"SELECT u.id FROM {at.facts('users')} u LEFT JOIN logins l ON l.id = u.id "
        f"WHERE {condition} ORDER BY {order}, u.id"
    )
    ids = [number for (number,) in at.connection.execute(sql, values)]
    return People(len(ids), bulk.user_records(at, ids[:limit]))


_NOT_ACTIVE: Final = "u.status IN ('inactive', 'pending')"
_LONGEST_FIRST: Final = "coalesce(l.last_login_time, '')"


def _holds(at: Snapshot, rows: Iterable[int]) -> str:
    listed = ",".join(str(int(row)) for row in rows)
    return f"u.id IN (SELECT principal FROM {at.facts('grants')} WHERE kind = {HOLDER} AND target IN ({listed}))"


def holders(at: Snapshot, of: Iterable[RoleFacts], limit: int) -> People:
    """Return everyone who holds one of these roles."""
    return _people(at, _holds(at, (role.row for role in of)), (), limit)


def lately_used(at: Snapshot, of: Iterable[RoleFacts], since: str) -> set[int]:
    """Return the rows of those roles that an active person holds who logged in, or was made, since then."""
    listed = ",".join(str(role.row) for role in of)
    rows = at.connection.execute(
        f"SELECT DISTINCT g.target FROM {at.facts('grants')} g JOIN {at.facts('users')} u ON u.id = g.principal "
        f"LEFT JOIN logins l ON l.id = u.id WHERE g.kind = {HOLDER} AND g.target IN ({listed}) "
        "AND u.status = 'active' AND (coalesce(l.last_login_time, '') >= ? OR u.created_at >= ?)",
        (since, since),
    )
    return {row for (row,) in rows}


def idle_holders(at: Snapshot, of: Iterable[RoleFacts], before: str, limit: int) -> People:
    """Return the active holders of these roles whose last login lies before, or who never logged in since."""
    condition = (
        f"u.status = 'active' AND {_holds(at, (role.row for role in of))} "
        "AND coalesce(l.last_login_time, '') < ? AND u.created_at < ?"
    )
    return _people(at, condition, (before, before), limit, _LONGEST_FIRST)


def not_active_holders(at: Snapshot, of: Iterable[RoleFacts], limit: int) -> People:
    """Return deactivated and invited people who hold one of these roles."""
    return _people(at, f"{_NOT_ACTIVE} AND {_holds(at, (role.row for role in of))}", (), limit)


def not_active_group_admins(at: Snapshot, limit: int) -> People:
    """Return deactivated and invited people who administer a group."""
    grants = at.facts("grants")
    condition = f"EXISTS (SELECT 1 FROM {grants} g WHERE g.principal = u.id AND g.kind = {ADMIN})"
    return _people(at, f"{_NOT_ACTIVE} AND {condition}", (), limit)


def not_active_licensed(at: Snapshot, limit: int) -> People:
    """Return deactivated and invited people who have a licence."""
    return _people(at, f"{_NOT_ACTIVE} AND u.type = {LICENSED}", (), limit)


def licensed_idle(at: Snapshot, before: str, limit: int) -> People:
    """Return active people with a licence whose last login lies before, the longest ago first."""
    condition = f"u.status = 'active' AND u.type = {LICENSED} AND l.last_login_time <> '' AND l.last_login_time < ?"
    return _people(at, condition, (before,), limit, _LONGEST_FIRST)


def licensed_never(at: Snapshot, created_before: str, limit: int) -> People:
    """Return active people with a licence who never logged in, but for those made lately."""
    condition = (
        f"u.status = 'active' AND u.type = {LICENSED} AND coalesce(l.last_login_time, '') = '' AND u.created_at < ?"
    )
    return _people(at, condition, (created_before,), limit, "u.created_at")


def domains(at: Snapshot) -> dict[str, int]:
    """Return how many users have an address in each domain, most first."""
    sql = (
        f"SELECT {_DOMAIN} AS domain, count(*) FROM {at.facts('users')} u WHERE instr(u.email, '@') > 0 "
        "GROUP BY domain ORDER BY count(*) DESC, domain"
    )
    return dict(at.connection.execute(sql))


def in_domains(at: Snapshot, of: Iterable[str], limit: int) -> People:
    """Return the users with an address in one of these domains."""
    condition = f"{_DOMAIN} IN (SELECT value FROM json_each(?))"
    return _people(at, condition, (json.dumps(sorted(of)),), limit, f"{_DOMAIN}, u.search")


def holders_in_domains(at: Snapshot, of: Iterable[str], roles_held: Iterable[RoleFacts], limit: int) -> People:
    """Return the holders of these roles with an address in one of these domains."""
    condition = f"{_holds(at, (role.row for role in roles_held))} AND {_DOMAIN} IN (SELECT value FROM json_each(?))"
    return _people(at, condition, (json.dumps(sorted(of)),), limit)


def not_users(at: Snapshot) -> list[tuple[str, str, str, int]]:
    """Return who is in some list and not among the users: (Zoom's id, name, address, in how many things)."""
    strangers = bulk.unlisted(at, Kind.USERS)
    counts = dict(
        at.connection.execute(
            f"SELECT g.principal, count(*) FROM things t JOIN {at.facts('grants')} g ON g.principal = t.id "
            f"WHERE t.kind = ? AND NOT EXISTS (SELECT 1 FROM {at.facts('users')} u WHERE u.id = t.id) "
            "GROUP BY g.principal",
            (USER,),
        )
    )
    return [(key, name, email, counts.get(row, 0)) for row, key, name, email in strangers]
