"""Locks between processes: who gets one, and what is known of its owner."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.disk.trouble import full_disk, unprivileged_folder
from zoomgov.disk.errors import StoreBusy, StoreError
from zoomgov.disk.locks import ProcessLock, is_locked, left_behind

if TYPE_CHECKING:
    from pathlib import Path

STARTED = "2026-11-01T08:00:00Z"


def test_only_one_has_it_and_the_other_is_told_who(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_locked(path)
    lock = ProcessLock(path, STARTED)
    assert is_locked(path)
    with pytest.raises(StoreBusy, match=rf"since {STARTED} \(process {os.getpid()}\)"):
        ProcessLock(path, STARTED)
    lock.release()
    lock.release()
    assert not is_locked(path)
    assert not left_behind(path)
    ProcessLock(path, STARTED).release()


def test_a_lock_is_abandoned_when_its_text_outlives_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = ProcessLock(path, STARTED, {"folder": "/here"})
    assert left_behind(path) is None
    text = path.read_bytes()
    lock.release()
    path.write_bytes(text)
    assert left_behind(path) == {"pid": os.getpid(), "since": STARTED, "folder": "/here"}
    assert left_behind(tmp_path / "none") is None


def test_a_full_disk_does_not_keep_the_lock(tmp_path: Path) -> None:
    with full_disk():
        lock = ProcessLock(tmp_path / "lock", STARTED)
        with pytest.raises(StoreBusy):
            ProcessLock(tmp_path / "lock", STARTED)
        lock.release()
        ProcessLock(tmp_path / "lock", STARTED).release()


def test_a_lock_that_cannot_be_made_is_told_with_the_reason() -> None:
    with unprivileged_folder() as folder:
        folder.chmod(0o500)
        with pytest.raises(StoreError, match=f"cannot be written.*Check that {folder} belongs to you"):
            ProcessLock(folder / "lock", STARTED)


def test_a_lock_that_cannot_be_opened_is_told_with_the_reason() -> None:
    with unprivileged_folder() as folder:
        path = folder / "lock"
        path.touch(0o400)
        with pytest.raises(StoreError, match=f"{path} cannot be written"):
            ProcessLock(path, STARTED)


def test_who_only_looks_is_not_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text of a killed process is still in the file while another process asks whether it is locked."""
    import fcntl

    path = tmp_path / "lock"
    lock = ProcessLock(path, STARTED)
    left_behind = path.read_bytes()
    lock.release()
    path.write_bytes(left_behind)
    looking = os.open(path, os.O_RDWR)
    fcntl.flock(looking, fcntl.LOCK_SH)
    assert not is_locked(path)
    monkeypatch.setattr("zoomgov.disk.locks.time.sleep", lambda seconds: fcntl.flock(looking, fcntl.LOCK_UN))
    ProcessLock(path, STARTED).release()
    os.close(looking)
