"""The parts of a sync: a key for each sort of list it reads, and the kind of resource the list tells about."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from zoomgov.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping


class PartKey(StrEnum):
    """Names one part, as `ListKey.part` does. The values are stored in databases and written to JSON: they stay."""

    USERS_ACTIVE = "users-active"
    USERS_INACTIVE = "users-inactive"
    USERS_PENDING = "users-pending"
    GROUPS = "groups"
    GROUP_ADMINS = "group-admins"
    GROUP_MEMBERS = "group-members"
    CONTACT_GROUPS = "contact-groups"
    CONTACT_GROUP_MEMBERS = "contact-group-members"
    ROLES = "roles"
    ROLE = "role"
    """The privileges of one role."""
    ROLE_MEMBERS = "role-members"
    PLAN_USAGE = "plan-usage"
    IM_GROUPS = "im-groups"
    UNSEEN_USERS = "unseen-users"
    """Not a list: users the app may not see, noted as not read where something tells that there are some."""


USER_PARTS: Final[Mapping[str, PartKey]] = {
    "active": PartKey.USERS_ACTIVE,
    "inactive": PartKey.USERS_INACTIVE,
    "pending": PartKey.USERS_PENDING,
}
"""By Zoom's status of the users listed."""
USER_PARTS_LIKE: Final = "users-%"
"""Matches the keys of `USER_PARTS` and no other, in SQL."""

WHOLE_PARTS: Final[Mapping[Kind, tuple[PartKey, ...]]] = {
    Kind.USERS: tuple(USER_PARTS.values()),
    Kind.GROUPS: (PartKey.GROUPS,),
    Kind.CONTACT_GROUPS: (PartKey.CONTACT_GROUPS,),
    Kind.ROLES: (PartKey.ROLES,),
}
"""The lists that are the kind itself: with none of them read, nothing of the kind is known."""

PARTS_UNDER: Final[Mapping[Kind, tuple[PartKey, ...]]] = {
    Kind.USERS: (),
    Kind.GROUPS: (PartKey.GROUP_ADMINS, PartKey.GROUP_MEMBERS),
    Kind.CONTACT_GROUPS: (PartKey.CONTACT_GROUP_MEMBERS,),
    Kind.ROLES: (PartKey.ROLE, PartKey.ROLE_MEMBERS),
}
"""The parts with a list for each resource of the kind."""

PARTS_OF: Final[Mapping[Kind, tuple[PartKey, ...]]] = {
    kind: (*WHOLE_PARTS[kind], *PARTS_UNDER[kind], PartKey.UNSEEN_USERS) for kind in Kind
}
"""The parts without which what is shown of the kind may not be all."""
