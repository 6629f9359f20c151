"""Writing an export: which tables, in which files, put in place when everything is written."""

from __future__ import annotations

import os
import shlex
import sqlite3
import sys
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from zoomgov.disk.files import put_in_place, write_private
from zoomgov.export import files
from zoomgov.export.about import about, about_lines
from zoomgov.export.model import WHOLE, ExportError, Format, OneTable, TableName, Watch, WholeSync, Written
from zoomgov.export.tables import Table, changes_table, one_table, whole_table
from zoomgov.export.working import working_folder
from zoomgov.model.changes import Changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zoomgov.export.model import Cancelled, OnProgress
    from zoomgov.model.syncs import SyncInfo
    from zoomgov.store.reader import Reader
    from zoomgov.store.snapshot import Snapshot

What = WholeSync | OneTable | Changes

_TO_STDOUT: Final = (Format.CSV, Format.JSON, Format.JSONL)
_ONE_TABLE_A_FILE: Final = (Format.CSV, Format.PARQUET)
_NEEDS: Final = {Format.XLSX: "XlsxWriter", Format.PARQUET: "pyarrow", Format.C1Z: "zstandard"}
"""Formats that need a library; imported by the same name in lower case."""
_EVERYTHING: Final = WholeSync()


def write_export(
    reader: Reader,
    form: Format,
    destination: Path | BinaryIO,
    *,
    connector: str,
    what: What = _EVERYTHING,
    sha256: bool = False,
    on_progress: OnProgress | None = None,
    cancelled: Cancelled | None = None,
) -> Written:
    """Write what `reader` reads. Blocks for as long as it takes: for a worker thread.

    CSV and Parquet hold one table a file: several make a folder, or an archive when the name ends in .zip. A .c1z
    of changes holds both syncs whole, for `baton diff`.

    Args:
        destination: a path, or the stream to write to, for formats that can be streamed.
        connector: its name, to be found in the file.
        sha256: also write check sums: FILE.sha256 beside a file, SHA256SUMS in a folder.
        on_progress: called from this thread for every thousand rows.
        cancelled: asked as often; True stops the export.

    Raises:
        ExportError: nothing was written (ExportCancelled: because it was stopped).
        StoreError: a sync is not kept any longer, or the store cannot be read.
    """
    sync = reader.sync
    if sync is None:
        raise ExportError("Nothing has been synced yet.")
    _check(form, what, destination, sha256)
    watch = Watch(on_progress, cancelled)
    job = _Job(reader, sync, form, connector, what, watch)
    if not isinstance(destination, Path):
        with reader.snapshot() as at:
            tables = job.tables(at)
            job.stream(tables, destination)
            return Written(None, {str(table.name): table.written for table in tables})
    several = form in _ONE_TABLE_A_FILE and isinstance(what, WholeSync)
    packed = several and destination.suffix.lower() == ".zip"
    if several and not packed and destination.suffix.lower() == f".{form}":
        raise ExportError(f"A whole sync is several {form} files: name a folder or a .zip, or choose one table.")
    path = files.check_destination(destination, folder=several and not packed)
    with working_folder(path, reader.path.parent / "exports") as folder:
        if several:
            rows = job.write_several(folder / "tables", sha256=sha256 and not packed)
            if not packed:
                files.put_folder(folder / "tables", path, lambda name: _is_ours(name, form))
                return Written(path, rows, path / files.SUMS if sha256 else None)
            files.zip_folder(folder / "tables", folder / path.name, sync.finished_at, watch)
        else:
            rows = job.write_one(folder / path.name, folder)
        return Written(path, rows, _put(folder / path.name, path, sha256=sha256))


def _check(form: Format, what: What, destination: Path | BinaryIO, sha256: bool) -> None:
    if (command := install_command(form)) is not None:
        raise ExportError(f"Writing {form} needs {_NEEDS[form]}, which is not installed. Install it: {command}")
    if form is Format.C1Z and isinstance(what, OneTable):
        raise ExportError("A .c1z file holds whole syncs. For one table, or some rows, choose another format.")
    if not isinstance(destination, Path):
        if form not in _TO_STDOUT:
            raise ExportError(f"{form} cannot be written to standard output: name a file.")
        if form is Format.CSV and isinstance(what, WholeSync):
            raise ExportError("A whole sync is several CSV files: choose one table, or json or jsonl.")
        if sha256:
            raise ExportError("A check sum needs a file to lie beside.")


def install_command(form: Format) -> str | None:
    """The one command that installs what a format needs into where zoomgov runs; None when nothing is missing."""
    library = _NEEDS.get(form)
    if library is None or find_spec(library.lower()) is not None:
        return None
    parts = Path(sys.prefix).parts
    if "pipx" in parts:
        return f"pipx inject zoomgov {library}"
    python = shlex.quote(sys.executable)
    if "uv" in parts:
        return f"uv pip install --python {python} {library}"
    return f"{python} -m pip install {library}"


