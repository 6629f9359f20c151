"""Types of reading one list: what it takes, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from zoomgov.sync.records import Record
    from zoomgov.sync.rows import Rows

    Decode = Callable[[list[Record]], Rows]
    Query = Mapping[str, str | int]
    Split = Callable[[int], Awaitable[Sequence[Query] | None]]

Identity: TypeAlias = str | int
"""Identifies what a row is about: equal for two rows of a list about the same resource or grant."""


@dataclass(frozen=True, slots=True)
class ListOutcome:
    """A list that was read to its end."""

    read: int
    expected: int | None
    seen: frozenset[Identity] = field(default=frozenset(), repr=False)
    """Identities of the rows, for a list of one resource; empty for lists of the account, which are long."""
    drifted: bool = False
    """Zoom's count changed while the list was read: pages may have shifted, and somebody may be missing."""
    moved: bool = False
    """Somebody came or went while it was read, or it had to be read again: whoever moved to another list meanwhile
    may be in neither."""


class Beside(NamedTuple):
    """A list of members beside what the records of users say of the same group or role."""

    left_out: dict[int, tuple[str, str]]
    """Users whose record names it and whom the list leaves out: number in the store to Zoom's id and status."""
    only_listed: int
    """Users on the list whose record does not name it."""
    strangers: int
    """People on the list who are in no list of users."""
    statuses: frozenset[str]
    """Statuses of the people on the list; "" for strangers."""


class ListedResource(NamedTuple):
    """A group, contact group or role."""

    id: str
    name: str
    total: int | None
    """`total_members`, where Zoom gives it."""
