"""Power loss: of what SQLite has not forced onto the disk, any beginning of the log may be there, and rubbish after it.

The files are copied at moments within the writing, the end of the log is torn off the copy or overwritten, and the copy
is opened as after a restart.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from tests.store.conftest import STARTED
from tests.store.integrity import check
from tests.store.write import kill_worker
from tests.sync.faults import fault
from zoomgov.model.kinds import Kind
from zoomgov.model.syncs import ListKey
from zoomgov.store.store import Store

if TYPE_CHECKING:
    import pytest

EVERY = 12
"""Hundreds of SQLite's instructions between two copies."""


class Disk:
    """Copies a store's files as a power failure might leave them."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.path = path
        self.copies: list[tuple[Path, int]] = []
        self.published = 0
        self._folder = folder
        self._chance = random.Random(20261125)
        self._database = b""
        self._certain = 0
        """Bytes of the log that were on the disk before the database was last written: SQLite sees to that order."""
        self._salt = b""
        folder.mkdir()

    def force(self) -> None:
        """All so far is on the disk, as after a publication (see the next test)."""
        self.published += 1
        self._certain = len(self._log())

    def _log(self) -> bytes:
        return self.path.with_name(self.path.name + "-wal").read_bytes()

    def fail(self) -> None:
        """Copy the files, with a torn end."""
        database, wal = self.path.read_bytes(), self._log()
        if wal[16:24] != self._salt:  # begun anew: all before is in the database
            self._salt, self._certain = wal[16:24], 0
        if database != self._database:
            self._database, self._certain = database, len(wal)
        kept = wal[: self._chance.randint(min(self._certain, len(wal)), len(wal))]
        if self._chance.random() < 0.5:
            kept += self._chance.randbytes(self._chance.randint(1, 6000))
        copy = self._folder / f"{len(self.copies)}.sqlite3"
        copy.write_bytes(database)
        copy.with_name(copy.name + "-wal").write_bytes(kept)
        self.copies.append((copy, self.published))


def expect_whole(path: Path, published: int) -> None:
    """The copy is one of the published syncs, all of it, and can be gone on from."""
    assert check(path) == []
    store = Store(path)
    with store.reader() as reader:
        number = reader.number
        assert number in (published, published + 1)
        if number:
            found = reader.rows(Kind.USERS, reader.order(Kind.USERS), ["email", "dept"])
            assert sorted(found) == sorted((row.email, row.dept) for row in kill_worker.people(number))
    kill_worker.sync_once(store, number + 1)
    with store.reader() as reader:
        assert reader.number == number + 1
        assert len(reader.order(Kind.USERS)) == len(kill_worker.people(number + 1))
    assert check(path) == []


@fault(
    "The power fails at any moment, and the end of what was written is torn",
    "the last published sync is whole; the next one goes on from the finished lists that were on the disk",
)
def test_the_power_fails_at_any_moment(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk(store.path, tmp_path / "after")
    from zoomgov.disk.database import connect
    from zoomgov.store import store as store_module

    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        if steps % EVERY == 0:
            disk.fail()
        return 0

    def watched(path: Path, *, writing: bool) -> sqlite3.Connection:
        connection = connect(path, writing=writing)
        connection.execute("PRAGMA wal_autocheckpoint = 20")
        connection.set_progress_handler(step, 100)
        return connection

    monkeypatch.setattr(store_module, "connect", watched)
    with store.reader():  # else SQLite puts the log into the database whenever a sync ends
        for number in (1, 2, 3):
            kill_worker.sync_once(store, number)
            disk.fail()
            disk.force()
            disk.fail()
    monkeypatch.undo()
    assert len(disk.copies) > 10
    for copy, published in disk.copies:
        expect_whole(copy, published)


def test_what_is_published_outlives_a_power_failure(store: Store, tmp_path: Path) -> None:
    """`synchronous = FULL` when it counts: SQLite has then forced the log onto the disk when COMMIT returns."""
    writer = store.begin(STARTED)
    said: list[str] = []
    writer._connection.set_trace_callback(said.append)
    writer.finish(ListKey("groups"), 0)
    writer.finish(ListKey("roles"), 0)
    writer.publish("2026-11-01T08:05:00Z")
    modes = [text.rpartition(" ")[2] if "synchronous" in text else text for text in said]
    modes = [text for text in modes if text in ("FULL", "NORMAL") or text.startswith(("BEGIN", "COMMIT"))]
    first, publishing = modes[0], modes[-3]
    assert (first, publishing) == ("FULL", "FULL")
    assert "NORMAL" in modes  # not each list: a disk forces some 100 times a second
    copy = tmp_path / "copy.sqlite3"
    shutil.copy(store.path, copy)
    assert check(copy) == []
