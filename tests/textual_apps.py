"""Makes tests of Textual apps fast and independent of the clock: caches style sheets, waits for events."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Final

import pytest
from textual import app, constants, notifications, pilot
from textual.app import ScreenStackError
from textual.css.stylesheet import Stylesheet
from textual.screen import Screen
from textual.widgets import Button, Input

from zoomgov.widgets.terminal import key_queue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.css.model import RuleSet
    from textual.message_pump import MessagePump

SOON: Final = 0.06
"""Seconds; `idle` waits for timers that are due within this time, such as debounces of 0.05 s."""
_POLL_INTERVAL: Final = 0.001
"""Seconds between two looks at whether the event loop is idle."""
_LATEST: Final = 1.0
"""Seconds after which a frame is drawn although the event loop is busy: an app may never be idle."""
HANG: Final = 60.0
"""Seconds after which a wait fails: long enough for any machine."""

_THREAD_POLL_INTERVAL: Final = 0.005
"""Seconds between two looks at a condition that a thread or a process fulfils."""
_OWN: Final = "_frames_when_quiet"
_WAIT_FOR_SCREEN: Final = pilot.Pilot._wait_for_screen
_BY_THE_CLOCK: Final = vars(Screen)["_update_timer"]


async def idle(*_: float) -> None:
    """Run the event loop until it has nothing to do but wait for threads, processes or timers later than `SOON`.

    Replaces Textual's `wait_for_idle`, which takes a process for idle when it used no processor time for 20 ms: on a
    busy machine that is wrong, and on a quiet one it takes 20 ms or more each time.
    """
    loop: Any = asyncio.get_running_loop()  # asyncio offers no public way to ask for its queues
    until = loop.time() + SOON
    while True:
        await asyncio.sleep(0)
        if loop._ready:
            continue
        due = [timer.when() for timer in loop._scheduled if not timer.cancelled() and timer.when() <= until]
        if not due:
            return
        await asyncio.sleep(max(0.0, min(due) - loop.time()) + _POLL_INTERVAL)


def _is_idle(widget: MessagePump) -> bool:
    """Return whether it has processed every message and waits for the next."""
    queue: Any = widget._message_queue  # asyncio offers no public way to ask who waits for an event
    return not queue.values and bool(queue.ready_event._waiters)


async def _wait_for_widgets(driver: pilot.Pilot[Any], timeout: float = HANG) -> bool:  # noqa: ASYNC109 (its signature)
    """As `Pilot._wait_for_screen`, which sends each widget one more message: a third of all messages of a test."""
    await idle()
    with suppress(ScreenStackError):
        if all(_is_idle(widget) for widget in (driver.app, *driver.app.screen.walk_children(with_self=True))):
            return True
    return await _WAIT_FOR_SCREEN(driver, timeout)


async def until(condition: Callable[[], object], shown: Callable[[], str] = str) -> None:
    """Run the event loop until `condition` is true; fail with what is `shown` after `HANG` seconds."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + HANG
    while True:
        await idle()
        if condition():
            return
        if loop.time() > ends:
            pytest.fail(f"it never came to that; the screen says:\n{shown()}")
        await asyncio.sleep(_THREAD_POLL_INTERVAL)


class _FramesWhenQuiet:
    """Replaces a screen's timer: draws a frame when the event loop is idle, instead of 60 times a second.

    So a test draws the final state once, however busy the machine is.
    """

    def __init__(self, screen: Screen[object]) -> None:
        self._screen = screen
        self._context = copy_context()
        self._loop: Any = asyncio.get_running_loop()
        self._next: asyncio.TimerHandle | None = None
        self._latest = 0.0

    def resume(self) -> None:
        if self._next is None:
            self._latest = self._loop.time() + _LATEST
            self._check_later()

    def pause(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _check_later(self) -> None:
        self._next = self._loop.call_later(_POLL_INTERVAL, self._draw_if_idle, context=self._context)

    def _draw_if_idle(self) -> None:
        screen = self._screen
        if not screen.is_running or screen.app._exit:
            self._next = None
        elif self._loop._ready and self._loop.time() < self._latest:
            self._check_later()
        else:
            self._next = None
            try:
                screen._on_timer_update()
            except Exception as error:  # as the timer does
                screen.app._handle_exception(error)


def _frames_when_quiet(screen: Screen[object]) -> _FramesWhenQuiet:
    known: dict[str, Any] = vars(screen)
    if _OWN not in known:
        known[_OWN] = _FramesWhenQuiet(screen)
    frames: _FramesWhenQuiet = known[_OWN]
    return frames


@pytest.fixture(autouse=True, scope="session")
def apps_without_a_clock() -> Iterator[None]:
    """Replace what makes apps depend on the speed of the machine."""
    parse = Stylesheet._parse_rules
    parsed: dict[tuple[object, ...], list[RuleSet]] = {}

    def parse_once(sheet: Stylesheet, css: str, read_from: tuple[str, str], *args: Any, **kwargs: Any) -> list[RuleSet]:
        """Parse each style sheet once a process, not for every app and page: it is the same in all tests."""
        variables = frozenset(sheet._variables.items())
        key = (css, read_from, args, frozenset(kwargs.items()), variables)
        if key not in parsed:
            parsed[key] = parse(sheet, css, read_from, *args, **kwargs)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_once)
        patch.setattr(constants, "TEXTUAL_ANIMATIONS", "none")  # or a test looks while something still scrolls
        for module in (app, pilot):
            patch.setattr(module, "wait_for_idle", idle)
        patch.setattr(pilot.Pilot, "_wait_for_screen", _wait_for_widgets)
        patch.setattr(Screen, "_update_timer", property(_frames_when_quiet))
        patch.setattr(Input, "_toggle_cursor", lambda self: None)
        # A pressed button ignores keys for 0.2 s: a test's next key may come sooner.
        patch.setattr(Button, "_start_active_affect", lambda self: None)
        # Notifications stay until the next one, or until the page is left.
        patch.setattr(notifications.Notification, "time_left", property(lambda self: 3600.0))
        # A key waits for the effect of the one before without a time limit.
        patch.setattr(key_queue, "_PATIENCE", HANG)
        yield


@pytest.fixture
def frames_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw as Textual does, for tests of intermediate frames."""
    monkeypatch.setattr(Screen, "_update_timer", _BY_THE_CLOCK)
