"""What browsing keeps for one connector: filters, columns, widths, order. In one small file of its owner's."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import threading
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


if TYPE_CHECKING:
    from pathlib import Path


@dataclass(slots=True)
class ViewPreferences:
    """By kind of thing. Losing it costs nothing but habits."""

    filters: dict[str, dict[str, str]] = field(default_factory=dict)
    """Kind to name to what is typed."""
    columns: dict[str, list[str]] = field(default_factory=dict)
    """Kind to the keys of the columns shown, in their order."""
    widths: dict[str, dict[str, int]] = field(default_factory=dict)
    """Kind to key to cells, of columns that were resized."""
    orders: dict[str, list[tuple[str, bool]]] = field(default_factory=dict)
    """Kind to (column, descending), the most important first."""


def read_preferences(path: Path) -> ViewPreferences:
    """Read what was kept; anything missing or broken is as if nothing had been."""
    try:
        found = json.loads(path.read_bytes())
        return ViewPreferences(
            {
                str(kind): {str(name): str(text) for name, text in named.items()}
                for kind, named in found["filters"].items()
            },
            {str(kind): [str(key) for key in keys] for kind, keys in found["columns"].items()},
            {
                str(kind): {str(key): min(max(int(cells), 1), 500) for key, cells in widths.items()}
                for kind, widths in found.get("widths", {}).items()
            },
            {
                str(kind): [(str(key), bool(down)) for key, down in keys]
                for kind, keys in found.get("orders", {}).items()
            },
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ViewPreferences()


def write_preferences(path: Path, kept: ViewPreferences) -> None:
    """Write it whole or not at all, mode 0600.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(kept), file, ensure_ascii=False, indent=1)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


class ViewPreferencesFile:
    """The file of one connector, for worker threads; changes made at once do not undo one another."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def read(self) -> ViewPreferences:
        """Return what is kept."""
        with self._lock:
            return read_preferences(self._path)

    def change(self, how: Callable[[ViewPreferences], None]) -> None:
        """Change what is kept; nothing is written when that makes no difference.

        Raises:
            OSError: it cannot be written.
        """
        with self._lock:
            kept, before = read_preferences(self._path), read_preferences(self._path)
            how(kept)
            if kept != before:
                write_preferences(self._path, kept)
