"""Runs all checks on one sync."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zoomgov.findings import people, resources
from zoomgov.findings.context import Check, Context, Found
from zoomgov.findings.model import Audit, Finding, Level, Thresholds
from zoomgov.model.parts import PartKey

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from zoomgov.store.reader import Reader

CHECKS = (*people.CHECKS, *resources.CHECKS)
_DEFAULTS = Thresholds()


def find(
    reader: Reader,
    now: datetime,
    *,
    thresholds: Thresholds = _DEFAULTS,
    portal_url: str = "https://zoom.us",
    only: str | None = None,
    progress: Callable[[int, int], object] = lambda asked, of: None,
) -> Audit:
    """Return the findings in the sync that `reader` reads. Takes up to a second: for a worker thread.

    Args:
        now: an aware time. Idle days are counted up to the end of the sync, if that was earlier.
        thresholds: with `named` 0 people are only counted, which is faster.
        portal_url: Zoom's web portal, of the connector's cloud.
        only: the id of the one check to run.
        progress: called before each check with the number of checks done and of all; what it raises ends the audit.

    Raises:
        StoreError: the store cannot be read.
    """
    sync = reader.sync
    if sync is None:
        return Audit(0, "", (), 0, thresholds)
    usage = reader.blob(PartKey.PLAN_USAGE)
    with reader.snapshot() as at:
        context = Context(at, sync, now, thresholds, usage)
        found = []
        checks = [check for check in CHECKS if only in (None, check.id)]
        for done, check in enumerate(checks):
            progress(done, len(checks))
            if (finding := _run(check, context, portal_url)) is not None:
                found.append(finding)
    found.sort(key=lambda finding: (not finding.known, -finding.level))
    return Audit(sync.number, sync.finished_at, tuple(found), len(checks), thresholds)


def _run(check: Check, context: Context, portal_url: str) -> Finding | None:
    """The finding of one check; None when nothing was found and everything it needs was read."""
    limits, blind = context.limits((*check.needs, *((PartKey.UNSEEN_USERS,) if check.needs else ())))
    unseen = check.by_absence and context.not_seen(check.needs)
    found = Found(0) if unseen else check.look(context)
    blind = blind or unseen
    fix = replace(check.fix, link=check.fix.link.replace("{portal}", portal_url))
    if found.count:
        return Finding(
            check.id,
            check.level if found.level is None else found.level,
            found.title,
            f"{check.why} {found.more}".strip(),
            found.count,
            found.subjects,
            fix,
            (*limits, *found.limits),
        )
    if limits or found.limits:
        known = not blind
        title = f"{check.title}: {'none among what was read' if known else 'not known'}"
        return Finding(check.id, Level.INFO, title, check.why, 0, (), fix, (*limits, *found.limits), known)
    return None
