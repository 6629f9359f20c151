"""Grants and lists by number."""

from __future__ import annotations

from typing import Final

from zoomgov.model.kinds import GrantKind
from zoomgov.store.schema import CONTACT_GROUP, GROUP, ROLE

MEMBER, ADMIN, HOLDER, CONTACT = 1, 2, 3, 4
"""`grants.kind`"""

GRANT_CODES: Final = {
    GrantKind.GROUP_MEMBER: MEMBER,
    GrantKind.GROUP_ADMIN: ADMIN,
    GrantKind.ROLE: HOLDER,
    GrantKind.CONTACT_GROUP_MEMBER: CONTACT,
}
TARGET_KINDS: Final = {MEMBER: GROUP, ADMIN: GROUP, HOLDER: ROLE, CONTACT: CONTACT_GROUP}

STATUS_OF_PART: Final = {"users-active": "active", "users-inactive": "inactive", "users-pending": "pending"}
LIST_CODES: Final = {
    "group-members": MEMBER,
    "group-admins": ADMIN,
    "role-members": HOLDER,
    "contact-group-members": CONTACT,
}
"""Lists that tell who has one thing, and how."""

EMAIL_PREFIX: Final = "email:"
"""A key that begins so is the address of someone Zoom gives no id for."""


def fact_of(code: int, target: int) -> int:
    """Return a grant kind and its target as one number."""
    return target * 8 + code


FACT_SQL: Final = "target * 8 + kind"
"""The same of a row of `grants`."""
