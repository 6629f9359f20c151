"""The differences between two syncs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from zoomgov.model.kinds import GrantKind, Kind


class FieldChange(NamedTuple):
    """One field of a person or resource, in words, before and after."""

    field: str
    old: str
    new: str


class ItemChange(NamedTuple):
    """A person or resource that was added, removed or changed."""

    kind: Kind
    id: str
    name: str
    email: str
    """Of a person, else empty."""
    how: Literal["added", "removed", "changed"]
    fields: tuple[FieldChange, ...] = ()


class GrantChange(NamedTuple):
    """A grant gained or lost, with names as of the newer sync where there are any, else of the older one."""

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
    """By effective access: names of the user groups through which alone the contact group is, or was, reached."""


class NotCompared(NamedTuple):
    """A part that one of the two syncs did not read."""

    part: str
    target: str
    """Zoom's id of one resource; empty for the whole part."""
    reason: str
    sync: int
    """Which of the two did not read it."""
    instead: int | None
    """The sync whose reading is compared in its place; None when there is nothing to compare."""


@dataclass(frozen=True, slots=True)
class Changes:
    """All differences between two syncs."""

    from_sync: int
    to_sync: int
    items: tuple[ItemChange, ...]
    grants: tuple[GrantChange, ...]
    not_compared: tuple[NotCompared, ...] = field(default=())
    """Parts that one of them did not read."""
    missing: int = 0
    """People who are in no list that the newer sync read, but may be in one that it did not: not among the removed."""
    in_effect: bool = False
    """Whether grants are by effective access, in which user groups lead to contact groups."""

    def __bool__(self) -> bool:
        return bool(self.items or self.grants)
