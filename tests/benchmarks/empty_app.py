"""An empty Textual app: what a first page costs at the least. Run as a program by `start_bench`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.app import App
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.app import ComposeResult

TEXT: Final = "Nothing else is here."


class EmptyApp(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        yield Static(TEXT)


if __name__ == "__main__":
    EmptyApp().run()
