"""Which line of a verification explains what went wrong elsewhere, e.g. in a sync."""

from __future__ import annotations

from typing import Final

from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.scopes import NEEDS

_NEED_OF_PART: Final = {
    "users-active": "list_users",
    "users-inactive": "list_users",
    "users-pending": "list_users",
    "groups": "list_groups",
    "group-admins": "list_group_admins",
    "group-members": "list_group_members",
    "contact-groups": "list_contact_groups",
    "contact-group-members": "list_contact_group_members",
    "roles": "list_roles",
    "role": "read_role",
    "role-members": "list_role_members",
    "plan-usage": "plan_usage",
    "im-groups": "list_im_groups",
}
"""By the name of a sync's part; a test holds it against the plan of a sync."""


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
    """A need has two lines, its scope's and its call's: the other one, or `line_id` itself where there is none."""
    section, _, need = line_id.partition(".")
    return {"scope": f"probe.{need}", "probe": f"scope.{need}"}.get(section, line_id)
