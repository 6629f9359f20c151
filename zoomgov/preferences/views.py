"""How a person looks at one connector's tables: saved filters, columns, widths, orders. One small file a connector."""

from __future__ import annotations

import threading
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from zoomgov.disk.files import make_private_folder, write_private
from zoomgov.disk.ownership import is_own

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_MAX_WIDTH: Final = 500
"""Cells."""


@dataclass(slots=True)
class ViewPreferences:
    """By the key of a table, e.g. `users`. Decoded as it stands: what an older file lacks is empty."""

    filters: dict[str, dict[str, str]] = field(default_factory=dict)
    """Table to the name of a saved filter to its text."""
    columns: dict[str, list[str]] = field(default_factory=dict)
    """Table to the keys of the columns shown, in their order."""
    widths: dict[str, dict[str, int]] = field(default_factory=dict)
    """Table to column key to cells, of columns that were resized."""
    orders: dict[str, list[tuple[str, bool]]] = field(default_factory=dict)
    """Table to (column key, descending), the most important first."""


def read_preferences(path: Path) -> ViewPreferences:
    """Read the file; one that is missing, damaged, not ours or of another shape is as if nothing had been saved."""
    if not is_own(path):
        return ViewPreferences()
    try:
        found = msgspec.json.decode(path.read_bytes(), type=ViewPreferences)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ViewPreferences()
    for widths in found.widths.values():
        for key, cells in widths.items():
            widths[key] = min(max(cells, 1), _MAX_WIDTH)
    return found


def write_preferences(path: Path, preferences: ViewPreferences) -> None:
    """Write the file whole or not at all, mode 0600.

    Raises:
        OSError: it cannot be written; the older file is unchanged.
    """
    make_private_folder(path.parent)
    text = msgspec.json.format(msgspec.json.encode(preferences), indent=1)
    write_private(path, text, replace=True, durable=False)  # losing it costs no work


class ViewPreferencesFile:
    """The file of one connector, for worker threads; changes made at once do not undo one another."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def read(self) -> ViewPreferences:
        """Return what is saved."""
        with self._lock:
            return read_preferences(self._path)

    def change(self, how: Callable[[ViewPreferences], None]) -> None:
        """Let `how` change what is saved; nothing is written when that makes no difference.

        Raises:
            OSError: it cannot be written.
        """
        with self._lock:
            preferences = read_preferences(self._path)
            before = deepcopy(preferences)
            how(preferences)
            if preferences != before:
                write_preferences(self._path, preferences)
