"""The row of buttons under a page; a column where the screen is too narrow."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from textual.containers import Container
from textual.widgets import Button

_PADDING: Final = 4
"""Cells of a button around its label."""
_GAP: Final = 2
"""Cells between two buttons."""


class ButtonRow(Container):
    """Lays its buttons out side by side where all fit, else one below the other: none is cut."""

    DEFAULT_CSS = """
    ButtonRow {
        height: auto;
        layout: horizontal;

        &.-column { layout: vertical; }
        & > Button { margin-right: 2; }
    }
    """

    def on_resize(self) -> None:
        self.place_buttons()

    def place_buttons(self) -> None:
        """Choose row or column. Call it when a label or a button's `display` has changed."""
        widths = [cell_len(str(button.label)) + _PADDING for button in self.query(Button) if button.display]
        self.set_class(sum(widths) + _GAP * (len(widths) - 1) > self.size.width, "-column")
