"""The log scrolls with new lines, until a key scrolls it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

import pytest
from textual import events
from textual.app import App
from textual.binding import Binding, BindingType

from zoomgov.widgets.sync_log import SyncLog

if TYPE_CHECKING:
    from textual.app import ComposeResult


class LogApp(App[None]):
    """A log of 6 lines, and the key of the sync screen that scrolls it."""

    CSS = "SyncLog { height: 6; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("up", "up")]

    def compose(self) -> ComposeResult:
        log = SyncLog(lambda: datetime(2026, 11, 2, tzinfo=UTC))
        log.can_focus = False
        yield log

    def action_up(self) -> None:
        self.query_one(SyncLog).scroll_up(animate=False)


def filled(app: LogApp) -> SyncLog:
    log = app.query_one(SyncLog)
    for number in range(12):
        log.add(f"line {number}")
    return log


async def test_it_follows_its_end_with_each_line() -> None:
    app = LogApp()
    async with app.run_test():
        log = filled(app)
        assert log.scroll_y == log.max_scroll_y == 6


async def test_it_stays_where_it_was_scrolled_to() -> None:
    app = LogApp()
    async with app.run_test() as pilot:
        log = filled(app)
        await pilot.press("up", "up")
        log.add("one more")
        await pilot.pause()
        assert (log.scroll_y, log.max_scroll_y) == (4, 7)


async def test_lines_that_come_before_it_has_a_size_are_followed() -> None:
    class Early(LogApp):
        def on_mount(self) -> None:
            filled(self)

    app = Early()
    async with app.run_test() as pilot:
        await pilot.pause()
        log = app.query_one(SyncLog)
        assert log.scroll_y == log.max_scroll_y == 6


@pytest.mark.parametrize("turns", range(12))
async def test_a_key_is_not_lost_as_a_line_comes(turns: int) -> None:
    """A line that is added before, while or after the key is handled."""
    app = LogApp()
    async with app.run_test() as pilot:
        log = filled(app)
        await pilot.pause()
        app.post_message(events.Key("up", None))
        for _ in range(turns):  # of the event loop
            await asyncio.sleep(0)
        log.add("the line that comes as the key is pressed")
        await pilot.pause()
        assert log.scroll_y < log.max_scroll_y
