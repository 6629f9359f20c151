"""The last syncs of a connector: how each ended, how long it took, and what it did not read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from zoomgov.connectors.model import ConnectorStatus

if TYPE_CHECKING:
    from zoomgov.connectors.model import Connector
    from zoomgov.model.syncs import Disagreement, NotRead, SyncInfo
    from zoomgov.services.stores import Stores

LAST = 10
"""Syncs that are shown unless asked for more."""


@dataclass(frozen=True, slots=True)
class PastSync:
    """One published sync. How many requests it took is not kept."""

    number: int
    started_at: str
    """Zoom's text form, UTC; so is `finished_at`."""
    finished_at: str
    seconds: float | None
    """None when the clock was set back meanwhile."""
    complete: bool
    not_read: tuple[NotRead, ...]
    disagreements: tuple[Disagreement, ...]
    counts: dict[str, int]

    @property
    def outcome(self) -> str:
        """`complete` or `partial`, as commands call it."""
        return "complete" if self.complete else "partial"


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the syncs of one connector."""

    syncs: tuple[PastSync, ...]
    """The last ones, newest first."""
    kept: int
    """How many are kept in all."""
    failed: str
    """Why the sync after the newest of them failed; empty when none did."""
    running: bool


class PastSyncs:
    """Lists the last syncs of connectors. Blocks for a small read: call it on a worker thread."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def last(self, connector: Connector, most: int = LAST) -> History:
        """The last `most` syncs.

        Raises:
            StoreError: the store cannot be read, or what was synced is not where it was.
        """
        failed = connector.reason or "The reason is not known." if connector.status is ConnectorStatus.ERROR else ""
        running = self._stores.is_busy(connector)
        if self._stores.latest_sync(connector) is None:
            return History((), 0, failed, running)
        with self._stores.reader(connector) as reader:
            syncs = reader.syncs()
        newest = sorted(syncs, key=lambda sync: sync.number, reverse=True)[: max(most, 0)]
        return History(tuple(map(_past, newest)), len(syncs), failed, running)


def _past(sync: SyncInfo) -> PastSync:
    return PastSync(
        number=sync.number,
        started_at=sync.started_at,
        finished_at=sync.finished_at,
        seconds=_seconds(sync.started_at, sync.finished_at),
        complete=sync.complete,
        not_read=sync.not_read,
        disagreements=sync.disagreements,
        counts=sync.counts,
    )


def _seconds(began: str, ended: str) -> float | None:
    seconds = (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds()
    return seconds if seconds >= 0 else None
