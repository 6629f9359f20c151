"""The data of an account: people, groups, contact groups, roles, and the methods that change them.

The form of answers is decided in `sim/api`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

T = TypeVar("T")


class Plan(StrEnum):
    """What the account pays for."""

    BASIC = "basic"
    PRO = "pro"
    BUSINESS = "business"
    ENTERPRISE = "enterprise"


class User(msgspec.Struct, omit_defaults=True, eq=False, gc=False):
    """One person, with the fields of a user list (RIVET). `None` means that Zoom leaves the key out."""

    email: str
    type: int
    status: str
    id: str | None = None
    """Absent for pending users (C22)."""
    first_name: str | None = None
    last_name: str | None = None
    display_name: str | None = None
    role_id: str | None = None
    dept: str | None = None
    pmi: int | None = None
    timezone: str | None = None
    verified: int | None = None
    created_at: str | None = None
    user_created_at: str | None = None
    last_login_time: str | None = None
    last_client_version: str | None = None
    employee_unique_id: str | None = None
    plan_united_type: str | None = None
    group_ids: list[str] | None = None
    im_group_ids: list[str] | None = None
    division_ids: list[str] | None = None
    license_info_list: list[dict[str, str | int]] | None = None

    @property
    def name(self) -> str:
        """The name that Zoom shows."""
        return self.display_name or f"{self.first_name or ''} {self.last_name or ''}".strip() or self.email


@dataclass(slots=True, eq=False)
class Channel:
    """A Team Chat channel that a user group was added to."""

    id: str
    name: str
    guests: int = 0
    """Members beside those of the group."""


@dataclass(slots=True, eq=False)
class Group:
    """A user group. Members are the users that name it in `group_ids`."""

    id: str
    name: str
    admins: list[str] = field(default_factory=list)
    """Ids or e-mail addresses, see `Account.user`."""
    channels: list[Channel] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class ContactGroup:
    """A contact group; its members are users (type 1) and whole user groups (type 2)."""

    id: str
    name: str
    privacy: int
    description: str
    members: list[tuple[int, str]] = field(default_factory=list)
    """(Type, id of the user or group)."""


@dataclass(slots=True, eq=False)
class ImGroup:
    """A Team Chat directory group of an older account."""

    id: str
    name: str
    type: str = "normal"


@dataclass(slots=True, eq=False)
class Role:
    """A role. Users name theirs in `role_id`."""

    id: str
    name: str
    description: str = ""
    type: str = "common"
    privileges: list[str] = field(default_factory=list)
    privilege_scopes: dict[str, list[str]] = field(default_factory=dict)
    """Ids of the groups that a privilege is limited to, by privilege."""
    second_level: int | None = None


OWNER, ADMIN, MEMBER = "0", "1", "2"


@dataclass(eq=False)
class Account:
    """One account. Change it through the methods below only: they keep indexes and caches valid."""

    id: str
    number: int
    company: str
    domains: tuple[str, ...]
    plan: Plan
    seed: int
    as_of: float
    """Unix seconds: the people's dates lie before it."""
    users: list[User]
    groups: dict[str, Group]
    contact_groups: dict[str, ContactGroup]
    roles: dict[str, Role]
    im_groups: dict[str, ImGroup] = field(default_factory=dict)
    in_other_accounts: set[str] = field(default_factory=set)
    """E-mail addresses and ids that belong to another account: 400/1010."""
    expired_invitations: set[str] = field(default_factory=set)
    """E-mail addresses whose invitation has expired: 400/1120."""
    version: int = 0
    """Number of changes so far."""

    def __post_init__(self) -> None:
        self._by_key: dict[str, User] = {}
        self._cache: dict[Hashable, Any] = {}
        for user in self.users:
            self._index(user)

    # Looking up

    def user(self, key: str) -> User | None:
        """Return the user with this id or e-mail address (in any case); None: nobody."""
        return self._by_key.get(key) or self._by_key.get(key.lower())

    @property
    def owner(self) -> User:
        """The one account owner."""
        return next(user for user in self.users if user.role_id == OWNER)

    def cached(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return `make()`, cached under `key` until the account changes."""
        if key not in self._cache:
            self._cache[key] = make()
        value: T = self._cache[key]
        return value

    def with_status(self, status: str) -> list[User]:
        """Users of one status, in the order of the lists."""
        return self.cached(("status", status), lambda: [user for user in self.users if user.status == status])

    def with_role(self, status: str, role_id: str) -> list[User]:
        """Users of one status that hold one role."""
        return self._by_role(status).get(role_id, [])

    def in_group(self, status: str, group_id: str) -> list[User]:
        """Users of one status that are in one user group."""
        return self._by_group(status, im=False).get(group_id, [])

    def in_im_group(self, status: str, group_id: str) -> list[User]:
        """Users of one status that are in one IM group."""
        return self._by_group(status, im=True).get(group_id, [])

    def _by_role(self, status: str) -> dict[str, list[User]]:
        def make() -> dict[str, list[User]]:
            found: defaultdict[str, list[User]] = defaultdict(list)
            for user in self.with_status(status):
                if user.role_id is not None:
                    found[user.role_id].append(user)
            return dict(found)

        return self.cached(("roles", status), make)

    def _by_group(self, status: str, *, im: bool) -> dict[str, list[User]]:
        def make() -> dict[str, list[User]]:
            found: defaultdict[str, list[User]] = defaultdict(list)
            for user in self.with_status(status):
                for group_id in (user.im_group_ids if im else user.group_ids) or ():
                    found[group_id].append(user)
            return dict(found)

        return self.cached(("groups", status, im), make)

    # Changing

    def touch(self) -> None:
        """Invalidate the cache; called after every change."""
        self.version += 1
        self._cache.clear()

    def add_user(self, user: User, *, position: int | None = None) -> User:
        """Add a person, at the end of the lists or at `position`; raises ValueError when id or e-mail is taken."""
        if any(key in self._by_key for key in _keys(user)):
            raise ValueError(f"{user.email} is already in the account")
        self.users.insert(len(self.users) if position is None else position, user)
        self._index(user)
        self.touch()
        return user

    def remove_user(self, key: str) -> User:
        """Remove a person, also as admin of groups and member of contact groups.

        Raises:
            KeyError: nobody has this id or e-mail address.
        """
        user = self.require_user(key)
        self.remove_users([user])
        return user

    def add_users(self, users: Iterable[User]) -> None:
        """Add people at the end of the lists."""
        for user in users:
            self.users.append(user)
            self._index(user)
        self.touch()

    def remove_users(self, users: Iterable[User]) -> None:
        """Remove people as `remove_user` does."""
        removed = set(map(id, users))
        keys = {key for user in self.users if id(user) in removed for key in _keys(user)}
        self.users = [user for user in self.users if id(user) not in removed]
        for key in keys:
            self._by_key.pop(key, None)
        for group in self.groups.values():
            group.admins = [admin for admin in group.admins if admin not in keys]
        for contact_group in self.contact_groups.values():
            contact_group.members = [member for member in contact_group.members if member[1] not in keys]
        self.touch()

    def require_user(self, key: str) -> User:
        """Return the user with this id or e-mail address; raises KeyError."""
        user = self.user(key)
        if user is None:
            raise KeyError(key)
        return user

    def update_user(self, key: str, **changes: Any) -> User:
        """Set fields of a person; None: Zoom leaves the key out.

        Raises:
            KeyError: nobody has this id or e-mail address.
            ValueError: a user has no such field.
        """
        user = self.require_user(key)
        for name, value in changes.items():
            if name not in User.__struct_fields__:
                raise ValueError(f"a user has no field {name!r}")
            if name in ("id", "email"):
                for old in _keys(user):
                    self._by_key.pop(old, None)
            setattr(user, name, value)
        self._index(user)
        self.touch()
        return user

    def move_user(self, key: str, group_id: str) -> User:
        """Make one group the only group of a person; raises KeyError."""
        if group_id not in self.groups:
            raise KeyError(group_id)
        return self.update_user(key, group_ids=[group_id])

    def delete_group(self, group_id: str) -> Group:
        """Delete a user group and every reference to it; raises KeyError."""
        group = self.groups.pop(group_id)
        for user in self.users:
            if user.group_ids and group_id in user.group_ids:
                user.group_ids = [other for other in user.group_ids if other != group_id] or None
        for contact_group in self.contact_groups.values():
            contact_group.members = [member for member in contact_group.members if member != (2, group_id)]
        self.touch()
        return group

    def delete_contact_group(self, group_id: str) -> ContactGroup:
        """Delete a contact group; raises KeyError."""
        group = self.contact_groups.pop(group_id)
        self.touch()
        return group

    def _index(self, user: User) -> None:
        for key in _keys(user):
            self._by_key[key] = user


def _keys(user: User) -> list[str]:
    """Return the keys of a person in the index: the e-mail address in lower case and, unless pending, the id."""
    return [user.email.lower(), *([user.id] if user.id else [])]
