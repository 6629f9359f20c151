"""The logs of syncs: their lines, their text without secrets, and the last ones of each connector as private files."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from zoomgov import __version__
from zoomgov.disk.files import make_private_folder, write_private
from zoomgov.text import printable
from zoomgov.verify.redact import redact
from zoomgov.words.kinds import count

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from zoomgov.connectors.model import Connector

MOST_LINES: Final = 50_000
"""Lines of a sync in memory; it logs a few hundred, and one for each record that Zoom refused."""
KEPT_LINES: Final = 2_000
"""Lines of a sync that are kept in a file: the last ones."""
KEPT_LOGS: Final = 10
"""Logs of a connector that are kept."""
_NAME: Final = "%Y%m%dT%H%M%SZ"


class TimedLine(NamedTuple):
    """One line of a log, safe for a terminal."""

    at: datetime
    """Aware."""
    text: str
    problem: bool


class KeptLog(NamedTuple):
    """A log on disk."""

    begun_at: datetime
    """When the sync began, in UTC."""
    path: Path


def log_text(connector: Connector, logged: Iterable[TimedLine], dropped: int = 0) -> str:
    """Return the log for a file: times in UTC, no addresses, ids shortened. `dropped`: earlier lines missing."""
    known = (connector.account_id, connector.client_id)
    lines = [f"# Sync log of {printable(connector.name)}, zoomgov {__version__}"]
    if dropped:
        lines.append(f"# {count(dropped, 'earlier line')} missing: only so many of one sync are kept.")
    for line in logged:
        sign = "!" if line.problem else " "
        lines.append(f"{line.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} {sign} {redact(line.text, known)}")
    return "\n".join(lines) + "\n"


class SyncLogs:
    """The last logs of each connector, below one folder. Its methods block for small files."""

    def __init__(self, folder: Path) -> None:
        """Create nothing yet."""
        self._folder = folder

    def keep(self, connector: Connector, begun_at: datetime, logged: Iterable[TimedLine], dropped: int = 0) -> None:
        """Write the end of a log, and delete the connector's oldest.

        Raises:
            OSError: it cannot be written.
        """
        lines = list(logged)
        shown = lines[-KEPT_LINES:]
        text = log_text(connector, shown, dropped + len(lines) - len(shown))
        folder = self._folder / connector.id
        make_private_folder(folder)
        write_private(folder / f"{begun_at.astimezone(UTC):{_NAME}}.log", text, replace=True, durable=False)
        for old in self.kept(connector)[KEPT_LOGS:]:
            old.path.unlink(missing_ok=True)

    def kept(self, connector: Connector) -> list[KeptLog]:
        """The connector's logs, the newest first.

        Raises:
            OSError: the folder cannot be read.
        """
        folder = self._folder / connector.id
        found = []
        for path in folder.iterdir() if folder.is_dir() else ():
            try:
                found.append(KeptLog(datetime.strptime(path.name, f"{_NAME}.log").replace(tzinfo=UTC), path))
            except ValueError:
                continue  # not one of ours
        return sorted(found, reverse=True)

    def read(self, log: KeptLog) -> str:
        """The text of a log.

        Raises:
            OSError: it cannot be read.
        """
        return log.path.read_text("utf-8", errors="replace")

    def remove(self, connector: Connector) -> None:
        """Delete the connector's logs.

        Raises:
            OSError: one cannot be deleted.
        """
        folder = self._folder / connector.id
        if folder.exists():
            shutil.rmtree(folder)
