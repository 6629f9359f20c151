"""Held frames: a letter is drawn with what it finds, and frames are always released."""

from __future__ import annotations

import threading
from array import array
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from tests.textual_apps import HANG, until
from tests.widgets.conftest import People
from zoomgov.widgets.table import held_frames
from zoomgov.widgets.table.held_frames import HeldFrames
from zoomgov.widgets.table.search_table import SearchTable
from zoomgov.widgets.table.table_source import TableQuery


class Slow:
    """A source that finds the first rows when `go` is set."""

    def __init__(self, source: Any) -> None:
        self.go = threading.Event()
        self._source = source

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def interrupt(self) -> None:
        """Do nothing: `first` waits for `go` only."""

    def first(self, query: TableQuery) -> tuple[array[int], bool]:
        assert not query.text or self.go.wait(HANG)
        return self._source.order(query), True


class SearchApp(App[None]):
    """Records for each frame the text typed, and the text whose rows are shown."""

    def __init__(self, source: Any) -> None:
        super().__init__()
        self.source = source
        self.frames: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield SearchTable(self.source, TableQuery(sort="name"), noun="users")

    def _display(self, screen: Any, renderable: Any) -> None:
        super()._display(screen, renderable)
        if renderable is not None and not self._batch_count and (found := self.query(SearchTable)):
            self.frames.append((found.first().search.value, found.first().table.displayed_query.text))


@pytest.fixture(autouse=True)
def drawn_by_the_clock(frames_by_the_clock: None) -> None:
    """Draw frames at Textual's times: they are tested here."""


async def ready(app: SearchApp, pilot: Any) -> None:
    await app.workers.wait_for_complete()
    app.query_one(SearchTable).search.focus()
    await pilot.pause()
    app.frames.clear()


async def letter_drawn(app: SearchApp) -> tuple[str, str]:
    """Return the first frame that shows a letter; earlier ones, as of the focus, show none."""
    await until(lambda: any(typed for typed, _ in app.frames), lambda: str(app.frames))
    return next(frame for frame in app.frames if frame[0])


async def test_a_letter_is_drawn_with_what_it_finds(people: type[People], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_frames, "LONGEST", HANG)  # rows may take long on a laden machine
    source = Slow(people(1400))
    source.go.set()
    app = SearchApp(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(app, pilot)
        await pilot.press("a")
        assert await letter_drawn(app) == ("a", "a")


async def test_a_letter_does_not_wait_long_for_what_it_finds(people: type[People]) -> None:
    source = Slow(people(1400))
    app = SearchApp(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(app, pilot)
        await pilot.press("a")
        assert await letter_drawn(app) == ("a", "")  # while the source still waits for `go`
        source.go.set()


async def test_frames_go_on_when_the_table_is_gone_meanwhile(people: type[People]) -> None:
    source = Slow(people(1400))
    app = SearchApp(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(app, pilot)
        table = app.query_one(SearchTable)
        table.type("a")
        assert app._batch_count == 1
        await table.remove()
        source.go.set()
        await until(lambda: not app._batch_count)


class LeftApp(App[None]):
    """Releases frames when its screens are gone, as a timer may."""

    released = False

    def compose(self) -> ComposeResult:
        self.frames = HeldFrames(Static())
        yield self.frames._widget

    def on_unmount(self) -> None:
        self.frames.hold()
        self.released = self.frames.release()


async def test_frames_are_let_go_though_the_app_is_left() -> None:
    app = LeftApp()
    async with app.run_test() as pilot:
        await pilot.pause()
    assert app.released
