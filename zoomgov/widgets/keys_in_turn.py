"""Keys one after the other: what is typed ahead of a busy screen goes where it was meant to."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from textual import events
from textual.app import App, ReturnType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.message_pump import MessagePump

_PATIENCE: Final = 1.0
"""Seconds after which the next key is given out whatever became of the one before."""


class KeysInTurn(App[ReturnType]):
    """Gives a key out only when the one before has had its effect, and the screen that it opened is there.

    Textual gives all keys at once to what has the focus. What they are bound to is done only when they come back from
    there unused: by then the later ones of a burst have gone to the page and the field that the first was to leave.
    """

    _under_way: asyncio.Task[None] | None = None

    def __init__(self) -> None:
        super().__init__()
        self._typed_ahead: deque[events.Key | events.Paste] = deque()

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._under_way is not None:
            self._typed_ahead.append(event)
        else:
            await self._give(event)

    async def _give(self, event: events.Key | events.Paste) -> None:
        way = (self.focused or self.screen).ancestors_with_self
        await super().on_event(event)
        self._under_way = asyncio.create_task(self._see_through(way), name="see a key through")

    async def _see_through(self, way: Sequence[MessagePump]) -> None:
        """Wait until a key has gone all its way, from the focus to the app, and give out the next."""
        for place in way:
            await _caught_up(place)
        for screen in self.screen_stack[-1:]:  # which may be a new one, with a focus of its own
            await _caught_up(screen)
        if self._typed_ahead:
            self.call_later(self._give, self._typed_ahead.popleft())
        else:
            self._under_way = None


async def _caught_up(place: MessagePump) -> None:
    """Wait until everything that was sent there so far has been dealt with."""
    reached = asyncio.Event()
    if place.call_later(reached.set):
        with suppress(TimeoutError):
            await asyncio.wait_for(reached.wait(), _PATIENCE)
