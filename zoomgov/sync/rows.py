"""From Zoom's records to the store's rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import msgspec

from zoomgov.store.model import ContactGroupRow, GrantKind, GrantRow, GroupRow, RoleDetail, RoleRow, UserRow
from zoomgov.zoom.records import Record, as_number, as_strings, as_text, number, strings, text

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEXTS: Final = (
    "id", "email", "display_name", "first_name", "last_name", "status", "role_id", "dept", "timezone",
    "last_login_time", "last_client_version", "employee_unique_id", "plan_united_type", "user_created_at", "created_at",
)  # fmt: skip
_ENCODER: Final = msgspec.json.Encoder(order="sorted")


@dataclass(slots=True)
class Rows:
    """What one page gives the store."""

    users: list[UserRow] = field(default_factory=list)
    groups: list[GroupRow] = field(default_factory=list)
    contact_groups: list[ContactGroupRow] = field(default_factory=list)
    roles: list[RoleRow] = field(default_factory=list)
    role_details: list[RoleDetail] = field(default_factory=list)
    grants: list[GrantRow] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    unreadable: int = 0
    """Records that name nobody and nothing: no id, and no address in its place."""

    def identities(self) -> list[str]:
        """One text for each row, equal for rows that mean the same."""
        if self.users:
            return [user.key for user in self.users]
        if self.grants:
            return [grant.principal_kind + grant.principal_key for grant in self.grants]
        things: tuple[GroupRow | ContactGroupRow | RoleRow, ...] = (*self.groups, *self.contact_groups, *self.roles)
        return [thing.id for thing in things]


_TAKEN_APART: Final = b"1"
"""Raise when `user_rows` takes more or other fields: what was stored by an older way must be read anew."""


def digest(record: bytes) -> int:
    """64 bits that tell one record, as Zoom sent it, from another: SQLite's signed integer."""
    return int.from_bytes(blake2b(record, digest_size=8, key=_TAKEN_APART).digest(), "big", signed=True)


def email_key(email: str) -> str:
    """The key of a person Zoom gives no id for."""
    return f"email:{email.strip().lower()}"


def user_rows(records: Iterable[Record], status: str) -> Rows:
    """People of one page of GET /users, and the groups and the role each record names.

    Takes the records apart: what is left of each is what has no column of its own.
    """
    rows = Rows()
    users, grants = rows.users, rows.grants
    for record in records:
        pop = record.pop
        texts = [pop(name, "") for name in _TEXTS]
        try:
            "".join(texts)  # the cheapest way to learn that all are texts
        except TypeError:
            texts = [as_text(value) for value in texts]
        key, email, shown, first, last, kind, role_id, dept, zone, login, client, employee, united, made, listed = texts
        key = key or (email_key(email) if email else "")
        if not key:
            rows.unreadable += 1
            continue
        kind = kind or status
        verified = pop("verified", None)
        groups = pop("group_ids", None)
        pop("host_key", None)  # a secret, neither asked for nor kept
        # for pending people Zoom sends the moment of the call
        created = made or ("" if kind == "pending" else listed)
        users.append(
            UserRow(  # in its order: half the time of by name
                key,
                email,
                first,
                last,
                shown,
                kind,
                as_number(pop("type", None)) or 0,
                role_id,
                dept,
                zone,
                as_number(pop("pmi", None)),
                bool(verified) if isinstance(verified, int) else None,
                created,
                login,
                client,
                employee,
                united,
                _ENCODER.encode(record) if record else b"{}",
            )
        )
        if role_id:
            grants.append(GrantRow(GrantKind.ROLE, role_id, "user", key))
        if groups:
            for group_id in dict.fromkeys(as_strings(groups)):
                grants.append(GrantRow(GrantKind.GROUP_MEMBER, group_id, "user", key))
    return rows


def group_rows(records: Iterable[Record]) -> Rows:
    rows = Rows()
    for record in records:
        if group_id := text(record, "id"):
            rows.groups.append(GroupRow(group_id, text(record, "name"), number(record, "total_members")))
        else:
            rows.unreadable += 1
    return rows


def contact_group_rows(records: Iterable[Record]) -> Rows:
    rows = Rows()
    for record in records:
        if group_id := text(record, "group_id", "id"):
            rows.contact_groups.append(
                ContactGroupRow(
                    group_id,
                    text(record, "group_name", "name"),
                    number(record, "group_privacy"),
                    text(record, "description"),
                )
            )
        else:
            rows.unreadable += 1
    return rows


def role_rows(records: Iterable[Record]) -> Rows:
    rows = Rows()
    for record in records:
        if role_id := text(record, "id"):
            rows.roles.append(
                RoleRow(
                    role_id,
                    text(record, "name"),
                    text(record, "description"),
                    text(record, "type"),
                    number(record, "total_members"),
                )
            )
        else:
            rows.unreadable += 1
    return rows


def role_detail(role_id: str, record: Record) -> Rows:
    scopes = record.get("privilege_scopes")
    detail = RoleDetail(
        role_id, strings(record, "privileges"), _ENCODER.encode(scopes) if isinstance(scopes, list) else b"[]"
    )
    return Rows(role_details=[detail])


def principal_rows(kind: GrantKind, target_id: str, records: Iterable[Record]) -> Rows:
    """Members or admins of one thing.

    Admins come without an id (matched by address when everybody is known); members of contact groups may be whole
    groups, type 2.
    """
    rows = Rows()
    for record in records:
        email = text(record, "email")
        key = text(record, "id") or (email_key(email) if email else "")
        if not key:
            rows.unreadable += 1
            continue
        is_group = kind is GrantKind.CONTACT_GROUP_MEMBER and number(record, "type") == 2
        rows.grants.append(GrantRow(kind, target_id, "group" if is_group else "user", key))
    return rows


def blob_rows(name: str, record: Any) -> Rows:  # Any: whatever JSON the answer was
    return Rows(blobs={name: _ENCODER.encode(record)})
