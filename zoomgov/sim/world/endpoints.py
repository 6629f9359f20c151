"""The table of endpoints: rate-limit label, plan, scopes, privilege, page sizes (zoom-api 3.0 and 2.1).

Written from Zoom's documents and not from the client's catalogue, so that tests show where the two disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection


class Label(StrEnum):
    """Zoom's rate-limit labels, as the X-RateLimit-Category header spells them."""

    LIGHT = "Light"
    MEDIUM = "Medium"
    HEAVY = "Heavy"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One GET endpoint under /v2."""

    id: str
    path: str
    """Without /v2; parameters in braces."""
    label: Label
    paid: bool
    """Whether a basic account is refused."""
    classic: tuple[str, ...]
    granular: tuple[str, ...]
    privilege: str
    """What the role of the app's owner must hold. Zoom does not publish which call needs which; these are assumed."""
    page_default: int | None = None
    page_max: int | None = None
    paid_text: str = "Only available for Paid account,{account}"

    @property
    def template(self) -> str:
        """Method and path template, as in `Counts.by_endpoint`."""
        return f"GET {self.path}"

    def accepted(self, *, me: bool = False) -> frozenset[str]:
        """Every scope that suffices: a classic write scope includes the read (Z-CLAS), `user_info:read` is for `me`."""
        writes = [scope.replace(":read", ":write") for scope in self.classic]
        return frozenset([*self.classic, *writes, *self.granular, *(["user_info:read"] if me else [])])

    def opened_by(self, scopes: Collection[str], *, me: bool = False) -> bool:
        """Whether any of `scopes` suffices."""
        return not self.accepted(me=me).isdisjoint(scopes)


_L, _M, _H = Label.LIGHT, Label.MEDIUM, Label.HEAVY
_USER, _GROUP, _ROLE, _ACCOUNT = (
    ("user:read:admin",),
    ("group:read:admin",),
    ("role:read:admin",),
    ("account:read:admin",),
)
_CONTACT, _IM = ("contact_group:read:admin",), ("imgroup:read:admin",)
_CONTACT_LISTS, _CONTACT_ONE = ("contact_group:read:list_groups:admin",), ("contact_group:read:group:admin",)
_CONTACT_MEMBERS = ("contact_group:read:list_members:admin",)
_CONTACT_PAID: Final = "Only available for paid account: {account}"

