"""The working folder of an export: private, beside the destination, and removed whatever happens.

The destination may lie in a folder that others write to, or in a repository that others made. So nothing is moved or
deleted by its name alone: a working folder is known by its device and inode, must be ours and closed to others, and is
opened without following links. Those of exports that were killed are found by records in the program's own data
folder, never by looking around at the destination.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zoomgov.disk.errors import StoreError
from zoomgov.disk.locks import ProcessLock, left_behind
from zoomgov.export.model import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDER: Final = "older"
"""Folder within the unfinished files that holds the older export while the new one is put in its place."""
_UNFINISHED: Final = "files"
_FOLDER: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_BY_DESCRIPTOR: Final = os.name == "posix"
"""Windows opens no folders; there others cannot make links without being administrators."""
_DESCRIPTORS: Final = Path("/proc/self/fd")


@contextmanager
def working_folder(destination: Path, records: Path) -> Iterator[Path]:
    """Yield a private folder beside `destination` for everything unfinished; it is removed whatever happens.

    On the same disk, so that the finished file can be renamed into place, and not in /tmp, where people's data
    has no business. What exports that were killed left behind is removed as well, as far as `records` knows of it.

    Args:
        records: a folder of ours; created if it is missing. Where that cannot be written, nothing is recorded.

    Raises:
        ExportError: nothing can be written there.
    """
    _clear_up(records)
    try:
        made = _Made.beside(destination)
    except OSError as error:
        raise ExportError(f"Nothing can be written in {destination.parent}: {error.strerror}.") from None
    lock = None
    record = records / os.urandom(16).hex()
    try:
        with suppress(StoreError):  # a data folder that cannot be written to, or a disk without locks
            lock = ProcessLock(record, "", about=made.facts(destination.name))
        yield made.unfinished()
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise ExportError(f"{destination} could not be written: {error.strerror or error}. Nothing was.") from error
    finally:
        made.remove()
        if lock is not None:
            lock.release()
            with suppress(OSError):
                record.unlink()


def _clear_up(records: Path) -> None:
    """Remove what exports that were killed left behind, and put an older export back that was on its way out.

    A record is there without its lock only when the process was killed.
    """
    try:
        found = sorted(records.iterdir())
    except OSError:
        return
    for record in found:
        about = left_behind(record)
        if about is None:
            continue
        with suppress(OSError, KeyError, TypeError, ValueError):
            made = _Made.again(about)
            try:
                made.put_back(str(about["name"]))
            finally:
                made.remove()
        with suppress(OSError):
            record.unlink()


def _is_private(folder: os.stat_result) -> bool:
    """Whether a folder is ours and nobody else may use it. Windows has no modes: there it is taken as given."""
    if sys.platform == "win32":
        return True
    return folder.st_uid == os.geteuid() and not folder.st_mode & 0o077


class _Made:
    """A folder that an export made, held open so that nothing else can take its place."""

    def __init__(self, path: Path, expected: tuple[int, int] | None) -> None:
        """Open `path`, which must be `expected`: device and inode; None for one that was made just now.

        Raises:
            OSError: it is not there, or is not the folder that was made: a link, or something of somebody else's.
        """
        self.path = path
        self._inside: int | None = None
        self._descriptor = os.open(path, _FOLDER) if _BY_DESCRIPTOR else None
        try:
            found = os.lstat(path) if self._descriptor is None else os.fstat(self._descriptor)
            self._identity = found.st_dev, found.st_ino
            if expected is None:
                expected = self._identity if not os.listdir(self._at()) else None
            if self._identity != expected or not _is_private(found):
                raise PermissionError(1, "the working folder was replaced by somebody else")
        except BaseException:
            self._close()
            raise

    @classmethod
    def beside(cls, destination: Path) -> _Made:
        return cls(
            Path(tempfile.mkdtemp(prefix=f".{destination.name[:80]}.", suffix=".part", dir=destination.parent)), None
        )

    @classmethod
    def again(cls, about: dict[str, object]) -> _Made:
        """Open one of an earlier run by its record."""
        return cls(Path(str(about["folder"])), (int(str(about["device"])), int(str(about["inode"]))))

    def facts(self, name: str) -> dict[str, object]:
        """What is recorded: enough to know it again, and `name`, what the finished export is called."""
        return {"folder": str(self.path), "device": self._identity[0], "inode": self._identity[1], "name": name}

    def unfinished(self) -> Path:
        """Make the folder for unfinished files. Its path leads through the open descriptor where the system can."""
        if self._descriptor is None:
            (self.path / _UNFINISHED).mkdir()
            return self.path / _UNFINISHED
        os.mkdir(_UNFINISHED, 0o700, dir_fd=self._descriptor)
        self._inside = os.open(_UNFINISHED, _FOLDER, dir_fd=self._descriptor)
        through = _DESCRIPTORS / str(self._inside)
        return through if through.exists() else self.path / _UNFINISHED

    def put_back(self, name: str) -> None:
        """Move the older export called `name` back to its place, if it is in here and its place is free."""
        if self._descriptor is None or os.path.basename(name) != name:
            return
        opened = [self._descriptor]
        try:
            for step in (_UNFINISHED, OLDER):
                opened.append(os.open(step, _FOLDER, dir_fd=opened[-1]))
            opened.append(os.open(self.path.parent, os.O_RDONLY))
            if name in os.listdir(opened[-2]) and name not in os.listdir(opened[-1]):
                os.rename(name, name, src_dir_fd=opened[-2], dst_dir_fd=opened[-1])
        except FileNotFoundError:
            pass  # there was no older one
        finally:
            for descriptor in opened[1:]:
                os.close(descriptor)

    def remove(self) -> None:
        """Remove it with all that is in it, and nothing else, whatever lies at its path by now."""
        with suppress(OSError):
            if self._descriptor is None:
                found = os.lstat(self.path)
                if (found.st_dev, found.st_ino) == self._identity:
                    shutil.rmtree(self.path, ignore_errors=True)
            else:
                _empty(self._descriptor)
                os.rmdir(self.path)  # which removes no link, and nothing that is not empty
        self._close()

    def _at(self) -> int | Path:
        return self.path if self._descriptor is None else self._descriptor

    def _close(self) -> None:
        for descriptor in (self._inside, self._descriptor):
            if descriptor is not None:
                os.close(descriptor)
        self._inside = self._descriptor = None


def _empty(folder: int) -> None:
    """Delete all that is in an open folder; links themselves, not what they lead to."""
    with os.scandir(folder) as found:
        entries = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in found]
    for name, is_folder in entries:
        if is_folder:
            shutil.rmtree(name, ignore_errors=True, dir_fd=folder)
        else:
            os.unlink(name, dir_fd=folder)
