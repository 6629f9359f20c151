"""Everything of one person, or of one group, contact group or role."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from zoomgov.disk.database import select_in
from zoomgov.model.access import AccessPath, Nested, Person, Resource
from zoomgov.model.kinds import GrantKind, Kind
from zoomgov.model.parts import PARTS_OF, PartKey
from zoomgov.model.queries import Target
from zoomgov.store.grant_codes import ADMIN, CONTACT, EMAIL_PREFIX, GRANT_CODES, HOLDER, MEMBER, TARGET_KINDS
from zoomgov.store.read.effective_access import paths_of_person, people_of_target
from zoomgov.store.read.gaps import Gaps
from zoomgov.store.read.table_rows import NOT_A_USER, resource_names, role_names, stranger_names
from zoomgov.store.schema import GROUP, USER, USER_FIELDS
from zoomgov.store.snapshot import KIND_CODES, KIND_OF_CODE, TABLES
from zoomgov.text import person_name
from zoomgov.words.fields import FIELD_LABELS, yes_or_no
from zoomgov.words.licences import licence, privacy

if TYPE_CHECKING:
    from zoomgov.model.syncs import NotRead
    from zoomgov.store.snapshot import Snapshot

GRANT_KINDS: Final = {code: kind for kind, code in GRANT_CODES.items()}
_ACCESS_PARTS: Final = {part for kind in Kind for part in PARTS_OF[kind]} - {PartKey.ROLE}
"""Those that tell what a person has."""
_ORDER: Final = list(GrantKind)


def find_person(at: Snapshot, key: str) -> int | None:
    """Return the row of a person by Zoom's id, or by address in any case; None when nobody is meant."""
    users = at.facts("users")
    exact = at.connection.execute("SELECT id FROM things WHERE kind = ? AND key = ?", (USER, key)).fetchone()
    if exact and at.connection.execute(f"SELECT 1 FROM {users} u WHERE u.id = ?", exact).fetchone():
        return int(exact[0])
    address = key.removeprefix(EMAIL_PREFIX).strip()
    by_address = at.connection.execute(
        f"SELECT u.id FROM {users} u WHERE u.email = ? COLLATE NOCASE ORDER BY u.status = 'pending', u.id LIMIT 1",
        (address,),
    ).fetchone()
    if by_address:
        return int(by_address[0])
    for candidate in (key, f"{EMAIL_PREFIX}{address.lower()}"):
        row = at.connection.execute("SELECT id FROM things WHERE kind = ? AND key = ?", (USER, candidate)).fetchone()
        grants = at.facts("grants")
        if row and at.connection.execute(f"SELECT 1 FROM {grants} g WHERE g.principal = ? LIMIT 1", row).fetchone():
            return int(row[0])
    return None


_PROFILE: Final = (
    "email", "status", "licence", "role", "dept", "first_name", "last_name", "last_login_time", "last_client_version",
    "created_at", "timezone", "pmi", "verified", "employee_unique_id", "zoom_id",
)  # fmt: skip
"""Fields of a person's page, in the order to show them."""


def person(at: Snapshot, key: str) -> Person | None:
    """Return everything of one person; None when there is nobody."""
    number = find_person(at, key)
    if number is None:
        return None
    zoom_key = str(at.connection.execute("SELECT key FROM things WHERE id = ?", (number,)).fetchone()[0])
    access = _access(at, number)
    not_read = tuple(one for one in (at.info.not_read if at.info else ()) if one.part in _ACCESS_PARTS)
    row = at.connection.execute(
        f"SELECT u.seen_from, {', '.join(f'u.{name}' for name in USER_FIELDS)}, "
        "coalesce(l.last_login_time, ''), coalesce(l.last_client_version, '') "
        f"FROM {at.facts('users')} u LEFT JOIN logins l ON l.id = u.id WHERE u.id = ?",
        (number,),
    ).fetchone()
    if row is None:
        name, email = stranger_names(at, [number])[number]
        return Person(number, zoom_key, name, email, NOT_A_USER, "", "", (), b"{}", access, None, not_read)
    since, *values, last_login, client = row
    user: dict[str, Any] = dict(zip(USER_FIELDS, values, strict=True))
    tier = licence(user["type"], user["plan_united_type"])
    role = role_names(at).get(user["role_id"], user["role_id"])
    shown = {
        **user,
        "licence": tier,
        "role": role,
        "last_login_time": last_login,
        "last_client_version": client,
        "pmi": "" if user["pmi"] is None else str(user["pmi"]),
        "verified": yes_or_no(user["verified"]),
        "zoom_id": "" if zoom_key.startswith(EMAIL_PREFIX) else zoom_key,
    }
    return Person(
        row=number,
        key=zoom_key,
        name=person_name(user["display_name"], user["first_name"], user["last_name"], user["email"]),
        email=user["email"],
        status=user["status"],
        licence=tier,
        role=role,
        fields=tuple((FIELD_LABELS[name], shown[name]) for name in _PROFILE if shown[name]),
        extra=bytes(user["extra"]),
        access=access,
        since=since,
        not_read=not_read,
    )


