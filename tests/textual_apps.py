"""What tests of Textual apps share: nothing is done twice, and they wait for events instead of the clock."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Final

import pytest
from textual import app, notifications, pilot
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
"""Seconds; a timer that is due within it is waited for as well: pages follow the cursor after 0.05."""
_LOOKS_EVERY: Final = 0.001
_LATEST: Final = 1.0
"""Seconds after which a frame is drawn although there is more to do: an app may always be busy."""
HANG: Final = 60.0
"""Seconds; only a hang takes as long."""

_THREADS: Final = 0.005
"""Seconds after which it is looked again whether a thread or a process has got there."""
_OWN: Final = "_frames_when_quiet"
_WAIT_FOR_SCREEN: Final = pilot.Pilot._wait_for_screen
_BY_THE_CLOCK: Final = vars(Screen)["_update_timer"]


async def idle(*_: float) -> None:
    """Let the event loop do all that it can do without waiting for a thread, a process or a timer far away.

    Stands in for Textual's `wait_for_idle`, which takes a process that uses no processor time for 20 ms for one that
    has nothing to do: on a laden machine that is wrong, and on a quiet one it costs 20 ms or more each time.
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
        await asyncio.sleep(max(0.0, min(due) - loop.time()) + _LOOKS_EVERY)


def _waits(widget: MessagePump) -> bool:
    """Whether it has dealt with every message and waits for the next."""
    queue: Any = widget._message_queue
    waiting = queue.ready_event._waiters  # asyncio offers no public way to ask who waits for an event
    return not queue.values and bool(waiting)


async def _all_have_caught_up(driver: pilot.Pilot[Any], timeout: float = HANG) -> bool:  # noqa: ASYNC109 (its signature)
    """Do as `Pilot._wait_for_screen`, which sends each widget one message more: a third of all there were in a test."""
    await idle()
    with suppress(ScreenStackError):
        if all(_waits(widget) for widget in (driver.app, *driver.app.screen.walk_children(with_self=True))):
            return True
    return await _WAIT_FOR_SCREEN(driver, timeout)


async def until(condition: Callable[[], object], shown: Callable[[], str] = str) -> None:
    """Let apps work until `condition` holds; fails with what is `shown` when that never comes."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + HANG
    while True:
        await idle()
        if condition():
            return
        if loop.time() > ends:
            pytest.fail(f"it never came to that; the screen says:\n{shown()}")
        await asyncio.sleep(_THREADS)


class _FramesWhenQuiet:
    """In place of a screen's timer: draws a frame when nothing else is left to do, not 60 times a second.

    So a test draws what a person sees in the end, once, however busy the machine is.
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
            self._look_later()

    def pause(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _look_later(self) -> None:
        self._next = self._loop.call_later(_LOOKS_EVERY, self._look, context=self._context)

    def _look(self) -> None:
        screen = self._screen
        if not screen.is_running or screen.app._exit:
            self._next = None
        elif self._loop._ready and self._loop.time() < self._latest:
            self._look_later()
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
    """Nothing that apps do in tests depends on how fast the machine is."""
    parse = Stylesheet._parse_rules
    parsed: dict[tuple[object, ...], list[RuleSet]] = {}

    def parse_once(sheet: Stylesheet, css: str, read_from: tuple[str, str], *args: Any, **kwargs: Any) -> list[RuleSet]:
        """Style sheets are the same in every test: each is parsed once a process, not anew for every app and screen."""
        variables = frozenset(sheet._variables.items())
        key = (css, read_from, args, frozenset(kwargs.items()), variables)
        if key not in parsed:
            parsed[key] = parse(sheet, css, read_from, *args, **kwargs)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_once)
        for module in (app, pilot):
            patch.setattr(module, "wait_for_idle", idle)
        patch.setattr(pilot.Pilot, "_wait_for_screen", _all_have_caught_up)
        patch.setattr(Screen, "_update_timer", property(_frames_when_quiet))
        patch.setattr(Input, "_toggle_cursor", lambda self: None)
        # A button looks pressed for a fifth of a second and takes no key meanwhile: a test's next key may come sooner.
        patch.setattr(Button, "_start_active_affect", lambda self: None)
        # What was said stays until something else is said, or the page is left.
        patch.setattr(notifications.Notification, "time_left", property(lambda self: 3600.0))
        # A key waits for the one before, however long that takes.
        patch.setattr(key_queue, "_PATIENCE", HANG)
        yield


@pytest.fixture
def frames_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw as Textual does, for tests of what is drawn between."""
    monkeypatch.setattr(Screen, "_update_timer", _BY_THE_CLOCK)
