"""How an export gets into its place: a private working folder beside it, then a rename; archives and check sums."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zipfile
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zoomgov.disk.errors import StoreError
from zoomgov.disk.files import sync_to_disk
from zoomgov.disk.locks import ProcessLock, was_abandoned
from zoomgov.export.model import ExportError, Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Buffer

    from zoomgov.export.model import Watch

SUMS: Final = "SHA256SUMS"
_CHUNK: Final = 1 << 20
_LOCK: Final = "process"
_UNFINISHED: Final = "files"
_OLDER: Final = "older"


class Packing(FileIO):
    """The file an archive library writes to, which reports progress and may cancel.

    After an error it swallows further writes, because archives write their end when they are closed or collected.
    """

    def __init__(self, path: Path, watch: Watch) -> None:
        super().__init__(path, "wb")
        self._watch = watch
        self._failed = False

    def write(self, data: Buffer, /) -> int:
        """Write, unless the export was cancelled."""
        if self._failed:
            return memoryview(data).nbytes
        try:
            self._watch.tell(Progress("", 0, None, "packing"))
            return super().write(data)
        except BaseException:
            self._failed = True
            raise


@contextmanager
def working_folder(destination: Path) -> Iterator[Path]:
    """Yield a private folder beside `destination` for everything unfinished; it is removed whatever happens.

    On the same disk, so that the finished file can be renamed into place, and not in /tmp, which is no place for
    people's data. What a killed export left beside `destination` is removed as well.

    Raises:
        ExportError: nothing can be written there.
    """
    _clear_up(destination.parent)
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{destination.name[:80]}.", suffix=".part", dir=destination.parent))
    except OSError as error:
        raise ExportError(f"Nothing can be written in {destination.parent}: {error.strerror}.") from None
    lock = None
    try:
        with suppress(StoreError):  # not every network disk has locks; what is left behind there stays
            lock = ProcessLock(folder / _LOCK, "")
        unfinished = folder / _UNFINISHED
        unfinished.mkdir(mode=0o700)
        yield unfinished
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise ExportError(f"{destination} could not be written: {error.strerror or error}. Nothing was.") from error
    finally:
        if lock is not None:
            lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def _clear_up(folder: Path) -> None:
    """Remove the working folders that killed exports left in `folder`, and nothing else.

    A lock that is free while its text is still there belonged to a process that was killed. If that process had moved
    an older export aside, it is put back.
    """
    for left in folder.glob(".*.part"):
        if was_abandoned(left / _LOCK):
            with suppress(OSError):
                for older in (left / _UNFINISHED / _OLDER).glob("*"):
                    if not (folder / older.name).exists():
                        os.rename(older, folder / older.name)
                shutil.rmtree(left)


def check_destination(destination: Path, *, folder: bool) -> Path:
    """Return the absolute path to write, following a link.

    Raises:
        ExportError: it is no place for this.
    """
    path = Path(os.path.realpath(destination.expanduser()))
    if not path.parent.is_dir():
        raise ExportError(f"There is no folder {path.parent}.")
    if folder:
        if path.exists() and not path.is_dir():
            raise ExportError(f"{path} is a file, and several are to be written: name a folder, or a .zip.")
    elif path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "not a file"
        raise ExportError(f"{path} is {kind}. Name a file.")
    return path


def put_folder(finished: Path, destination: Path, ours: Callable[[str], bool]) -> None:
    """Put a finished folder in its place; an older export there is replaced as a whole.

    Raises:
        ExportError: there are files in it that no export made.
    """
    for file in finished.iterdir():
        os.chmod(file, 0o600)
        sync_to_disk(file)
    os.chmod(finished, 0o700)
    sync_to_disk(finished)
    older = None
    if destination.exists():
        strange = sorted(entry.name for entry in destination.iterdir() if not ours(entry.name))
        if strange:
            raise ExportError(
                f"{destination} has other files in it ({strange[0]} ...). Name an empty or a new folder; "
                "nothing was written."
            )
        older = finished.with_name(_OLDER) / destination.name
        older.parent.mkdir()
        os.rename(destination, older)
    try:
        os.rename(finished, destination)
    except OSError:
        if older is not None:
            os.rename(older, destination)
        raise
    sync_to_disk(destination.parent)


def zip_folder(folder: Path, archive: Path, at: str, watch: Watch) -> None:
    """Pack the files of `folder`, each with the time `at`, so that the same files give the same archive."""
    year, month, day, hour, minute, second = (
        int(at[a:b]) for a, b in ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))
    )
    found = sorted(folder.iterdir())
    size, done = sum(file.stat().st_size for file in found), 0
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for file in found:
            entry = zipfile.ZipInfo(file.name, (year, month, day, hour, minute, second))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            with file.open("rb") as source, packed.open(entry, "w", force_zip64=True) as target:
                while chunk := source.read(_CHUNK):
                    target.write(chunk)
                    done += len(chunk)
                    watch.tell(Progress("", done, size, "packing"))


def sums(files: list[Path]) -> str:
    """Return the SHA-256 of each file as `sha256sum -c` reads it."""
    lines = []
    for file in files:
        with file.open("rb") as content:
            lines.append(f"{hashlib.file_digest(content, 'sha256').hexdigest()}  {file.name}\n")
    return "".join(lines)
