"""The one thread on which a sync decodes, hashes and writes."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

TOGETHER: Final = 8
"""Small jobs that go to the thread in one go, if as many come in `WAIT_FOR_OTHERS` seconds. To wake a thread and to be
woken by it costs as much as what is to be done for most lists: one page of a few people."""
WAIT_FOR_OTHERS: Final = 0.25


class Worker:
    """Runs jobs one after the other, in the order in which they were submitted."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._small: list[tuple[Callable[[], int], asyncio.Future[int]]] = []
        self._waiting: asyncio.TimerHandle | None = None

    def submit(self, job: Callable[[], T]) -> asyncio.Future[T]:
        """Run a job, after all submitted before it."""
        self.hurry()
        return asyncio.get_running_loop().run_in_executor(self._thread, job)

    def submit_small(self, job: Callable[[], int]) -> asyncio.Future[int]:
        """Run a job with others like it: when the next job other than those comes, or soon."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[int] = loop.create_future()
        self._small.append((job, future))
        if len(self._small) == TOGETHER:
            self.hurry()
        elif self._waiting is None:
            self._waiting = loop.call_later(WAIT_FOR_OTHERS, self.hurry)
        return future

    def hurry(self) -> None:
        """Submit the small jobs that wait for others."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        if not self._small:
            return
        jobs, futures = zip(*self._small, strict=True)
        self._small.clear()
        done = asyncio.get_running_loop().run_in_executor(self._thread, lambda: [_outcome(job) for job in jobs])
        done.add_done_callback(lambda done: _tell(done.result(), futures))

    def shutdown(self) -> None:
        """Take no more jobs; what was submitted is run."""
        self._thread.shutdown(wait=False)


def _outcome(job: Callable[[], int]) -> int | BaseException:
    try:
        return job()
    except BaseException as error:  # told to whoever waits for this job; the others are no worse for it
        return error


def _tell(outcomes: Sequence[int | BaseException], futures: Sequence[asyncio.Future[int]]) -> None:
    for outcome, future in zip(outcomes, futures, strict=True):
        if future.cancelled():
            continue
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
