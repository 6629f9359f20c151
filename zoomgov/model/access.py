"""What a store shows: questions one can ask and the shapes of the answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zoomgov.model.kinds import GrantKind, Kind
from zoomgov.model.queries import Target
from zoomgov.model.syncs import NotRead

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class AccessPath:
    """One way in which a person has a thing."""

    kind: GrantKind
    target_kind: Kind
    target_id: str
    target_name: str
    via: tuple[str, ...] = ()
    """Names of the groups through which it comes; empty when it is direct."""
    via_ids: tuple[str, ...] = ()
    since: int = 1
    """First sync in which it held without a break; for a path through a group the later of the two."""

    @property
    def direct(self) -> bool:
        return not self.via


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """Something that changed at a sync."""

    sync: int
    at: str
    """When that sync was finished; empty when it was pruned."""
    what: str
    """In words, e.g. `status: active → inactive`, `joined group Finance`."""


@dataclass(frozen=True, slots=True)
class PersonHit:
    """One result of looking for a person."""

    row: int
    key: str
    name: str
    email: str
    status: str


@dataclass(frozen=True, slots=True)
class Person:
    """Everything known of one person, as of one sync."""

    row: int
    """Id as in `Reader.order`."""
    key: str
    name: str
    email: str
    status: str
    """Empty for a principal of some list who is not among the users."""
    licence: str
    role: str
    fields: tuple[tuple[str, str], ...]
    """(Label, value) of the profile, those with a value, in a good order to show."""
    extra: bytes
    """The remaining fields Zoom sent, a JSON object."""
    access: tuple[AccessPath, ...]
    since: int | None
    """First sync in which this version of the profile was seen."""
    not_read: tuple[NotRead, ...] = ()
    """Parts that may hide access of theirs."""


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
    """False: some record names it, but the list of its kind does not have it."""
    fields: tuple[tuple[str, str], ...]
    privileges: tuple[str, ...] | None
    """Of a role, as `Area:Read`; None for other kinds, and while the role itself was never read."""
    privilege_scopes: bytes
    members: int
    """People who have it directly, as member or by holding the role."""
    admins: int
    people: int
    """Everyone in it, whichever way."""
    total_members: int | None
    """What Zoom counts."""
    statuses: dict[str, int] = field(default_factory=dict)
    """Direct people by status, where their number is not what Zoom counts: it may count active people only."""
    nested: tuple[Nested, ...] = ()
    """Of a contact group: the user groups in it."""
    contact_groups: tuple[Target, ...] = ()
    """Of a group: the contact groups it is in."""
    contact_group_names: tuple[str, ...] = ()
    since: int | None = None
    not_read: tuple[NotRead, ...] = ()
    """Parts of this thing that were not read, each with the sync that last read it."""
