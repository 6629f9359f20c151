"""A lock between processes that dies with its process."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from zoomgov.disk.errors import StoreBusy, not_writable
from zoomgov.disk.files import create_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LOCK_OFFSET: Final = 1 << 30
"""Windows locks bytes, and a locked byte cannot be read: lock one far behind the text."""
_TEXT: Final = 1 << 16
"""Bytes; there are two paths in it at most."""
_ATTEMPTS: Final = 20
_ATTEMPTS_WITH_HOLDER: Final = 4
"""Attempts after which a holder that has written its text is believed to hold the lock."""


class ProcessLock:
    """An exclusive right, e.g. to sync one store, held as a lock of the operating system on an open file.

    The system releases it when the process ends, however that happens: a killed sync never blocks the next one. The
    file holds `{"pid": ..., "since": ...}` for the message to whoever comes second, and tells who left it behind.

    Raises:
        StoreBusy: someone else holds it, in this process or another.
        StoreError: the file cannot be created or opened.
    """

    def __init__(self, path: Path, since: str, about: Mapping[str, object] = MappingProxyType({})) -> None:
        """Take the lock; `about` is written into the file as well, for `left_behind`. At most `_TEXT` bytes in all."""
        try:
            create_private(path)
            descriptor = os.open(path, os.O_RDWR)
        except OSError as error:
            raise not_writable(path, error) from error
        self._descriptor: int | None = _take(descriptor)
        with contextlib.suppress(OSError):  # on a full disk the lock holds without its text
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, json.dumps({"pid": os.getpid(), "since": since, **about}).encode())

    def release(self) -> None:
        """Release the lock; harmless when it was released already."""
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


def left_behind(path: Path) -> dict[str, object] | None:
    """What the process that held the lock at `path` wrote, if it was killed: nobody holds the lock. Else None."""
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    try:
        written = _read(descriptor)
    finally:
        os.close(descriptor)
    # without a text it is about to be taken, or was given back
    return written if written.get("pid") is not None and not is_locked(path) else None


def _take(descriptor: int) -> int:
    """Lock an open file and return its descriptor; closed when someone else holds the lock.

    `is_locked` holds the lock for an instant, perhaps while the text of a killed process is still there; and a new
    holder writes its text just after taking the lock. So several attempts are made before `StoreBusy` is raised.
    """
    for attempts_left in reversed(range(_ATTEMPTS)):
        try:
            _lock(descriptor)
            return descriptor
        except OSError:
            holder = _read_holder(descriptor)
            if attempts_left > (0 if holder[0] is None else _ATTEMPTS - _ATTEMPTS_WITH_HOLDER):
                time.sleep(0.005)
                continue
            os.close(descriptor)
            raise StoreBusy(*holder) from None
    raise AssertionError  # the loop returns or raises


def _read_holder(descriptor: int) -> tuple[int | None, str]:
    """Process id and start as the holder wrote them; (None, "") when there is no such text."""
    try:
        holder = _read(descriptor)
        return int(str(holder["pid"])), str(holder["since"])
    except (ValueError, KeyError):
        return None, ""


def _read(descriptor: int) -> dict[str, object]:
    """What the holder wrote; {} when it is no such text."""
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        holder = json.loads(os.read(descriptor, _TEXT))
    except (OSError, ValueError, RecursionError):
        return {}
    return holder if isinstance(holder, dict) else {}


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
