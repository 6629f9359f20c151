"""Turns Zoom's records into the store's rows."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET

from zoomgov.model.kinds import GrantKind
from zoomgov.model.rows import ContactGroupRow, GrantRow, GroupRow, Held, RoleDetail, RoleRow, UserRow
from zoomgov.sync.records import Record, count, number, strings, text
from zoomgov.zoom.answers import UNREADABLE
from zoomgov.zoom.values import as_number, as_strings, as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_TEXTS: Final = (
    "id", "email", "display_name", "first_name", "last_name", "status", "role_id", "dept", "timezone",
    "last_login_time", "last_client_version", "employee_unique_id", "plan_united_type", "user_created_at", "created_at",
)  # fmt: skip
_ENCODER: Final = msgspec.json.Encoder(order="sorted")


@dataclass(slots=True)
class Rows:
    """The rows of one page."""

    users: list[UserRow] = field(default_factory=list)
    groups: list[GroupRow] = field(default_factory=list)
    contact_groups: list[ContactGroupRow] = field(default_factory=list)
    roles: list[RoleRow] = field(default_factory=list)
    role_details: list[RoleDetail] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    """What the record of each of `users` names."""
    grants: list[GrantRow] = field(default_factory=list)
    """Of a list of members or admins."""
    blobs: dict[str, bytes] = field(default_factory=dict)
    unreadable: int = 0
    """Records without id and without address: no row can hold them."""

    def identities(self) -> list[str]:
        """One text for each row, equal for rows about the same resource or grant."""
        if self.users:
            return [user.key for user in self.users]
        if self.grants:
            return [grant.principal_kind + grant.principal_key for grant in self.grants]
        resources: tuple[GroupRow | ContactGroupRow | RoleRow, ...] = (*self.groups, *self.contact_groups, *self.roles)
        return [resource.id for resource in resources]


_DECODER_VERSION: Final = b"3"
"""Raise when `UserPages` decodes other fields: digests of an older version must not match, so that all are decoded."""


_BEFORE_ZOOM: Final = frozenset({"0", "1970-", "1969-", "0001-", "0000-", "1601-", "1899-", "1900-"})
"""How times begin that stand for *never*: the first moment of Unix or of another system, as text or as a number."""
_MOMENT: Final = re.compile(rb'"created_at"\s*:\s*"[^"]*"')


@cache
def _empty_hash(status: str) -> blake2b:
    return blake2b(digest_size=8, person=_DECODER_VERSION, salt=status.encode())


def digests_of(records: Iterable[bytes | msgspec.Raw], status: str) -> list[int]:
    """A 64-bit digest of each record as Zoom sent it, as SQLite's signed integers; of equal records of lists of other
    statuses it differs. `created_at` of pending people is left out: Zoom sends the time of the call (zoom-api 3.1).
    """
    empty, found = _empty_hash(status), []
    if status == "pending":
        records = (_MOMENT.sub(b"", bytes(record), 1) for record in records)
    for record in records:
        one = empty.copy()  # faster than a new one
        one.update(record)
        found.append(one.digest())
    return array("q", b"".join(found)).tolist()


def email_key(email: str) -> str:
    """The key of a person Zoom gives no id for."""
    return f"email:{email.strip().lower()}"


class UserPages:
    """Decoder of GET /users: people, and the groups and the role that each record names."""

    def __init__(self, status: str, note: Callable[[Rows], None] | None = None) -> None:
        """Decode the list of `status`; `note` is called with the rows of each page."""
        self.status = status
        self._note = note

    def __call__(self, records: Iterable[Record]) -> Rows:
        """Rows of records of any shape. Changes them: fields that have a column are taken out, the rest is `extra`."""
        return self._noted(_any_users(records, self.status))

    def plain(self, page: bytes) -> Rows | None:
        """The same rows in a third of the time, for a page whose records all are as Zoom documents them; else None."""
        try:
            rows = _plain_users(_PLAIN_PAGE.decode(page).users)
        except UNREADABLE:
            return None
        return None if rows is None else self._noted(rows)

    def _noted(self, rows: Rows) -> Rows:
        if self._note is not None:
            self._note(rows)
        return rows


def _any_users(records: Iterable[Record], status: str) -> Rows:
    rows = Rows()
    users, held = rows.users, rows.held
    for record in records:
        pop = record.pop
        texts = [pop(name, "") for name in _TEXTS]
        try:
            "".join(texts)  # the fastest check that all are strings
        except TypeError:
            texts = [as_text(value) for value in texts]
        key, email, shown, first, last, kind, role_id, dept, zone, login, client, employee, united, made, listed = texts
        key, email, role_id = _unless_blank(key), _unless_blank(email), _unless_blank(role_id)
        key = key or (email_key(email) if email else "")
        if not key:
            rows.unreadable += 1
            continue
        kind = kind or status
        login = "" if login[:5] in _BEFORE_ZOOM else login
        verified = _flag(pop("verified", None))
        groups = pop("group_ids", None)
        pop("host_key", None)  # a secret, neither asked for nor kept
        # for pending people Zoom sends the moment of the call
        created = made or ("" if kind == "pending" else listed)
        users.append(
            UserRow(  # positional: half the time of keyword arguments
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
                None if verified is None else int(bool(verified)),
                created,
                login,
                client,
                employee,
                united,
                _ENCODER.encode(record) if record else b"{}",
            )
        )
        held.append(Held(role_id, as_strings(groups)))
    return rows


def _unless_blank(text: str) -> str:
    """`text`, but "" where it is white space only: that is no id of anything."""
    return "" if text.isspace() else text


def _flag(value: object) -> int | None:
    return int(value) if isinstance(value, bool) else as_number(value)


_Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class _PlainUser(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A record as documented: required fields there, no unknown ones (zoom-api 3.1). Fields of `UserRow` come first."""

    id: str
    email: str
    first_name: str = ""
    last_name: str = ""
    display_name: str = ""
    status: str
    type: _Number
    role_id: str = ""
    dept: str = ""
    timezone: str = ""
    pmi: _Number | None = None
    verified: Literal[0, 1] | None = None
    user_created_at: str
    last_login_time: str = ""
    last_client_version: str = ""
    employee_unique_id: str = ""
    plan_united_type: str = ""
    # not kept as they are
    created_at: str = ""
    group_ids: tuple[str, ...] = ()
    # kept in `UserRow.extra`. Any: whatever JSON Zoom sends
    custom_attributes: Any = UNSET
    division_ids: Any = UNSET
    im_group_ids: Any = UNSET
    license_info_list: Any = UNSET
    login_types: Any = UNSET


