"""What a finding is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from zoomgov.settings import Thresholds

__all__ = ["Audit", "Finding", "Fix", "Level", "Subject", "Thresholds"]


class Level(IntEnum):
    """How much it matters. Compare with < and >."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """Its name in commands and files."""
        return self.name.lower()


class Subject(NamedTuple):
    """A person or thing that a finding is about."""

    kind: str
    """users, groups, contact-groups, roles or parts."""
    id: str
    name: str
    email: str = ""
    detail: str = ""
    """What of them matters here, e.g. `Admin, last login 2026-04-01`."""


@dataclass(frozen=True, slots=True)
class Fix:
    """Where in Zoom to put it right."""

    clicks: tuple[str, ...]
    link: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at, or that could not be looked at."""

    id: str
    level: Level
    title: str
    why: str
    """Why it matters."""
    count: int
    subjects: tuple[Subject, ...]
    """The first of them, up to `Thresholds.named`."""
    fix: Fix
    limits: tuple[str, ...] = ()
    """What could not be seen, a sentence each: there may be more than was found."""
    known: bool = True
    """False: what it would take was never read, so nothing can be said either way."""


@dataclass(frozen=True, slots=True)
class Audit:
    """All findings of one sync, the gravest first."""

    sync: int
    as_of: str
    """When the sync was finished; idle days are counted up to then."""
    findings: tuple[Finding, ...]
    checked: int
    """How many questions were asked."""
    thresholds: Thresholds

    def worst(self) -> Level | None:
        """The gravest level found; None when nothing was."""
        return max((finding.level for finding in self.findings if finding.known and finding.count), default=None)

    def unknown(self) -> tuple[Finding, ...]:
        """What could not be answered."""
        return tuple(finding for finding in self.findings if not finding.known)
