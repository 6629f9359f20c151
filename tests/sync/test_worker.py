"""The worker thread: the order of its jobs, and batches of small ones."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from functools import partial

import pytest

from tests.sync.conftest import Bench
from tests.zoom.conftest import run_counted
from zoomgov.sync import parts
from zoomgov.sync.background_writer import BackgroundWriter
from zoomgov.sync.list_reader import ListReader
from zoomgov.sync.reporter import Reporter
from zoomgov.sync.rows import group_rows
from zoomgov.sync.worker import BATCH_DELAY, BATCH_SIZE, Worker


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    one = Worker("test")
    yield one
    one.shutdown()


async def test_jobs_run_in_the_order_in_which_they_came(worker: Worker) -> None:
    ran: list[int] = []
    jobs = [partial(ran.append, number) for number in range(3 * BATCH_SIZE)]

    def small(number: int) -> int:
        ran.append(number)
        return number

    waiting: list[asyncio.Future[None] | asyncio.Future[int]] = []
    for number, job in enumerate(jobs):
        large = number in (2, 3, 20)
        waiting.append(worker.submit(job) if large else worker.submit_small(partial(small, number)))
    await asyncio.gather(*waiting)
    assert ran == list(range(3 * BATCH_SIZE))


async def test_a_job_that_fails_takes_no_other_with_it(worker: Worker) -> None:
    def fail() -> int:
        raise OSError("disk full")

    jobs = [worker.submit_small(job) for job in (lambda: 0, fail, lambda: 2, lambda: 3)]
    jobs[0].cancel()
    await worker.submit(lambda: None)
    with pytest.raises(OSError, match="disk full"):
        await jobs[1]
    async with asyncio.timeout(10):
        assert await asyncio.gather(*jobs[2:]) == [2, 3]


def test_small_jobs_wait_for_each_other_but_not_for_long() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        worker = Worker("test")
        began = threading.Event()

        def small() -> int:
            began.set()
            return 1

        jobs = [worker.submit_small(small) for _ in range(BATCH_SIZE - 1)]
        await asyncio.sleep(BATCH_DELAY * 0.99)
        assert not began.is_set()
        jobs.append(worker.submit_small(small))
        assert await asyncio.gather(*jobs) == [1] * BATCH_SIZE
        before = loop.time()
        assert await worker.submit_small(small) == 1
        assert loop.time() - before >= BATCH_DELAY
        worker.shutdown()

    run_counted(main())


async def test_a_list_that_is_read_alone_waits_for_no_others(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoomgov.sync.worker.BATCH_DELAY", 20)
    monkeypatch.setattr("zoomgov.sync.background_writer.COMMIT_WITHIN", 20)  # a commit takes along what waits
    now = "2026-11-23T00:00:00Z"
    async with (
        bench.client() as client,
        BackgroundWriter(bench.store, "account", now, now) as writer,
        asyncio.timeout(60),
    ):
        await client.authenticate()
        outcome = await ListReader(client, writer, Reporter(client, bench.on_event)).read(parts.GROUPS, group_rows)
    assert outcome.read == len(bench.account.groups)
