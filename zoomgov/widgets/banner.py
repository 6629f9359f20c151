"""The top line of every page: its title, and the connector's status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from zoomgov.text import printable
from zoomgov.widgets.status_label import status_label

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from zoomgov.connectors.model import ConnectorStatus


class Banner(Horizontal):
    """`zoomgov › title` on the left, the status on the right."""

    def __init__(self, title: str, status: ConnectorStatus | None = None) -> None:
        super().__init__(id="banner")
        self._title = title
        self._status = status

    def compose(self) -> ComposeResult:
        yield Static(
            Content.assemble(("zoomgov", "bold $text-primary"), ("  ›  ", "dim"), printable(self._title)),
            id="banner-place",
        )
        yield Static(self._status_text(), id="banner-status")

    def _status_text(self) -> Content:
        return status_label(self._status) if self._status is not None else Content("")

    def show_status(self, status: ConnectorStatus | None) -> None:
        """Replace the status; None: none is shown."""
        self._status = status
        self.query_one("#banner-status", Static).update(self._status_text())
