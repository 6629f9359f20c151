"""How a finished export gets into its place: check the place, rename; archives and check sums."""

from __future__ import annotations

import hashlib
import os
import zipfile
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zoomgov.disk.files import sync_to_disk
from zoomgov.export.model import ExportError, Progress
from zoomgov.export.working import OLDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

    from zoomgov.export.model import Watch

SUMS: Final = "SHA256SUMS"
_CHUNK: Final = 1 << 20


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


def check_destination(destination: Path, *, folder: bool) -> Path:
    """Return the absolute path to write.

    A link there is refused, wherever it leads: in a folder that others may write to, somebody else may have put it
    there to have a file of ours replaced.

    Raises:
        ExportError: it is no place for this.
    """
    path = Path(os.path.abspath(destination.expanduser()))
    if not path.parent.is_dir():
        raise ExportError(f"There is no folder {path.parent}.")
    _refuse_link(path)
    if folder:
        if path.exists() and not path.is_dir():
            raise ExportError(f"{path} is a file, and several are to be written: name a folder, or a .zip.")
    elif path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "not a file"
        raise ExportError(f"{path} is {kind}. Name a file.")
    return path


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        raise ExportError(
            f"{path} is a link to {os.readlink(path)}. Name that, or remove the link; nothing was written."
        )


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
    _refuse_link(destination)
    if destination.exists():
        _refuse_strange(destination, destination, ours)
        older = finished.with_name(OLDER) / destination.name
        older.parent.mkdir(mode=0o700)
        os.rename(destination, older)
    try:
        if older is not None:  # looked at once more, where nobody else can put anything into it
            _refuse_strange(older, destination, ours)
        os.rename(finished, destination)
    except (OSError, ExportError):
        if older is not None:
            os.rename(older, destination)
        raise
    sync_to_disk(destination.parent)


def _refuse_strange(folder: Path, destination: Path, ours: Callable[[str], bool]) -> None:
    """Refuse a folder that has anything in it but what exports write: files of these names."""
    _refuse_link(folder)
    with os.scandir(folder) as found:
        strange = sorted(
            entry.name for entry in found if not (ours(entry.name) and entry.is_file(follow_symlinks=False))
        )
    if strange:
        raise ExportError(
            f"{destination} has other files in it ({strange[0]} ...). Name an empty or a new folder; "
            "nothing was written."
        )


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
