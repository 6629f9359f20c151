"""A sync from its start to its publication."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from zoomgov.sync.background_writer import BackgroundWriter, stored_limits
from zoomgov.sync.events import Outcome, Published, PuttingTogether, SyncStarted, SyncSummary
from zoomgov.sync.reporter import Reporter
from zoomgov.sync.run import Run
from zoomgov.zoom.learnt_limits import LearntLimits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from contextlib import AbstractAsyncContextManager
    from typing import Any

    from zoomgov.store.store import Store
    from zoomgov.sync.events import SyncEvent
    from zoomgov.zoom.client import ZoomClient

T = TypeVar("T")

RESUME_WITHIN: Final = timedelta(hours=36)
"""Age from which an interrupted run is not resumed but read anew. Longer than a day: after that its limit reopens."""


async def run_sync(
    client: ZoomClient,
    store: Store,
    *,
    on_event: Callable[[SyncEvent], None],
    thorough: bool = False,
    without: frozenset[str] = frozenset(),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    clock: Callable[[], float] = time.monotonic,
    while_locked: AbstractAsyncContextManager[object] | None = None,
) -> SyncSummary:
    """Read everyone and everything the app may read, and publish it as one new sync.

    Lists that an interrupted run finished less than `RESUME_WITHIN` ago are not read again.

    Args:
        thorough: read every member list too, and report each difference from the user list.
        without: capabilities (values of `Capability`) to leave out.
        while_locked: entered once this is the only sync of the store, and left, with what ended it, before another one
            can begin.

    Raises:
        ZoomError: nothing more can be read (credentials, network, Zoom's daily limit). What was read stays staged
            for the next run; the last published sync stays as it is.
        StoreBusy: another sync of this store runs.
        asyncio.CancelledError: stopped; the same holds.
    """
    began = clock()
    report = Reporter(client, on_event)
    started = now()
    writer = BackgroundWriter(store, client.account, _zoom_time(started), _zoom_time(started - RESUME_WITHIN))
    async with _meanwhile(client.authenticate()) as authenticated, writer, while_locked or nullcontext():
        report.tell(SyncStarted(writer.resumed))
        with report.listening():
            async with _learnt_limits(client, writer, now):
                token = await authenticated
                if token.note:
                    report.note(token.note)
                run = Run(client, writer, report, token, thorough=thorough, without=without)
                await run.everything()
        report.tell(PuttingTogether())
        report.note("Everything is read; putting it together.")
        info = await writer.publish(_zoom_time(now()), run.not_read, run.disagreements)
        report.tell(Published(info.number))
        stats = client.stats
        return SyncSummary(
            number=info.number,
            outcome=Outcome.COMPLETE if info.complete else Outcome.PARTIAL,
            counts=info.counts,
            not_read=info.not_read,
            disagreements=info.disagreements,
            requests=dict(stats.by_endpoint),
            refused=stats.refused,
            retried=stats.retried,
            seconds=clock() - began,
            changes=info.changes,
            parts=info.parts,
            limits=client.used(),
        )


def load_learnt_limits(
    client: ZoomClient, store: Store, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> None:
    """Let the client start with what earlier syncs of the same account learnt; blocks for a small read."""
    client.start_with(LearntLimits.loads(stored_limits(store, client.account), now()))


@asynccontextmanager
async def _meanwhile(job: Coroutine[Any, Any, T]) -> AsyncIterator[asyncio.Task[T]]:
    """Run a job as a task while the block runs; cancelled and awaited when that ends."""
    task = asyncio.create_task(job)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _learnt_limits(
    client: ZoomClient, writer: BackgroundWriter, now: Callable[[], datetime]
) -> AsyncIterator[None]:
    """Start with what earlier syncs learnt of Zoom's limits; store what this one learns, however it ends."""
    if not client.stats.made:
        client.start_with(LearntLimits.loads(await writer.stored_limits(), now()))
    writer.limits = client.learnt.dumps
    try:
        yield
    finally:
        writer.limits = None
        await asyncio.shield(writer.store_limits(client.learnt.dumps()))


def _zoom_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
