"""SQLite files: migrations, connections shared by threads, and read-only access."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.disk.trouble import unprivileged_folder
from zoomgov.disk.database import AtRest, SharedConnection, connect, connect_at_rest, migrate, schema_version, select_in
from zoomgov.disk.errors import NewerSchema, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STEPS = (
    "CREATE TABLE a (x INTEGER) STRICT;\n CREATE TABLE b (x INTEGER) STRICT;\n",
    "INSERT INTO a VALUES (1)",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "one.sqlite3"


def test_each_migration_runs_once(path: Path) -> None:
    for known in (1, 2, 2):
        with closing(connect(path, writing=True)) as connection:
            migrate(connection, STEPS[:known], path)
            assert schema_version(connection) == known
    with closing(connect(path, writing=False)) as connection:
        assert connection.execute("SELECT x FROM a").fetchall() == [(1,)]


def test_a_failed_migration_changes_nothing(path: Path) -> None:
    with closing(connect(path, writing=True)) as connection:
        migrate(connection, STEPS[:1], path)
        with pytest.raises(sqlite3.OperationalError, match="already exists"):
            migrate(connection, (STEPS[0], "CREATE TABLE c (x INTEGER) STRICT; CREATE TABLE a (x)"), path)
        assert not connection.in_transaction
        assert schema_version(connection) == 1
        assert connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'c'").fetchone() is None


def test_a_newer_schema_is_refused_unchanged(path: Path) -> None:
    with closing(connect(path, writing=True)) as connection:
        migrate(connection, STEPS, path)
        before = path.read_bytes()
        with pytest.raises(NewerSchema, match="schema 2; this one knows 1") as raised:
            migrate(connection, STEPS[:1], path)
        assert (raised.value.found, raised.value.known) == (2, 1)
        assert path.read_bytes() == before


def test_two_that_open_a_new_file_at_once_migrate_it_once(path: Path) -> None:
    """The first one's step falls between the second one's look at the version and its transaction."""
    with closing(connect(path, writing=True)) as first, closing(connect(path, writing=True)) as second:

        def before_each(statement: str) -> None:
            if statement == "BEGIN IMMEDIATE" and schema_version(first) == 0:
                migrate(first, STEPS[:1], path)

        second.set_trace_callback(before_each)
        migrate(second, STEPS, path)
        assert schema_version(first) == 2
        assert first.execute("SELECT count(*) FROM a").fetchone() == (1,)


def test_commits_are_flushed_only_where_that_is_asked_for(path: Path) -> None:
    for durable, level in ((True, 2), (False, 1)):
        with closing(connect(path, writing=True, durable=durable)) as connection:
            assert connection.execute("PRAGMA synchronous").fetchone() == (level,)


def test_a_reader_cannot_write(path: Path) -> None:
    with closing(connect(path, writing=True)) as connection:
        migrate(connection, STEPS, path)
    with (
        closing(connect(path, writing=False)) as reader,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        reader.execute("INSERT INTO a VALUES (2)")


@pytest.fixture
def at_rest(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SharedConnection]:
    """A connection to a file beside which nothing can be written: opened as immutable."""
    with closing(connect(path, writing=True)) as connection:
        migrate(connection, STEPS, path)
    monkeypatch.setattr("zoomgov.disk.database.connect", lambda path, *, writing: connect_at_rest(path))
    shared = SharedConnection(path)
    assert isinstance(shared.connection, AtRest)
    yield shared
    shared.close()


def change(path: Path) -> None:
    """What another program does that can write there: the file grows, and the log is empty afterwards."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE later (x)")
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_a_file_at_rest_that_changes_while_it_is_read_is_told(path: Path, at_rest: SharedConnection) -> None:
    def read() -> None:
        with at_rest.lock, at_rest.unchanged() as connection:
            connection.execute("SELECT x FROM a").fetchall()
            change(path)

    with pytest.raises(StoreError, match="changed while it was read"):
        read()


def test_a_file_at_rest_that_changed_between_two_reads_is_opened_again(path: Path, at_rest: SharedConnection) -> None:
    with at_rest.lock, at_rest.unchanged() as before:
        assert before.execute("SELECT count(*) FROM sqlite_master").fetchone() == (2,)
    change(path)
    with at_rest.lock, at_rest.unchanged() as after:
        assert after is not before
        assert after.execute("SELECT count(*) FROM sqlite_master").fetchone() == (3,)
    with at_rest.lock, at_rest.unchanged() as again:
        assert again is after


def test_a_file_in_a_read_only_folder_is_read_at_rest() -> None:
    with unprivileged_folder() as folder:
        path = folder / "one.sqlite3"
        with closing(connect(path, writing=True)) as connection:
            migrate(connection, STEPS, path)
        folder.chmod(0o500)
        with closing(connect(path, writing=False)) as connection:
            assert isinstance(connection, AtRest)
            assert connection.execute("SELECT x FROM a").fetchall() == [(1,)]


@pytest.mark.parametrize("count", [0, 1, 16, 17, 256, 257, 600])
def test_lists_of_any_length_are_selected_once_each(path: Path, count: int) -> None:
    with closing(connect(path, writing=True)) as connection:
        connection.execute("CREATE TABLE a (x INTEGER PRIMARY KEY)")
        connection.executemany("INSERT INTO a VALUES (?)", ((number,) for number in range(1000)))
        sql = "SELECT x FROM a WHERE x >= ? AND x IN ({})"
        found = select_in(connection, sql, list(range(count)), before=(1,))
        assert [number for (number,) in found] == list(range(1, count))
