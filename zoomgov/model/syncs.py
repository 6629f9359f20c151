"""One sync: its lists, what was not read, and numbers that disagree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class ListKey(NamedTuple):
    """One list to read."""

    part: str
    """The value of a `PartKey`."""
    target: str = ""
    """Zoom's id of the resource it belongs to; empty for a list of the whole account."""


@dataclass(frozen=True, slots=True)
class NotRead:
    """A part that could not be read, and why: shown as *not read*, never as *none*."""

    part: str
    target: str
    """Empty when the whole part was not read."""
    reason: str
    """One sentence with Zoom's code and text."""
    missing_scopes: tuple[str, ...] = ()
    required: bool = True
    """False: optional; a sync without it may still be complete."""
    last_read: int | None = None
    """The last sync that did read it, whose facts are still shown; None when none did. Set when published."""
    name: str = ""
    """What `target` is called; empty for a whole part, and where nobody knows."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A count of ours that should equal one of Zoom's and does not."""

    what: str
    """E.g. `members of group Finance`."""
    read: int
    expected: int
    source: str
    """Where the expectation comes from, e.g. `total_members of GET /groups`."""
    part: str = ""
    """The list that is not all, where it is one: its part, and `target` as in `NotRead`."""
    target: str = ""


@dataclass(frozen=True, slots=True)
class PartRead:
    """What was read of one part: number of lists, and of rows in them."""

    part: str
    lists: int
    rows: int
    expected: int | None
    """Rows Zoom counts in these lists; None when it does not count them all."""


@dataclass(frozen=True, slots=True)
class SyncInfo:
    """One published sync. `number` counts from 1; validity ranges of facts are in these numbers."""

    number: int
    started_at: str
    finished_at: str
    complete: bool
    not_read: tuple[NotRead, ...]
    disagreements: tuple[Disagreement, ...]
    counts: dict[str, int]
    """users, groups, contact_groups, roles and one for each `GrantKind` value."""
    changes: dict[str, int] = field(default_factory=dict)
    """Since the sync before: `users_added`, `_removed` and `_changed`, the same for groups, contact_groups and roles,
    `grants_gained` and `grants_lost`. Empty for the first sync."""
    parts: tuple[PartRead, ...] = ()
