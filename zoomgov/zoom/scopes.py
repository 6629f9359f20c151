"""The scope catalogue: what each part of the job needs from Zoom, and why.

One table. The wizard, the verifier, the simulator, the README and the Terraform hints are
all printed from it. Scope names: Z-GRAN (granular) and Z-CLAS (classic); contact groups'
granular names C* (see zoom-api 3.0). "Any of" means that one of the names is enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class ScopeKind(StrEnum):
    """Which names an app's scopes have. Apps made since March 2024 are offered granular ones only (R)."""

    GRANULAR = "granular"
    CLASSIC = "classic"


class Importance(StrEnum):
    """What the absence of a scope means for the verdict."""

    REQUIRED = "required"
    RECOMMENDED = "recommended"
    OPTIONAL = "optional"


class Capability(StrEnum):
    """A part of the job a person can choose; the value is its label on screen."""

    USERS = "Users"
    GROUPS = "Groups"
    GROUP_ADMINS = "Group admins"
    CONTACT_GROUPS = "Contact groups"
    ROLES = "Roles"
    LICENCES = "Licences and seats"
    ACCOUNT = "Account settings"
    IM_GROUPS = "IM groups"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing the connector asks of Zoom, and the scopes that allow it."""

    id: str
    capability: Capability
    title: str
    why: str
    endpoint: str
    """Method and path with the parameters as Zoom's docs write them, e.g. `GET /groups/{groupId}/members`."""
    importance: Importance
    granular: tuple[str, ...]
    """Any of these; the first is the one to tick."""
    classic: tuple[str, ...]
    """Any of these; the first is the one to tick. A write scope includes the read (Z-CLAS)."""
    classic_title: str
    """The words Zoom's page shows beside the classic scope."""
    opens: str
    """What a person sees in this program thanks to it."""
    classic_only: bool = False
    """True when granular apps gain nothing from it."""

    def tick(self, kind: ScopeKind) -> str:
        """The one scope to tick for this need in an app of `kind`."""
        return (self.granular if kind is ScopeKind.GRANULAR else self.classic)[0]

    def met_by(self, held: Collection[str]) -> bool:
        """True when any accepted scope, granular or classic, is among `held`."""
        return any(scope in held for scope in (*self.granular, *self.classic))

    def may_be_met_by(self, held: Collection[str]) -> bool:
        """True when `held` meets it, or holds a form for accounts with sub-accounts, of which only a call can tell."""
        return self.met_by(held) or bool(self.for_sub_accounts(held))

    def for_sub_accounts(self, held: Collection[str]) -> list[str]:
        """Those of `held` that end in `:master` where an accepted one ends in `:admin` or in nothing (zoom-api 5.3)."""
        accepted = {scope.removesuffix(":admin") for scope in self.accepted}
        return sorted(
            scope for scope in held if scope.endswith(":master") and scope.removesuffix(":master") in accepted
        )

    @property
    def accepted(self) -> tuple[str, ...]:
        """Every scope that opens the endpoint, granular first."""
        return (*self.granular, *self.classic)


_USER_TITLE: Final = "View all user information"
_GROUP_TITLE: Final = "View groups"
_CONTACT_TITLE: Final = "View all contact group information"
_ROLE_TITLE: Final = "View all user roles"
_ACCOUNT_TITLE: Final = "View account info"
_IM_TITLE: Final = "View Zoom Team Chat Group information"

