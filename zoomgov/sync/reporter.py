"""Sends the events of a sync, and keeps them few: lists of a part with many are counted, not told one by one."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from zoomgov.model.syncs import ListKey, NotRead
from zoomgov.sync.events import (
    ListAdvanced,
    ListFinished,
    ListNotRead,
    ListRestarted,
    ListStarted,
    Noted,
    PartAdvanced,
    RequestsCounted,
    SyncEvent,
    Waiting,
)
from zoomgov.words.parts import PART_TITLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zoomgov.sync.parts import Part
    from zoomgov.zoom.client import ZoomClient

TICK: Final = 0.25
"""Seconds between two `RequestsCounted`."""


class Reporter:
    """Turns what happens into events, for the listener `tell`."""

    def __init__(self, client: ZoomClient, tell: Callable[[SyncEvent], None]) -> None:
        self.tell = tell
        self._client = client
        self._parts: dict[str, tuple[int, int, int]] = {}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While the block runs, pass on the client's waits and notes, and tell of its requests."""
        client = self._client
        before = client.on_wait, client.on_note
        client.on_wait = lambda seconds, reason: self.tell(Waiting(seconds, reason))
        client.on_note = lambda text: self.tell(Noted(text))
        ticking = asyncio.create_task(self._tick(), name="sync-request-count")
        try:
            yield
        finally:
            ticking.cancel()
            client.on_wait, client.on_note = before
            self.tell(self._requests())

    async def _tick(self) -> None:
        told = None
        while True:
            await asyncio.sleep(TICK)
            if (count := self._requests()) != told:
                self.tell(told := count)

    def _requests(self) -> RequestsCounted:
        stats = self._client.stats
        return RequestsCounted(
            stats.made,
            stats.refused,
            stats.retried,
            stats.in_flight,
            round(self._client.per_second, 1),
            self._client.used(),
        )

    def note(self, text: str) -> None:
        """Send a line for the log."""
        self.tell(Noted(text))

    def started(self, part: Part, key: ListKey, title: str) -> None:
        """Tell that a list is being read; those of one resource are told as a part."""
        if not key.target:
            self.tell(ListStarted(key, title, None))

    def advanced(self, key: ListKey, read: int, expected: int | None) -> None:
        """Tell how many rows of a list of the account are staged."""
        if not key.target:
            self.tell(ListAdvanced(key, read, expected))

    def restarted(self, key: ListKey, reason: str) -> None:
        """Tell that a list is read again, and why."""
        self.tell(ListRestarted(key, reason))

    def finished(self, key: ListKey, read: int, expected: int | None) -> None:
        """Tell that a list of the account was read to its end."""
        if not key.target:
            self.tell(ListFinished(key, read, expected))

    def not_read(self, key: ListKey, not_read: NotRead) -> None:
        """Tell that a list or part is left out."""
        self.tell(ListNotRead(key, not_read))

    def planned(self, part: Part, lists: int, done: int, rows: int) -> None:
        """Begin a part with a list for each resource; `done` of them, with `rows`, an interrupted run has read."""
        self._parts[part.name] = (done, lists, rows)
        self._tell_part(part)

    def one_done(self, part: Part, rows: int) -> None:
        """Count one list of a part as done."""
        done, planned, before = self._parts[part.name]
        self._parts[part.name] = (done + 1, planned, before + rows)
        self._tell_part(part)

    def _tell_part(self, part: Part) -> None:
        done, planned, rows = self._parts[part.name]
        self.tell(PartAdvanced(part.name, PART_TITLES[part.name], done, planned, rows))
