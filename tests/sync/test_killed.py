"""A sync killed without warning, again and again, at points drawn from a seed: nothing published is touched, nothing
finished is lost, and the lock of the dead does not block the living."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import sys
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from tests.sync.conftest import Bench, MakeBench
from tests.sync.faults import fault
from zoomgov.model.kinds import GrantKind
from zoomgov.model.syncs import ListKey
from zoomgov.sim.world.options import Options
from zoomgov.store.store import Store, is_busy
from zoomgov.sync import background_writer
from zoomgov.sync.background_writer import BackgroundWriter
from zoomgov.sync.events import Outcome
from zoomgov.sync.outcome import ListOutcome
from zoomgov.sync.parts import GROUP_ADMINS
from zoomgov.sync.rows import blob_rows, principal_rows
from zoomgov.zoom.endpoints import Label
from zoomgov.zoom.learnt_limits import LearntLimits
from zoomgov.zoom.limits import DailyBudget

PROGRAM = """
import asyncio, json, sys
from pathlib import Path
from zoomgov.secret import Credentials, Secret
from zoomgov.store.store import Store
from zoomgov.sync.engine import run_sync
from zoomgov.zoom.client import ZoomClient
from zoomgov.zoom.clouds import parse_cloud

async def main():
    told = json.loads(sys.stdin.readline())
    credentials = Credentials(told["account_id"], told["client_id"], Secret(told["client_secret"]))
    async with ZoomClient(parse_cloud(told["url"]), credentials) as client:
        await run_sync(client, Store(Path(told["store"])), on_event=lambda event: print(event, flush=True))

asyncio.run(main())
"""


async def sync_until(bench: Bench, events: int) -> None:
    """Run a sync in a process of its own and kill it after so many events."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    account_id, client_id, client_secret = bench.zoom.credentials
    told = {
        "account_id": account_id,
        "client_id": client_id,
        "client_secret": client_secret,
        "url": bench.zoom.url,
        "store": str(bench.store.path),
    }
    process.stdin.write(json.dumps(told).encode() + b"\n")
    await process.stdin.drain()
    for _ in range(events):
        assert await process.stdout.readline(), "the sync ended before it could be killed"
    process.kill()
    await process.stdout.read()
    await process.wait()
    process.stdin.close()


@fault("kill -9 at any moment", "the last sync stays readable; the next one goes on from the finished lists")
async def test_killed_at_any_moment(make_bench: MakeBench) -> None:
    chance = random.Random(20261123)
    bench = make_bench(users=320, groups=4, options=Options(users_page_max=50))
    first = await bench.sync()
    bench.zoom.control.churn(20)
    for _ in range(4):
        await sync_until(bench, chance.randint(2, 18))
        assert not is_busy(bench.store.path)
        with bench.store.reader() as reader:
            latest = reader.latest()
        assert latest is not None
        assert (latest.number, latest.counts) == (first.number, first.counts)
        connection = sqlite3.connect(bench.store.path)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
    summary = await bench.sync()
    assert summary.outcome is Outcome.COMPLETE
    assert {name: summary.counts.get(name, 0) for name in bench.truth()} == bench.truth()
    beside = {path.name.removeprefix(bench.store.path.name) for path in bench.store.path.parent.iterdir()}
    assert {name for name in beside if not name.startswith("profile")} <= {"", "-wal", "-shm", ".lock"}


@fault("kill -9 after many requests", "what they used of Zoom's limit of the day is known to the next run")
async def test_the_budget_is_on_disk_with_what_is_staged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_writer, "COMMIT_WITHIN", 3600)
    store = Store.open(tmp_path / "store.sqlite3")
    now = "2026-11-23T00:00:00Z"
    async with BackgroundWriter(store, "account", now, now) as one:
        learnt = LearntLimits(budget=DailyBudget(date(2026, 11, 23), {Label.HEAVY: 3}))
        one.limits = learnt.dumps
        await one.stage_rows(ListKey("plan-usage"), blob_rows("plan-usage", {}))
        one._commit()  # as its timer does
        await one.stored_limits()  # comes after the commit
        assert background_writer.stored_limits(store, "account") == learnt.dumps()


async def test_what_is_staged_is_committed_by_a_timer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_writer, "COMMIT_WITHIN", 0)
    store = Store.open(tmp_path / "store.sqlite3")
    now = "2026-11-23T00:00:00Z"
    committed = asyncio.Event()

    def learnt() -> str:
        committed.set()
        return "learnt"

    async with BackgroundWriter(store, "account", now, now) as one, asyncio.timeout(10):
        one.limits = learnt
        for _ in range(2):  # the timer is set again after a commit
            await one.stage_rows(ListKey("plan-usage"), blob_rows("plan-usage", {}))
            await committed.wait()
            committed.clear()
        assert await one.stored_limits() == "learnt"


async def test_a_list_is_on_disk_as_finished_with_its_last_page_unless_something_is_missing(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store.sqlite3")
    now = "2026-11-23T00:00:00Z"
    whole, lacking = ListKey("group-admins", "g1"), ListKey("group-admins", "g2")
    body = b'{"admins": [{"email": "ann@example.org"}, {"email": "bob@example.org"}]}'
    async with BackgroundWriter(store, "account", now, now) as one:
        for key, outcome in ((whole, ListOutcome(2, 2)), (lacking, None)):
            decode = partial(principal_rows, GrantKind.GROUP_ADMIN, key.target)
            rows = await one.stage(key, GROUP_ADMINS.endpoint, body, decode, set(), partial(lambda told: told, outcome))
            assert rows == 2
        assert one.finished == {whole: 2}
    async with BackgroundWriter(store, "account", now, now) as after:
        assert after.finished == {whole: 2}
