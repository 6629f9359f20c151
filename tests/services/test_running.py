"""Syncs that run without a page: their end, their log, and stopping them at any moment."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.services.conftest import NOW
from zoomgov.services.running import RunningSyncs, SyncRun
from zoomgov.services.sync_logs import KEPT_LINES, SyncLogs
from zoomgov.sync.events import Noted, Outcome, SyncSummary

if TYPE_CHECKING:
    from collections.abc import Callable

    from zoomgov.connectors.model import Connector
    from zoomgov.services.syncing import Syncing
    from zoomgov.sync.events import SyncEvent

SUMMARY = SyncSummary(1, Outcome.COMPLETE, {}, (), (), {}, 0, 0, 1.0)


class FakeSyncing:
    """Logs `lines`, waits for its gate, and ends as `outcome`."""

    def __init__(self) -> None:
        self.lines = ["one"]
        self.outcome: SyncSummary | Exception = SUMMARY
        self.gate = asyncio.Event()
        self.begun = 0
        self.cleaned_up = 0

    async def sync(self, connector: Connector, on_event: Callable[[SyncEvent], None]) -> SyncSummary:
        self.begun += 1
        for line in self.lines:
            on_event(Noted(line))
        try:
            await self.gate.wait()
        finally:
            self.cleaned_up += 1
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@pytest.fixture
def syncing() -> FakeSyncing:
    return FakeSyncing()


@pytest.fixture
def running(syncing: FakeSyncing, logs: SyncLogs) -> RunningSyncs:
    return RunningSyncs(lambda: cast("Syncing", syncing), logs, now=lambda: NOW)


async def test_a_sync_ends_without_anybody_waiting_and_its_log_is_kept(
    running: RunningSyncs, syncing: FakeSyncing, logs: SyncLogs, connector: Connector
) -> None:
    ended: list[SyncRun] = []
    running.on_end = ended.append
    run = running.start(connector)
    assert run.running
    assert running.start(connector) is run
    assert running.any_running
    syncing.gate.set()
    await run.wait()
    assert (run.summary, run.error, run.stopped) == (SUMMARY, None, False)
    assert ended == [run]
    assert (running.of(connector.id), running.to_show) == (run, [run])
    run.seen = True
    assert (running.of(connector.id), running.to_show) == (None, [])
    (kept,) = logs.kept(connector)
    assert kept.begun_at == NOW.replace(microsecond=0)
    assert logs.read(kept).endswith(" one\n")
    assert running.start(connector) is not run
    await running.stop_all()


async def test_a_failure_is_kept_until_it_is_seen(
    running: RunningSyncs, syncing: FakeSyncing, connector: Connector
) -> None:
    syncing.outcome = ValueError("no")
    syncing.gate.set()
    run = running.start(connector)
    await run.wait()
    assert run.error is syncing.outcome
    assert running.to_show == [run]


@pytest.mark.parametrize("turns", range(4))
async def test_it_is_stopped_cleanly_at_any_moment(
    running: RunningSyncs, syncing: FakeSyncing, connector: Connector, turns: int
) -> None:
    run = running.start(connector)
    for _ in range(turns):
        await asyncio.sleep(0)
    await running.stop_all()
    assert (run.running, run.stopped, run.summary) == (False, True, None)
    assert syncing.cleaned_up == syncing.begun
    assert running.to_show == [], "who stops it has seen it"
    await run.stop()


async def test_who_waits_and_goes_away_does_not_stop_it(
    running: RunningSyncs, syncing: FakeSyncing, connector: Connector
) -> None:
    run = running.start(connector)
    waiting = asyncio.ensure_future(run.wait())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert run.running
    syncing.gate.set()
    await run.wait()
    assert run.summary is SUMMARY


async def test_a_log_that_cannot_be_kept_changes_nothing(
    running: RunningSyncs, syncing: FakeSyncing, logs: SyncLogs, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(logs, "keep", full)
    syncing.gate.set()
    run = running.start(connector)
    await run.wait()
    assert (run.summary, run.error) == (SUMMARY, None)


async def test_lines_from_a_place_are_those_in_memory(
    running: RunningSyncs, syncing: FakeSyncing, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoomgov.services.running.MOST_LINES", 3)
    syncing.lines = [str(number) for number in range(5)]
    syncing.gate.set()
    run = running.start(connector)
    await run.wait()
    assert (run.logged, run.dropped) == (5, 2)
    assert [[line.text for line in run.lines_from(number)] for number in (0, 3, 5)] == [["2", "3", "4"], ["3", "4"], []]


def test_logs_are_bounded_private_and_removed_with_their_connector(
    logs: SyncLogs, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from zoomgov.services.sync_logs import TimedLine

    monkeypatch.setattr("zoomgov.services.sync_logs.KEPT_LOGS", 2)
    lines = [TimedLine(NOW, f"line {number}", False) for number in range(KEPT_LINES + 5)]
    for hours in range(3):
        logs.keep(connector, NOW + timedelta(hours=hours), lines, dropped=10)
    kept = logs.kept(connector)
    assert [log.begun_at.hour - NOW.hour for log in kept] == [2, 1]
    text = logs.read(kept[0])
    assert "# 15 earlier lines missing" in text
    assert "line 4\n" not in text
    assert f"line {KEPT_LINES + 4}\n" in text
    (kept[0].path.parent / "notes.txt").write_text("mine")
    assert logs.kept(connector) == kept
    logs.remove(connector)
    logs.remove(connector)
    assert logs.kept(connector) == []
