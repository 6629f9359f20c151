"""What a store shows: questions one can ask and the shapes of the answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from zoomgov.store.model import GrantKind, Kind, NotRead

if TYPE_CHECKING:
    from zoomgov.store.filters import Condition


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind: the same on screens, in commands and in exports."""

    key: str
    title: str
    width: int
    """In cells, where there is enough room."""
    align: Literal["left", "right"] = "left"


@dataclass(frozen=True, slots=True)
class Target:
    """A group, contact group or role, by Zoom's id."""

    kind: Kind
    id: str


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows, in which order."""

    text: str = ""
    """Words that must all be in the row, in any case and with or without accents."""
    sort: tuple[tuple[str, bool], ...] = ()
    """(Column, descending), the most important first; by name where these leave a choice."""
    conditions: tuple[Condition, ...] = ()
    """What must hold besides; `filters.parse_filter` reads them off what was typed."""
    within: Target | None = None
    """Only the people in this thing, whichever way; adds the column `how`."""


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
class Thing:
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


class FieldChange(NamedTuple):
    """One field of a person or thing, before and after."""

    field: str
    old: str
    new: str


class ItemChange(NamedTuple):
    """A person or thing that came, went or changed."""

    kind: Kind
    id: str
    name: str
    email: str
    """Of a person, else empty."""
    how: Literal["added", "removed", "changed"]
    fields: tuple[FieldChange, ...] = ()


class GrantChange(NamedTuple):
    """A grant gained or lost, with names as of the sync in which it held."""

    kind: GrantKind
    gained: bool
    target_kind: Kind
    target_id: str
    target_name: str
    principal_kind: Literal["user", "group"]
    principal_id: str
    principal_name: str
    principal_email: str
    through: str = ""
    """Names of the user groups through which alone a contact group is, or was, reached."""


class NotCompared(NamedTuple):
    """A part that one of the two syncs did not read."""

    part: str
    target: str
    """Empty when all of the part."""
    reason: str
    sync: int
    """Which of the two did not read it."""
    instead: int | None
    """The sync whose reading is compared in its place; None when there is nothing to compare."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different between two syncs."""

    from_sync: int
    to_sync: int
    items: tuple[ItemChange, ...]
    grants: tuple[GrantChange, ...]
    not_compared: tuple[NotCompared, ...] = field(default=())
    """Parts that one of them did not read."""
    missing: int = 0
    """People who are in no list that the newer sync read, but may be in one that it did not: not told as gone."""
    in_effect: bool = False
    """Whether contact groups are told as people reach them, through user groups, too."""

    def __bool__(self) -> bool:
        return bool(self.items or self.grants)
