"""Type-ahead: keys typed while a page is busy are queued, and reach the page they were meant for."""

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
"""Group of workers that open another page: keys typed meanwhile are for that page."""
FILLS: Final = "fills its page"
"""Group of workers that load what the page's keys act on. Keys wait for them, except Esc, which leaves the page and
thereby cancels them."""
KEEPS: Final = "keeps what was chosen"
"""Group of workers that are not cancelled when their page is left."""
COMPLETES: Final = "completes its page"
"""Group of workers that open the next page, or say why not. Keys wait for them, except Esc, which cancels them."""

_PATIENCE: Final = 1.0
"""Seconds after which the next key is delivered, even if the one before has not had its effect."""
_POLL_INTERVAL: Final = 0.004
"""Seconds between two looks at whether the workers have finished, or Esc was pressed."""


class SeenFirst:
    """Mixin of pages that ignore Enter and space if they were typed ahead.

    There these keys would answer a question that nobody has read, or undo what the Enter before has begun.
    """


class KeyQueue(App[ReturnType]):
    """An app that delivers a key only after the one before has had its effect: its page is open and filled.

    Textual sends all keys to the focused widget at once. Bindings run only when a key has bubbled up unused: by then
    the later keys of a burst have reached the widget that the first one was to leave.
    """

    _key_task: asyncio.Task[None] | None = None
    """Waits for the effect of the last key, then delivers the next one."""
    _is_ending = False
    """Whether the app is about to end: keys are dropped, so that none opens a page any more."""

    def __init__(self) -> None:
        super().__init__()
        self._queued_keys: deque[tuple[events.Key | events.Paste, Screen[object]]] = deque()
        """Keys to be delivered, each with the page that was on top when it was typed."""
        self._too_slow: WeakSet[Worker[object]] = WeakSet()
        """Workers for which a key has waited `_PATIENCE` seconds: no other key waits for them."""

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._is_ending or not self.screen_stack:
            pass  # no page is left to receive it
        elif self._key_task is not None:
            self._queued_keys.append((event, self.screen))
        elif self._awaited_workers(event):
            self._queued_keys.append((event, self.screen))
            self._key_task = asyncio.create_task(self._deliver_next(()), name="wait for the page of a key")
        else:
            await self._deliver(event)

    def exit(
        self, result: ReturnType | None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """End the app; queued keys are dropped."""
        self._is_ending = True
        super().exit(result, return_code, message)

    def pop_screen(self) -> AwaitComplete:
        """Leave the page on top, and cancel its workers."""
        self.cancel_workers_of(self.screen)
        return super().pop_screen()

    def switch_screen(self, screen: Screen[Any] | str) -> AwaitComplete:  # Any: results of all types
        """Replace the page on top, and cancel its workers."""
        self.cancel_workers_of(self.screen)
        return super().switch_screen(screen)

    def cancel_workers_of(self, *pages: Screen[object]) -> None:
        """Cancel the workers of pages that are left: they would query widgets that are gone."""
        for worker in [*self.workers]:
            if worker.node in pages and worker.group != KEEPS and worker is not active_worker.get(None):
                worker.cancel()

    async def _deliver(self, event: events.Key | events.Paste) -> None:
        path = (self.focused or self.screen).ancestors_with_self
        await super().on_event(event)
        self._key_task = asyncio.create_task(self._deliver_next(path), name="wait for the effect of a key")

    async def _deliver_next(self, path: Iterable[MessagePump]) -> None:
        """Wait for the effect of a key that bubbles along `path`, from focus to app; then deliver the next."""
        await _processed(path)
        await _processed(self.screen_stack[-1:])  # possibly a new page, with a focus of its own
        if self._queued_keys:
            await _processed(path)  # messages of widgets to their page, such as: a row was selected
        while await self._waited_for_workers():
            await _processed((*self.screen_stack[-1:], self))  # the app sets the focus in a later message
        while self._queued_keys and self.screen_stack and not self._is_ending:
            event, page = self._queued_keys.popleft()
            if isinstance(self.screen, SeenFirst) and self.screen is not page and _is_any(event, "enter", "space"):
                continue
            self.call_later(self._deliver, event)
            return
        self._key_task = None

    async def _waited_for_workers(self) -> bool:
        """Wait for the workers that open or fill the page on top; return whether there were any."""
        ends = asyncio.get_running_loop().time() + _PATIENCE
        waited = False
        while workers := self._awaited_workers(self._queued_keys[0][0] if self._queued_keys else None):
            waited = True
            if asyncio.get_running_loop().time() > ends:
                self._too_slow.update(workers)
                break
            await asyncio.sleep(_POLL_INTERVAL)
        return waited

    def _awaited_workers(self, next_key: events.Key | events.Paste | None) -> list[Worker[object]]:
        """Return the workers that `next_key` has to wait for; None: the key is not known yet."""
        groups = (OPENS,) if _is_any(next_key, "escape") else (OPENS, FILLS, COMPLETES)
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


async def _processed(path: Iterable[MessagePump]) -> None:
    """Wait until each of `path`, one after the other, has processed all messages sent to it so far."""
    for pump in path:
        reached = asyncio.Event()
        if pump.call_later(reached.set):
            with suppress(TimeoutError):
                await asyncio.wait_for(reached.wait(), _PATIENCE)
