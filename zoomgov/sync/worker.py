"""The one thread on which a sync decodes, hashes and writes."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

BATCH_SIZE: Final = 8
"""Small jobs that go to the thread at once, if as many come within `BATCH_DELAY`. Waking the thread and being woken by
it costs as much as the work itself for most lists: one page of a few people."""
BATCH_DELAY: Final = 0.25
"""Seconds a small job may wait for its batch to fill."""


class Worker:
    """Runs jobs in the order in which they were submitted, small ones in batches."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._batch: list[tuple[Callable[[], int], asyncio.Future[int]]] = []
        self._timer: asyncio.TimerHandle | None = None

    def submit(self, job: Callable[[], T]) -> asyncio.Future[T]:
        """Run a job after all that were submitted before it."""
        self.flush()
        return asyncio.get_running_loop().run_in_executor(self._thread, job)

    def submit_small(self, job: Callable[[], int]) -> asyncio.Future[int]:
        """Run a job in a batch: when the batch is full, another sort of job comes, or after `BATCH_DELAY`."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[int] = loop.create_future()
        self._batch.append((job, future))
        if len(self._batch) == BATCH_SIZE:
            self.flush()
        elif self._timer is None:
            self._timer = loop.call_later(BATCH_DELAY, self.flush)
        return future

    def flush(self) -> None:
        """Submit the batch as it is."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._batch:
            return
        jobs, futures = zip(*self._batch, strict=True)
        self._batch.clear()
        done = asyncio.get_running_loop().run_in_executor(self._thread, lambda: [_run(job) for job in jobs])
        done.add_done_callback(lambda done: _resolve(done.result(), futures))

    def shutdown(self) -> None:
        """Take no more jobs; what was submitted is run."""
        self._thread.shutdown(wait=False)


def _run(job: Callable[[], int]) -> int | BaseException:
    try:
        return job()
    except BaseException as error:  # raised to whoever waits for this job; the others of the batch go on
        return error


def _resolve(outcomes: Sequence[int | BaseException], futures: Sequence[asyncio.Future[int]]) -> None:
    for outcome, future in zip(outcomes, futures, strict=True):
        if future.cancelled():
            continue
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
