"""Findings and their parts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from zoomgov.settings import Thresholds

__all__ = ["Audit", "Finding", "Fix", "Level", "Subject", "Thresholds"]


class Level(IntEnum):
    """How much it matters; levels compare with < and >."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """Its name in commands and files."""
        return self.name.lower()


class Subject(NamedTuple):
    """A person or resource that a finding is about."""

    kind: str
    """users, groups, contact-groups, roles or parts."""
    id: str
    name: str
    email: str = ""
    detail: str = ""
    """What matters of them here, e.g. `Admin, last login 2026-04-01`."""


@dataclass(frozen=True, slots=True)
class Fix:
    """Where in Zoom to fix it."""

    clicks: tuple[str, ...]
    link: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a check: something to look at, or that cannot be told."""

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
    """What was not read, a sentence each: there may be more than was found."""
    known: bool = True
    """False when what the check needs was never read: nothing can be said either way."""


@dataclass(frozen=True, slots=True)
class Audit:
    """All findings of one sync, the most severe first."""

    sync: int
    as_of: str
    """When the sync was finished; idle days are counted up to then."""
    findings: tuple[Finding, ...]
    checked: int
    """How many checks were run."""
    thresholds: Thresholds

    def worst(self) -> Level | None:
        """The highest level found; None when nothing was."""
        return max((finding.level for finding in self.findings if finding.known and finding.count), default=None)

    def unknown(self) -> tuple[Finding, ...]:
        """Findings of checks that could not tell."""
        return tuple(finding for finding in self.findings if not finding.known)
