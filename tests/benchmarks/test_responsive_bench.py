"""The benchmark of keys during a sync waits for what a key does, not for the next line of the log."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Final

import pytest
from textual.binding import Binding, BindingType

from tests.benchmarks.frames import Frames
from tests.benchmarks.responsive_bench import press
from zoomgov.widgets.sync_log import SyncLog

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.screen import Screen

LONGER_THAN_THE_LOG: Final = 12
SCROLLS: Final = 1
"""The number of a key that scrolls: every third one narrows."""


class FollowedLog(Frames):
    """A log that is longer than its place, and the key of the sync screen that scrolls it."""

    CSS = "SyncLog { height: 6; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("up", "up")]

    def get_default_screen(self) -> Screen[object]:
        screen = super().get_default_screen()
        screen.running = True  # type: ignore[attr-defined]
        return screen

    def compose(self) -> ComposeResult:
        log = SyncLog(lambda: datetime(2026, 11, 2, tzinfo=UTC))
        log.can_focus = False
        yield log

    def action_up(self) -> None:
        self.query_one(SyncLog).scroll_up(animate=False)


@pytest.mark.parametrize("turns", range(8))
async def test_a_key_pressed_as_a_line_comes_is_not_waited_for_until_the_next_line(turns: int) -> None:
    """The line moves the log down one and Up moves it up one, so that it is where it was; no other line comes."""
    app = FollowedLog()
    async with app.run_test() as pilot:
        log = app.query_one(SyncLog)
        for number in range(LONGER_THAN_THE_LOG):
            log.add(f"line {number}")
        await pilot.pause()
        assert log.scroll_y == log.max_scroll_y > 0

        async def line() -> None:
            for _ in range(turns):  # of the event loop
                await asyncio.sleep(0)
            log.add("the line that comes as the key is pressed")

        coming = asyncio.create_task(line())
        key, _ = await press(app, log, SCROLLS)
        await coming
        assert key == "up"
