"""Private files: readable by their owner only, written whole or not at all.

Everything the program writes outside a database goes through here. Read at start: imports only what is there anyway.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import TYPE_CHECKING, Final

from zoomgov.disk.ownership import expect_own

if TYPE_CHECKING:
    from pathlib import Path

_CREATE: Final = os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
"""O_EXCL refuses a link, too; O_NOFOLLOW says so once more. Windows needs O_BINARY, or it rewrites line ends."""


def write_private(path: Path, content: str | bytes, *, replace: bool, durable: bool = True) -> None:
    """Write `content` to `path`: mode 0600 whatever the umask, and never half of it, even if the process is killed.

    It is written to a temporary file in the same folder, which is then renamed. A link at `path` is never followed: it
    counts as a file that is there, and is replaced itself.

    Args:
        content: text is written as UTF-8, its line ends as they are.
        replace: whether an older file may be replaced. Without, the name is claimed with O_EXCL first.
        durable: flush to disk before the rename, so that a power failure leaves the old or the new content. Not
            needed for what may be lost.

    Raises:
        FileExistsError: something is there, and `replace` is False; it is unchanged.
        OSError: it cannot be written; an older file is unchanged.
    """
    data = content.encode() if isinstance(content, str) else content
    if not replace and os.path.lexists(path):
        raise _exists(path)
    temporary = path.with_name(f".zoomgov-{os.urandom(8).hex()}.tmp")
    try:
        with os.fdopen(_create(temporary), "wb") as file:
            file.write(data)
        put_in_place(temporary, path, replace=replace, durable=durable)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def put_in_place(finished: Path, path: Path, *, replace: bool = True, durable: bool = True) -> None:
    """Rename a finished file, which lies on the same disk, to `path`; mode 0600.

    Args:
        replace: over an older one. Without, the name is claimed with O_EXCL first.

    Raises:
        FileExistsError: something is there, and `replace` is False; it is unchanged.
        OSError: it cannot be renamed; the older file is unchanged.
    """
    finished.chmod(0o600)
    if durable:
        sync_to_disk(finished)
    if not replace:
        _claim(path)
    try:
        os.replace(finished, path)
    except BaseException:
        if not replace:
            with contextlib.suppress(OSError):
                path.unlink()
        raise
    if durable:
        sync_to_disk(path.parent)


def sync_to_disk(path: Path) -> None:
    """Flush a file, or the names in a folder, to disk, where the file system can."""
    is_folder = path.is_dir()
    if is_folder and os.name == "nt":
        return  # Windows opens no folders
    descriptor = os.open(path, os.O_RDONLY if is_folder or os.name != "nt" else os.O_RDWR)
    try:
        with contextlib.suppress(OSError):  # not every file system can; the rename still holds
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_private_folder(folder: Path) -> None:
    """Create `folder` and the folders above it that are missing, each with mode 0700.

    Raises:
        OSError: one cannot be created.
    """
    missing = [above for above in (folder, *folder.parents) if not above.exists()]
    for above in reversed(missing):
        above.mkdir(mode=0o700, exist_ok=True)
        if os.name == "posix":
            above.chmod(0o700)  # whatever the umask


def create_private(path: Path) -> None:
    """Create `path`, empty (0600), and its folder; close a file that is there to others.

    SQLite gives its -wal and -shm files the mode of the database, so they follow. A file that is there is not opened:
    to close a descriptor of a database drops the locks this process holds on it through SQLite (POSIX).

    Raises:
        OSError: the folder or the file cannot be created.
        ForeignError: it, or its folder, belongs to somebody else or can be changed by others.
    """
    make_private_folder(path.parent)
    expect_own(path)
    with contextlib.suppress(FileExistsError):
        os.close(_create(path))
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _create(path: Path) -> int:
    """Create a file that is not there, mode 0600 whatever the umask; returns its descriptor, open for writing."""
    descriptor = os.open(path, _CREATE | os.O_WRONLY, 0o600)
    try:
        if sys.platform != "win32":
            os.fchmod(descriptor, 0o600)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _claim(path: Path) -> None:
    try:
        os.close(_create(path))
    except FileExistsError:
        raise _exists(path) from None


def _exists(path: Path) -> FileExistsError:
    return FileExistsError(errno.EEXIST, "it is there already, and was left as it is", str(path))
