"""A full disk, a folder that may not be written, a file moved away: what was synced can be read, and what cannot be
done is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.disk import trouble
from tests.disk.trouble import full_disk
from tests.store.conftest import STARTED, Account, publish, user
from zoomgov.connectors.model import ConnectorStatus, Draft, Owner
from zoomgov.connectors.registry import Registry
from zoomgov.connectors.rows import RegistryError
from zoomgov.disk.errors import StoreError
from zoomgov.model.kinds import Kind
from zoomgov.store.store import Store, is_busy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def unprivileged_folder() -> Iterator[Path]:
    with trouble.unprivileged_folder() as folder:
        yield folder


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


def test_a_folder_that_may_not_be_written_is_read(unprivileged_folder: Path) -> None:
    store = Store(unprivileged_folder / "one.sqlite3")
    publish(store, Account(users=[user("ann"), user("bob")]))
    unprivileged_folder.chmod(0o500)
    for mode in (0o600, 0o400):
        store.path.chmod(mode)
        again = Store(store.path)
        assert people_in(again) == 2
        assert again.get_meta("page size") is None
        with pytest.raises(StoreError, match=f"Check that {unprivileged_folder} belongs to you"):
            again.set_meta("page size", "300")
        with pytest.raises(StoreError, match="belongs to you and is not read-only"):
            again.begin(STARTED)
    with pytest.raises(StoreError, match="cannot be written"):
        Store(unprivileged_folder / "two.sqlite3")


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


def test_the_list_of_connectors_is_read_where_it_may_not_be_written(unprivileged_folder: Path) -> None:
    path = unprivileged_folder / "connectors.sqlite3"
    registry = Registry(path)
    made = registry.create(Draft(new_app="Zoom", name="corp", owners=(Owner("a@corp.example"),)))
    registry.close()
    path.chmod(0o400)
    unprivileged_folder.chmod(0o500)
    assert registry.find("corp") == made
    with pytest.raises(RegistryError, match=f"Check that {unprivileged_folder} belongs to you"):
        registry.remove(made.id)
    registry.close()
