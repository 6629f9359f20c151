"""What the parts of a sync are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zoomgov.model.parts import PartKey
from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zoomgov.model.syncs import NotRead

PART_WORDS: Final[Mapping[str, str]] = {
    PartKey.USERS_ACTIVE: "active users",
    PartKey.USERS_INACTIVE: "inactive users",
    PartKey.USERS_PENDING: "pending users",
    PartKey.GROUPS: "groups",
    PartKey.GROUP_ADMINS: "group admins",
    PartKey.GROUP_MEMBERS: "group members",
    PartKey.CONTACT_GROUPS: "contact groups",
    PartKey.CONTACT_GROUP_MEMBERS: "contact group members",
    PartKey.ROLES: "roles",
    PartKey.ROLE: "role privileges",
    PartKey.ROLE_MEMBERS: "role members",
    PartKey.PLAN_USAGE: "plan usage",
    PartKey.IM_GROUPS: "IM groups",
    PartKey.UNSEEN_USERS: "users the app may not see",
}
"""Within a sentence."""

PART_TITLES: Final[Mapping[str, str]] = {
    PartKey.GROUP_ADMINS: "Group admins",
    PartKey.GROUP_MEMBERS: "Group members",
    PartKey.CONTACT_GROUP_MEMBERS: "Contact group members",
    PartKey.ROLE: "Role privileges",
    PartKey.ROLE_MEMBERS: "Role holders",
}
"""Titles of the parts with a list for each resource: all lists of the part together."""

PART_SUBJECTS: Final[Mapping[str, str]] = {
    PartKey.USERS_ACTIVE: "The active users",
    PartKey.USERS_INACTIVE: "The deactivated users",
    PartKey.USERS_PENDING: "The invited users",
    PartKey.GROUPS: "The groups",
    PartKey.GROUP_ADMINS: "The admins of groups",
    PartKey.CONTACT_GROUPS: "The contact groups",
    PartKey.CONTACT_GROUP_MEMBERS: "The members of contact groups",
    PartKey.ROLES: "The roles",
    PartKey.ROLE: "The rights of roles",
    PartKey.PLAN_USAGE: "Bought and used licences",
    PartKey.UNSEEN_USERS: "Users the app may not see",
}
"""As the plural subject of a sentence."""


def part_name(part: str) -> str:
    """`active users`; a key this version does not know, stored by a newer one, as words of its own."""
    return PART_WORDS.get(part, part.replace("-", " "))


def part_title(part: str) -> str:
    """`Active users`, to begin a line."""
    name = part_name(part)
    return name[:1].upper() + name[1:]


def part_words(part: NotRead) -> str:
    """What was not read, e.g. `group admins of Finance`."""
    return gap_words(part.part, part.target, part.name)


def gap_words(part: str, target: str, called: str = "") -> str:
    """The same from its pieces, as files and comparisons have them."""
    name = part_name(part)
    return f"{name} of {printable(called or target)}" if target else name
