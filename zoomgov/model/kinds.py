"""What goes into a store: rows as Zoom gave them, in Zoom's field names where they have one.

Times are Zoom's text (`YYYY-MM-DDTHH:MM:SSZ`, Z-USE); they sort as they stand.
"""

from __future__ import annotations

from enum import StrEnum


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
