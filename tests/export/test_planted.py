"""What others put beside or at the destination of an export: nothing of ours is moved, written or deleted for it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.export.test_killed_export import FOLDER, KILLED_BETWEEN_TWO_RENAMES, KILLED_WHILE_WRITING, kill
from zoomgov.export import ExportError, Format, OneTable, TableName, is_occupied, write_export

if TYPE_CHECKING:
    from pathlib import Path

    from zoomgov.store.reader import Reader
    from zoomgov.store.store import Store

pytestmark = pytest.mark.skipif(os.name != "posix", reason="makes links")

GONE = json.dumps({"pid": 999_999_999, "since": ""})
"""What the lock file of a process holds that was killed."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder that only its owner may read."""
    folder = tmp_path / "home" / ".ssh"
    folder.mkdir(parents=True, mode=0o700)
    (folder / "id_ed25519").write_text("a private key")
    return folder


def tree(folder: Path) -> dict[str, str]:
    """Everything in it: the text of files, where links lead."""
    return {
        str(path.relative_to(folder)): os.readlink(path) if path.is_symlink() else path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def plant(folder: Path, how: str, home: Path) -> None:
    """A folder as exports make them, whose process is gone, that leads somewhere else at one place or another."""
    left = folder / ".all.abcdefgh.part"
    if how == "folder":
        (home / "process").write_text(GONE)
        (home / "files" / "older").mkdir(parents=True)
        (home / "files" / "older" / "mine").write_text("mine")
        left.symlink_to(home)
        return
    left.mkdir(mode=0o700)
    if how == "process":
        (home / "lock").write_text(GONE)
        (left / "process").symlink_to(home / "lock")
    else:
        (left / "process").write_text(GONE)
        (left / "process").chmod(0o600)
    if how == "files":
        (home / "older").mkdir()
        (home / "older" / "mine").write_text("mine")
        (left / "files").symlink_to(home)
    elif how == "older":
        (left / "files").mkdir()
        (left / "files" / "older").symlink_to(home)
    else:
        (left / "files" / "older").mkdir(parents=True)
        (left / "files" / "older" / "Makefile").write_text("all: harm")


@pytest.mark.parametrize("how", ["folder", "process", "files", "older", "nothing of it is a link"])
@pytest.mark.parametrize("form", [Format.CSV, Format.JSONL])
def test_a_planted_working_folder_is_not_touched(
    reader: Reader, folder: Path, home: Path, how: str, form: Format
) -> None:
    plant(folder, how, home)
    here, there = tree(folder), tree(home)
    what = OneTable(TableName.USERS)
    write_export(reader, form, folder / "mine.out", connector="Zoom", what=what)
    (folder / "mine.out").unlink()
    assert tree(folder) == here
    assert tree(home) == there


@pytest.mark.parametrize("form", [Format.CSV, Format.JSON])
@pytest.mark.parametrize("dangling", [True, False])
def test_a_link_at_the_target_is_refused_wherever_it_leads(
    reader: Reader, folder: Path, home: Path, form: Format, dangling: bool
) -> None:
    target = home / "authorized_keys" if dangling else home if form is Format.CSV else home / "id_ed25519"
    there = tree(home)
    (folder / "all").symlink_to(target)
    assert is_occupied(folder / "all")
    with pytest.raises(ExportError, match=f"all is a link to {target}.*nothing was written"):
        write_export(reader, form, folder / "all", connector="Zoom")
    assert tree(home) == there
    assert tree(folder) == {"all": str(target)}


def test_a_link_at_the_place_of_the_check_sum_is_refused(reader: Reader, folder: Path, home: Path) -> None:
    (folder / "all.json.sha256").symlink_to(home / "new")
    with pytest.raises(ExportError, match="sha256 is a link"):
        write_export(reader, Format.JSON, folder / "all.json", connector="Zoom", sha256=True)
    assert tree(folder) == {"all.json.sha256": str(home / "new")}


def test_an_older_export_with_a_link_or_a_folder_in_it_is_not_replaced(
    reader: Reader, folder: Path, home: Path
) -> None:
    destination = folder / "all"
    destination.mkdir()
    (destination / "users.csv").symlink_to(home / "id_ed25519")
    with pytest.raises(ExportError, match="other files in it"):
        write_export(reader, Format.CSV, destination, connector="Zoom")
    (destination / "users.csv").unlink()
    (destination / "users.csv").mkdir()
    with pytest.raises(ExportError, match="other files in it"):
        write_export(reader, Format.CSV, destination, connector="Zoom")
    assert (destination / "users.csv").is_dir()


def test_a_left_folder_in_whose_place_something_else_lies_is_left_alone(
    store: Store, reader: Reader, folder: Path, home: Path
) -> None:
    kill(store, folder / "all", KILLED_WHILE_WRITING, FOLDER)
    (left,) = folder.iterdir()
    left.rename(folder / "moved away")
    home.rename(left)  # of ours and closed to others, and yet not what the export made
    write_export(reader, Format.JSON, folder / "other.json", connector="Zoom")
    assert tree(left) == {"id_ed25519": "a private key"}


def test_a_left_folder_is_emptied_without_following_links(
    store: Store, reader: Reader, folder: Path, home: Path
) -> None:
    write_export(reader, Format.CSV, folder / "all", connector="Zoom")
    kill(store, folder / "all", KILLED_BETWEEN_TWO_RENAMES, FOLDER)
    (left,) = folder.iterdir()
    (left / "files" / "older").rename(folder / "older")
    (left / "files" / "older").symlink_to(home)
    write_export(reader, Format.JSON, folder / "other.json", connector="Zoom")
    assert sorted(path.name for path in folder.iterdir()) == ["older", "other.json"]
    assert tree(home) == {"id_ed25519": "a private key"}


@pytest.mark.parametrize("by", ["a folder", "a link"])
def test_a_working_folder_that_is_exchanged_while_it_is_written_costs_nobody_anything(
    reader: Reader, folder: Path, home: Path, by: str
) -> None:
    """In a folder where everybody may rename what others have made."""
    (home / "files").mkdir()
    (home / "files" / "tables").mkdir()
    (home / "files" / "tables" / "roles.csv").write_text("mine")
    there = tree(home)
    exchanged = False

    def exchange(progress: object) -> None:
        nonlocal exchanged
        if exchanged:
            return
        exchanged = True
        (left,) = folder.glob(".*.part")
        left.rename(folder / "moved away")
        if by == "a link":
            left.symlink_to(home)
        else:
            home.rename(left)
            home.symlink_to(left)

    write_export(reader, Format.CSV, folder / "all", connector="Zoom", on_progress=exchange)
    assert exchanged
    assert tree(home) == there