# fmt: off
ENDPOINTS: Final = (
    Endpoint("list_users", "/users", _M, False, _USER, ("user:read:list_users:admin",), "User:Read", 30, 300),
    Endpoint("users_summary", "/users/summary", _M, False, _USER, ("user:read:summary:admin",), "User:Read"),
    Endpoint("check_email", "/users/email", _L, False, _USER, ("user:read:email:admin",), "User:Read"),
    Endpoint("check_vanity_name", "/users/vanity_name", _L, False, _USER, ("user:read:pm_room:admin",), "User:Read"),
    Endpoint("read_user", "/users/{userId}", _L, False, (*_USER, "user:read"),
             ("user:read:user:admin", "user:read:user"), "User:Read"),
    Endpoint("user_permissions", "/users/{userId}/permissions", _L, False, (*_USER, "user:read"),
             ("user:read:list_permissions:admin", "user:read:list_permissions"), "User:Read"),
    Endpoint("list_groups", "/groups", _M, True, _GROUP, ("group:read:list_groups:admin",), "Group:Read", 30, 300),
    Endpoint("read_group", "/groups/{groupId}", _L, True, _GROUP, ("group:read:group:admin",), "Group:Read"),
    Endpoint("list_group_members", "/groups/{groupId}/members", _M, True, _GROUP,
             ("group:read:list_members:admin",), "Group:Read", 30, 300),
    Endpoint("list_group_admins", "/groups/{groupId}/admins", _M, True, _GROUP,
             ("group:read:administrator:admin",), "Group:Read", 30, 300, "Only available for paid account"),
    Endpoint("list_group_channels", "/groups/{groupId}/channels", _M, True, _GROUP,
             ("group:read:list_channels:admin",), "Group:Read"),
    Endpoint("list_contact_groups", "/contacts/groups", _M, True, _CONTACT, _CONTACT_LISTS, "IMGroups:Read", 10, 50,
             _CONTACT_PAID),
    # Classic: the write scope, sic (Z-CLAS, SPEC22, QODEX)
    Endpoint("read_contact_group", "/contacts/groups/{groupId}", _L, True, ("contact_group:write:admin",),
             _CONTACT_ONE, "IMGroups:Read", None, None, _CONTACT_PAID),
    Endpoint("list_contact_group_members", "/contacts/groups/{groupId}/members", _M, True, _CONTACT,
             _CONTACT_MEMBERS, "IMGroups:Read", 10, 50, _CONTACT_PAID),
    Endpoint("list_im_groups", "/im/groups", _M, True, _IM, _CONTACT_LISTS, "IMGroups:Read"),
    Endpoint("read_im_group", "/im/groups/{groupId}", _L, True, _IM, _CONTACT_ONE, "IMGroups:Read"),
    Endpoint("list_im_group_members", "/im/groups/{groupId}/members", _M, True, _IM, _CONTACT_MEMBERS,
             "IMGroups:Read", 30, 300),
    Endpoint("list_roles", "/roles", _M, True, _ROLE, ("role:read:list_roles:admin", "role:read:list_roles"),
             "Role:Read"),
    Endpoint("read_role", "/roles/{roleId}", _L, True, _ROLE, ("role:read:role:admin", "role:read:role"), "Role:Read"),
    Endpoint("list_role_members", "/roles/{roleId}/members", _M, True, _ROLE,
             ("role:read:list_members:admin", "role:read:list_members"), "Role:Read", 30, 300),
    Endpoint("account_settings", "/accounts/{accountId}/settings", _M, True, _ACCOUNT,
             ("account:read:settings:admin",), "AccountSetting:Read"),
    Endpoint("lock_settings", "/accounts/{accountId}/lock_settings", _M, True, _ACCOUNT,
             ("account:read:lock_settings:admin", "account:read:lock_settings:master"), "AccountSetting:Read"),
    Endpoint("managed_domains", "/accounts/{accountId}/managed_domains", _L, True, _ACCOUNT,
             ("account:read:managed_domains:master",), "AccountProfile:Read"),
    Endpoint("trusted_domains", "/accounts/{accountId}/trusted_domains", _L, True, _ACCOUNT,
             ("account:read:trusted_domains:master",), "AccountProfile:Read"),
    Endpoint("plan_usage", "/accounts/{accountId}/plans/usage", _H, True, (*_ACCOUNT, "billing:master"),
             ("billing:read:plan_usage:admin",), "BillingSubscription:Read"),
    # Only primary accounts can call it; others get 404/2001
    Endpoint("read_account", "/accounts/{accountId}", _L, False, _ACCOUNT,
             ("account:read:sub_account:admin", "account:read:sub_account:master"), "SubAccount:Read"),
)
# fmt: on

_BY_LENGTH: Final[dict[int, list[tuple[tuple[str | None, ...], Endpoint]]]] = {}
for _endpoint in ENDPOINTS:
    _parts = tuple(None if part.startswith("{") else part for part in _endpoint.path[1:].split("/"))
    _BY_LENGTH.setdefault(len(_parts), []).append((_parts, _endpoint))


def find(segments: tuple[str, ...]) -> tuple[Endpoint, str] | None:
    """Return the endpoint of a path below /v2 and the value of its parameter ("" without one); None: no such path."""
    for parts, endpoint in _BY_LENGTH.get(len(segments), ()):
        value = ""
        for part, segment in zip(parts, segments, strict=True):
            if part is None:
                value = segment
            elif part != segment:
                break
        else:
            return endpoint, value
    return None
