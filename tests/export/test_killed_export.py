"""An export that is killed (-9) leaves its working folder, which the next one removes; that of a running one stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from zoomgov.export import Format, OneTable, TableName, write_export

if TYPE_CHECKING:
    from pathlib import Path

    from zoomgov.store.reader import Reader
    from zoomgov.store.store import Store

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")

ONE_FILE = "Format.JSONL"
FOLDER = "Format.CSV"
KILLED_WHILE_WRITING = """
def on_progress(progress):
    if progress.table != "users":
        os.kill(os.getpid(), signal.SIGKILL)
"""
WAITING = """
def on_progress(progress):
    print("begun", flush=True)
    sys.stdin.readline()
"""
KILLED_BETWEEN_TWO_RENAMES = """
on_progress, rename = None, os.rename
def killed_after(*names):
    rename(*names)
    os.kill(os.getpid(), signal.SIGKILL)
os.rename = killed_after
"""
EXPORT = """
import os, signal, sys
from pathlib import Path
from zoomgov.export import Format, write_export
from zoomgov.store.store import Store
{how}
with Store(Path({store!r})) as store, store.reader() as reader:
    write_export(reader, {form}, Path({path!r}), connector="Zoom", on_progress=on_progress)
"""


def start(store: Store, path: Path, how: str, form: str = ONE_FILE) -> subprocess.Popen[str]:
    """An export in a process of its own."""
    script = EXPORT.format(how=how, store=str(store.path), form=form, path=str(path))
    return subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )  # fmt: skip


def kill(store: Store, path: Path, how: str, form: str = ONE_FILE) -> None:
    """An export that is killed before its file is in its place."""
    with start(store, path, how, form) as process:
        pass
    assert process.returncode == -signal.SIGKILL


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def export(reader: Reader, path: Path) -> None:
    write_export(reader, Format.CSV, path, connector="Zoom", what=OneTable(TableName.USERS))


def test_the_next_export_removes_what_was_left(store: Store, reader: Reader, folder: Path) -> None:
    kill(store, folder / "all", KILLED_WHILE_WRITING, FOLDER)
    (left,) = folder.iterdir()
    assert b"ann@example.org" in (left / "files" / "tables" / "users.csv").read_bytes()
    export(reader, folder / "other.csv")
    assert names(folder) == ["other.csv"]


def test_one_that_runs_keeps_what_it_has(store: Store, reader: Reader, folder: Path) -> None:
    with start(store, folder / "one.jsonl", WAITING) as process:
        assert process.stdout is not None
        process.stdout.readline()
        export(reader, folder / "other.csv")
        assert len(names(folder)) == 2
        process.communicate()
    assert process.returncode == 0
    assert names(folder) == ["one.jsonl", "other.csv"]


def test_an_older_export_on_its_way_out_is_put_back(store: Store, reader: Reader, folder: Path) -> None:
    write_export(reader, Format.CSV, folder / "all", connector="Zoom")
    older = names(folder / "all")
    kill(store, folder / "all", KILLED_BETWEEN_TWO_RENAMES, FOLDER)
    assert "all" not in names(folder)
    export(reader, folder / "other.csv")
    assert names(folder) == ["all", "other.csv"]
    assert names(folder / "all") == older


def test_what_is_not_ours_stays(reader: Reader, folder: Path) -> None:
    (folder / ".film.part").write_bytes(b"half a film")
    (folder / ".other.part" / "files").mkdir(parents=True)
    (folder / ".other.part" / "process").write_bytes(b"")
    before = names(folder)
    export(reader, folder / "other.csv")
    assert names(folder) == [*before, "other.csv"]
