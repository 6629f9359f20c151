"""What a sync tells its listener while it runs, and how it ended. All immutable."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from zoomgov.model.syncs import Disagreement, ListKey, NotRead, PartRead
from zoomgov.zoom.limits import LabelUse


@dataclass(frozen=True, slots=True)
class SyncStarted:
    """The lock is held and staging is open."""

    resumed_lists: int
    """Number of lists an interrupted run had finished, which are not read again."""


@dataclass(frozen=True, slots=True)
class ListStarted:
    """A list of the account is being read."""

    key: ListKey
    title: str
    """For people, e.g. `Admins of Finance`."""
    expected: int | None


@dataclass(frozen=True, slots=True)
class ListAdvanced:
    """More of a list of the account is staged."""

    key: ListKey
    read: int
    expected: int | None


@dataclass(frozen=True, slots=True)
class ListRestarted:
    """A list is read again from its first page."""

    key: ListKey
    reason: str


@dataclass(frozen=True, slots=True)
class ListFinished:
    """A list of the account was read to its end."""

    key: ListKey
    read: int
    expected: int | None


@dataclass(frozen=True, slots=True)
class ListNotRead:
    """A list, or a whole part, is left out."""

    key: ListKey
    not_read: NotRead


@dataclass(frozen=True, slots=True)
class PartAdvanced:
    """Progress of a part with many lists (admins of 1,000 groups): lists done of lists planned."""

    part: str
    title: str
    done: int
    planned: int
    rows: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Requests are held back for `seconds`; `reason` is a sentence for people."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class RequestsCounted:
    """Counters so far; sent a few times a second at most, and only when they changed."""

    made: int
    refused: int
    retried: int
    in_flight: int
    per_second: float
    labels: tuple[LabelUse, ...] = ()
    """Use of Zoom's limits, per second and per day, of the labels used today."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A line for the log: a retry, a renewed token, a changed page size."""

    text: str


@dataclass(frozen=True, slots=True)
class PuttingTogether:
    """Everything is read; publishing it has begun."""


@dataclass(frozen=True, slots=True)
class Published:
    """The sync is published and what readers see."""

    number: int


SyncEvent = (
    SyncStarted
    | ListStarted
    | ListAdvanced
    | ListRestarted
    | ListFinished
    | ListNotRead
    | PartAdvanced
    | Waiting
    | RequestsCounted
    | Noted
    | PuttingTogether
    | Published
)


class Outcome(StrEnum):
    """Whether everything required was read and all totals agree."""

    COMPLETE = "complete"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class SyncSummary:
    """The result of a published sync. One that failed or was stopped raises instead."""

    number: int
    outcome: Outcome
    counts: dict[str, int]
    """As in `SyncInfo.counts`."""
    not_read: tuple[NotRead, ...]
    disagreements: tuple[Disagreement, ...]
    requests: dict[str, int]
    """By endpoint, e.g. `GET /users`."""
    refused: int
    retried: int
    seconds: float
    changes: dict[str, int] = field(default_factory=dict)
    """Since the previous sync: users_added, users_removed, users_changed, grants_gained, grants_lost."""
    parts: tuple[PartRead, ...] = ()
    """Rows read of each part, and Zoom's count."""
    limits: tuple[LabelUse, ...] = ()
    """Use of Zoom's limits at the end, by label."""
