"""What the sync page does with logs: scroll, narrow, save, and show those of earlier syncs."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from textual import work

from zoomgov.services.sync_logs import log_text
from zoomgov.widgets.sync_log import SyncLog

from .step_screen import ConnectorStep
from .sync_text import file_part


class SyncLogActions(ConnectorStep):
    """A step with a log `#log` and an `#outcome`."""

    def action_scroll(self, where: str) -> None:
        """Scroll the log, or the outcome where that is shown instead."""
        log = self.query_one(SyncLog)
        place = log if log.display else self.query_one("#outcome")
        getattr(place, f"scroll_{where}")(animate=False)

    def action_filter(self) -> None:
        log = self.query_one(SyncLog)
        if not log.display:  # hidden by a long outcome
            log.display = True
            self.query_one("#outcome").add_class("-short")
        log.filter(problems_only=not log.problems_only)
        self.notify("The log shows what went wrong; f shows everything." if log.problems_only else "The whole log.")

    @work(exclusive=True, group="log")
    async def action_save_log(self) -> None:
        from zoomgov.disk.files import write_private

        stamp = self.host.now().astimezone(UTC).strftime("%Y%m%d-%H%M%S")
        path = Path.cwd() / f"zoomgov-sync-{file_part(self.connector.name)}-{stamp}.log"
        try:
            log = self.query_one(SyncLog)
            text = await self.services.run(log_text, self.connector, log.all_lines, log.dropped)
            await self.services.run(write_private, path, text, replace=False)
        except OSError as error:
            self.notify(f"{path}: {error.strerror}", title="Not saved", severity="error", markup=False)
        else:
            self.notify(f"Log without secrets: {path}", timeout=8, markup=False)

    @work(exclusive=True, group="log")
    async def action_logs(self) -> None:
        """Show the logs that are kept."""
        from .kept_logs import KeptLogsScreen, read_logs

        try:
            found = await self.services.run(read_logs, self.services, self.connector)
        except OSError as error:
            self.notify(f"The logs cannot be read: {error.strerror}", severity="error", markup=False)
            return
        if found:
            self.app.push_screen(KeptLogsScreen(found))
        else:
            self.notify("No log is kept yet: a sync writes one when it ends.")
