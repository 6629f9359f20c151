"""Which line of a verification explains an error of a sync."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zoomgov.model.parts import PartKey
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.scopes import NEEDS

if TYPE_CHECKING:
    from collections.abc import Mapping

_NEED_OF_PART: Final[Mapping[str, str]] = {
    PartKey.USERS_ACTIVE: "list_users",
    PartKey.USERS_INACTIVE: "list_users",
    PartKey.USERS_PENDING: "list_users",
    PartKey.GROUPS: "list_groups",
    PartKey.GROUP_ADMINS: "list_group_admins",
    PartKey.GROUP_MEMBERS: "list_group_members",
    PartKey.CONTACT_GROUPS: "list_contact_groups",
    PartKey.CONTACT_GROUP_MEMBERS: "list_contact_group_members",
    PartKey.ROLES: "list_roles",
    PartKey.ROLE: "read_role",
    PartKey.ROLE_MEMBERS: "list_role_members",
    PartKey.PLAN_USAGE: "plan_usage",
    PartKey.IM_GROUPS: "list_im_groups",
}
"""Id of the need (`zoom.scopes`) by part; a test compares it with `sync.parts`."""


def line_for(error: ZoomError) -> str:
    """The id of the line that explains `error`; empty when none does."""
    if error.kind in (ErrorKind.CREDENTIALS, ErrorKind.TOKEN) or error.endpoint == "POST /oauth/token":
        return "connection.host" if error.kind in (ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT) else "credentials.token"
    return next((f"probe.{need.id}" for need in NEEDS if need.endpoint == error.endpoint), "")


def line_for_part(part: str) -> str:
    """The id of the line about a part of a sync that was not read; empty when none is."""
    need = _NEED_OF_PART.get(part)
    return f"probe.{need}" if need else ""


def sibling(line_id: str) -> str:
    """The other of the two lines of a need, its scope's and its call's; `line_id` itself for other lines."""
    section, _, need = line_id.partition(".")
    return {"scope": f"probe.{need}", "probe": f"scope.{need}"}.get(section, line_id)
