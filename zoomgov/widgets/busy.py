"""A line of text with a spinner while something is awaited; then its outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.timer import Timer

_FRAMES: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class Busy(Static):
    """`waiting` starts the spinner, `done` stops it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = ""
        self._frame = 0
        self._timer: Timer | None = None

    @property
    def waiting_for(self) -> str:
        """The text beside the spinner; empty when it does not turn."""
        return self._text

    def waiting(self, text: str) -> None:
        """Show the spinner with `text`. It does not turn when animations are off."""
        grown = self._shape(text) != self._shape(self._text)
        self._text = text
        if self._timer is None and self.app.animation_level != "none":
            self._timer = self.set_interval(1 / 10, self._turn)
        self._draw(layout=grown)

    def done(self, content: Content) -> None:
        """Stop the spinner and show the outcome."""
        self._text = ""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.update(content)

    def _turn(self) -> None:
        self._frame = (self._frame + 1) % len(_FRAMES)
        self._draw()

    def _shape(self, text: str) -> tuple[str, ...]:
        """Return what decides the height: texts of equal shape have as many lines, as lines that wrap are in it."""
        width = self.size.width - 2
        return ("",) if not text else tuple(line if cell_len(line) > width else "." for line in text.split("\n"))

    def _draw(self, layout: bool = False) -> None:
        # no layout of the whole screen for each frame of the spinner or each number
        self.update(Content.assemble((_FRAMES[self._frame], "$text-primary"), f" {self._text}"), layout=layout)
