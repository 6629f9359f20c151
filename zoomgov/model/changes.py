"""What differs between two syncs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from zoomgov.model.kinds import GrantKind, Kind

if TYPE_CHECKING:
    pass


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
