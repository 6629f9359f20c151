"""The app frees what screens leave behind when nobody waits for an answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from zoomgov import app, process
from zoomgov.app import ZoomgovApp

if TYPE_CHECKING:
    import pytest

    from tests.screens.stage import Stage


async def test_it_is_done_in_a_quiet_moment(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "_IDLE_AFTER", 0.01)
    done = asyncio.Event()
    monkeypatch.setattr(process, "tidy", done.set)
    async with stage.run():
        await asyncio.wait_for(done.wait(), 60)


async def test_it_is_put_off_by_a_key_and_while_something_runs(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "_IDLE_AFTER", 3600)
    times: list[None] = []
    monkeypatch.setattr(process, "tidy", lambda: times.append(None))
    async with stage.run() as pilot:
        assert isinstance(pilot.app, ZoomgovApp)
        put_off: list[None] = []
        monkeypatch.setattr(pilot.app._idle_timer, "reset", lambda: put_off.append(None))
        await stage.press(pilot, "down")
        assert put_off
        going_on = asyncio.Event()
        worker = pilot.app.run_worker(going_on.wait())
        pilot.app._collect_garbage()
        assert not times
        going_on.set()
        await worker.wait()
        pilot.app._collect_garbage()
        assert times
