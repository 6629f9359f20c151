"""Opening stores; a store that was moved away is an error, not an account without a sync."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.services.conftest import NOW, STARTED, block, publish
from zoomgov.connectors.model import Connector
from zoomgov.disk.errors import StoreBusy, StoreError
from zoomgov.services.stores import Stores
from zoomgov.store.store import Store


def path_of(folder: Path, connector: Connector) -> Path:
    return folder / f"{connector.id}.sqlite3"


def test_a_store_is_made_when_it_is_first_opened_and_opened_once(
    stores: Stores, connector: Connector, folder: Path
) -> None:
    assert not folder.exists()
    store = stores.open(connector)
    assert store.path == path_of(folder, connector)
    assert store.path.exists()
    assert stores.open(connector) is store


def test_each_connector_has_a_store_of_its_own(stores: Stores, connector: Connector) -> None:
    assert stores.open(connector) is not stores.open(replace(connector, id="another"))


def test_what_is_no_store_is_said_when_it_is_opened(stores: Stores, connector: Connector, folder: Path) -> None:
    folder.mkdir(parents=True)
    path_of(folder, connector).write_bytes(b"no database at all, but long enough to look like one" * 99)
    with pytest.raises(StoreError):
        stores.open(connector)
    with pytest.raises(StoreError):
        stores.latest_sync(connector)


def test_whether_there_is_a_file_is_told_without_making_one(stores: Stores, connector: Connector, folder: Path) -> None:
    assert not stores.exists(connector)
    assert not folder.exists()
    folder.mkdir(parents=True)
    path_of(folder, connector).touch()
    assert stores.exists(connector)


def test_before_the_first_sync_there_is_none_and_nothing_is_made(
    stores: Stores, connector: Connector, folder: Path
) -> None:
    assert stores.latest_sync(connector) is None
    assert not folder.exists()
    with stores.reader(connector) as reader:
        assert reader.sync is None


def test_what_was_synced_is_read(stores: Stores, connector: Connector) -> None:
    publish(stores, connector)
    latest = stores.latest_sync(connector)
    assert latest is not None
    assert latest.number == 1
    with stores.reader(connector) as first, stores.reader(connector) as second:
        assert (first.number, second.number) == (1, 1)
        assert first is not second


def test_an_interrupted_first_sync_has_published_nothing(stores: Stores, connector: Connector) -> None:
    stores.open(connector).begin(STARTED).close()
    assert stores.latest_sync(connector) is None


@pytest.mark.parametrize("emptied", [False, True], ids=["moved away", "emptied"])
def test_a_store_that_is_gone_is_not_taken_for_never_synced(
    stores: Stores, connector: Connector, folder: Path, emptied: bool
) -> None:
    synced = replace(connector, last_sync_at=NOW)
    if emptied:
        folder.mkdir(parents=True)
        path_of(folder, connector).touch()
    for ask in (stores.reader, stores.latest_sync):
        with pytest.raises(StoreError) as caught:
            ask(synced)
        assert str(path_of(folder, connector)) in str(caught.value)
        assert "missing or empty" in str(caught.value)
        assert "last synced on 2026-03-04" in str(caught.value)
        assert "Put it back" in str(caught.value)
    assert path_of(folder, connector).exists() is emptied


def test_a_folder_that_cannot_be_looked_into_is_said(stores: Stores, connector: Connector, folder: Path) -> None:
    block(folder)
    for ask in (stores.exists, stores.latest_sync, stores.reader):
        with pytest.raises(StoreError, match="cannot be read: Not a directory"):
            ask(connector)


def test_a_running_sync_makes_the_store_busy(stores: Stores, connector: Connector) -> None:
    assert not stores.is_busy(connector)
    with stores.open(connector).begin(STARTED):
        assert stores.is_busy(connector)
        assert not stores.is_busy(replace(connector, id="another"))
        with pytest.raises(StoreBusy):
            stores.removal(connector)
    assert not stores.is_busy(connector)


def test_while_a_store_may_be_removed_no_sync_begins(stores: Stores, connector: Connector) -> None:
    publish(stores, connector)
    removal = stores.removal(connector)
    with pytest.raises(StoreBusy):
        stores.open(connector).begin(STARTED)
    removal.release()
    stores.open(connector).begin(STARTED).close()


def test_what_was_open_of_a_removed_store_is_not_used_again(stores: Stores, connector: Connector, folder: Path) -> None:
    before = stores.open(connector)
    removal = stores.removal(connector)
    removal.delete()
    removal.release()
    assert list(folder.iterdir()) == []
    assert stores.open(connector) is not before
    assert stores.latest_sync(connector) is None


def test_closing_closes_each_store_and_the_next_call_opens_it_anew(
    stores: Stores, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Store] = []
    monkeypatch.setattr(Store, "close", lambda store: closed.append(store))
    opened = [stores.open(connector), stores.open(replace(connector, id="another"))]
    stores.close()
    assert closed == opened
    assert stores.open(connector) is not opened[0]
