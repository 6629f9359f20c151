"""From a key to the frame that shows its effect, measured in the running app; and the longest stop of its loop.

`Pilot.press` waits 60-85 ms a key whatever happens. Here a key is posted to the app, and the clock stops within the
app's own display call, at the first frame that shows what is waited for.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from textual import events
from textual.app import App

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from textual.screen import Screen

_TICK = 0.001
_LOOK = 0.01
_TASKS = Path("/proc/self/task")


def _waited() -> float:
    """Milliseconds for which threads of this process were ready to run and other programs were not done yet.

    Linux tells; elsewhere 0.
    """
    waited = 0
    for task in _TASKS.glob("*/schedstat"):
        with suppress(OSError):  # the thread has just ended
            waited += int(task.read_bytes().split()[1])
    return waited / 1e6


class Took(NamedTuple):
    """Milliseconds from a cause to the frame that shows it."""

    clock: float
    processor: float
    """All threads of this process."""
    own: float
    """Of the clock, without the time for which other programs had the processor."""


class Began(NamedTuple):
    """A moment, on all three clocks."""

    clock: float
    processor: float
    waited: float

    @classmethod
    def now(cls) -> Began:
        return cls(time.perf_counter(), time.process_time(), _waited())

    def until_now(self) -> Took:
        clock, processor = (time.perf_counter() - self.clock) * 1000, (time.process_time() - self.processor) * 1000
        own = clock - (_waited() - self.waited)
        return Took(clock, processor, min(max(own, processor), clock))  # two threads may have waited at once


class Frames(App[Any]):
    """An app that tells when a frame reaches the display. Mix it in before the app that is measured."""

    _awaited: Callable[[], bool] | None = None
    _outcome: asyncio.Future[Took] | None = None
    _asked_at: Began | None = None

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        super()._display(screen, renderable)
        if renderable is None or self._outcome is None or self._awaited is None or self._outcome.done():
            return
        if self._asked_at is not None and self._awaited():
            self._outcome.set_result(self._asked_at.until_now())

    async def until(self, do: Callable[[], object], ready: Callable[[], bool], seconds: float = 30) -> Took:
        """Do something; return how long it took until the first frame at which `ready` holds."""
        self._outcome = asyncio.get_running_loop().create_future()
        self._awaited = ready
        self._asked_at = Began.now()
        do()
        async with asyncio.timeout(seconds):
            return await self._outcome

    async def key(self, name: str, ready: Callable[[], bool] = lambda: True) -> Took:
        """Press a key; return how long it took until the first frame at which `ready` holds."""
        character = name if len(name) == 1 else " " if name == "space" else None
        return await self.until(lambda: self.post_message(events.Key(name, character)), ready)


class Gaps:
    """How long the event loop stood still at the longest, in milliseconds, but for what other programs took.

    That counts for any thread, as one that holds the interpreter's lock and waits for a processor keeps the loop from
    running, too. But a stop is never less than the processor time used in it.
    """

    longest = 0.0

    def __init__(self) -> None:
        self._last = self._looked = Began.now()

    def tick(self) -> None:
        now = time.perf_counter()
        gap = (now - self._last.clock - _TICK) * 1000
        if gap > self.longest:
            processor = (time.process_time() - self._last.processor) * 1000
            self.longest = max(self.longest, min(max(gap - (_waited() - self._looked.waited), processor), gap))
        if now - self._looked.clock > _LOOK:  # at each tick it would itself keep the loop busy
            self._looked = Began.now()
        self._last = Began(time.perf_counter(), time.process_time(), 0.0)


@asynccontextmanager
async def gaps() -> AsyncIterator[Gaps]:
    """Watch the loop while the block runs: whatever blocks it delays a tick that is due every millisecond."""
    found = Gaps()

    async def watch() -> None:
        while True:
            await asyncio.sleep(_TICK)
            found.tick()

    watcher = asyncio.create_task(watch())
    await asyncio.sleep(0)
    try:
        yield found
    finally:
        await asyncio.sleep(2 * _TICK)
        watcher.cancel()
