"""Store files: permissions, schema versions, and errors for files that cannot be used."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.store.conftest import STARTED, Account, publish, user
from tests.store.integrity import check
from zoomgov.disk.errors import StoreError
from zoomgov.store.schema import SCHEMA_VERSION
from zoomgov.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_only_the_owner_can_read_any_of_it(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        store = Store.open(tmp_path / "data" / "stores" / "one.sqlite3")
        with store.begin(STARTED), store.reader():
            files = list(store.path.parent.iterdir())
            assert {file.name.removeprefix("one.sqlite3") for file in files} == {"", "-wal", "-shm", ".lock"}
            assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        for folder in (tmp_path / "data", tmp_path / "data" / "stores"):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    finally:
        os.umask(old)


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_a_file_open_to_others_is_closed(store: Store) -> None:
    store.path.chmod(0o644)
    Store.open(store.path)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_a_newer_schema_is_refused_unchanged(store: Store) -> None:
    connection = sqlite3.connect(store.path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = store.path.read_bytes()
    with pytest.raises(StoreError, match="newer zoomgov"):
        Store.open(store.path)
    assert store.path.read_bytes() == before


def test_a_failed_migration_changes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from zoomgov.store import schema

    broken = "CREATE TABLE later (x INTEGER) STRICT; CREATE TABLE users (y)"
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, broken))
    monkeypatch.setattr(schema, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    with pytest.raises(StoreError, match="already exists"):
        Store.open(store.path)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "one.sqlite3"
    path.write_bytes(b"not a database at all, but long enough to look at" * 20)
    with pytest.raises(StoreError, match=r"one\.sqlite3.*damaged"):
        Store.open(path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        Store.open(tmp_path / "file" / "one.sqlite3")


def test_what_the_connector_remembers(store: Store) -> None:
    assert store.get_meta("page size") is None
    store.set_meta("page size", "2000")
    store.set_meta("page size", "300")
    publish(store, Account())
    assert store.get_meta("page size") == "300"


def test_reading_needs_nothing_that_is_slow_to_import() -> None:
    slow = "('msgspec', 'httpx', 'keyring', 'textual')"
    script = f"import sys, zoomgov.store.reader; print([name for name in {slow} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_a_store_of_the_schema_before_is_read_and_gone_on_from(tmp_path: Path) -> None:
    """As written while versions of people were told apart by a hash."""
    path = tmp_path / "old.sqlite3"
    store = Store.open(path)
    publish(store, Account(users=[user("ann"), user("bob")]))
    publish(store, Account(users=[user("ann", dept="Law"), user("bob")]))
    store.build_search()
    connection = sqlite3.connect(path)
    for table in ("users", "users_past"):
        connection.execute(f"ALTER TABLE {table} ADD COLUMN hash INTEGER NOT NULL DEFAULT 7")
    connection.execute("ALTER TABLE stage_pages DROP COLUMN renamed")
    connection.execute("PRAGMA user_version = 2")
    connection.commit()
    connection.close()

    again = publish(Store.open(path), Account(users=[user("ann", dept="Law"), user("bob")]))
    assert (again.number, again.changes["users_changed"]) == (3, 0)
    assert check(path) == []
