"""Holds back the frame after a key for a moment, so that the key and its result are drawn in one frame."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from textual.widget import Widget

LONGEST: Final = 0.02
"""Seconds for which a frame is held back at most: a little more than one at 60 a second."""


class HeldFrames:
    """Holds frames back. Textual would draw a typed letter first, and what it finds 16 ms later or more."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._held: ExitStack | None = None

    def hold(self) -> None:
        """Draw nothing until `release`, or until `LONGEST` has passed."""
        if self._held is None:
            self._held = ExitStack()
            self._held.enter_context(self._widget.app.batch_update())
            # the app's timer: frames must be released even if the widget is removed
            self._widget.app.set_timer(LONGEST, partial(self._end, self._held))

    def release(self) -> bool:
        """Draw again; return whether frames were held back."""
        return self._end(self._held)

    def _end(self, held: ExitStack | None) -> bool:
        if held is None or held is not self._held:
            return False
        self._held = None
        held.close()
        for screen in self._widget.app.screen_stack[-1:]:  # empty once the app has ended
            screen.check_idle()
        return True
