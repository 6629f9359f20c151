"""A store's answers about access: a person, a resource, a history entry."""

from __future__ import annotations

from dataclasses import dataclass, field

from zoomgov.model.kinds import GrantKind, Kind
from zoomgov.model.queries import Target
from zoomgov.model.syncs import NotRead


@dataclass(frozen=True, slots=True)
class AccessPath:
    """One way in which a person has a resource."""

    kind: GrantKind
    target_kind: Kind
    target_id: str
    target_name: str
    via: tuple[str, ...] = ()
    """Names of the groups through which it comes; empty when it is direct."""
    via_ids: tuple[str, ...] = ()
    since: int = 1
    """First sync since which it has held without a break; through a group, the later of the two grants."""

    @property
    def direct(self) -> bool:
        return not self.via


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change at one sync."""

    sync: int
    at: str
    """When that sync was finished; empty when it was pruned."""
    what: str
    """In words, e.g. `status: active → inactive`, `joined group Finance`."""


@dataclass(frozen=True, slots=True)
class PersonHit:
    """One result of a search for people."""

    row: int
    key: str
    name: str
    email: str
    status: str


@dataclass(frozen=True, slots=True)
class Person:
    """Everything stored of one person, as of one sync."""

    row: int
    """Id as in `Reader.order`."""
    key: str
    name: str
    email: str
    status: str
    """`not a user` for a principal who is not among the users."""
    licence: str
    role: str
    fields: tuple[tuple[str, str], ...]
    """(Label, value) of the profile in display order; fields without a value are left out."""
    extra: bytes
    """The remaining fields Zoom sent, a JSON object."""
    access: tuple[AccessPath, ...]
    since: int | None
    """First sync in which this version of the profile was seen."""
    not_read: tuple[NotRead, ...] = ()
    """Parts that were not read and may hold access of theirs."""


@dataclass(frozen=True, slots=True)
class Nested:
    """A user group that is a member of a contact group."""

    id: str
    name: str
    members: int


@dataclass(frozen=True, slots=True)
class Resource:
    """A group, contact group or role, as of one sync. Ask `order(USERS, Query(within=...))` for the people."""

    row: int
    kind: Kind
    id: str
    name: str
    """The id when its list was not read."""
    known: bool
    """False: a user record or a list names it, but it is not in the list of its kind."""
    fields: tuple[tuple[str, str], ...]
    privileges: tuple[str, ...] | None
    """Of a role, as `Area:Read`; None for other kinds, and while the role itself was never read."""
    privilege_scopes: bytes
    members: int | None
    """People who have it directly, as member or by holding the role; None when that is not known, as below."""
    admins: int | None
    people: int | None
    """Everyone in it, directly or through a group."""
    total_members: int | None
    """Zoom's own count; None when Zoom gives none."""
    statuses: dict[str, int] = field(default_factory=dict)
    """Direct people by status, where their number differs from Zoom's count, which may be of active people only."""
    nested: tuple[Nested, ...] = ()
    """Of a contact group: the user groups in it."""
    contact_groups: tuple[Target, ...] = ()
    """Of a group: the contact groups it is in."""
    contact_group_names: tuple[str, ...] = ()
    since: int | None = None
    not_read: tuple[NotRead, ...] = ()
    """Parts of this resource that were not read, each with the sync that last read it."""
