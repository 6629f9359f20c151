"""Keys that come all at once, as from somebody who types ahead of a busy screen, at 80x24."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from textual import events
from textual.widgets import Input

from tests import textual_apps
from tests.screens.company import SIZE
from tests.screens.stage import type_at_once
from zoomgov.model.kinds import Kind
from zoomgov.screens.browse.browse import BrowseScreen
from zoomgov.screens.browse.history import HistoryScreen
from zoomgov.screens.browse.person import PersonScreen
from zoomgov.screens.browse.resource import ResourceScreen
from zoomgov.screens.synced.opened_sync import OpenedSync
from zoomgov.widgets.terminal import key_queue
from zoomgov.widgets.terminal.key_queue import FILLS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.screens.company import Company, Settled
    from zoomgov.model.access import Person
    from zoomgov.widgets.table.search_table import SearchTable


async def until(app: Any, condition: Callable[[], object]) -> None:
    await textual_apps.until(condition, app.text)


def table_of(app: Any) -> SearchTable | None:
    """The table of the page that is browsed."""
    return app.screen.search_table if isinstance(app.screen, BrowseScreen) else None


def path_in(app: Any) -> str | None:
    """What the field of the export says."""
    return next((one.value for one in app.screen.query("#path").results(Input)), None)


async def test_a_path_typed_while_the_export_opens_arrives_whole(
    company: Company, settled: Settled, tmp_path: Path
) -> None:
    app = company()
    path = str(tmp_path / "some of it" / "with a long name.json")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        type_at_once(app, "x", "tab", "tab", "ctrl+u", path)
        await until(app, lambda: path_in(app) == path)
        type_at_once(app, "ctrl+u", path, "!", "enter")
        await until(app, lambda: "There is no folder" in app.text())
        assert path_in(app) == f"{path}!"


async def test_keys_reach_the_page_they_were_meant_for(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        type_at_once(app, "x", "escape", "/", "dubois")
        await until(app, lambda: (table := table_of(app)) is not None and table.text == "dubois")


async def test_a_paste_waits_for_the_keys_before_it(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        type_at_once(app, "/", "du")
        app.post_message(events.Paste("bois"))
        await until(app, lambda: (table := table_of(app)) is not None and table.text == "dubois")


@pytest.fixture
def held_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """People are read only once this is set."""
    may_read = threading.Event()
    read = OpenedSync.person

    def person(opened_sync: OpenedSync, key: str) -> Person:
        may_read.wait(60)
        return read(opened_sync, key)

    monkeypatch.setattr(OpenedSync, "person", person)
    yield may_read
    may_read.set()


async def test_keys_after_enter_are_for_the_page_that_it_opens(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        type_at_once(app, "enter", "h")
        await until(app, lambda: isinstance(app.screen, HistoryScreen))
        await settled(pilot)
        assert [type(screen) for screen in app.screen_stack[-3:]] == [BrowseScreen, PersonScreen, HistoryScreen]


async def test_keys_wait_until_the_page_has_what_they_are_about(
    company: Company, settled: Settled, held_back: threading.Event
) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        type_at_once(app, "enter", "enter")
        await until(app, lambda: isinstance(app.screen, PersonScreen))
        held_back.set()
        await until(app, lambda: isinstance(app.screen, ResourceScreen))
        await settled(pilot)


async def test_what_is_typed_ahead_of_a_page_is_searched_there(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        type_at_once(app, "enter", "/", "finance")
        await until(app, lambda: isinstance(app.screen, PersonScreen) and app.screen.search_table is not None)
        table = app.page(PersonScreen).search_table
        assert table is not None
        await until(app, lambda: table.text == "finance")
        await settled(pilot)


async def test_escape_does_not_wait_for_a_page_that_loads(
    company: Company, settled: Settled, held_back: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_queue, "_PATIENCE", 60)
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        type_at_once(app, "enter")
        await until(app, lambda: isinstance(app.screen, PersonScreen))
        type_at_once(app, "escape")
        await until(app, lambda: isinstance(app.screen, BrowseScreen))
        assert not held_back.is_set()
        held_back.set()
        await settled(pilot)


def filling_it(app: Any) -> list[Any]:
    """The workers that fill the page on top."""
    return [worker for worker in app.workers if worker.node is app.screen and worker.group == FILLS]


async def test_what_fills_a_page_stops_before_its_widgets_go(
    company: Company, settled: Settled, held_back: threading.Event
) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        type_at_once(app, "enter")
        await until(app, lambda: isinstance(app.screen, PersonScreen) and filling_it(app))
        (filling,) = filling_it(app)
        leaving = app.pop_screen()
        assert filling.is_cancelled
        await leaving
        held_back.set()
        await settled(pilot)


async def test_whoever_leaves_stops_what_works_for_the_page_but_what_was_chosen_is_kept(
    company: Company, settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, may_write = company(), threading.Event()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        page = app.page(BrowseScreen)
        monkeypatch.setattr(page.preferences, "change", lambda how: may_write.wait(60))
        keeping = page.change_preferences(lambda kept: None)
        showing = page.show_columns(Kind.USERS, ["name", "email"])
        leaving = app.switch_screen(HistoryScreen(page.opened_sync, Kind.USERS, "u001", "Björn Ångström"))
        assert (showing.is_cancelled, keeping.is_cancelled) == (True, False)
        may_write.set()
        await leaving
        await settled(pilot)
        assert isinstance(app.screen, HistoryScreen)


async def test_keys_that_come_once_the_app_is_left_go_nowhere(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        app.exit()
        await app.on_event(events.Key("x", "x"))
        assert (len(app.screen_stack), app._key_task) == (2, None)
    assert app.screen_stack == []
    await app.on_event(events.Key("down", None))
    assert not app._queued_keys


async def test_keys_do_not_wait_for_ever(
    company: Company, settled: Settled, held_back: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_queue, "_PATIENCE", 0.05)
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        type_at_once(app, "enter", "h")
        await until(app, lambda: isinstance(app.screen, HistoryScreen))
        assert not held_back.is_set()
        held_back.set()
        await settled(pilot)
