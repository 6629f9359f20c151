"""Small pieces of text every screen draws the same way: statuses, times, counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content

from zoomgov.connectors.model import ConnectorStatus

if TYPE_CHECKING:
    pass

_STATUS: Final = {
    ConnectorStatus.NOT_CONNECTED: ("○", "dim"),
    ConnectorStatus.SYNCING: ("◐", "$text-primary"),
    ConnectorStatus.CONNECTED: ("●", "$text-success"),
    ConnectorStatus.ERROR: ("✗", "$text-error"),
}


def status_label(status: ConnectorStatus) -> Content:
    """Icon and word: colour is never the only sign."""
    icon, style = _STATUS[status]
    return Content.styled(f"{icon} {status.value}", style)
