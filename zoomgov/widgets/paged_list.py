"""A list of lines that may be paged before it was drawn."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from textual.binding import Binding
from textual.widgets import OptionList

MOVES: Final = (
    Binding("down", "cursor_down", "Down", show=False),
    Binding("up", "cursor_up", "Up", show=False),
    Binding("home", "first", "First", show=False),
    Binding("end", "last", "Last", show=False),
    Binding("pagedown", "page_down", "Page down", show=False),
    Binding("pageup", "page_up", "Page up", show=False),
)
"""The keys of lists that have others than Textual's for the rest."""


class PagedList(OptionList):
    """Textual's knows how high its lines are only once they are drawn; paged sooner, it ends the program."""

    def action_page_up(self) -> None:
        with suppress(KeyError):
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        with suppress(KeyError):
            super().action_page_down()  # type: ignore[no-untyped-call]
