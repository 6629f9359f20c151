"""The top line of every page: its title, the syncs that run, and the connector's status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.widget import Widget

from zoomgov.text import printable
from zoomgov.widgets.status_label import status_label

if TYPE_CHECKING:
    from textual import events

    from zoomgov.connectors.model import ConnectorStatus

_GAP: Final = 2
"""Cells between the title and the status, at the least."""


class Banner(Widget):
    """`zoomgov › title` on the left; on the right the app's `sync_chip`, a click on which opens it, and the status.

    In a demo `zoomgov DEMO › title`.
    """

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
        right = [part for part in (self._chip, self._status_label) if part]
        if not right:
            return place
        end = Content(" " * _GAP).join(right)
        room = self.content_size.width - end.cell_length - _GAP
        return Content.assemble(place.truncate(max(room, 0), ellipsis=True, pad=True), " " * _GAP, end)

    @property
    def _chip(self) -> Content:
        """What the app tells of syncs."""
        chip: Content = getattr(self.app, "sync_chip", Content(""))
        return chip

    @property
    def _status_label(self) -> Content:
        return status_label(self._status) if self._status is not None else Content("")

    async def on_click(self, event: events.Click) -> None:
        """Open the sync whose chip was clicked."""
        chip, status = self._chip.cell_length, self._status_label.cell_length
        end = self.content_size.width - (status + _GAP if status else 0)
        at = event.get_content_offset(self)
        if chip and at is not None and end - chip <= at.x < end:
            event.stop()
            await self.run_action("app.show_sync")

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
