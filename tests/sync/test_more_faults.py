"""Faults of the computer and its clock, not of Zoom."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.sync import faults
from tests.sync.conftest import Bench, MakeBench
from tests.sync.faults import fault
from tests.sync.test_faults import complete
from zoomgov.disk.errors import StoreBusy, StoreError
from zoomgov.sim.world.options import Options
from zoomgov.store.write.writer import SyncWriter
from zoomgov.sync.events import ListAdvanced, Noted, Outcome, SyncSummary


@fault("The disk is full", "the sync ends and says so; the next one goes on from the finished lists")
async def test_a_full_disk(make_bench: MakeBench) -> None:
    resource = pytest.importorskip("resource", reason="Windows has no limit on the size of files")
    bench = make_bench(users=900, groups=20, options=Options(users_page_max=50))
    before = await bench.sync()
    bench.zoom.control.churn(90)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max(path.stat().st_size for path in bench.store.path.parent.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 4096, hard))
    try:
        with pytest.raises(StoreError) as caught:
            await bench.sync()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert "full" in str(caught.value)
    with bench.store.reader() as reader:
        latest = reader.latest()
    assert latest is not None
    assert latest.number == before.number
    await complete(bench)


@fault("The sync takes longer than the hour an access token lives", "a new token is asked for before the old one ends")
async def test_longer_than_an_hour(make_bench: MakeBench) -> None:
    bench = make_bench(users=320, options=Options(users_page_max=20))

    def listen(event: object) -> None:
        if isinstance(event, ListAdvanced) and event.key.part == "users-active":
            bench.clock.offset += 400

    bench.on_event = listen
    began = bench.clock.monotonic()
    await complete(bench)
    assert bench.clock.monotonic() - began > 3600
    assert bench.zoom.control.stats()["tokens_issued"] >= 2
    assert bench.restarted == []


@fault(
    "Somebody joins while the people are listed",
    "who is listed twice is kept once; the new one is there, or in the next sync",
)
async def test_somebody_who_joins_at_the_front_is_listed_twice(make_bench: MakeBench) -> None:
    bench = make_bench(users=320, options=Options(users_page_max=50))
    bench.zoom.control.add_fault(
        path="status=active.*next_page_token",
        action="operate",
        operation="add_user",
        arguments={"email": "new@corp.example", "position": 0},
        nth=2,
    )
    before = len(bench.account.users)
    summary = await bench.sync()
    assert (summary.outcome, summary.disagreements) == (Outcome.COMPLETE, ())
    assert summary.counts["users"] in (before, before + 1)
    await complete(bench)


@fault("A second sync of the same connector is started", "it says that one is running, and ends")
async def test_a_second_sync_at_once(bench: Bench) -> None:
    bench.zoom.control.set_latency(50)
    started = asyncio.Event()
    bench.on_event = lambda event: started.set()
    first = asyncio.create_task(bench.sync())
    await started.wait()
    with pytest.raises(StoreBusy):
        await bench.sync()
    assert (await first).outcome is Outcome.COMPLETE


def test_the_table_is_what_the_tests_hold() -> None:
    assert Path(faults.DOCUMENT).read_text(encoding="utf-8") == faults.document(), "run: python -m tests.sync.faults"


async def test_cancelled_too_late_it_is_published_and_says_so(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_bench(users=900)
    monkeypatch.setattr(SyncWriter, "interrupt", lambda writer: None)
    task: asyncio.Task[SyncSummary] | None = None

    def listen(event: object) -> None:
        if isinstance(event, Noted) and "together" in event.text and task:
            asyncio.get_running_loop().call_soon(task.cancel)

    bench.on_event = listen
    task = asyncio.create_task(bench.sync())
    summary = await task
    assert summary.counts["users"] == 900
    with bench.store.reader() as reader:
        latest = reader.latest()
    assert latest is not None
    assert latest.number == summary.number


def test_every_module_that_holds_lines_is_in_the_table() -> None:
    folder = Path(faults.__file__).parents[1]
    holding = {path.stem for path in folder.rglob("test_*.py") if "import fault" in path.read_text(encoding="utf-8")}
    assert holding == {module.rpartition(".")[2] for module in faults.MODULES}
