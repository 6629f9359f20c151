"""Syncs that run while the person does something else: one a connector, with its progress, its log and its end.

They belong to the program and not to a page, which may be left and opened again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from zoomgov.services.sync_logs import MOST_LINES, SyncLogs, TimedLine
from zoomgov.sync.events import PartAdvanced
from zoomgov.sync.log import log_line
from zoomgov.sync.progress import Progress
from zoomgov.text import printable
from zoomgov.words.parts import part_title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from zoomgov.connectors.model import Connector
    from zoomgov.services.syncing import Syncing
    from zoomgov.sync.events import SyncEvent, SyncSummary


class SyncRun:
    """One sync, from its start until its end was seen."""

    def __init__(self, connector: Connector, now: Callable[[], datetime]) -> None:
        self.connector = connector
        """As it was when the sync began."""
        self.begun_at = now()
        self.progress = Progress()
        self.lines: deque[TimedLine] = deque(maxlen=MOST_LINES)
        self.logged = 0
        """Lines logged; those that are no longer in `lines` were the first."""
        self.summary: SyncSummary | None = None
        """What was read, once it has ended well."""
        self.error: Exception | None = None
        """Why it failed."""
        self.stopped = False
        """Whether it was stopped before it could end."""
        self.seen = False
        """Whether the person has seen how it ended."""
        self._now = now
        self._ended = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """True until it has ended and cleaned up."""
        return not self._ended.is_set()

    @property
    def dropped(self) -> int:
        """Number of earlier lines that are no longer in memory."""
        return self.logged - len(self.lines)

    @property
    def finished_parts(self) -> int:
        """Parts that are read, and are not read again by the next sync."""
        return sum(part.finished for part in self.progress.parts.values())

    def lines_from(self, number: int) -> Iterator[TimedLine]:
        """The lines after the first `number`, as far as they are in memory."""
        return islice(self.lines, max(number - self.dropped, 0), None)

    def take(self, event: SyncEvent) -> None:
        """Note one event."""
        self.progress.take(event)
        if isinstance(event, PartAdvanced):
            return  # the bars show it
        if (line := log_line(event, self._title)) is not None:
            self.logged += 1
            self.lines.append(TimedLine(self._now(), printable(line.text), line.problem))

    def _title(self, part: str) -> str:
        known = self.progress.parts.get(part)
        return known.title if known else part_title(part)

    async def wait(self) -> None:
        """Wait for its end. Who waits may be cancelled: the sync goes on."""
        await self._ended.wait()

    async def stop(self) -> None:
        """Stop it, and wait until it has cleaned up; harmless when it has ended."""
        if self._task is not None:
            self._task.cancel()
        await self.wait()

    def _begin(self, syncing: Syncing, logs: SyncLogs, ended: Callable[[SyncRun], None]) -> None:
        async def run() -> None:
            try:
                self.summary = await syncing.sync(self.connector, self.take)
            except asyncio.CancelledError:
                self.stopped = True
            except Exception as error:  # whoever looks at the sync tells it
                self.error = error
            if self.lines:
                with suppress(OSError):  # a full disk is told by the sync itself
                    await asyncio.to_thread(logs.keep, self.connector, self.begun_at, list(self.lines), self.dropped)

        def done(task: asyncio.Task[None]) -> None:
            # Not at the end of `run`: what is cancelled before its first step never runs.
            if task.cancelled():
                self.stopped = self.summary is None and self.error is None
            elif isinstance(error := task.exception(), Exception):
                self.error = error
            self._ended.set()
            ended(self)

        self._task = asyncio.create_task(run(), name=f"sync of {self.connector.id}")
        self._task.add_done_callback(done)


class RunningSyncs:
    """Starts syncs and knows them until the next one of their connector."""

    def __init__(self, syncing: Callable[[], Syncing], logs: SyncLogs, *, now: Callable[[], datetime]) -> None:
        """`syncing` is called when a sync begins; `now` is aware."""
        self._syncing = syncing
        self._logs = logs
        self._now = now
        self._runs: dict[str, SyncRun] = {}
        self.on_end: Callable[[SyncRun], None] = lambda run: None
        """Called on the event loop when one has ended."""

    def start(self, connector: Connector) -> SyncRun:
        """Begin to sync, and return at once; where a sync of it runs here, that one is returned."""
        run = self._runs.get(connector.id)
        if run is None or not run.running:
            run = self._runs[connector.id] = SyncRun(connector, self._now)
            run._begin(self._syncing(), self._logs, lambda run: self.on_end(run))
        return run

    def of(self, connector_id: str) -> SyncRun | None:
        """The connector's last sync of this program, if it runs or its end was not seen."""
        run = self._runs.get(connector_id)
        return run if run is not None and (run.running or not run.seen) else None

    @property
    def to_show(self) -> list[SyncRun]:
        """Syncs that run, then those whose end was not seen; what was stopped was seen."""
        runs = [run for run in self._runs.values() if run.running or not (run.seen or run.stopped)]
        return sorted(runs, key=lambda run: not run.running)

    @property
    def any_running(self) -> bool:
        """Whether a sync runs."""
        return any(run.running for run in self._runs.values())

    async def stop_all(self) -> None:
        """Stop every sync; finished lists are kept and the next sync goes on from there."""
        await asyncio.gather(*(run.stop() for run in self._runs.values()))