NEEDS: Final[tuple[Need, ...]] = (
    Need(
        id="list_users",
        capability=Capability.USERS,
        title="List users",
        why="Everyone with an account: active, inactive and invited.",
        endpoint="GET /users",
        importance=Importance.REQUIRED,
        granular=("user:read:list_users:admin",),
        classic=("user:read:admin", "user:write:admin"),
        classic_title=_USER_TITLE,
        opens="The users table, licence tiers, and who is in which group and role.",
    ),
    Need(
        id="read_user",
        capability=Capability.USERS,
        title="Read one user",
        why="Proves that the credentials reach your account and names the app's owner.",
        endpoint="GET /users/{userId}",
        importance=Importance.REQUIRED,
        granular=("user:read:user:admin", "user:read:user"),
        classic=("user:read:admin", "user:write:admin", "user:read"),
        classic_title=_USER_TITLE,
        opens="The account id and owner in verify.",
    ),
    Need(
        id="list_groups",
        capability=Capability.GROUPS,
        title="List groups",
        why="The groups that carry settings and licences.",
        endpoint="GET /groups",
        importance=Importance.REQUIRED,
        granular=("group:read:list_groups:admin",),
        classic=("group:read:admin", "group:write:admin"),
        classic_title=_GROUP_TITLE,
        opens="The groups table.",
    ),
    Need(
        id="list_group_members",
        capability=Capability.GROUPS,
        title="List a group's members",
        why="Proves that group membership read off the user list is complete.",
        endpoint="GET /groups/{groupId}/members",
        importance=Importance.RECOMMENDED,
        granular=("group:read:list_members:admin",),
        classic=("group:read:admin", "group:write:admin"),
        classic_title=_GROUP_TITLE,
        opens="Complete membership where Zoom's own counts disagree.",
    ),
    Need(
        id="list_group_admins",
        capability=Capability.GROUP_ADMINS,
        title="List a group's admins",
        why="A group admin manages the group's people and settings.",
        endpoint="GET /groups/{groupId}/admins",
        importance=Importance.REQUIRED,
        granular=("group:read:administrator:admin",),
        classic=("group:read:admin", "group:write:admin"),
        classic_title=_GROUP_TITLE,
        opens="Who administers each group.",
    ),
    Need(
        id="list_contact_groups",
        capability=Capability.CONTACT_GROUPS,
        title="List contact groups",
        why="Contact groups decide who can see and find whom.",
        endpoint="GET /contacts/groups",
        importance=Importance.REQUIRED,
        granular=("contact_group:read:list_groups:admin",),
        classic=("contact_group:read:admin", "contact_group:write:admin"),
        classic_title=_CONTACT_TITLE,
        opens="The contact groups table.",
    ),
    Need(
        id="list_contact_group_members",
        capability=Capability.CONTACT_GROUPS,
        title="List a contact group's members",
        why="People and whole groups that belong to it.",
        endpoint="GET /contacts/groups/{groupId}/members",
        importance=Importance.REQUIRED,
        granular=("contact_group:read:list_members:admin",),
        classic=("contact_group:read:admin", "contact_group:write:admin"),
        classic_title=_CONTACT_TITLE,
        opens="Members of contact groups, directly and through a nested group.",
    ),
    Need(
        id="list_roles",
        capability=Capability.ROLES,
        title="List roles",
        why="Owner, Admin, Member and your own roles: who may administer Zoom.",
        endpoint="GET /roles",
        importance=Importance.REQUIRED,
        granular=("role:read:list_roles:admin", "role:read:list_roles"),
        classic=("role:read:admin", "role:write:admin"),
        classic_title=_ROLE_TITLE,
        opens="The roles table.",
    ),
    Need(
        id="list_role_members",
        capability=Capability.ROLES,
        title="List a role's members",
        why="Proves that role assignments read off the user list are complete.",
        endpoint="GET /roles/{roleId}/members",
        importance=Importance.RECOMMENDED,
        granular=("role:read:list_members:admin", "role:read:list_members"),
        classic=("role:read:admin", "role:write:admin"),
        classic_title=_ROLE_TITLE,
        opens="Complete role holders where Zoom's own counts disagree.",
    ),
    Need(
        id="read_role",
        capability=Capability.ROLES,
        title="Read one role",
        why="The privileges behind a role, and whether it sees only some groups.",
        endpoint="GET /roles/{roleId}",
        importance=Importance.OPTIONAL,
        granular=("role:read:role:admin", "role:read:role"),
        classic=("role:read:admin", "role:write:admin"),
        classic_title=_ROLE_TITLE,
        opens="A role's privileges in words.",
    ),
    Need(
        id="plan_usage",
        capability=Capability.LICENCES,
        title="Read plan usage",
        why="Seats bought, used and free, and the name of your plan.",
        endpoint="GET /accounts/{accountId}/plans/usage",
        importance=Importance.OPTIONAL,
        granular=("billing:read:plan_usage:admin",),
        classic=("account:read:admin", "account:write:admin"),
        classic_title=_ACCOUNT_TITLE,
        opens="Licences and seats.",
    ),
    Need(
        id="account_settings",
        capability=Capability.ACCOUNT,
        title="Read account settings",
        why="The account's security settings, for the record.",
        endpoint="GET /accounts/{accountId}/settings",
        importance=Importance.OPTIONAL,
        granular=("account:read:settings:admin",),
        classic=("account:read:admin", "account:write:admin"),
        classic_title=_ACCOUNT_TITLE,
        opens="Nothing in this version beyond the check itself.",
    ),
    Need(
        id="list_im_groups",
        capability=Capability.IM_GROUPS,
        title="List IM groups",
        why="Older accounts keep Team Chat groups that newer ones no longer have.",
        endpoint="GET /im/groups",
        importance=Importance.OPTIONAL,
        granular=("contact_group:read:list_groups:admin",),
        classic=("imgroup:read:admin", "imgroup:write:admin"),
        classic_title=_IM_TITLE,
        opens="Whether the account still has IM groups.",
        classic_only=True,
    ),
)

