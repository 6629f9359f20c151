"""Copies of databases that others write to, and what is refused of databases from elsewhere."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from zoomgov.disk import copies
from zoomgov.disk.copies import copy_database, expect_plain
from zoomgov.disk.database import connect, migrate
from zoomgov.disk.errors import NewerSchema, StoreError


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "source.sqlite3"
    path.parent.mkdir(mode=0o700)
    with closing(connect(path, writing=True)) as database:
        migrate(database, ["CREATE TABLE number (n INTEGER, filling TEXT)"], path)
        database.executemany("INSERT INTO number VALUES (?, ?)", ((n, "x" * 900) for n in range(200)))
    return path


@pytest.fixture
def writer(source: Path) -> Iterator[sqlite3.Connection]:
    """Another program that has the file open, and has not moved its log into it."""
    with closing(connect(source, writing=True)) as database:
        database.execute("INSERT INTO number VALUES (1000, '')")
        yield database


def numbers(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        return int(database.execute("SELECT count(*) FROM number").fetchone()[0])


def test_what_is_only_in_the_log_is_copied_too_and_no_log_is_beside_the_copy(
    source: Path, writer: sqlite3.Connection, tmp_path: Path
) -> None:
    target = tmp_path / "copies" / "copy.sqlite3"
    copy_database(source, target)
    assert [path.name for path in target.parent.iterdir()] == ["copy.sqlite3"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert target.read_bytes()[18:20] == b"\1\1"  # it needs no log to be read
    assert numbers(target) == 201
    assert expect_plain(target, 1) == 1


def test_who_writes_meanwhile_goes_on_and_the_copy_is_of_one_moment(
    source: Path, writer: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "_PAGES", 3)
    told: list[tuple[int, int]] = []

    def write(done: int, total: int) -> None:
        writer.execute("INSERT INTO number VALUES (?, ?)", (2000 + len(told), "y" * 900))
        told.append((done, total))
        assert len(told) < 500  # one that begins again at each commit never ends

    copy_database(source, tmp_path / "copy.sqlite3", write)
    assert len(told) > 10
    assert [done for done, _ in told] == sorted(done for done, _ in told)  # it never began again
    assert numbers(tmp_path / "copy.sqlite3") == 201
    assert numbers(source) == 201 + len(told)


def test_it_can_be_stopped(source: Path, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_database(source, tmp_path / "copy.sqlite3", stop)


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 4] = b"\xff" * 4096
    path.write_bytes(content)


def test_a_damaged_file_gives_no_copy_that_looks_whole(source: Path, tmp_path: Path) -> None:
    damage(source)
    with pytest.raises(StoreError, match="damaged"):
        copy_database(source, tmp_path / "copy.sqlite3")
    with pytest.raises(StoreError, match="damaged"):
        expect_plain(source, 1)


def test_a_newer_file_is_not_read(source: Path) -> None:
    with closing(sqlite3.connect(source)) as database:
        database.execute("PRAGMA user_version = 2")
    with pytest.raises(NewerSchema):
        expect_plain(source, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER UPDATE ON number BEGIN DELETE FROM number; END",
        "CREATE VIEW v AS SELECT * FROM number",
    ],
)
def test_what_would_run_with_our_statements_is_refused(source: Path, statement: str) -> None:
    with closing(sqlite3.connect(source)) as database:
        database.execute(statement)
    with pytest.raises(StoreError, match="which zoomgov never makes"):
        expect_plain(source, 1)


def test_our_own_triggers_may_stay_and_no_others_of_their_name(source: Path) -> None:
    ours = "CREATE TRIGGER t AFTER UPDATE ON number BEGIN\n    SELECT 1;\nEND"
    with closing(sqlite3.connect(source)) as database:
        database.execute(ours)
    assert expect_plain(source, 1, [ours]) == 1
    with pytest.raises(StoreError, match="trigger"):
        expect_plain(source, 1, [ours.replace("1", "2")])


@pytest.mark.parametrize("content", [b"", b"no database at all, but long enough to look like one" * 99])
def test_what_is_no_database_is_refused(source: Path, content: bytes) -> None:
    source.write_bytes(content)
    with pytest.raises(StoreError):
        expect_plain(source, 1)
