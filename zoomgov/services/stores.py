"""What screens and commands may hold of a store: they do not reach into `zoomgov.store`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.disk.errors import StoreError

if TYPE_CHECKING:
    from zoomgov.store.reader import Reader

__all__ = ["Reader", "StoreError", "load_store"]


def load_store() -> None:
    """Import what reading a store needs, ahead of the first one that is opened."""
    from zoomgov.store import reader, store  # noqa: F401
