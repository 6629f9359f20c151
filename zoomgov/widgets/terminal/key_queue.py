"""Keys one after the other: what is typed ahead of a busy screen goes where it was meant to."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from textual import events
from textual.app import App, ReturnType
from textual.worker import active_worker

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType
    from textual.await_complete import AwaitComplete
    from textual.message_pump import MessagePump
    from textual.screen import Screen
    from textual.worker import Worker

OPENS: Final = "opens a page"
"""The group of workers that open another page above theirs: what is typed meanwhile is meant for that one."""
FILLS: Final = "fills its page"
"""The group of workers that put onto a page what its keys are about. Only Esc does not wait for them: it leaves, and
whoever leaves a page stops them."""

KEEPS: Final = "keeps what was chosen"
"""The group of workers that go on when their page is left."""
COMPLETES: Final = "completes its page"
"""The group of workers that go on to the page after theirs, or say why not. Esc does not wait: it stops them."""

_PATIENCE: Final = 1.0
"""Seconds after which the next key is given out whatever became of the one before."""
_LOOKS_EVERY: Final = 0.004
"""Seconds after which it is looked again whether the page is there, or Esc was pressed."""


class SeenFirst:
    """A page on which Enter and space count only when they are pressed with it on screen.

    On all others they are as good as any key that is typed ahead. Here they would answer a question that nobody has
    read, or undo what the Enter before has begun.
    """


class KeyQueue(App[ReturnType]):
    """Gives a key out only when the one before has had its effect, and the page that it opened is there and filled.

    Textual gives all keys at once to what has the focus. What they are bound to is done only when they come back from
    there unused: by then the later ones of a burst have gone to the page and the field that the first was to leave.
    """

    _under_way: asyncio.Task[None] | None = None
    _is_left = False
    """Whether the app is about to end: what is still typed opens no page that would be torn down half made."""

    def __init__(self) -> None:
        super().__init__()
        self._typed_ahead: deque[tuple[events.Key | events.Paste, Screen[object]]] = deque()
        """What is still to be given out, and the page that was on top when it was typed."""
        self._too_slow: WeakSet[Worker[object]] = WeakSet()
        """Workers that keys have waited for once, in vain."""

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._is_left or not self.screen_stack:
            pass  # nobody is there any more
        elif self._under_way is not None:
            self._typed_ahead.append((event, self.screen))
        elif self._still_to_come(event):
            self._typed_ahead.append((event, self.screen))
            self._under_way = asyncio.create_task(self._see_through(()), name="wait for what a key is meant for")
        else:
            await self._give(event)

    def exit(
        self, result: ReturnType | None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """End the app; keys that are still to be given out are dropped."""
        self._is_left = True
        super().exit(result, return_code, message)

    def pop_screen(self) -> AwaitComplete:
        """Leave the page on top, and stop what works for it."""
        self.stop_working_for(self.screen)
        return super().pop_screen()

    def switch_screen(self, screen: Screen[Any] | str) -> AwaitComplete:  # whatever it gives when it is dismissed
        """Put another page in place of the one on top, and stop what works for that."""
        self.stop_working_for(self.screen)
        return super().switch_screen(screen)

    def stop_working_for(self, *pages: Screen[object]) -> None:
        """Stop the workers of pages that are left: they would look for widgets that are gone."""
        for worker in [*self.workers]:
            if worker.node in pages and worker.group != KEEPS and worker is not active_worker.get(None):
                worker.cancel()

    async def _give(self, event: events.Key | events.Paste) -> None:
        way = (self.focused or self.screen).ancestors_with_self
        await super().on_event(event)
        self._under_way = asyncio.create_task(self._see_through(way), name="see a key through")

    async def _see_through(self, way: Iterable[MessagePump]) -> None:
        """Wait until a key has gone all its way, from the focus to the app, and give out the next."""
        await _all_caught_up(way)
        await _all_caught_up(self.screen_stack[-1:])  # which may be a new one, with a focus of its own
        if self._typed_ahead:
            await _all_caught_up(way)  # a widget tells its page of the key, say that a row is to be opened
        while await self._something_was_awaited():
            await _all_caught_up((*self.screen_stack[-1:], self))  # the focus is given by the app, in its turn
        while self._typed_ahead and self.screen_stack and not self._is_left:
            event, page = self._typed_ahead.popleft()
            if isinstance(self.screen, SeenFirst) and self.screen is not page and _is_any(event, "enter", "space"):
                continue
            self.call_later(self._give, event)
            return
        self._under_way = None

    async def _something_was_awaited(self) -> bool:
        """Wait for what brings or fills the page on top; return whether there was anything."""
        ends = asyncio.get_running_loop().time() + _PATIENCE
        waited = False
        while coming := self._still_to_come(self._typed_ahead[0][0] if self._typed_ahead else None):
            waited = True
            if asyncio.get_running_loop().time() > ends:
                self._too_slow.update(coming)
                break
            await asyncio.sleep(_LOOKS_EVERY)
        return waited

    def _still_to_come(self, following: events.Key | events.Paste | None) -> list[Worker[object]]:
        """What brings or fills the page on top, as far as the next key cares."""
        groups = (OPENS,) if _is_any(following, "escape") else (OPENS, FILLS, COMPLETES)
        return [
            worker
            for worker in self.workers
            if worker.group in groups
            and worker.node in self.screen_stack[-1:]
            and not worker.is_finished
            and worker not in self._too_slow
        ]


def _is_any(event: events.Key | events.Paste | None, *keys: str) -> bool:
    return isinstance(event, events.Key) and event.key in keys


async def _all_caught_up(way: Iterable[MessagePump]) -> None:
    """Wait at each place until everything that was sent there so far has been dealt with."""
    for place in way:
        reached = asyncio.Event()
        if place.call_later(reached.set):
            with suppress(TimeoutError):
                await asyncio.wait_for(reached.wait(), _PATIENCE)
