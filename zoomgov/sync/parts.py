"""The plan of a sync: where the lists of each part come from, and what their absence costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zoomgov.model.parts import USER_PARTS, PartKey
from zoomgov.zoom import endpoints
from zoomgov.zoom.scopes import NEEDS_BY_ID, Capability

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from zoomgov.zoom.endpoints import Endpoint
    from zoomgov.zoom.scopes import Need


@dataclass(frozen=True, slots=True)
class Part:
    """One sort of list."""

    name: PartKey
    title: str
    """Of one list, as people read it; `{}` is the name of the resource it belongs to."""
    endpoint: Endpoint
    capability: Capability
    required: bool = True
    """Whether a sync without it is partial. False: its absence is shown, but the sync may be complete."""
    may_be_no_list: bool = False
    """Whether an answer without list and total is an empty list: GET /groups may answer `{}`."""
    path_key: str = ""
    """Name of the id in the path, for parts with a list for each resource."""

    @property
    def need(self) -> Need:
        """The entry of the scope catalogue for its endpoint."""
        return NEEDS_BY_ID[self.endpoint.id]

    def allowed(self, scopes: Collection[str]) -> bool:
        """Whether one of `scopes`, those of the token, allows it."""
        return self.need.met_by(scopes)


USERS: Final = {
    status: Part(key, f"{status.capitalize()} users", endpoints.LIST_USERS, Capability.USERS)
    for status, key in USER_PARTS.items()
}
GROUPS: Final = Part(PartKey.GROUPS, "Groups", endpoints.LIST_GROUPS, Capability.GROUPS, may_be_no_list=True)
GROUP_ADMINS: Final = Part(
    PartKey.GROUP_ADMINS, "Admins of {}", endpoints.LIST_GROUP_ADMINS, Capability.GROUP_ADMINS, path_key="groupId"
)
GROUP_MEMBERS: Final = Part(
    PartKey.GROUP_MEMBERS,
    "Members of {}",
    endpoints.LIST_GROUP_MEMBERS,
    Capability.GROUPS,
    required=False,
    path_key="groupId",
)
CONTACT_GROUPS: Final = Part(
    PartKey.CONTACT_GROUPS, "Contact groups", endpoints.LIST_CONTACT_GROUPS, Capability.CONTACT_GROUPS
)
CONTACT_GROUP_MEMBERS: Final = Part(
    PartKey.CONTACT_GROUP_MEMBERS,
    "Members of contact group {}",
    endpoints.LIST_CONTACT_GROUP_MEMBERS,
    Capability.CONTACT_GROUPS,
    path_key="groupId",
)
ROLES: Final = Part(PartKey.ROLES, "Roles", endpoints.LIST_ROLES, Capability.ROLES)
ROLE: Final = Part(
    PartKey.ROLE, "Privileges of {}", endpoints.READ_ROLE, Capability.ROLES, required=False, path_key="roleId"
)
ROLE_MEMBERS: Final = Part(
    PartKey.ROLE_MEMBERS,
    "Holders of {}",
    endpoints.LIST_ROLE_MEMBERS,
    Capability.ROLES,
    required=False,
    path_key="roleId",
)
PLAN_USAGE: Final = Part(
    PartKey.PLAN_USAGE, "Licences and seats", endpoints.PLAN_USAGE, Capability.LICENCES, required=False
)
IM_GROUPS: Final = Part(PartKey.IM_GROUPS, "IM groups", endpoints.LIST_IM_GROUPS, Capability.IM_GROUPS, required=False)

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


BY_NAME: Final[Mapping[str, Part]] = {part.name: part for part in ALL}


def source_of(part: str) -> str:
    """Where the number comes from that the length of a list of the part is compared with."""
    return f"total_records of {BY_NAME[part].endpoint.template}"
