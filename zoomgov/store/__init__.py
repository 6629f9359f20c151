"""The SQLite file of one connector: who has access to what, at every sync.

`Store.begin` writes a sync, `Store.reader` reads what was published. The names below are loaded when first used:
whoever needs only the rows of `model` does not pay for SQLite.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from zoomgov.store.errors import StoreBusy, StoreError
    from zoomgov.store.reader import Reader
    from zoomgov.store.store import Store, is_busy, remove_store
    from zoomgov.store.views import AccessPath, Changes, Column, Person, Query, Target, Thing
    from zoomgov.store.writer import SyncWriter

_HOMES: Final = {
    "AccessPath": "views",
    "Changes": "views",
    "Column": "views",
    "Person": "views",
    "Query": "views",
    "Reader": "reader",
    "Store": "store",
    "StoreBusy": "errors",
    "StoreError": "errors",
    "SyncWriter": "writer",
    "Target": "views",
    "Thing": "views",
    "is_busy": "store",
    "remove_store": "store",
}
__all__ = [
    "AccessPath",
    "Changes",
    "Column",
    "Person",
    "Query",
    "Reader",
    "Store",
    "StoreBusy",
    "StoreError",
    "SyncWriter",
    "Target",
    "Thing",
    "is_busy",
    "remove_store",
]


def __getattr__(name: str) -> Any:  # Any: whatever the name stands for
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
