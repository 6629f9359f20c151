"""Files only their owner can read, and a lock that dies with its process."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from typing import TYPE_CHECKING, Final

from zoomgov.disk.database import obstacle
from zoomgov.disk.errors import StoreBusy, StoreError

if TYPE_CHECKING:
    from pathlib import Path

_LOCK_OFFSET: Final = 1 << 30
"""Windows locks bytes, and a locked byte cannot be read: lock one far behind the text."""
_ATTEMPTS: Final = 20
_SURE_AFTER: Final = 4
"""Attempts after which a holder with a text is believed to be one."""


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
        remedy = obstacle(error, path.parent) or "Check the folder's owner and its rights."
        raise StoreError(f"{path} cannot be written: {error.strerror}. {remedy}") from error


class ProcessLock:
    """A right that one process has at a time, e.g. to sync one store, held by the operating system.

    The lock is on an open file, so it goes with the process however that ends: a dead sync never
    blocks the next. The text in the file (process id, start) is for the message, and tells who left it behind.

    Raises:
        StoreBusy: someone else holds it, in this process or another.
    """

    def __init__(self, path: Path, since: str) -> None:
        create_private(path)
        self._descriptor: int | None = _take(path)
        with contextlib.suppress(OSError):  # on a full disk the lock holds without its text
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
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:  # nobody can hold what is not there, or what may not be opened
        return False
    try:
        _lock(descriptor, shared=True)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def was_abandoned(path: Path) -> bool:
    """Whether the process that held the lock at `path` was killed: its text is there, and nobody holds it."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        pid, _ = _read_holder(descriptor)
    finally:
        os.close(descriptor)
    return pid is not None and not is_locked(path)  # without a text it is about to be taken, or was given back


def _take(path: Path) -> int:
    """Return a descriptor that holds the lock.

    Whoever only looks whether it is free holds it for a moment, beside the text of one that was killed perhaps; and
    a new holder is about to write its text. So it is tried again before somebody is told to be in the way.
    """
    descriptor = os.open(path, os.O_RDWR)
    for attempts_left in reversed(range(_ATTEMPTS)):
        try:
            _lock(descriptor)
            return descriptor
        except OSError:
            holder = _read_holder(descriptor)
            if attempts_left > (0 if holder[0] is None else _ATTEMPTS - _SURE_AFTER):
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

    def _lock(descriptor: int, *, shared: bool = False) -> None:
        os.lseek(descriptor, _LOCK_OFFSET, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int, *, shared: bool = False) -> None:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
