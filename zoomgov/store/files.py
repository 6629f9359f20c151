"""Files only their owner can read, and a lock that dies with its process."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from typing import TYPE_CHECKING, Final

from zoomgov.store.errors import StoreBusy, StoreError

if TYPE_CHECKING:
    from pathlib import Path

_LOCK_OFFSET: Final = 1 << 30
"""Windows locks bytes, and a locked byte cannot be read: lock one far behind the text."""
_ATTEMPTS: Final = 20


def create_private(path: Path) -> None:
    """Create `path` (0600) and the folders it lacks (0700); close an existing file to others.

    SQLite gives its -wal and -shm files the mode of the database, so they follow.

    Raises:
        StoreError: the folder or the file cannot be written.
    """
    try:
        missing = [folder for folder in (path.parent, *path.parent.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        if path.stat().st_mode & 0o077 and os.name == "posix":
            path.chmod(0o600)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror}. Check the folder's owner and its rights."
        ) from error


class SyncLock:
    """The right to sync one store, held by the operating system.

    The lock is on an open file, so it goes with the process however that ends: a dead sync never
    blocks the next. The text in the file (process id, start) is only for the message.

    Raises:
        StoreBusy: someone else holds it, in this process or another.
    """

    def __init__(self, path: Path, since: str) -> None:
        create_private(path)
        self._descriptor: int | None = _take(path)
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, json.dumps({"pid": os.getpid(), "since": since}).encode())

    def release(self) -> None:
        """Give the lock back; harmless when given back already."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None


def is_locked(path: Path) -> bool:
    """Whether someone holds the lock at `path`, in this process or another."""
    if not path.exists():
        return False
    try:
        os.close(_take(path))
    except StoreBusy:
        return True
    return False


def _take(path: Path) -> int:
    """Return a descriptor that holds the lock.

    A holder without text only looks whether the lock is free, or is about to write its text: that takes a moment.
    """
    descriptor = os.open(path, os.O_RDWR)
    for attempts_left in reversed(range(_ATTEMPTS)):
        try:
            _lock(descriptor)
            return descriptor
        except OSError:
            holder = _read_holder(descriptor)
            if holder[0] is None and attempts_left:
                time.sleep(0.005)
                continue
            os.close(descriptor)
            raise StoreBusy(*holder) from None
    raise AssertionError  # the loop returns or raises


def _read_holder(descriptor: int) -> tuple[int | None, str]:
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        holder = json.loads(os.read(descriptor, 400))
        return int(holder["pid"]), str(holder["since"])
    except (OSError, ValueError, KeyError, TypeError):
        return None, ""


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCK_OFFSET, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
