"""Every call this program makes, its rate-limit label and its page sizes (Zoom's rate-limit and API docs)."""

from __future__ import annotations

import string
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Label(StrEnum):
    """Zoom counts requests per label and account, over all apps of the account."""

    LIGHT = "light"
    MEDIUM = "medium"
    HEAVY = "heavy"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One call. `id` equals the `Need.id` of the scope catalogue where the catalogue has one."""

    id: str
    template: str
    """Method and path as Zoom's docs write them, e.g. `GET /groups/{groupId}/members`."""
    label: Label
    page_sizes: tuple[int, ...] = ()
    """Sizes to ask for, largest first; the next one is asked for when Zoom refuses. Empty when not paged."""
    page_family: str = ""
    """Calls that share one page limit: a size refused by one is not asked of the others."""
    list_keys: tuple[str, ...] = ()
    """Keys of the answer that may hold the rows; the first that does counts."""

    @property
    def method(self) -> str:
        return self.template.split(" ", 1)[0]

    @property
    def path(self) -> str:
        return self.template.split(" ", 1)[1]

    @property
    def page_max(self) -> int | None:
        """The largest page to ask for; None when the call is not paged."""
        return self.page_sizes[0] if self.page_sizes else None

    @property
    def page_size_key(self) -> str:
        """Key in `LearntLimits.page_sizes`."""
        return self.page_family or self.id

    def url(self, base: str, path: Mapping[str, str], query: Mapping[str, str | int]) -> str:
        """The whole address, with every id encoded.

        Raises:
            ZoomError: REQUEST when an id is empty or would climb the path.
        """
        names = [name for _, name, _, _ in string.Formatter().parse(self.path) if name]
        filled = self.path.format(**{name: self._segment(path[name]) for name in names})
        return f"{base}{filled}?{urlencode(query)}" if query else f"{base}{filled}"

    def _segment(self, value: str) -> str:
        if not value.strip(".\u0020"):
            raise ZoomError(ErrorKind.REQUEST, self.template, f"{value!r} is not an id Zoom could have given.")
        return encode_segment(value)


def encode_segment(value: str) -> str:
    """Percent-encode one path segment; twice when it begins with `/` or holds `//` (Zoom's rule for ids)."""
    once = quote(value, safe="", errors="replace")
    return quote(once, safe="") if value.startswith("/") or "//" in value else once


LIST_USERS: Final = Endpoint(
    # 2,000 in Zoom's current spec, 300 in the docs before it
    "list_users",
    "GET /users",
    Label.MEDIUM,
    page_sizes=(2000, 300),
    list_keys=("users",),
)
READ_USER: Final = Endpoint("read_user", "GET /users/{userId}", Label.LIGHT)
LIST_GROUPS: Final = Endpoint("list_groups", "GET /groups", Label.MEDIUM, (300,), list_keys=("groups",))
LIST_GROUP_MEMBERS: Final = Endpoint(
    "list_group_members", "GET /groups/{groupId}/members", Label.MEDIUM, (300,), list_keys=("members",)
)
LIST_GROUP_ADMINS: Final = Endpoint(
    "list_group_admins", "GET /groups/{groupId}/admins", Label.MEDIUM, (300, 30), list_keys=("admins",)
)
LIST_CONTACT_GROUPS: Final = Endpoint(
    # the maximum is not published: 300 is Zoom's general one, 50 is known to be taken, 10 is the default
    "list_contact_groups",
    "GET /contacts/groups",
    Label.MEDIUM,
    page_sizes=(300, 50, 10),
    page_family="contact_groups",
    list_keys=("groups",),
)
LIST_CONTACT_GROUP_MEMBERS: Final = Endpoint(
    "list_contact_group_members",
    "GET /contacts/groups/{groupId}/members",
    Label.MEDIUM,
    page_sizes=(300, 50, 10),
    page_family="contact_groups",
    list_keys=("group_members", "members"),
)
LIST_ROLES: Final = Endpoint("list_roles", "GET /roles", Label.MEDIUM, list_keys=("roles",))
READ_ROLE: Final = Endpoint("read_role", "GET /roles/{roleId}", Label.LIGHT)
LIST_ROLE_MEMBERS: Final = Endpoint(
    "list_role_members", "GET /roles/{roleId}/members", Label.MEDIUM, (300,), list_keys=("members",)
)
PLAN_USAGE: Final = Endpoint("plan_usage", "GET /accounts/{accountId}/plans/usage", Label.HEAVY)
ACCOUNT_SETTINGS: Final = Endpoint("account_settings", "GET /accounts/{accountId}/settings", Label.MEDIUM)
LIST_IM_GROUPS: Final = Endpoint("list_im_groups", "GET /im/groups", Label.MEDIUM, list_keys=("groups",))

ENDPOINTS: Final = (
    LIST_USERS,
    READ_USER,
    LIST_GROUPS,
    LIST_GROUP_MEMBERS,
    LIST_GROUP_ADMINS,
    LIST_CONTACT_GROUPS,
    LIST_CONTACT_GROUP_MEMBERS,
    LIST_ROLES,
    READ_ROLE,
    LIST_ROLE_MEMBERS,
    PLAN_USAGE,
    ACCOUNT_SETTINGS,
    LIST_IM_GROUPS,
)
ENDPOINTS_BY_ID: Final = {endpoint.id: endpoint for endpoint in ENDPOINTS}
