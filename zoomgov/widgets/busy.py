"""A line that turns while something is awaited, then says how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
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
        grown = self._shape(text) != self._shape(self._text)
        self._text = text
        if self._timer is None and self.app.animation_level != "none":
            self._timer = self.set_interval(1 / 10, self._turn)
        self._draw(layout=grown)

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

    def _shape(self, text: str) -> tuple[str, ...]:
        """Of two texts with the same shape, both take the same lines; what is wrapped may take others each time."""
        width = self.size.width - 2
        return ("",) if not text else tuple(line if cell_len(line) > width else "." for line in text.split("\n"))

    def _draw(self, layout: bool = False) -> None:
        # a turning mark or a changed number must not lay out the whole screen anew
        self.update(Content.assemble((_FRAMES[self._frame], "$text-primary"), f" {self._text}"), layout=layout)
