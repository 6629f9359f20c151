"""Empty stores for tests: made once, then copied, for a seventh of the processor time."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from zoomgov.store.store import Store


@cache
def _an_empty_one() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.sqlite3"
        Store(path).close()
        return path.read_bytes()


def new_store(path: Path) -> Store:
    """An empty store at `path`, where none may be; how stores are made is tested in `tests/store`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(0o600, exist_ok=False)
    path.write_bytes(_an_empty_one())
    return Store(path)
