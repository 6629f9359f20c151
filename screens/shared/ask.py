"""A dialog that asks a question; its answers are buttons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.terminal.key_queue import SeenFirst

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


_BESIDE = 14
"""Cells of a narrow screen that are not for buttons. Those that do not fit side by side stand in a column."""
_MOST_ROOM = 66
"""Most cells that buttons side by side may take."""
_AROUND = 10
"""Lines for all but the text and the answers: frame, title of two lines, gaps and footer."""


@dataclass(frozen=True, slots=True)
class DialogAnswer:
    """One button."""

    key: str
    label: str
    danger: bool = False


class AskScreen(SeenFirst, ModalScreen[str]):
    """Returns the key of the chosen answer. Esc returns the first, which must be the harmless one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "app.focus_previous", "Choose", key_display="← ↑ ↓ →"),
        Binding("escape", "refuse", "Back"),
        Binding("right,down", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, text: str, answers: Sequence[DialogAnswer], *, error: bool = False) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self.answers = tuple(answers)
        self._error = error

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -error" if self._error else "dialog"):
            yield Static(Content(self._title), classes="dialog-title")
            with VerticalScroll(classes="dialog-scroll", can_focus=False):
                yield Static(Content(self._text), classes="dialog-text")
            with Container(classes="dialog-actions"):
                for number, answer in enumerate(self.answers):
                    kind = "action -danger" if answer.danger else "action -primary" if number == 0 else "action"
                    yield Button(Content(answer.label), id=f"answer-{answer.key}", classes=kind, compact=True)
        yield KeyFooter(show_command_palette=False)

    def on_resize(self) -> None:
        """Limit the height of the text, which scrolls, so that the answers stay on a small screen."""
        needed = sum(len(answer.label) + 6 for answer in self.answers)
        in_a_column = needed > min(self.size.width - _BESIDE, _MOST_ROOM)
        self.query_one(".dialog-actions").set_class(in_a_column, "-column")
        answers = len(self.answers) if in_a_column else 1
        self.query_one(VerticalScroll).styles.max_height = max(self.size.height - answers - _AROUND, 3)

    def on_mount(self) -> None:
        self.query(Button).first().focus()

    @on(Button.Pressed)
    def _answered(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss((event.button.id or "").removeprefix("answer-"))

    def action_refuse(self) -> None:
        self.dismiss(self.answers[0].key)
