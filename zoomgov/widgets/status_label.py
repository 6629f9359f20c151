"""A connector's status as icon and word."""

from __future__ import annotations

from typing import Final

from textual.content import Content

from zoomgov.connectors.model import ConnectorStatus

_STATUS: Final = {
    ConnectorStatus.NOT_CONNECTED: ("○", "dim"),
    ConnectorStatus.SYNCING: ("◐", "$text-primary"),
    ConnectorStatus.CONNECTED: ("●", "$text-success"),
    ConnectorStatus.ERROR: ("✗", "$text-error"),
}


def status_label(status: ConnectorStatus) -> Content:
    """Return icon and word of a status: colour is never the only sign."""
    icon, style = _STATUS[status]
    return Content.styled(f"{icon} {status.value}", style)