class _PlainPage(msgspec.Struct):
    users: list[_PlainUser]


_PLAIN_PAGE: Final = msgspec.json.Decoder(_PlainPage)
_LOGIN: Final = UserRow._fields.index("last_login_time")
_CREATED_AT: Final = UserRow._fields.index("created_at")
_COLUMNS: Final = UserRow._fields.index("extra")
_MORE: Final = _PlainUser.__struct_fields__.index("custom_attributes")
_MORE_NAMES: Final = _PlainUser.__struct_fields__[_MORE:]
_BLANK: Final = str.isspace
_NO_MORE: Final = (UNSET,) * len(_MORE_NAMES)


def _plain_users(records: list[_PlainUser]) -> Rows | None:
    rows = Rows()
    users, held = rows.users, rows.held
    for record in records:
        values = msgspec.structs.astuple(record)
        if not (values[0] and values[_CREATED_AT] and record.status) or _BLANK(values[0]) or _BLANK(record.role_id):
            return None
        if values[_LOGIN][:5] in _BEFORE_ZOOM:
            values = (*values[:_LOGIN], "", *values[_LOGIN + 1 :])
        more, extra = values[_MORE:], b"{}"
        if more != _NO_MORE:
            extra = _ENCODER.encode(
                {name: value for name, value in zip(_MORE_NAMES, more, strict=True) if value is not UNSET}
            )
        users.append(UserRow._make((*values[:_COLUMNS], extra)))
        groups = record.group_ids
        plain = all(groups) and not any(map(_BLANK, groups))
        held.append(Held(record.role_id, groups if plain else as_strings([*groups])))
    return rows


def group_rows(records: Iterable[Record]) -> Rows:
    """Groups of GET /groups."""
    rows = Rows()
    for record in records:
        if group_id := text(record, "id"):
            rows.groups.append(GroupRow(group_id, text(record, "name"), count(record, "total_members")))
        else:
            rows.unreadable += 1
    return rows


def contact_group_rows(records: Iterable[Record]) -> Rows:
    """Contact groups of GET /contacts/groups, whose field names vary."""
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
    """Roles of GET /roles."""
    rows = Rows()
    for record in records:
        if role_id := text(record, "id"):
            rows.roles.append(
                RoleRow(
                    role_id,
                    text(record, "name"),
                    text(record, "description"),
                    text(record, "type"),
                    count(record, "total_members"),
                )
            )
        else:
            rows.unreadable += 1
    return rows


def role_detail(role_id: str, record: Record) -> Rows:
    """The privileges of one role, of GET /roles/{roleId}."""
    scopes = record.get("privilege_scopes")
    detail = RoleDetail(
        role_id, strings(record, "privileges"), _ENCODER.encode(scopes) if isinstance(scopes, list) else b"[]"
    )
    return Rows(role_details=[detail])


def principal_rows(kind: GrantKind, target_id: str, records: Iterable[Record]) -> Rows:
    """Grants of one list of members, admins or holders.

    Admins come without an id (matched by address when everybody is known); members of contact groups may be whole
    groups, type 2. One without type or address may be either, and is left out as unreadable.
    """
    rows = Rows()
    for record in records:
        email = text(record, "email")
        key = text(record, "id") or (email_key(email) if email.strip() else "")
        sort = number(record, "type") if kind is GrantKind.CONTACT_GROUP_MEMBER else 1
        if not key or (sort is None and not email):
            rows.unreadable += 1
            continue
        is_group = sort == 2
        rows.grants.append(GrantRow(kind, target_id, "group" if is_group else "user", key))
    return rows


def blob_rows(name: str, record: Any) -> Rows:  # Any: whatever JSON the answer was
    """An answer kept as it is, as JSON with sorted keys, under `name`."""
    return Rows(blobs={name: _ENCODER.encode(record)})
