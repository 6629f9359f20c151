"""Asking all the questions of one sync."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zoomgov.findings import people, things
from zoomgov.findings.context import Check, Context
from zoomgov.findings.model import Audit, Finding, Level, Thresholds
from zoomgov.model.parts import PartKey

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from zoomgov.store.reader import Reader

CHECKS = (*people.CHECKS, *things.CHECKS)
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
    """Return what looks wrong in the sync that `reader` reads. Takes up to a second: for a worker thread.

    Args:
        now: an aware time; nobody is idle for longer than until the sync was made.
        thresholds: with `named` 0 nobody is named, only counted: quicker, and nothing to keep.
        portal_url: Zoom's pages for people, of the connector's cloud.
        only: the id of the one question to ask.
        progress: told before each question how many were asked, and of how many; what it raises ends the asking.

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
        for asked, check in enumerate(checks):
            progress(asked, len(checks))
            if (finding := _ask(check, context, portal_url)) is not None:
                found.append(finding)
    found.sort(key=lambda finding: (not finding.known, -finding.level))
    return Audit(sync.number, sync.finished_at, tuple(found), len(checks), thresholds)


def _ask(check: Check, context: Context, portal_url: str) -> Finding | None:
    """The finding; None when there is nothing to see and everything was seen."""
    limits, blind = context.limits(check.needs)
    found = check.look(context)
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
