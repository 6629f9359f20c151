"""Disconnecting: the credentials go, the data stays, and nothing in between is left untold."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tests.services.conftest import GIVEN, NOW, OTHER, STARTED, FakeVault, FullDisk, publish
from zoomgov.connectors.model import Connector, ConnectorStatus, Step
from zoomgov.connectors.rows import RegistryError
from zoomgov.disk.errors import StoreBusy
from zoomgov.services.connectors import Connectors
from zoomgov.services.credentials import ConnectorCredentials
from zoomgov.services.disconnecting import Disconnecting, NotDisconnected
from zoomgov.services.stores import Stores
from zoomgov.vault import VaultError, VaultKeeper

NO_KEYRING = VaultError("There is no keyring.", "None runs here.")


@pytest.fixture
def disconnecting(registry: FullDisk, stores: Stores, credentials: ConnectorCredentials) -> Disconnecting:
    return Disconnecting(registry, stores, credentials, now=lambda: NOW)


@pytest.fixture
async def connected(
    registry: FullDisk, stores: Stores, credentials: ConnectorCredentials, connector: Connector
) -> Connector:
    publish(stores, connector)
    await credentials.save(connector, GIVEN)
    return registry.update(connector.id, status=ConnectorStatus.CONNECTED, step=Step.DONE, last_sync_at=NOW)


async def test_credentials_go_data_stays_and_the_label_says_why(
    disconnecting: Disconnecting,
    credentials: ConnectorCredentials,
    connectors: Connectors,
    connected: Connector,
    stores: Stores,
    vault: FakeVault,
) -> None:
    await credentials.save(connected, OTHER, session_only=True)
    after = await disconnecting.disconnect(connected)
    assert await credentials.find(connected) is None
    assert vault.holds(connected) is None
    assert after.status is ConnectorStatus.NOT_CONNECTED
    assert after.reason == "It was disconnected on 2026-03-04."
    assert (after.step, after.credentials_at) == (Step.CREDENTIALS, None)
    assert (after.client_id, after.last_sync_at, after.name) == (OTHER.client_id, NOW, connected.name)
    with stores.reader(after) as reader:
        assert reader.number == 1
    stores.open(after).begin(STARTED).close()  # which was locked meanwhile
    assert connectors.find("zoom") == after
    await disconnecting.disconnect(after)  # once more is no error


async def test_one_that_was_never_set_up_stays_where_it_was(disconnecting: Disconnecting, connector: Connector) -> None:
    assert (await disconnecting.disconnect(connector)).step is Step.ZOOM_APP


async def test_credentials_of_the_environment_are_said_and_nothing_changes(
    registry: FullDisk, stores: Stores, vault: FakeVault, connected: Connector
) -> None:
    given = ConnectorCredentials(registry, VaultKeeper(vault), OTHER)
    with pytest.raises(NotDisconnected) as caught:
        await Disconnecting(registry, stores, given, now=lambda: NOW).disconnect(connected, force=True)
    assert "ZOOMGOV_CLIENT_SECRET" in caught.value.why
    assert not caught.value.by_force
    assert vault.holds(connected) == GIVEN
    assert registry.connector(connected.id) == connected


async def test_while_a_sync_runs_nothing_changes(
    disconnecting: Disconnecting, connected: Connector, registry: FullDisk, stores: Stores, vault: FakeVault
) -> None:
    with stores.open(connected).begin(STARTED), pytest.raises(StoreBusy):
        await disconnecting.disconnect(connected, force=True)
    assert vault.holds(connected) == GIVEN
    assert registry.connector(connected.id) == connected


async def test_no_sync_begins_while_the_keyring_is_asked(
    disconnecting: Disconnecting, connected: Connector, stores: Stores, vault: FakeVault
) -> None:
    busy: list[bool] = []
    vault.on_clear = lambda: busy.append(stores.is_busy(connected))
    await disconnecting.disconnect(connected)
    assert busy == [True]


async def test_a_keyring_that_does_not_let_go_keeps_the_label_unless_forced(
    disconnecting: Disconnecting, connected: Connector, registry: FullDisk, stores: Stores, vault: FakeVault
) -> None:
    vault.refusal = NO_KEYRING
    with pytest.raises(NotDisconnected) as caught:
        await disconnecting.disconnect(connected)
    assert caught.value.by_force
    assert caught.value.what == "Nothing has changed. There is no keyring."
    assert registry.connector(connected.id) == connected
    assert not stores.is_busy(connected)
    assert (await disconnecting.disconnect(connected, force=True)).status is ConnectorStatus.NOT_CONNECTED


async def test_credentials_that_went_in_part_are_not_called_nothing(
    disconnecting: Disconnecting, connected: Connector, vault: FakeVault
) -> None:
    vault.refusal = VaultError("The keyring is locked.", "The client secret is no longer in it.", incomplete=True)
    with pytest.raises(NotDisconnected, match="Only part of the credentials was removed"):
        await disconnecting.disconnect(connected)


async def test_a_label_that_cannot_be_written_is_told(
    disconnecting: Disconnecting, connected: Connector, registry: FullDisk, stores: Stores, vault: FakeVault
) -> None:
    registry.writes_left = 0
    with pytest.raises(RegistryError, match="full"):
        await disconnecting.disconnect(connected)
    assert vault.holds(connected) is None
    assert not stores.is_busy(connected)


async def test_stopped_after_the_credentials_went_the_label_follows(
    disconnecting: Disconnecting, connected: Connector, registry: FullDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, opened, update = threading.Event(), threading.Event(), registry.update

    def held_up(connector_id: str, **changes: object) -> Connector:
        if "status" in changes:
            reached.set()
            assert opened.wait(20)
        return update(connector_id, **changes)

    monkeypatch.setattr(registry, "update", held_up)
    task = asyncio.ensure_future(disconnecting.disconnect(connected))
    assert await asyncio.to_thread(reached.wait, 20)
    task.cancel()
    await asyncio.sleep(0)
    opened.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert registry.connector(connected.id).status is ConnectorStatus.NOT_CONNECTED
