"""Writing files from the screen, by keys alone at 80x24."""

from __future__ import annotations

import csv
import json
import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from zoomgov.export import ExportCancelled
from zoomgov.screens.browse import BrowseScreen
from zoomgov.screens.export import ExportScreen

SIZE = (80, 24)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


async def press(pilot: Any, settled: Any, *keys: str) -> None:
    await pilot.press(*keys)
    await settled(pilot)


async def test_the_whole_sync_is_written_where_it_says(company: Any, settled: Any, here: Path) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "x")
        assert isinstance(app.screen, ExportScreen)
        assert "(•) The whole sync" in app.text()
        await press(pilot, settled, "tab", "down", "down", "enter")
        path = here / "zoomgov-acme-zoom-sync-1.json"
        assert "✓" in app.text()
        assert "60 users" in app.text()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(json.loads(path.read_bytes())["users"]) == 60
        await press(pilot, settled, "enter")
        assert "is there already. Press Enter once more" in app.text()
        await press(pilot, settled, "enter")
        assert "✓" in app.text()
        await press(pilot, settled, "escape")
        assert isinstance(app.screen, BrowseScreen)


async def test_what_the_table_shows_is_written_with_its_search(company: Any, settled: Any, here: Path) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "slash", *"status", "colon", *"pending", "enter", "x")
        assert "(•) What the table shows: 9 users, found by status:pending" in app.text()
        await press(pilot, settled, "tab", "down", "enter")
        with (here / "zoomgov-acme-zoom-sync-1-users.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == 9
        assert {row["status"] for row in rows} == {"pending"}


async def test_changes_can_be_written_when_there_are_two_syncs(two_syncs: Any, settled: Any, here: Path) -> None:
    app = two_syncs()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "x", "down", "down", "tab", "down", "enter")
        assert "✓" in app.text()
        assert "changes" in (here / "zoomgov-acme-zoom-sync-2-changes-since-1.csv").name
        assert "Newcomer" in (here / "zoomgov-acme-zoom-sync-2-changes-since-1.csv").read_text()


async def test_what_cannot_be_written_is_explained(company: Any, settled: Any, here: Path) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "x", "tab", "tab", "ctrl+u", *"no", "slash", *"where", "enter")
        assert "✗ There is no folder" in app.text()
        await press(pilot, settled, "ctrl+u", "enter")
        assert "Name a file." in app.text()
        await press(pilot, settled, "shift+tab", "shift+tab", "down", "tab", "end")
        assert os.listdir(here) == []


async def test_esc_stops_writing_and_leaves_nothing(
    company: Any, settled: Any, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def slow(*args: Any, cancelled: Any, **kwargs: Any) -> None:
        begun.set()
        while not cancelled():
            threading.Event().wait(0.01)
        raise ExportCancelled("stopped")

    monkeypatch.setattr("zoomgov.export.write_export", slow)
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("x", "enter")
        while not begun.is_set():
            await pilot.pause()
        assert "Writing …" in app.text()
        await press(pilot, settled, "escape")
        assert "Stopped. Nothing was written." in app.text()
        assert os.listdir(here) == []