def is_occupied(destination: Path) -> bool:
    """Whether an export to this path would replace something."""
    path = destination.expanduser()
    return os.path.lexists(path) and (path.is_symlink() or not path.is_dir() or any(path.iterdir()))


def _is_ours(name: str, form: Format) -> bool:
    stem, _, suffix = name.rpartition(".")
    return name == files.SUMS or (suffix == form and stem in {"about", *map(str, WHOLE)})


def _put(finished: Path, path: Path, *, sha256: bool) -> Path | None:
    if not sha256:
        put_in_place(finished, path)
        return None
    sums = finished.with_name(f"{path.name}.sha256")
    write_private(sums, files.sums([finished]), replace=False, durable=False)
    beside = files.check_destination(path.with_name(sums.name), folder=False)
    put_in_place(finished, path)
    put_in_place(sums, beside)
    return beside


class _Job:
    """One export: what goes in, and the writers of the formats."""

    def __init__(
        self,
        reader: Reader,
        sync: SyncInfo,
        form: Format,
        connector: str,
        what: What,
        watch: Watch,
    ) -> None:
        self._reader, self._form, self._connector, self._what = reader, form, connector, what
        self._sync, self._watch = sync, watch
        self._facts: dict[str, Any] = about(
            connector,
            sync,
            query=what.query if isinstance(what, OneTable) else None,
            only=what.only if isinstance(what, OneTable) else None,
            changes=what if isinstance(what, Changes) else None,
        )

    def tables(self, at: Snapshot) -> list[Table]:
        """The tables to write, none of them read yet but for their ids."""
        if isinstance(self._what, Changes):
            found = [changes_table(self._what)]
        elif isinstance(self._what, OneTable):
            found = [one_table(self._reader, at, self._what)]
        else:
            found = [whole_table(at, name) for name in WHOLE]
        for table in found:
            table.watch(self._watch)
        return found

    def stream(self, tables: Sequence[Table], out: BinaryIO) -> None:
        """Write a format that needs no file."""
        from zoomgov.export import text

        if self._form is Format.CSV:
            text.write_csv(tables[0], out)
        elif self._form is Format.JSON:
            text.write_json(self._facts, tables, out)
        else:
            text.write_jsonl(self._facts, tables, out)

    def write_one(self, path: Path, folder: Path) -> dict[str, int]:
        """Write everything into one file; `folder` is for what is in the making."""
        if self._form is Format.C1Z:
            return self._write_c1z(path, folder)
        with self._reader.snapshot() as at:
            tables = self.tables(at)
            if self._form is Format.XLSX:
                from zoomgov.export.workbook import write_xlsx

                write_xlsx(about_lines(self._facts), tables, path, folder, self._sync.finished_at, self._watch)
            elif self._form is Format.PARQUET:
                from zoomgov.export.parquet import write_parquet

                write_parquet(self._facts, tables[0], path)
            else:
                with path.open("wb") as out:
                    self.stream(tables, out)
            return {str(table.name): table.written for table in tables}

    def write_several(self, folder: Path, *, sha256: bool) -> dict[str, int]:
        """Write a file for each table, and what a reader must know."""
        folder.mkdir(mode=0o700)
        with self._reader.snapshot() as at:
            tables = self.tables(at)
            for table in tables:
                path = folder / f"{table.name}.{self._form}"
                if self._form is Format.PARQUET:
                    from zoomgov.export.parquet import write_parquet

                    write_parquet(self._facts, table, path)
                else:
                    with path.open("wb") as out:
                        self.stream([table], out)
        if self._form is Format.CSV:
            from zoomgov.export.text import about_csv

            write_private(folder / "about.csv", about_csv(about_lines(self._facts)), replace=False, durable=False)
        if sha256:
            write_private(folder / files.SUMS, files.sums(sorted(folder.iterdir())), replace=False, durable=False)
        return {str(table.name): table.written for table in tables}

    def _write_c1z(self, path: Path, folder: Path) -> dict[str, int]:
        from zoomgov.export.c1z.c1z import write_c1z

        database = folder / "c1z.sqlite3"
        with ExitStack() as opened:
            readers = [self._reader]
            if isinstance(self._what, Changes):
                numbers = (self._what.from_sync, self._what.to_sync)
                readers = [opened.enter_context(self._reader.another(number)) for number in numbers]
            try:
                return write_c1z(self._connector, readers, path, database, self._watch)
            except sqlite3.Error as error:  # of the file in the making; the store's come as StoreError
                raise OSError(str(error)) from error


__all__ = ["TableName", "What", "install_command", "is_occupied", "write_export"]
