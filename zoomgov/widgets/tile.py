"""A tile: a number with its title, what is to be said of it, and a page behind it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget


class Tile(Widget, can_focus=True):
    """Enter or a click opens what is behind it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "open", "Open", key_display="⏎")]

    class Opened(Message):
        """A tile is to be opened."""

        def __init__(self, tile: Tile) -> None:
            super().__init__()
            self.tile = tile

    def __init__(self, title: str, *, id: str) -> None:
        super().__init__(id=id)
        self.border_title = title
        self._number = Content("…")
        self._lines: tuple[Content, ...] = ()

    def show(self, number: Content, *lines: Content) -> None:
        """Show a number, and lines under it."""
        self._number, self._lines = number, lines
        self.refresh()

    def render(self) -> Content:
        return Content("\n").join((self._number, *self._lines))

    def action_open(self) -> None:
        """Ask the page to open what is behind it."""
        self.post_message(self.Opened(self))

    def on_click(self) -> None:
        self.action_open()
