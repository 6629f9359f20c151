"""The connector of a demo, made with a real registry; its syncs are a fake."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import pytest

from tests.services.conftest import GIVEN, FakeVault, FullDisk
from zoomgov.connectors.model import Step
from zoomgov.services.demonstration import NAME, Demo, Demonstration
from zoomgov.sync.events import Noted, SyncEvent
from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from zoomgov.connectors.model import Connector
    from zoomgov.services.credentials import ConnectorCredentials
    from zoomgov.services.syncing import Syncing

CLOUD = "http://127.0.0.1:1"
REFUSED = ZoomError(ErrorKind.SCOPE, "GET /users", "does not contain scopes", 400, 4711)
EVENT = Noted("read")


class FakeSyncing:
    """Tells one event for each sync; the sync `fails_at` fails, and one that `waits` does not end."""

    def __init__(self) -> None:
        self.synced: list[str] = []
        self.fails_at = 0
        self.waits = False
        self.began = asyncio.Event()

    async def sync(self, connector: Connector, on_event: Callable[[SyncEvent], None]) -> None:
        self.synced.append(connector.id)
        self.began.set()
        if self.waits:
            await asyncio.Event().wait()
        if len(self.synced) == self.fails_at:
            raise REFUSED
        on_event(EVENT)


@pytest.fixture
def syncing() -> FakeSyncing:
    return FakeSyncing()


@pytest.fixture
def demonstration(registry: FullDisk, credentials: ConnectorCredentials, syncing: FakeSyncing) -> Demonstration:
    return Demonstration(registry, credentials, cast("Syncing", syncing), Demo(GIVEN, CLOUD))


async def test_a_connector_of_the_made_up_account_is_created_with_its_credentials(
    demonstration: Demonstration, registry: FullDisk, vault: FakeVault
) -> None:
    connector = await demonstration.create()
    assert (connector.name, connector.cloud) == (NAME, CLOUD)
    assert registry.connectors()[0].id == connector.id
    assert vault.holds(connector) == GIVEN


async def test_it_is_synced_twice_and_each_beginning_is_told(
    demonstration: Demonstration, syncing: FakeSyncing
) -> None:
    told: list[object] = []
    connector = await demonstration.fill(told.append, told.append)
    assert syncing.synced == [connector.id, connector.id]
    assert told == [1, EVENT, 2, EVENT]
    assert connector.step is Step.DONE


async def test_after_a_failure_the_connector_is_still_there(
    demonstration: Demonstration, syncing: FakeSyncing, registry: FullDisk
) -> None:
    syncing.fails_at = 2
    with pytest.raises(ZoomError):
        await demonstration.fill(lambda _: None, lambda _: None)
    assert [connector.id for connector in registry.connectors()] == syncing.synced[:1]


async def test_it_can_be_cancelled(demonstration: Demonstration, syncing: FakeSyncing) -> None:
    syncing.waits = True
    filling = asyncio.create_task(demonstration.fill(lambda _: None, lambda _: None))
    await syncing.began.wait()
    filling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await filling