def _access(at: Snapshot, number: int) -> tuple[AccessPath, ...]:
    paths = list(paths_of_person(at, number))
    wanted = {path.target for path in paths} | {path.via for path in paths if path.via is not None}
    names = resource_names(at, wanted)
    keys = dict(select_in(at.connection, "SELECT id, key FROM things WHERE id IN ({})", sorted(wanted)))
    found = [
        AccessPath(
            kind=GRANT_KINDS[path.kind],
            target_kind=KIND_OF_CODE[TARGET_KINDS[path.kind]],
            target_id=keys[path.target],
            target_name=names[path.target],
            via=() if path.via is None else (names[path.via],),
            via_ids=() if path.via is None else (keys[path.via],),
            since=path.since,
        )
        for path in paths
    ]
    return tuple(
        sorted(found, key=lambda path: (_ORDER.index(path.kind), path.target_name.casefold(), path.target_id, path.via))
    )


def resource(at: Snapshot, kind: Kind, key: str) -> Resource | None:
    """Return everything of one group, contact group or role; None when nothing and nobody names it."""
    found = at.connection.execute(
        "SELECT id FROM things WHERE kind = ? AND key = ?", (KIND_CODES[kind], key)
    ).fetchone()
    if found is None:
        return None
    number = int(found[0])
    grants = at.facts("grants")
    counts = dict(
        at.connection.execute(f"SELECT kind, count(*) FROM {grants} WHERE target = ? GROUP BY kind", (number,))
    )
    cursor = at.connection.execute(f"SELECT * FROM {at.facts(TABLES[kind])} WHERE id = ?", (number,))
    values = cursor.fetchone()
    if values is None and not counts:
        return None
    row: dict[str, Any] = dict(zip((name for name, *_ in cursor.description), values or (), strict=False))
    nested = _nested(at, number) if kind is Kind.CONTACT_GROUPS else ()
    upwards = _contact_groups_of(at, number) if kind is Kind.GROUPS else []
    privileges = row.get("privileges")
    code = {Kind.GROUPS: MEMBER, Kind.CONTACT_GROUPS: CONTACT, Kind.ROLES: HOLDER}[kind]
    direct = counts.get(code, 0) - len(nested)
    total = row.get("total_members")
    gaps = Gaps(at.info)
    members = gaps.count(code, key, direct, total) if counts.get(code, 0) == direct else direct
    statuses: dict[str, int] = {}
    if total is not None and total != direct:
        statuses = dict(
            at.connection.execute(
                f"SELECT u.status, count(*) FROM {grants} g JOIN {at.facts('users')} u ON u.id = g.principal "
                "WHERE g.target = ? AND g.kind = ? GROUP BY u.status",
                (number, code),
            )
        )
    fields = (
        ("description", row.get("description") or ""),
        ("privacy", privacy(row.get("privacy"))),
        ("type", row.get("type") or ""),
        ("zoom_id", key),
    )
    return Resource(
        row=number,
        kind=kind,
        id=key,
        name=resource_names(at, {number})[number],
        known=values is not None,
        fields=tuple((FIELD_LABELS[name], value) for name, value in fields if value),
        privileges=tuple(json.loads(privileges)) if privileges is not None else None,
        privilege_scopes=bytes(row.get("privilege_scopes") or b"[]"),
        members=members,
        admins=gaps.count(ADMIN, key, counts.get(ADMIN, 0)) if kind is Kind.GROUPS else 0,
        people=members if kind is Kind.ROLES else (len(set(people_of_target(at, number))) or members),
        total_members=total,
        statuses=statuses,
        nested=nested,
        contact_groups=tuple(Target(Kind.CONTACT_GROUPS, zoom_id) for zoom_id, _ in upwards),
        contact_group_names=tuple(name for _, name in upwards),
        since=row.get("seen_from"),
        not_read=_not_read(at, kind, key),
    )


def _nested(at: Snapshot, number: int) -> tuple[Nested, ...]:
    grants = at.facts("grants")
    rows = at.connection.execute(
        f"SELECT t.id, t.key, (SELECT count(*) FROM {grants} m WHERE m.target = t.id AND m.kind = {MEMBER}) "
        f"FROM {grants} g JOIN things t ON t.id = g.principal WHERE g.target = ? AND g.kind = {CONTACT} "
        f"AND t.kind = {GROUP}",
        (number,),
    ).fetchall()
    names = resource_names(at, {row[0] for row in rows})
    return tuple(
        sorted(
            (Nested(key, names[group], members) for group, key, members in rows), key=lambda one: one.name.casefold()
        )
    )


def _contact_groups_of(at: Snapshot, number: int) -> list[tuple[str, str]]:
    rows = at.connection.execute(
        f"SELECT t.id, t.key FROM {at.facts('grants')} g JOIN things t ON t.id = g.target "
        f"WHERE g.principal = ? AND g.kind = {CONTACT}",
        (number,),
    ).fetchall()
    names = resource_names(at, {row[0] for row in rows})
    return sorted(((key, names[group]) for group, key in rows), key=lambda one: one[1].casefold())


def _not_read(at: Snapshot, kind: Kind, key: str) -> tuple[NotRead, ...]:
    return tuple(
        one for one in (at.info.not_read if at.info else ()) if one.part in PARTS_OF[kind] and one.target in ("", key)
    )
