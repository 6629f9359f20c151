"""A moment without frames, for what follows a key at once to be drawn with it."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from textual.widget import Widget

LONGEST: Final = 0.02
"""Seconds; a frame at 60 a second and a little more."""


class HeldFrames:
    """Without it Textual draws the letter typed first, and what it finds 16 ms later at the soonest."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._held: ExitStack | None = None

    def hold(self) -> None:
        """Draw nothing until `release`, which follows by itself when it is not called soon."""
        if self._held is None:
            self._held = ExitStack()
            self._held.enter_context(self._widget.app.batch_update())
            # the app's timer, for frames must go on though the widget be gone
            self._widget.app.set_timer(LONGEST, partial(self._end, self._held))

    def release(self) -> bool:
        """Draw again; tell whether frames were held."""
        return self._end(self._held)

    def _end(self, held: ExitStack | None) -> bool:
        if held is None or held is not self._held:
            return False
        self._held = None
        held.close()
        for screen in self._widget.app.screen_stack[-1:]:  # there is none once the app is left
            screen.check_idle()
        return True
