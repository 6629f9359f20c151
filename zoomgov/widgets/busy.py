"""A line that turns while something is awaited, then says how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.timer import Timer

_FRAMES: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class Busy(Static):
    """`waiting` shows a turning mark and a text; `done` stops it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = ""
        self._frame = 0
        self._timer: Timer | None = None

    @property
    def waiting_for(self) -> str:
        """The text while it turns; empty when it does not."""
        return self._text

    def waiting(self, text: str) -> None:
        """Turn, with `text`; quiet when the terminal asked for no animations."""
        self._text = text
        if self._timer is None and self.app.animation_level != "none":
            self._timer = self.set_interval(1 / 10, self._turn)
        self._draw()

    def done(self, content: Content) -> None:
        """Stop turning and say the outcome."""
        self._text = ""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.update(content)

    def _turn(self) -> None:
        self._frame = (self._frame + 1) % len(_FRAMES)
        self._draw()

    def _draw(self) -> None:
        self.update(Content.assemble((_FRAMES[self._frame], "$text-primary"), f" {self._text}"))
