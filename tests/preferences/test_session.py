"""The session: what the app restores at the next start."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest

from zoomgov.connectors.model import Step
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


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff",
        b"{}",
        b'{"theme": "nord", "connector": "", "step": "x"}',
        b'{"theme": "nord", "connector": "", "step": Infinity}',
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
def test_a_damaged_file_is_as_if_there_were_none(tmp_path: Path, content: bytes) -> None:
    save_session(tmp_path, STATE)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert load_session(tmp_path) == SessionState()


@pytest.mark.parametrize("old", range(8))
def test_a_step_saved_before_activation_was_one_leads_to_the_same_page(tmp_path: Path, old: int) -> None:
    pages = ["", "APP", "OWNERS", "ZOOM_APP", "SCOPES", "CREDENTIALS", "VERIFY", "SYNC"]
    (tmp_path / "screen.json").write_text(json.dumps({"theme": "nord", "connector": "0123", "step": old}))
    (tmp_path / "screen.json").chmod(0o600)
    tmp_path.chmod(0o700)
    found = load_session(tmp_path)
    assert (Step(found.step).name if found.step else "") == pages[old]
    save_session(tmp_path, found)
    assert load_session(tmp_path) == found, "moved once"


def test_a_step_before_the_first_is_none(tmp_path: Path) -> None:
    save_session(tmp_path, SessionState("nord", "0123456789abcdef", -3))
    assert load_session(tmp_path).step == 0


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    save_session(tmp_path / "file", STATE)
    assert load_session(tmp_path / "file") == SessionState()
