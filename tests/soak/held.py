"""What a process holds at rest: memory, descriptors, threads, tasks, connections, files; and whether that is flat."""

from __future__ import annotations

import asyncio
import gc
import os
import sqlite3
import threading
import tracemalloc
from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KIB: Final = 1024
_PAGE: Final = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_POOL: Final = "asyncio_"
"""How threads of the event loop's pool are called: it makes up to a fixed number, when they are first needed."""


@dataclass(frozen=True)
class Held:
    """Counts at one moment, after a full garbage collection."""

    python_kib: int
    """Memory of Python's objects, by tracemalloc; 0 where that is off."""
    resident_kib: int
    descriptors: int
    threads: int
    """Without those of the event loop's pool."""
    pool: int
    tasks: int
    connections: int
    """To SQLite files, that are open."""
    temporary: int
    """Files in the folder for temporary ones."""
    data_files: int
    data_kib: int
    widgets: int
    """Widgets and pages of Textual, attached or not."""
    syncs: int = 0
    """That are kept."""


def held(data: Path, temporary: Path, *, syncs: int = 0) -> Held:
    """Count; to be called on the event loop, at rest."""
    gc.unfreeze()  # what the app froze while it was idle is looked at, too
    for _ in range(3):  # finalizers make garbage
        gc.collect()
    objects = gc.get_objects()
    files = [file.stat().st_size for file in data.rglob("*") if file.is_file()]
    named = [thread.name for thread in threading.enumerate()]
    pool = sum(name.startswith(_POOL) for name in named)
    return Held(
        python_kib=tracemalloc.get_traced_memory()[0] // KIB,
        resident_kib=_resident(),
        descriptors=len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0,
        threads=len(named) - pool,
        pool=pool,
        tasks=len(asyncio.all_tasks()),
        connections=sum(_is_open(one) for one in objects if isinstance(one, sqlite3.Connection)),
        temporary=sum(1 for file in temporary.rglob("*") if file.is_file()),
        data_files=len(files),
        data_kib=sum(files) // KIB,
        widgets=sum(count for kind, count in Counter(map(type, objects)).items() if _is_widget(kind)),
        syncs=syncs,
    )


def _resident() -> int:
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * _PAGE // KIB
    except OSError:
        return 0


def _is_open(connection: sqlite3.Connection) -> bool:
    try:
        return connection.total_changes >= 0
    except sqlite3.ProgrammingError:  # closed, or of another thread
        return False


def _is_widget(kind: type) -> bool:
    return any(base.__module__ == "textual.widget" and base.__name__ == "Widget" for base in kind.__mro__)


ALLOWED: Final = {"python_kib": 3 * KIB, "resident_kib": 16 * KIB, "data_kib": 512, "pool": 32, "widgets": 20}
"""By how much each may be more at the end of a day than after the warm-up; everything else by nothing. Memory is not
given back in whole pages, pages of SQLite are used again in another order, and the newest page of a kind is kept."""


def growth(counted: Sequence[Held], *, but: Sequence[str] = ("syncs",)) -> list[str]:
    """What is more at the end of `counted` than at its beginning, a line each, apart from what is allowed.

    The beginning and the end are the lowest of the first and of the last few: one moment may be an unlucky one.
    """
    if len(counted) < 2:
        return []
    few = max(1, len(counted) // 4)
    found = []
    for field in fields(Held):
        first = min(getattr(one, field.name) for one in counted[:few])
        last = min(getattr(one, field.name) for one in counted[-few:])
        if field.name not in but and last - first > ALLOWED.get(field.name, 0):
            found.append(f"{field.name} grew from {first:,} to {last:,}")
    return found
