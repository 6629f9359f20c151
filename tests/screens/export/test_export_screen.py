"""Writing files from the screen, by keys alone at 80x24."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.screens.company import Company, Settled, TwoSyncs

import csv
import hashlib
import json
import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.screens.company import SIZE, press
from zoomgov.export import ExportCancelled, Progress
from zoomgov.screens.browse.browse import BrowseScreen
from zoomgov.screens.export.export import ExportScreen
from zoomgov.widgets.tick_list import TickList


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


async def test_the_whole_sync_is_written_where_it_says(company: Company, settled: Settled, here: Path) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "x")
        assert isinstance(app.screen, ExportScreen)
        assert "(•) All of sync 1" in app.text()
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


@pytest.mark.parametrize(
    ("downs", "typed", "says"),
    [
        (0, "out.csv", "✗ out.csv would be taken for CSV. Choose that format above, or call it out.xlsx."),
        (2, "Out.XLSX", "✗ Out.XLSX would be taken for XLSX. Choose that format above, or call it Out.json."),
        (0, "kept", "kept is a folder. Name a file in it."),
    ],
)
async def test_a_name_that_promises_something_else_is_refused(
    company: Company, settled: Settled, here: Path, downs: int, typed: str, says: str
) -> None:
    (here / "kept").mkdir()
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "x", "tab", *["down"] * downs, "tab", "ctrl+u", *typed, "enter")
        assert says in " ".join(app.text().split())
    assert os.listdir(here) == ["kept"]


async def test_several_tables_go_into_a_folder(company: Company, settled: Settled, here: Path) -> None:
    (here / "kept").mkdir()
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "x", "tab", "down", "tab", "ctrl+u", *"kept", "enter")
        assert "✓" in app.text()
    assert (here / "kept" / "users.csv").exists()


async def test_what_the_table_shows_is_written_with_its_search(company: Company, settled: Settled, here: Path) -> None:
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


async def test_marked_rows_are_written_alone_whatever_is_searched(
    company: Company, settled: Settled, here: Path
) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "x")
        assert "What is marked" not in app.text()
        await press(pilot, settled, "escape", "space", "down", "space", "s")  # the first and the third; turned round
        await press(pilot, settled, "slash", *"status", "colon", *"pending", "enter", "x")
        assert "( ) What the table shows: 9 users, found by status:pending" in app.text()
        assert "(•) What is marked: 2 of the users" in app.text()
        await press(pilot, settled, "tab", "down", "down", "enter")
        made = json.loads((here / "zoomgov-acme-zoom-sync-1-users-marked.json").read_bytes())
        assert [user["name"] for user in made["users"]] == ["Ana García 2", "Ana García"]
        assert (made["about"]["rows_chosen_by_hand"], made["about"].get("filter")) == (2, None)


async def test_those_marked_in_a_group_are_written_with_how_they_have_it(
    company: Company, settled: Settled, here: Path
) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "2", "enter", "space", "x")
        assert "(•) What is marked: 1 of the users in " in app.text()
        await press(pilot, settled, "tab", "down", "enter")
        (name,) = os.listdir(here)
        assert name.endswith("-marked.csv")
        with (here / name).open(newline="") as file:
            (row,) = csv.DictReader(file)
        assert row["how"]


async def test_changes_can_be_written_when_there_are_two_syncs(
    two_syncs: TwoSyncs, settled: Settled, here: Path
) -> None:
    app = two_syncs()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "x", "down", "down", "tab", "down", "enter")
        assert "✓" in app.text()
        assert "changes" in (here / "zoomgov-acme-zoom-sync-2-changes-since-1.csv").name
        assert "Newcomer" in (here / "zoomgov-acme-zoom-sync-2-changes-since-1.csv").read_text()


async def test_the_order_of_the_table_is_kept(company: Company, settled: Settled, here: Path) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "s", "x")  # by name, the other way round
        assert "( ) What the table shows: 60 users" in app.text()
        await press(pilot, settled, "down", "tab", "down", "down", "enter")
        made = json.loads((here / "zoomgov-acme-zoom-sync-1-users.json").read_bytes())
        names = [user["name"] for user in made["users"]]
        assert (len(names), names[0], names[-1]) == (60, "김은지 5", "Ana García")


async def test_who_is_in_a_group_can_be_written_from_its_page(company: Company, settled: Settled, here: Path) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "2", "enter", "x")
        assert isinstance(app.screen, ExportScreen)
        assert "(•) What the table shows: " in app.text()
        await press(pilot, settled, "tab", "down", "enter")
        (name,) = os.listdir(here)
        assert "-users-in-" in name
        path = here / name
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert rows
        assert all(row["how"] for row in rows)


async def test_what_is_compared_can_be_written_from_there(two_syncs: TwoSyncs, settled: Settled, here: Path) -> None:
    app = two_syncs()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "c", "x")
        assert "(•) Everything that changed from sync 1 to 2" in app.text()
        await press(pilot, settled, "tab", "down", "down", "enter")
        made = json.loads((here / "zoomgov-acme-zoom-sync-2-changes-since-1.json").read_bytes())
        assert (made["about"]["compared_with_sync"], made["about"]["sync"]) == (1, 2)
        await press(pilot, settled, "escape")
        assert "Changes" in app.text()


async def test_a_check_sum_lies_beside_it_when_ticked(company: Company, settled: Settled, here: Path) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "x", "tab", "down", "down", "tab", "tab", "space", "enter")
        assert "Check sum: zoomgov-acme-zoom-sync-1.json.sha256" in app.text()
        path = here / "zoomgov-acme-zoom-sync-1.json"
        told = path.with_name(f"{path.name}.sha256").read_text().split()[0]
        assert told == hashlib.sha256(path.read_bytes()).hexdigest()


async def test_a_format_that_lacks_its_library_is_not_the_one_that_is_offered(
    company: Company, settled: Settled, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoomgov.export.write.find_spec", lambda name: None)
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "x")
        assert "(•) CSV" in app.text()
        assert "needs a library" not in app.text()
        await press(pilot, settled, "enter")
        assert (here / "zoomgov-acme-zoom-sync-1.zip").exists()


async def test_what_does_not_fit_together_is_said_at_once(
    company: Company, settled: Settled, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoomgov.export.write.find_spec", lambda name: None if name == "pyarrow" else object())
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "x", "down", "tab", *["down"] * 4)
        assert "parquet needs a library that is not installed. Leave, and run:" in app.text()
        assert "pip install pyarrow" in " ".join(app.text().split())
        await press(pilot, settled, "enter")
        assert "✗ Writing parquet needs pyarrow" in app.text()
        await press(pilot, settled, "down")
        assert "A c1z holds whole syncs" in app.text()
        await press(pilot, settled, "enter")
        assert "✗ A c1z holds whole syncs" in app.text()
        assert os.listdir(here) == []


async def test_a_path_that_is_none_is_no_crash(company: Company, settled: Settled, here: Path) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "x", "tab", "tab", "ctrl+u", *"~no-such-user", "slash", "x", "enter")
        assert "Name another file." in " ".join(app.text().split())
        (here / "full").mkdir()
        (here / "full" / "mine").write_text("mine")
        await press(pilot, settled, "ctrl+u", *"full", "enter")
        assert "full is a folder. Name a file in it." in " ".join(app.text().split())
        assert (here / "full" / "mine").read_text() == "mine"


async def test_what_cannot_be_written_is_explained(company: Company, settled: Settled, here: Path) -> None:
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
    company: Company, settled: Settled, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def slow(*args: Any, cancelled: Any, on_progress: Any, **kwargs: Any) -> None:
        assert not begun.is_set()
        on_progress(Progress("users", 30_000, 60_000))
        begun.set()
        while not cancelled():
            threading.Event().wait(0.01)
        raise ExportCancelled("stopped")

    monkeypatch.setattr("zoomgov.export.write_export", slow)
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("x", "tab", "tab", "tab", "tab", "enter")
        while not begun.is_set():
            await pilot.pause()
        assert "Writing" in app.text()
        await pilot.press("shift+tab")  # the screen answers meanwhile
        assert isinstance(app.focused, TickList)
        await pilot.press("enter")  # and writes only once
        await press(pilot, settled, "escape")
        assert "Stopped. Nothing was written." in app.text()
        assert os.listdir(here) == []
