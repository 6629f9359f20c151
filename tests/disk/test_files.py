"""Private files: their mode, replacing older files, and what is left after a failed write."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from zoomgov.disk import files
from zoomgov.disk.files import create_private, make_private_folder, write_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

posix = pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o277], ids=lambda mask: f"umask-{mask:03o}")
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    old = os.umask(request.param)
    yield request.param
    os.umask(old)


@posix
@pytest.mark.parametrize("replace", [True, False])
def test_a_new_file_is_its_owners_only_whatever_the_umask(tmp_path: Path, umask: int, replace: bool) -> None:
    write_private(tmp_path / "a", "text\r\nü\n", replace=replace)
    assert mode(tmp_path / "a") == 0o600
    assert (tmp_path / "a").read_bytes() == "text\r\nü\n".encode()
    create_private(tmp_path / "b")
    assert mode(tmp_path / "b") == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@posix
def test_a_file_open_to_others_is_replaced_by_a_private_one(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, b"new", replace=True)
    assert (path.read_text(), mode(path)) == ("new", 0o600)


def test_what_is_there_is_left_unless_it_may_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    with pytest.raises(FileExistsError, match="there already"):
        write_private(path, "new", replace=False)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_appears_while_writing_is_left_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the first look and the rename: the name is claimed with O_EXCL."""
    path = tmp_path / "a"
    path.write_text("old")
    monkeypatch.setattr("os.path.lexists", lambda path: False)
    with pytest.raises(FileExistsError, match="there already"):
        write_private(path, "new", replace=False)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@posix
@pytest.mark.parametrize("dangling", [True, False])
def test_a_link_is_never_followed(tmp_path: Path, dangling: bool) -> None:
    elsewhere, link = tmp_path / "elsewhere", tmp_path / "link"
    if not dangling:
        elsewhere.write_text("theirs")
    link.symlink_to(elsewhere)
    with pytest.raises(FileExistsError):
        write_private(link, "ours", replace=False)
    assert link.is_symlink()
    write_private(link, "ours", replace=True)
    assert not link.is_symlink()
    assert link.read_text() == "ours"
    assert elsewhere.exists() is not dangling
    if not dangling:
        assert elsewhere.read_text() == "theirs"


@pytest.mark.parametrize("broken", ["sync_to_disk", "os.replace"])
def test_a_failure_leaves_the_older_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a"
    monkeypatch.setattr(broken if "." in broken else files, *((fail,) if "." in broken else (broken, fail)))
    with pytest.raises(OSError, match="No space"):
        write_private(path, "new", replace=False)
    assert list(tmp_path.iterdir()) == []
    path.write_text("old")
    with pytest.raises(OSError, match="No space"):
        write_private(path, "new", replace=True)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_content_is_flushed_before_the_rename_and_the_name_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    rename = os.replace

    def replace(source: Path, target: Path) -> None:
        done.append("rename")
        rename(source, target)

    monkeypatch.setattr(files, "sync_to_disk", lambda path: done.append("folder" if path == tmp_path else "file"))
    monkeypatch.setattr("os.replace", replace)
    write_private(tmp_path / "a", "x", replace=True)
    assert done == ["file", "rename", "folder"]
    done.clear()
    write_private(tmp_path / "a", "y", replace=True, durable=False)
    assert done == ["rename"]


@posix
def test_missing_folders_are_private_and_those_there_stay_as_they_are(tmp_path: Path, umask: int) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there").chmod(0o755)
    make_private_folder(tmp_path / "there" / "new" / "newer")
    assert mode(tmp_path / "there") == 0o755
    for folder in (tmp_path / "there" / "new", tmp_path / "there" / "new" / "newer"):
        assert mode(folder) == 0o700


@posix
def test_a_private_file_that_is_there_is_closed_to_others_and_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_text("content")
    path.chmod(0o644)
    opened: list[object] = []
    monkeypatch.setattr("os.close", opened.append)
    create_private(path)
    monkeypatch.undo()
    assert (path.read_text(), mode(path), opened) == ("content", 0o600, [])
