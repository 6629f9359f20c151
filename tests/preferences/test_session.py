"""The session: what the app restores at the next start."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from zoomgov.preferences.session import SessionState, load_session, save_session

if TYPE_CHECKING:
    from pathlib import Path

STATE = SessionState("nord", "0123456789abcdef", 4)


def test_what_is_saved_is_restored(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert load_session(folder) == SessionState()
    save_session(folder, STATE)
    assert load_session(folder) == STATE
    (file,) = folder.iterdir()
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"{}", b'{"theme": "nord", "connector": "", "step": "x"}'])
def test_a_damaged_file_is_as_if_there_were_none(tmp_path: Path, content: bytes) -> None:
    save_session(tmp_path, STATE)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert load_session(tmp_path) == SessionState()


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    save_session(tmp_path / "file", STATE)
    assert load_session(tmp_path / "file") == SessionState()
