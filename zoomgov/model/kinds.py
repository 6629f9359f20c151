"""Kinds of what is read from Zoom, and kinds of grants."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """People and the kinds of resources; the value is also the name in commands."""

    USERS = "users"
    GROUPS = "groups"
    CONTACT_GROUPS = "contact-groups"
    ROLES = "roles"


class GrantKind(StrEnum):
    """How a principal has a resource."""

    GROUP_MEMBER = "group member"
    GROUP_ADMIN = "group admin"
    ROLE = "role"
    CONTACT_GROUP_MEMBER = "contact group member"
