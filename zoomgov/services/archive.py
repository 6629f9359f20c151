"""The file of a backup: a zip with a manifest, and what is refused when one is opened.

A backup that is restored comes from outside. Only names that are listed here are taken out of it, each once, as plain
files of the size and check sum that the manifest tells.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import stat
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from zoomgov.disk.files import create_private
from zoomgov.services.problems import Problem
from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import IO

FORMAT: Final = 1
KIND: Final = "zoomgov-backup"
MANIFEST: Final = "manifest.json"
REGISTRY: Final = "connectors.sqlite3"
SESSION: Final = "screen.json"
SETTINGS: Final = "settings.toml"
ID: Final = re.compile(r"[0-9a-f]{16}")
"""A connector's id, which is a part of file names."""
STORE: Final = re.compile(rf"stores/({ID.pattern})\.sqlite3")
VIEWS: Final = re.compile(rf"browse/({ID.pattern})\.json")
_NAMES: Final = re.compile(
    "|".join((re.escape(REGISTRY), re.escape(SESSION), re.escape(SETTINGS), STORE.pattern, VIEWS.pattern))
)
"""Everything a backup may hold beside its manifest."""
_CHUNK: Final = 1 << 20
_MOST_MANIFEST: Final = 4 << 20
"""Bytes; some 100 are needed for each file."""
_SMALL: Final = 64 << 20
"""Bytes unpacked that are never called too many for the archive they come from."""
_MOST_RATIO: Final = 200
"""Bytes unpacked for each byte of the archive; SQLite files give 3 to 20."""
_BROKEN: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    KeyError,
    OverflowError,
)
"""What the archive library raises for files that are none, or were made to break it."""


class Entry(msgspec.Struct, frozen=True):
    """One file of a backup."""

    name: str
    size: Annotated[int, msgspec.Meta(ge=0)]
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says of itself."""

    kind: str
    version: int
    program: str
    """The version of zoomgov that wrote it."""
    created_at: str
    """ISO 8601, UTC."""
    registry_schema: int
    store_schema: int
    files: list[Entry]
    missing: list[str] = []
    """Names of connectors whose store was not where it should be."""


def entry_of(folder: Path, name: str) -> Entry:
    """The entry of a file below `folder`."""
    path = folder / name
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return Entry(name, path.stat().st_size, digest)


def pack(folder: Path, manifest: Manifest, archive: Path, on_bytes: Callable[[int, int], None]) -> None:
    """Write `archive` from the files of `manifest` below `folder`.

    Args:
        on_bytes: told how many bytes are packed, of how many; what it raises ends the packing.
    """
    total, done = sum(entry.size for entry in manifest.files), 0
    create_private(archive)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        packed.writestr(_info(MANIFEST), msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        for entry in manifest.files:
            to = packed.open(_info(entry.name), "w", force_zip64=True)
            with (folder / entry.name).open("rb") as source, to:
                while chunk := source.read(_CHUNK):
                    to.write(chunk)
                    done += len(chunk)
                    on_bytes(done, total)


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = (stat.S_IFREG | 0o600) << 16
    return info


class Archive:
    """A backup that is open, and whose names and sizes were found in order."""

    def __init__(self, packed: zipfile.ZipFile, manifest: Manifest) -> None:
        self.manifest = manifest
        self._packed = packed

    @property
    def size(self) -> int:
        """Bytes unpacked."""
        return sum(entry.size for entry in self.manifest.files)

    def unpack(self, folder: Path, on_bytes: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Write every file below `folder`, which is empty, each mode 0600.

        Raises:
            Problem: a file is not what the manifest says.
            OSError: it cannot be written.
        """
        done = 0
        for entry in self.manifest.files:
            digest, left = hashlib.sha256(), entry.size
            create_private(folder / entry.name)
            with broken(), self._packed.open(entry.name) as source, (folder / entry.name).open("r+b") as target:
                while chunk := source.read(min(_CHUNK, left + 1)):
                    left -= len(chunk)
                    if left < 0:
                        raise refusal(f"{entry.name} is longer than it says.")
                    digest.update(chunk)
                    target.write(chunk)
                    done += len(chunk)
                    on_bytes(done, self.size)
            if left or digest.hexdigest() != entry.sha256:
                raise refusal(f"{entry.name} is not what was saved: its check sum differs.")


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open the backup at `path`; nothing is unpacked yet.

    Raises:
        Problem: it is none, was written by a newer zoomgov, or has something in it that no backup has.
        OSError: it cannot be read.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise Problem(f"{printable(path)} is not a file.", "Nothing was restored.", "Name the file of a backup.")
    with path.open("rb") as file, _opened(file, path) as packed:
        manifest = _manifest(packed, path)
        _check_names(packed, manifest)
        archive = Archive(packed, manifest)
        if archive.size > max(_SMALL, _MOST_RATIO * path.stat().st_size):
            raise refusal(f"It would grow to {archive.size:,} bytes, which no backup of this size does.")
        yield archive


