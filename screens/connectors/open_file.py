"""The dialog that asks for a hand-off file."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from zoomgov.connectors.handoff import FILE_NAME
from zoomgov.widgets.field import Field, TextInput
from zoomgov.widgets.key_footer import KeyFooter

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult

_TEXT = (
    "Somebody who is not the owner began a connector and sent you a hand-off file. It opens the set-up at the step"
    " “Create a Zoom OAuth app”. It holds no secret: you enter the Client secret here."
)


class OpenFileScreen(ModalScreen[bool]):
    """Returns True once the file is imported. Where it cannot be, the dialog stays and says why."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(False)", "Cancel")]

    def __init__(self, take: Callable[[str], Awaitable[str]]) -> None:
        """`take` imports the file at the path that was typed. It returns an empty text, or why it cannot."""
        super().__init__()
        self._take = take

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content("Open a hand-off file"), classes="dialog-title")
            yield Static(Content(_TEXT), classes="dialog-text")
            yield Field("File", TextInput(FILE_NAME, id="path"), id="path-field")
            with Horizontal(classes="dialog-actions"):
                yield Button("Open  ⏎", id="open", classes="action -primary", compact=True)
        yield KeyFooter(show_command_palette=False)

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Input))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(Field).problem("")

    @on(Input.Submitted)
    @on(Button.Pressed, "#open")
    def _asked(self, event: Input.Submitted | Button.Pressed) -> None:
        event.stop()
        self.run_worker(self._open(), exclusive=True, group="open")

    async def _open(self) -> None:
        problem = await self._take(self.query_one(Field).value)
        if problem:
            self.query_one(Field).problem(problem)
        else:
            self.dismiss(True)
