"""A dialog with text to read, select or copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from zoomgov.text import printable
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.terminal.clipboard import copy

if TYPE_CHECKING:
    from textual.app import ComposeResult


class TextDialog(ModalScreen[None]):
    """One text. `c` copies it; the mouse can select a part."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss", "Close"),
        Binding("c", "copy", "Copy"),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self.text = text

    def compose(self) -> ComposeResult:
        shown = "\n".join(printable(line) for line in self.text.splitlines())
        with Vertical(classes="dialog"):
            yield Static(Content(self._title), classes="dialog-title")
            with VerticalScroll(classes="dialog-scroll"):
                yield Static(Content(shown), classes="dialog-text")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_copy(self) -> None:
        copy(self, self.text, "The text")
