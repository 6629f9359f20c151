"""What a store can refuse, in words for a person."""

from __future__ import annotations


class StoreError(Exception):
    """The file cannot be used; the text says which file, why, and what to do."""


class StoreBusy(StoreError):
    """Another sync of the same connector is running."""

    def __init__(self, pid: int | None, since: str) -> None:
        self.pid = pid
        """Process that holds the lock, when it could be read."""
        self.since = since
        """When that sync began, as it was told; empty when unknown."""
        who = f" (process {pid})" if pid else ""
        when = f" since {since}" if since else ""
        super().__init__(
            f"Another sync of this connector has been running{when}{who}. "
            "Wait until it ends, or stop it; what it has read so far is kept."
        )
