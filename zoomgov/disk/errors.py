"""What can go wrong with a file, in words for a person. Imports neither SQLite nor anything else slow."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

_NO_SPACE: Final = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHM")
"""The last: the shared-memory file of the write-ahead log cannot grow."""


class StoreError(Exception):
    """The file cannot be used; the text says which file, why, and what to do."""


class NewerSchema(StoreError):
    """The file was written by a newer program. Nothing was changed."""

    def __init__(self, path: object, found: int, known: int) -> None:
        self.found = found
        """Schema version of the file."""
        self.known = known
        """Newest schema version this program knows."""
        super().__init__(
            f"{path} was written by a newer zoomgov (schema {found}; this one knows {known}). "
            "Install the newer zoomgov again; nothing was changed."
        )


class StoreBusy(StoreError):
    """Another sync of the same connector is running."""

    def __init__(self, pid: int | None, since: str) -> None:
        self.pid = pid
        """Process that holds the lock; None when it could not be read."""
        self.since = since
        """When that sync began, as that process recorded it; empty when unknown."""
        who = f" (process {pid})" if pid else ""
        when = f" since {since}" if since else ""
        super().__init__(
            f"Another sync of this connector has been running{when}{who}. "
            "Wait until it ends, or stop it; what it has read so far is kept."
        )


def error_name(error: sqlite3.Error | OSError) -> str:
    """SQLite's name of the error, e.g. SQLITE_FULL; empty when it has none."""
    return getattr(error, "sqlite_errorname", "") or ""


def obstacle(error: sqlite3.Error | OSError, folder: Path) -> str:
    """Why a file in `folder` cannot be written, and what to do, in a sentence; empty when it is something else."""
    name = error_name(error)
    number = error.errno if isinstance(error, OSError) else None
    if name.startswith(_NO_SPACE) or number in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full. Free some space and try again."
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")) or number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"It cannot be written there. Check that {folder} belongs to you and is not read-only."
    if name.startswith("SQLITE_IOERR") or number == errno.EIO:
        return f"The disk that holds {folder} does not work as it should: it may be full, unplugged or failing."
    return ""


def not_writable(path: Path, error: OSError) -> StoreError:
    """The `StoreError` for a file, or its folder, that cannot be created or opened for writing."""
    remedy = obstacle(error, path.parent) or "Check the folder's owner and its rights."
    return StoreError(f"{path} cannot be written: {error.strerror}. {remedy}")
