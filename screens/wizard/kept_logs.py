"""The dialog with the logs of earlier syncs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from zoomgov.text import printable

from ..shared.text_dialog import TextDialog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zoomgov.connectors.model import Connector
    from zoomgov.services.services import Services


def read_logs(services: Services, connector: Connector) -> list[tuple[str, str]]:
    """Title and text of each log that is kept, the newest first. Blocks.

    Raises:
        OSError: one cannot be read.
    """
    logs = services.sync_logs
    return [(f"Log of the sync of {log.begun_at:%Y-%m-%d %H:%M} UTC", logs.read(log)) for log in logs.kept(connector)]


class KeptLogsScreen(TextDialog):
    """One log at a time, the newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(1)", "Older", tooltip="The log of the sync before"),
        Binding("right", "turn(-1)", "Newer", tooltip="The log of the next sync"),
    ]

    def __init__(self, logs: Sequence[tuple[str, str]]) -> None:
        """`logs`: title and text of each, at least one."""
        super().__init__(*logs[0])
        self._logs = logs
        self._place = 0

    def on_mount(self) -> None:
        super().on_mount()
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "turn":
            (by,) = parameters
            assert isinstance(by, int)
            return True if 0 <= self._place + by < len(self._logs) else None
        return super().check_action(action, parameters)

    def action_turn(self, by: int) -> None:
        """Show another log."""
        self._place = min(max(self._place + by, 0), len(self._logs) - 1)
        self._show()
        self.refresh_bindings()

    def _show(self) -> None:
        title, self.text = self._logs[self._place]
        number = f"  ({self._place + 1} of {len(self._logs)})" if len(self._logs) > 1 else ""
        self.query_one(".dialog-title", Static).update(Content(f"{title}{number}"))
        shown = "\n".join(printable(line) for line in self.text.splitlines())
        self.query_one(".dialog-text", Static).update(Content(shown))
        self.query_one(VerticalScroll).scroll_home(animate=False)