def expect_room(folder: Path, size: int) -> None:
    """Check that `size` bytes fit on the disk of `folder`.

    Raises:
        Problem: they do not.
    """
    free = shutil.disk_usage(folder).free
    if size > free:
        raise Problem(
            f"The backup needs {size // 1_000_000 + 1:,} MB; {free // 1_000_000:,} MB are free on the disk of "
            f"{printable(folder)}.",
            "Nothing was restored, and nothing has changed.",
            "Free some space, then restore again.",
        )


@contextmanager
def _opened(file: IO[bytes], path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        packed = zipfile.ZipFile(file)
    except _BROKEN:
        raise _no_backup(path) from None
    with packed:
        yield packed


def _manifest(packed: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        info = packed.getinfo(MANIFEST)
        if info.file_size > _MOST_MANIFEST or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refusal("Its manifest is too large.")
        with packed.open(info) as content:
            text = content.read(_MOST_MANIFEST + 1)
        head = msgspec.json.decode(text, type=_Head)
    except (*_BROKEN, msgspec.DecodeError, RecursionError):
        raise _no_backup(path) from None
    if head.kind != KIND:
        raise _no_backup(path)
    if head.version > FORMAT:
        raise Problem(
            f"{printable(path)} was written by a newer zoomgov ({printable(head.program)[:40]}).",
            "Nothing was restored, and nothing has changed.",
            "Update zoomgov, then restore again.",
        )
    try:
        return msgspec.json.decode(text, type=Manifest)
    except (msgspec.DecodeError, RecursionError):
        raise refusal("Its manifest cannot be read.") from None


class _Head(msgspec.Struct):
    kind: str
    version: int
    program: str = ""


def _check_names(packed: zipfile.ZipFile, manifest: Manifest) -> None:
    """Expect the files of the manifest and no others, each once, as plain files."""
    listed = [entry.name for entry in manifest.files]
    found = [info.orig_filename for info in packed.infolist()]
    for name in (*listed, *found):
        if name != MANIFEST and not _NAMES.fullmatch(name):
            raise refusal(f"There is {printable(name)[:80]!r} in it, which no backup has.")
    if sorted([*listed, MANIFEST]) != sorted(found):
        raise refusal("It holds other files than its manifest says.")
    sizes = {entry.name: entry.size for entry in manifest.files}
    for info in packed.infolist():
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or info.is_dir():
            raise refusal(f"{info.filename} in it is a link or a folder.")
        if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refusal(f"{info.filename} in it is packed in a way that backups are not.")
        if info.file_size != sizes.get(info.filename, info.file_size):
            raise refusal(f"{info.filename} has another size than its manifest says.")
    if REGISTRY not in listed:
        raise refusal("There is no list of connectors in it.")


@contextmanager
def broken() -> Iterator[None]:
    """Turn what the archive library raises into a `Problem`."""
    try:
        yield
    except _BROKEN as error:
        raise refusal(f"It is damaged ({type(error).__name__}).") from None


def _no_backup(path: Path) -> Problem:
    return Problem(
        f"{printable(path)} is no backup of zoomgov.",
        "Nothing was restored, and nothing has changed.",
        "Name a file that was written by zoomgov backup FILE.",
    )


def refusal(why: str) -> Problem:
    """A backup that is not believed, and that nothing has changed."""
    return Problem(
        "This backup was not restored.",
        f"{why} Nothing has changed.",
        "Copy the file again from where it was made, or use another one.",
    )
