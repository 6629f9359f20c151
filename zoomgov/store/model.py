"""What goes into a store: rows as Zoom gave them, in Zoom's field names where they have one.

Times are Zoom's text (`YYYY-MM-DDTHH:MM:SSZ`, Z-USE); they sort as they stand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """A kind of thing one can browse; the value is also its name in commands."""

    USERS = "users"
    GROUPS = "groups"
    CONTACT_GROUPS = "contact-groups"
    ROLES = "roles"


class GrantKind(StrEnum):
    """How a principal has a thing."""

    GROUP_MEMBER = "group member"
    GROUP_ADMIN = "group admin"
    ROLE = "role"
    CONTACT_GROUP_MEMBER = "contact group member"


class UserRow(NamedTuple):
    """One person. `key` is Zoom's id, or `email:` and the lower-cased address for pending people, who have none."""

    key: str
    email: str
    first_name: str
    last_name: str
    display_name: str
    status: str
    """active, inactive or pending."""
    type: int
    """1 Basic, 2 Licensed, 3 On-prem, 4 Unassigned, 99 None (zoom-api 3.3)."""
    role_id: str
    dept: str
    timezone: str
    pmi: int | None
    verified: int | None
    """0 or 1."""
    created_at: str
    """`user_created_at`, else `created_at`; empty for pending people, whose value changes at each call (quirk 2)."""
    last_login_time: str
    """Volatile: overwritten in place, opens no new version. Empty when never logged in."""
    last_client_version: str
    """Volatile."""
    employee_unique_id: str
    plan_united_type: str
    extra: bytes
    """JSON object of the remaining fields Zoom sent, keys sorted; `{}` when there are none."""


class Held(NamedTuple):
    """What a user record names beside the person."""

    role_id: str
    """Empty when it names none."""
    groups: tuple[str, ...]


class GroupRow(NamedTuple):
    id: str
    name: str
    total_members: int | None


class ContactGroupRow(NamedTuple):
    id: str
    name: str
    privacy: int | None
    """1 anyone, 2 members see it and anyone can search it, 3 members only (zoom-api 3.6)."""
    description: str


class RoleRow(NamedTuple):
    id: str
    name: str
    description: str
    type: str
    total_members: int | None


class RoleDetail(NamedTuple):
    """What only GET /roles/{roleId} tells."""

    role_id: str
    privileges: tuple[str, ...]
    privilege_scopes: bytes
    """JSON array as Zoom sent it: privileges restricted to some groups; `[]` when none."""


class GrantRow(NamedTuple):
    """A principal has a thing. `principal_kind` is `user` (key of a UserRow) or `group` (id of a GroupRow)."""

    kind: GrantKind
    target_id: str
    principal_kind: str
    principal_key: str


class ListKey(NamedTuple):
    """One list to read: a part, and the thing it belongs to (empty for whole-account lists)."""

    part: str
    """users-active, users-inactive, users-pending, groups, group-admins, group-members, contact-groups,
    contact-group-members, roles, role, role-members, plan-usage, im-groups."""
    target: str = ""


@dataclass(frozen=True, slots=True)
class NotRead:
    """A part that could not be read, and why: shown as *not read*, never as *none*."""

    part: str
    target: str
    """Empty when the whole part was not read."""
    reason: str
    """One sentence with Zoom's code and text."""
    missing_scopes: tuple[str, ...] = ()
    required: bool = True
    """False: nice to have; a sync without it may still be complete."""
    last_read: int | None = None
    """The last sync that did read it, whose facts are still shown; None when none did. Set when published."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two numbers of Zoom's that should be equal and are not."""

    what: str
    """E.g. `members of group Finance`."""
    read: int
    expected: int
    source: str
    """Where the expectation comes from, e.g. `total_members of GET /groups`."""


@dataclass(frozen=True, slots=True)
class PartRead:
    """What was read of one part: how many lists, and the rows in them."""

    part: str
    lists: int
    rows: int
    expected: int | None
    """Rows Zoom counts in these lists; None when it does not count them all."""


@dataclass(frozen=True, slots=True)
class SyncInfo:
    """One published sync. `number` counts from 1; ranges of facts are written in it."""

    number: int
    started_at: str
    finished_at: str
    complete: bool
    not_read: tuple[NotRead, ...]
    disagreements: tuple[Disagreement, ...]
    counts: dict[str, int]
    """users, groups, contact_groups, roles and one for each `GrantKind` value."""
    changes: dict[str, int] = field(default_factory=dict)
    """Since the sync before: `users_added`, `_removed` and `_changed`, the same for groups, contact_groups and roles,
    `grants_gained` and `grants_lost`. Empty for the first sync."""
    parts: tuple[PartRead, ...] = ()
