"""A list of lines that can be paged before its first frame."""

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
"""Cursor keys for lists that do not inherit the bindings of Textual's list."""


class PagedList(OptionList):
    """Ignores page keys until its lines are measured; Textual's OptionList raises KeyError then."""

    def action_page_up(self) -> None:
        with suppress(KeyError):
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        with suppress(KeyError):
            super().action_page_down()  # type: ignore[no-untyped-call]
