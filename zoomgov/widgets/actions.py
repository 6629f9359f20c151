"""The buttons under a page: beside each other, or one below the other where the screen is narrow."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from textual.containers import Container
from textual.widgets import Button

_PADDING: Final = 4
"""Cells of a button besides its label."""
_GAP: Final = 2


class Actions(Container):
    """As many buttons as there are, none of them cut."""

    DEFAULT_CSS = """
    Actions {
        height: auto;
        layout: horizontal;

        &.-column { layout: vertical; }
        & > Button { margin-right: 2; }
    }
    """

    def on_resize(self) -> None:
        self.place_buttons()

    def place_buttons(self) -> None:
        """Place the buttons that are displayed; to be called when a label has changed."""
        widths = [cell_len(str(button.label)) + _PADDING for button in self.query(Button) if button.display]
        self.set_class(sum(widths) + _GAP * (len(widths) - 1) > self.size.width, "-column")
