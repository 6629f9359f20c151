"""Rows as a sync reads them, in Zoom's field names where Zoom has one.

Times are Zoom's text (`YYYY-MM-DDTHH:MM:SSZ`, UTC); they sort as text.
"""

from __future__ import annotations

from typing import NamedTuple

from zoomgov.model.kinds import GrantKind


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
    """The groups and the role that a user's record names."""

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
    """What only GET /roles/{roleId} returns."""

    role_id: str
    privileges: tuple[str, ...]
    privilege_scopes: bytes
    """JSON array as Zoom sent it: privileges restricted to some groups; `[]` when none."""


class GrantRow(NamedTuple):
    """A principal has a resource. `principal_kind` is `user` (key of a UserRow) or `group` (id of a GroupRow)."""

    kind: GrantKind
    target_id: str
    principal_kind: str
    principal_key: str
