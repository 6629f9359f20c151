"""What the overview tells, read from one sync."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from zoomgov.findings.asking import find
from zoomgov.findings.model import Level

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from zoomgov.findings.model import Audit, Finding
    from zoomgov.model.licences import Licences
    from zoomgov.model.syncs import SyncInfo
    from zoomgov.services.stores import Reader
    from zoomgov.settings import Thresholds

ADMINS: Final = "owners-and-admins"
IDLE_ADMINS: Final = "idle-admins"
IDLE_SEATS: Final = ("licensed-idle", "licensed-never", "not-active-licensed")
"""The checks that find licensed people who do not use them: nobody is in two of these."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one sync. Reading them takes up to a second with 200,000 people."""

    audit: Audit
    licences: Licences
    people: tuple[int, ...]
    """People in each complete sync that is kept, oldest first."""

    def finding(self, check: str) -> Finding | None:
        """Return what a check found; None: nothing, and everything it needs was read."""
        return next((found for found in self.audit.findings if found.id == check), None)

    def count(self, check: str) -> int | None:
        """Return how many a check found; None: what it needs was not read."""
        found = self.finding(check)
        return 0 if found is None else found.count if found.known else None

    def idle_seats(self) -> int | None:
        """Return the licensed people who cannot sign in, or have not for long, or never; None: it is not known."""
        found = [self.count(check) for check in IDLE_SEATS]
        known = [number for number in found if number is not None]
        return sum(known) if len(known) == len(found) else None

    def by_level(self) -> dict[Level, int]:
        """Return the number of findings by level, the most severe first; levels without one are left out."""
        levels = [found.level for found in self.audit.findings if found.known and found.count]
        return {level: levels.count(level) for level in sorted(set(levels), reverse=True)}


def read_figures(
    reader: Reader,
    now: datetime,
    thresholds: Thresholds,
    portal_url: str,
    progress: Callable[[int, int], object],
) -> Figures:
    """Read them. For a worker thread; what `progress` raises ends it.

    Raises:
        StoreError: the store cannot be read.
    """
    counted = replace(thresholds, named=0)  # people are read when a finding is opened
    audit = find(reader, now, thresholds=counted, portal_url=portal_url, progress=progress)
    people = tuple(sync.counts["users"] for sync in reader.syncs() if sync.complete and "users" in sync.counts)
    return Figures(audit, reader.licences(), people)


_BARS: Final = "▁▂▃▄▅▆▇█"


def sparkline(numbers: tuple[int, ...], width: int) -> str:
    """Return the last `width` numbers as bars; empty for fewer than three, which show nothing."""
    shown = numbers[-width:]
    if len(shown) < 3:
        return ""
    least, most = min(shown), max(shown)
    span, steps = most - least, len(_BARS) - 1
    return "".join(_BARS[(number - least) * steps // span if span else steps // 2] for number in shown)


def latest_problem(sync: SyncInfo) -> str:
    """Return in a few words what keeps a sync from being complete; empty where nothing does."""
    if sync.complete:
        return ""
    if sync.not_read:
        parts = len({gap.part for gap in sync.not_read})
        return f"{parts} part{'s' if parts > 1 else ''} not read"
    return "totals do not agree"
