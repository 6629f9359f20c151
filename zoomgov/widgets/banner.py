"""The top line of every page: its title, and the connector's status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.widget import Widget

from zoomgov.text import printable
from zoomgov.widgets.status_label import status_label

if TYPE_CHECKING:
    from zoomgov.connectors.model import ConnectorStatus

_GAP: Final = 2
"""Cells between the title and the status, at the least."""


class Banner(Widget):
    """`zoomgov › title` on the left, the status on the right; in a demo `zoomgov DEMO › title`."""

    def __init__(self, title: str, status: ConnectorStatus | None = None) -> None:
        super().__init__(id="banner")
        self._title = title
        self._status = status

    def render(self) -> Content:
        place = Content.assemble(
            ("zoomgov", "bold $text-primary"),
            (f" {self.app.sub_title} ".rstrip(), "bold $text-warning"),
            ("  ›  ", "dim"),
            printable(self._title),
        )
        if self._status is None:
            return place
        status = status_label(self._status)
        room = self.content_size.width - status.cell_length - _GAP
        return Content.assemble(place.truncate(max(room, 0), ellipsis=True, pad=True), " " * _GAP, status)

    def on_resize(self) -> None:
        """Move the status to the new end of the line."""
        self.refresh()

    def show_title(self, title: str) -> None:
        """Replace the title."""
        self._title = title
        self.refresh()

    def show_status(self, status: ConnectorStatus | None) -> None:
        """Replace the status; None: none is shown."""
        self._status = status
        self.refresh()
