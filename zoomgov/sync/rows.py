"""From Zoom's records to the store's rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec

from zoomgov.store.model import ContactGroupRow, GrantKind, GrantRow, GroupRow, RoleDetail, RoleRow, UserRow
from zoomgov.zoom.records import Record, number, strings, text

if TYPE_CHECKING:
    from collections.abc import Iterable

# In columns or grants of their own; or volatile; or, the host key, a secret that is neither asked for nor kept.
_COLUMNS: Final = frozenset(UserRow._fields) - {"key", "extra"}
_NOT_EXTRA: Final = _COLUMNS | {"id", "user_created_at", "group_ids", "host_key"}
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


def email_key(email: str) -> str:
    """The key of a person Zoom gives no id for."""
    return f"email:{email.strip().lower()}"


def user_rows(records: Iterable[Record], status: str) -> Rows:
    """People of one page of GET /users, and the groups and the role each record names."""
    rows = Rows()
    users, grants = rows.users, rows.grants
    for record in records:
        email = text(record, "email")
        key = text(record, "id") or (email_key(email) if email else "")
        if not key:
            rows.unreadable += 1
            continue
        role_id = text(record, "role_id")
        pending = (text(record, "status") or status) == "pending"
        verified = record.get("verified")
        users.append(
            UserRow(
                key=key,
                email=email,
                first_name=text(record, "first_name"),
                last_name=text(record, "last_name"),
                display_name=text(record, "display_name"),
                status=text(record, "status") or status,
                type=number(record, "type") or 0,
                role_id=role_id,
                dept=text(record, "dept"),
                timezone=text(record, "timezone"),
                pmi=number(record, "pmi"),
                verified=bool(verified) if isinstance(verified, int) else None,
                # for pending people Zoom sends the moment of the call
                created_at=text(record, *(("user_created_at",) if pending else ("user_created_at", "created_at"))),
                last_login_time=text(record, "last_login_time"),
                last_client_version=text(record, "last_client_version"),
                employee_unique_id=text(record, "employee_unique_id"),
                plan_united_type=text(record, "plan_united_type"),
                extra=_extra(record),
            )
        )
        if role_id:
            grants.append(GrantRow(GrantKind.ROLE, role_id, "user", key))
        for group_id in dict.fromkeys(strings(record, "group_ids")):
            grants.append(GrantRow(GrantKind.GROUP_MEMBER, group_id, "user", key))
    return rows


def _extra(record: Record) -> bytes:
    extra = {name: value for name, value in record.items() if name not in _NOT_EXTRA}
    return _ENCODER.encode(extra) if extra else b"{}"


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
