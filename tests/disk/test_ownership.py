"""Folders and files that others own or may write are refused with the command that mends it; our own are closed."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from tests.disk.trouble import NOBODY
from zoomgov.connectors.registry import Registry
from zoomgov.connectors.rows import RegistryError
from zoomgov.disk.ownership import ForeignError, expect_own
from zoomgov.preferences.session import SessionState, load_session, save_session
from zoomgov.preferences.views import ViewPreferences, read_preferences, write_preferences
from zoomgov.store.reader import Reader
from zoomgov.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="owners and modes of POSIX")
as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root gives files to others")

WRITABLE: Final = (0o770, 0o707, 0o777, 0o1777, 0o720, 0o702)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder in use."""
    folder = tmp_path / "data"
    registry = Registry(folder / "connectors.sqlite3")
    registry.apps()
    registry.close()
    Store(folder / "stores" / "a.sqlite3")
    save_session(folder, SessionState(theme="nord"))
    write_preferences(folder / "views" / "a.json", ViewPreferences(filters={"users": {"x": "y"}}))
    return folder


def spoil(path: Path, how: int | str) -> None:
    if isinstance(how, str):
        os.chown(path, NOBODY, NOBODY)
    else:
        path.chmod(how)


FOREIGN: Final = [
    *(pytest.param(bits, id=f"{bits:o}") for bits in WRITABLE),
    pytest.param("somebody else's", marks=as_root),
]


@pytest.mark.parametrize("how", FOREIGN)
@pytest.mark.parametrize("what", [".", "connectors.sqlite3"])
def test_a_foreign_registry_is_not_believed(data: Path, what: str, how: int | str) -> None:
    spoil(data / what, how)
    registry = Registry(data / "connectors.sqlite3")
    with pytest.raises(RegistryError, match=r"chmod -R go-rwx|sudo chown -R") as caught:
        registry.connectors()
    command = str(caught.value).split(": ")[-1].split(". Otherwise")[0]
    subprocess.run(shlex.split(command.removeprefix("sudo ")), check=True)
    assert registry.connectors() == []
    registry.close()


@pytest.mark.parametrize("how", FOREIGN)
@pytest.mark.parametrize("what", ["stores", "stores/a.sqlite3"])
def test_a_foreign_store_is_not_believed(data: Path, what: str, how: int | str) -> None:
    spoil(data / what, how)
    with pytest.raises(ForeignError):
        Store(data / "stores" / "a.sqlite3")
    with pytest.raises(ForeignError):
        Reader(data / "stores" / "a.sqlite3")


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_what_lies_beside_a_database_is_a_part_of_it(data: Path, suffix: str) -> None:
    beside = data / f"connectors.sqlite3{suffix}"
    beside.write_bytes(b"")
    beside.chmod(0o666)
    with pytest.raises(RegistryError, match=f"{suffix} can be changed by others"):
        Registry(data / "connectors.sqlite3").apps()


@pytest.mark.parametrize("how", FOREIGN)
@pytest.mark.parametrize("folder", [True, False])
def test_foreign_preferences_are_as_if_there_were_none(data: Path, folder: bool, how: int | str) -> None:
    spoil(data if folder else data / "screen.json", how)
    spoil(data / "views" if folder else data / "views" / "a.json", how)
    assert load_session(data) == SessionState()
    assert read_preferences(data / "views" / "a.json") == ViewPreferences()
    before = (data / "screen.json").read_bytes()
    save_session(data, SessionState(theme="dracula"))
    assert (data / "screen.json").read_bytes() == before


def test_our_own_that_others_could_read_is_closed_to_them(data: Path) -> None:
    found = [path for path in (data, *data.rglob("*")) if "views" not in path.parts]
    for path in found:
        path.chmod(0o755 if path.is_dir() else 0o644)
    registry = Registry(data / "connectors.sqlite3")
    registry.apps()
    registry.close()
    Store(data / "stores" / "a.sqlite3")
    load_session(data)
    assert {mode(path) for path in found} == {0o700, 0o600}


def test_a_folder_that_is_empty_yet_is_taken_over(tmp_path: Path) -> None:
    folder = tmp_path / "made with a careless umask"
    folder.mkdir()
    folder.chmod(0o777)
    registry = Registry(folder / "connectors.sqlite3")
    assert registry.apps() == []
    registry.close()
    assert mode(folder) == 0o700


def test_what_is_not_there_is_not_looked_at(tmp_path: Path) -> None:
    expect_own(tmp_path / "no folder" / "no file")


def test_a_command_says_what_to_run_and_sends_nothing(data: Path) -> None:
    data.chmod(0o777)
    done = subprocess.run(
        [sys.executable, "-m", "zoomgov", "connectors", "list"],
        env={**os.environ, "ZOOMGOV_HOME": str(data)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert f"chmod -R go-rwx {data}" in done.stderr
    assert "Traceback" not in done.stderr
