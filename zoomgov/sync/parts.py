"""The plan of a sync: every kind of list, where it comes from, and what its absence costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zoomgov.zoom import endpoints
from zoomgov.zoom.scopes import NEEDS_BY_ID, Capability

if TYPE_CHECKING:
    from collections.abc import Collection

    from zoomgov.zoom.endpoints import Endpoint
    from zoomgov.zoom.scopes import Need


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of list. `name` is `ListKey.part`."""

    name: str
    title: str
    """In a person's words; `{}` is the name of the thing it belongs to."""
    endpoint: Endpoint
    capability: Capability
    required: bool = True
    """A sync without it is partial. False: nice to have, its absence is shown but takes nothing from completeness."""
    path_key: str = ""
    """The id in the path, for parts with a list for each thing."""

    @property
    def need(self) -> Need:
        return NEEDS_BY_ID[self.endpoint.id]

    def allowed(self, scopes: Collection[str]) -> bool:
        """True when the token names a scope for it."""
        return self.need.met_by(scopes)


USERS: Final = {
    status: Part(f"users-{status}", title, endpoints.LIST_USERS, Capability.USERS)
    for status, title in (("active", "Active users"), ("inactive", "Inactive users"), ("pending", "Pending users"))
}
GROUPS: Final = Part("groups", "Groups", endpoints.LIST_GROUPS, Capability.GROUPS)
GROUP_ADMINS: Final = Part(
    "group-admins", "Admins of {}", endpoints.LIST_GROUP_ADMINS, Capability.GROUP_ADMINS, path_key="groupId"
)
GROUP_MEMBERS: Final = Part(
    "group-members",
    "Members of {}",
    endpoints.LIST_GROUP_MEMBERS,
    Capability.GROUPS,
    required=False,
    path_key="groupId",
)
CONTACT_GROUPS: Final = Part(
    "contact-groups", "Contact groups", endpoints.LIST_CONTACT_GROUPS, Capability.CONTACT_GROUPS
)
CONTACT_GROUP_MEMBERS: Final = Part(
    "contact-group-members",
    "Members of contact group {}",
    endpoints.LIST_CONTACT_GROUP_MEMBERS,
    Capability.CONTACT_GROUPS,
    path_key="groupId",
)
ROLES: Final = Part("roles", "Roles", endpoints.LIST_ROLES, Capability.ROLES)
ROLE: Final = Part("role", "Privileges of {}", endpoints.READ_ROLE, Capability.ROLES, required=False, path_key="roleId")
ROLE_MEMBERS: Final = Part(
    "role-members", "Holders of {}", endpoints.LIST_ROLE_MEMBERS, Capability.ROLES, required=False, path_key="roleId"
)
PLAN_USAGE: Final = Part("plan-usage", "Licences and seats", endpoints.PLAN_USAGE, Capability.LICENCES, required=False)
IM_GROUPS: Final = Part("im-groups", "IM groups", endpoints.LIST_IM_GROUPS, Capability.IM_GROUPS, required=False)

ALL: Final = (
    *USERS.values(),
    GROUPS,
    GROUP_ADMINS,
    GROUP_MEMBERS,
    CONTACT_GROUPS,
    CONTACT_GROUP_MEMBERS,
    ROLES,
    ROLE,
    ROLE_MEMBERS,
    PLAN_USAGE,
    IM_GROUPS,
)

PART_TITLES: Final = {
    GROUP_ADMINS.name: "Group admins",
    GROUP_MEMBERS.name: "Group members",
    CONTACT_GROUP_MEMBERS.name: "Contact group members",
    ROLE.name: "Role privileges",
    ROLE_MEMBERS.name: "Role holders",
}
"""What to call all lists of a part together."""


def source_of(part: str) -> str:
    """Where the number comes from that a list of the part is held against."""
    return f"total_records of {_BY_NAME[part].endpoint.template}"


_BY_NAME: Final = {part.name: part for part in ALL}
