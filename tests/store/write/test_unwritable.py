"""A full disk, a folder that may not be written, a file moved away: what was synced can be read, and what cannot be
done is said."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.store.conftest import STARTED, Account, publish, user
from zoomgov.connectors.model import ConnectorStatus, Draft, Owner
from zoomgov.connectors.registry import Registry
from zoomgov.connectors.rows import RegistryError
from zoomgov.disk.errors import StoreBusy, StoreError
from zoomgov.disk.files import ProcessLock
from zoomgov.model.kinds import Kind
from zoomgov.store.store import Store, is_busy, lock_path

if TYPE_CHECKING:
    from collections.abc import Iterator

resource = pytest.importorskip("resource", reason="users, modes and limits of POSIX")
NOBODY = 65534


@contextmanager
def full_disk() -> Iterator[None]:
    """No file can grow by a byte."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """A folder that nobody else than its owner may write, who is not root: root may write anywhere."""
    folder = Path(tempfile.mkdtemp(prefix="zoomgov-test-"))
    is_root = os.geteuid() == 0
    if is_root:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o700)
        shutil.rmtree(folder)


def people_in(store: Store) -> int:
    with store.reader() as reader:
        return len(reader.order(Kind.USERS))


def test_a_full_disk_does_not_keep_anybody_from_reading(store: Store) -> None:
    publish(store, Account(users=[user("ann"), user("bob")]))
    with full_disk():
        again = Store(store.path)
        assert people_in(again) == 2
        with pytest.raises(StoreError, match=r"The disk is full\. Free some space"):
            again.begin(STARTED)
        with pytest.raises(StoreError, match="The disk is full"):
            again.set_meta("page size", "300")
        assert not is_busy(store.path)
    with again.begin(STARTED):
        assert is_busy(store.path)


def test_a_full_disk_does_not_keep_the_lock(tmp_path: Path) -> None:
    with full_disk():
        lock = ProcessLock(tmp_path / "lock", STARTED)
        with pytest.raises(StoreBusy):
            ProcessLock(tmp_path / "lock", STARTED)
        lock.release()
        ProcessLock(tmp_path / "lock", STARTED).release()


def test_a_folder_that_may_not_be_written_is_read(own_folder: Path) -> None:
    store = Store(own_folder / "one.sqlite3")
    publish(store, Account(users=[user("ann"), user("bob")]))
    own_folder.chmod(0o500)
    for mode in (0o600, 0o400):
        store.path.chmod(mode)
        again = Store(store.path)
        assert people_in(again) == 2
        assert again.get_meta("page size") is None
        with pytest.raises(StoreError, match=f"Check that {own_folder} belongs to you"):
            again.set_meta("page size", "300")
        with pytest.raises(StoreError, match="belongs to you and is not read-only"):
            again.begin(STARTED)
    with pytest.raises(StoreError, match="cannot be written"):
        Store(own_folder / "two.sqlite3")


def test_a_reader_without_sqlites_own_files_notices_a_sync(store: Store) -> None:
    publish(store, Account(users=[user("ann"), user("bob")]))
    with full_disk():
        reader = Store(store.path).reader()
        assert len(reader.order(Kind.USERS)) == 2
    publish(store, Account(users=[user("ann"), user("bob"), user("zoe")]))
    with reader:
        assert len(reader.order(Kind.USERS)) == 2
        assert reader.number == 1
    assert people_in(store) == 3


def test_the_list_of_connectors_is_read_on_a_full_disk(tmp_path: Path) -> None:
    path = tmp_path / "connectors.sqlite3"
    registry = Registry(path)
    made = registry.create(Draft(new_app="Zoom", name="corp", owners=(Owner("a@corp.example"),)))
    registry.close()
    with full_disk():
        assert [connector.name for connector in registry.connectors()] == ["corp"]
        with pytest.raises(RegistryError, match="The disk is full"):
            registry.update(made.id, status=ConnectorStatus.CONNECTED)
    assert registry.update(made.id, status=ConnectorStatus.CONNECTED).status is ConnectorStatus.CONNECTED
    registry.close()


def test_the_list_of_connectors_is_read_where_it_may_not_be_written(own_folder: Path) -> None:
    path = own_folder / "connectors.sqlite3"
    registry = Registry(path)
    made = registry.create(Draft(new_app="Zoom", name="corp", owners=(Owner("a@corp.example"),)))
    registry.close()
    path.chmod(0o400)
    own_folder.chmod(0o500)
    assert registry.find("corp") == made
    with pytest.raises(RegistryError, match=f"Check that {own_folder} belongs to you"):
        registry.remove(made.id)
    registry.close()


def test_somebody_who_looks_does_not_stand_in_the_way_of_a_sync(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text of a sync that was killed is still in the lock's file while another process looks at the lock."""
    import fcntl

    with store.begin(STARTED):
        left_behind = lock_path(store.path).read_bytes()
    lock_path(store.path).write_bytes(left_behind)
    looking = os.open(lock_path(store.path), os.O_RDWR)
    fcntl.flock(looking, fcntl.LOCK_SH)
    assert not is_busy(store.path)
    monkeypatch.setattr("zoomgov.disk.files.time.sleep", lambda seconds: fcntl.flock(looking, fcntl.LOCK_UN))
    store.begin(STARTED).close()
    os.close(looking)