NEEDS_BY_ID: Final = {need.id: need for need in NEEDS}
SCOPES: Final = frozenset(scope for need in NEEDS for scope in need.accepted)
"""Every scope that some need accepts."""
LEFT_OUT: Final = frozenset({Capability.ACCOUNT.value})
"""Capabilities a new connector leaves out until somebody wants them: nothing here shows account settings."""


def scopes_to_tick(
    kind: ScopeKind,
    *,
    capabilities: Collection[Capability] | None = None,
    importances: Collection[Importance] = frozenset(Importance),
) -> list[str]:
    """The shortest list of scopes to tick, in the catalogue's order, without repeats.

    `capabilities=None` means all of them. Needs that only classic apps have are left out of granular lists.
    """
    ticked = [
        need.tick(kind)
        for need in NEEDS
        if (capabilities is None or need.capability in capabilities)
        and need.importance in importances
        and not (need.classic_only and kind is ScopeKind.GRANULAR)
    ]
    return list(dict.fromkeys(ticked))


def needs_for_scope(scope: str) -> list[Need]:
    """The needs that `scope` meets or may meet, in the catalogue's order."""
    return [need for need in NEEDS if need.may_be_met_by((scope,))]


def unneeded(held: Iterable[str]) -> list[str]:
    """Held scopes that no need accepts, or that write: more than the job asks for."""
    return sorted(scope for scope in set(held) if not needs_for_scope(scope) or writes(scope))


def writes(scope: str) -> bool:
    """True when the scope lets its holder change something.

    Classic: `area:write…`; granular: `area:write|update|delete:…` (Z-GRAN's naming rule).
    """
    return scope.split(":")[1:2] in (["write"], ["update"], ["delete"])


def kind_of(scope: str) -> ScopeKind:
    """The kind of a scope by its shape: classic ones name no resource, but may have four parts (zoom-api 5.5)."""
    classic = scope.split(":")[2:3] in ([], ["admin"], ["master"])
    return ScopeKind.CLASSIC if classic else ScopeKind.GRANULAR


def app_kind(held: Collection[str]) -> ScopeKind | None:
    """The kind of an app's scopes, by those of the job among `held`, else by the shape of all; None for none."""
    telling = [scope for scope in held if needs_for_scope(scope)] or list(held)
    if not telling:
        return None
    kinds = {kind_of(scope) for scope in telling}
    return ScopeKind.CLASSIC if ScopeKind.CLASSIC in kinds else ScopeKind.GRANULAR


def scope_to_add(alternatives: Collection[str], kind: ScopeKind | None, endpoint: str = "") -> str | None:
    """The one scope to add for a read that Zoom refused: of the app's own kind, and never one that writes.

    Args:
        alternatives: what Zoom's refusal lists, any one of which would do; scopes of both kinds stand side by side.
        kind: of the app's scopes; None when it is not known, then granular names are preferred.
        endpoint: the call, as in `Need.endpoint`, where it is known: the catalogue names its scope if Zoom does not.

    Returns:
        None when nothing is known that only reads.
    """
    asked = [need for need in NEEDS if need.endpoint == endpoint]
    kinds = (kind,) if kind is not None else (ScopeKind.GRANULAR, ScopeKind.CLASSIC)
    for one in kinds:
        listed = [scope for scope in alternatives if kind_of(scope) is one and not writes(scope)]
        if listed:
            ticked = {need.tick(one) for need in asked or NEEDS}
            return min(listed, key=lambda scope: (scope not in ticked, not scope.endswith(":admin")))
    own = asked or [need for need in NEEDS if not set(need.accepted).isdisjoint(alternatives)]
    return own[0].tick(kinds[0]) if own else None
