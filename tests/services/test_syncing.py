"""The status of a connector after each end of a sync; the sync is a fake."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.services.conftest import (
    FULL,
    GIVEN,
    NOW,
    STARTED,
    FakeClients,
    FakeVault,
    FullDisk,
    block,
    files_in,
    publish,
)
from zoomgov.connectors.model import Connector, ConnectorStatus, Step
from zoomgov.connectors.rows import RegistryError
from zoomgov.disk.errors import StoreBusy, StoreError
from zoomgov.services.credentials import ConnectorCredentials, NoCredentials
from zoomgov.services.problems import likeliest_cause
from zoomgov.services.stores import Stores
from zoomgov.services.syncing import Syncing
from zoomgov.sync.estimate import Estimate
from zoomgov.sync.events import Noted, Outcome, Published, SyncEvent, SyncSummary
from zoomgov.vault import VaultError
from zoomgov.zoom.errors import ErrorKind, ZoomError

SUMMARY = SyncSummary(1, Outcome.COMPLETE, {}, (), (), {}, 0, 0, 1.0)
REFUSED = ZoomError(ErrorKind.SCOPE, "GET /users", "does not contain scopes", 400, 4711)


class Engine:
    """In place of `run_sync`: tells `events`, does `then`, and ends as `outcome`; `busy` before another sync."""

    def __init__(self) -> None:
        self.events: list[SyncEvent] = []
        self.outcome: SyncSummary | BaseException = SUMMARY
        self.then: Callable[[], None] = lambda: None
        self.waits = False
        self.busy: StoreBusy | None = None
        self.started = asyncio.Event()
        self.calls: list[dict[str, Any]] = []

    async def __call__(
        self,
        client: object,
        store: object,
        *,
        on_event: Callable[[SyncEvent], None],
        while_locked: AbstractAsyncContextManager[object],
        **more: object,
    ) -> SyncSummary:
        self.calls.append({"client": client, "store": store, **more})
        if self.busy is not None:
            raise self.busy
        async with while_locked:
            for event in self.events:
                on_event(event)
            self.then()
            self.started.set()
            if self.waits:
                await asyncio.Event().wait()
            if isinstance(self.outcome, BaseException):
                raise self.outcome
            return self.outcome


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    engine = Engine()
    monkeypatch.setattr("zoomgov.sync.engine.run_sync", engine)
    return engine


@pytest.fixture
def syncing(
    registry: FullDisk, stores: Stores, credentials: ConnectorCredentials, clients: FakeClients, engine: Engine
) -> Syncing:
    return Syncing(registry, stores, credentials, clients, now=lambda: NOW)


@pytest.fixture
def ready(connector: Connector, vault: FakeVault, registry: FullDisk) -> Connector:
    """A connector that failed before, with credentials."""
    vault.store(connector.id, GIVEN)
    return registry.update(
        connector.id,
        status=ConnectorStatus.ERROR,
        reason="It failed.",
        reason_line="probe.list_users",
        step=Step.SYNC,
        without=frozenset({"plan usage"}),
    )


def ignore(event: SyncEvent) -> None:
    pass


def label_of(registry: FullDisk, connector: Connector) -> tuple[ConnectorStatus, str, str]:
    now = registry.connector(connector.id)
    return now.status, now.reason, now.reason_line


FAILED_BEFORE = (ConnectorStatus.ERROR, "It failed.", "probe.list_users")


async def test_the_label_is_syncing_then_connected(
    syncing: Syncing, engine: Engine, ready: Connector, registry: FullDisk
) -> None:
    labels: list[tuple[ConnectorStatus, str, str]] = []
    engine.then = lambda: labels.append(label_of(registry, ready))
    assert await syncing.sync(ready, ignore) is SUMMARY
    assert labels == [(ConnectorStatus.SYNCING, "", "")]
    assert label_of(registry, ready) == (ConnectorStatus.CONNECTED, "", "")
    now = registry.connector(ready.id)
    assert (now.step, now.last_sync_at, now.proved) == (Step.DONE, NOW, frozenset({"token"}))


@pytest.mark.parametrize(("kind", "proved"), [(ErrorKind.CREDENTIALS, set()), (ErrorKind.SERVER, {"token"})])
async def test_only_a_refusal_of_the_credentials_takes_back_that_they_were_proved(
    syncing: Syncing, engine: Engine, ready: Connector, registry: FullDisk, kind: ErrorKind, proved: set[str]
) -> None:
    registry.update(ready.id, proved=frozenset({"token"}))
    engine.outcome = ZoomError(kind, "POST /oauth/token", "Invalid client_id", 400)
    with pytest.raises(ZoomError):
        await syncing.sync(ready, ignore)
    assert registry.connector(ready.id).proved == proved


async def test_the_sync_gets_the_connectors_client_and_store_and_tells_its_events(
    syncing: Syncing, engine: Engine, ready: Connector, stores: Stores, clients: FakeClients
) -> None:
    engine.events = [Noted("one"), Published(1)]
    told: list[SyncEvent] = []
    await syncing.sync(ready, told.append, thorough=True)
    await syncing.sync(ready, ignore)
    assert told == engine.events
    first, second = engine.calls
    assert first.pop("now")() == NOW
    assert first == {
        "client": clients.opened[0],
        "store": stores.open(ready),
        "thorough": True,
        "without": ready.without,
    }
    assert second["thorough"] is False
    assert clients.opened[0].opened_for == (ready.id, GIVEN)
    assert all(client.closed for client in clients.opened)


async def test_zooms_refusal_becomes_the_reason_and_names_its_line(
    syncing: Syncing, engine: Engine, ready: Connector, registry: FullDisk, clients: FakeClients
) -> None:
    engine.outcome = REFUSED
    with pytest.raises(ZoomError) as caught:
        await syncing.sync(ready, ignore)
    assert caught.value is REFUSED
    status, reason, line = label_of(registry, ready)
    assert (status, line) == (ConnectorStatus.ERROR, "probe.list_users")
    assert reason == f"{likeliest_cause(REFUSED).title} (GET /users: HTTP 400, code 4711: does not contain scopes)"
    assert clients.opened[0].closed
    assert registry.connector(ready.id).last_sync_at is None


async def test_any_other_failure_becomes_the_reason_in_a_persons_words(
    syncing: Syncing, engine: Engine, ready: Connector, registry: FullDisk
) -> None:
    for error, words in ((StoreError("The disk is full."), "The disk is full."), (KeyError("x"), "KeyError: 'x'")):
        engine.outcome = error
        with pytest.raises(type(error)):
            await syncing.sync(ready, ignore)
        status, reason, line = label_of(registry, ready)
        assert (status, line) == (ConnectorStatus.ERROR, "")
        assert words in reason


async def test_without_credentials_it_does_not_start(
    syncing: Syncing, engine: Engine, ready: Connector, vault: FakeVault, registry: FullDisk, folder: Path
) -> None:
    vault.clear(ready.id)
    with pytest.raises(NoCredentials):
        await syncing.sync(ready, ignore)
    vault.refusal = VaultError("locked", "")
    with pytest.raises(VaultError):
        await syncing.sync(ready, ignore)
    assert engine.calls == []
    assert label_of(registry, ready) == FAILED_BEFORE
    assert files_in(folder) is None


async def test_a_store_that_cannot_be_opened_leaves_the_label(
    syncing: Syncing, engine: Engine, ready: Connector, registry: FullDisk, folder: Path, clients: FakeClients
) -> None:
    block(folder)
    with pytest.raises(StoreError):
        await syncing.sync(ready, ignore)
    assert engine.calls == []
    assert label_of(registry, ready) == FAILED_BEFORE
    assert clients.opened[0].closed


async def test_a_connector_that_is_gone_is_not_synced(
    syncing: Syncing, engine: Engine, ready: Connector, registry: FullDisk
) -> None:
    registry.remove(ready.id)
    with pytest.raises(RegistryError):
        await syncing.sync(ready, ignore)
    assert not engine.started.is_set()


async def test_beside_another_sync_the_label_is_that_ones(
    syncing: Syncing, engine: Engine, ready: Connector, registry: FullDisk
) -> None:
    engine.busy = StoreBusy(7, STARTED)
    with pytest.raises(StoreBusy):
        await syncing.sync(ready, ignore)
    assert label_of(registry, ready) == FAILED_BEFORE


async def stopped(syncing: Syncing, engine: Engine, connector: Connector) -> None:
    """Stop a sync once it runs."""
    engine.waits = True
    running = asyncio.ensure_future(syncing.sync(connector, ignore))
    await engine.started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_stopped_before_publishing_the_label_is_what_it_was(
    syncing: Syncing, engine: Engine, ready: Connector, registry: FullDisk, clients: FakeClients
) -> None:
    engine.events = [Noted("one")]
    await stopped(syncing, engine, ready)
    assert label_of(registry, ready) == FAILED_BEFORE
    now = registry.connector(ready.id)
    assert (now.last_sync_at, now.step) == (None, Step.SYNC)
    assert clients.opened[0].closed


async def test_stopped_after_publishing_it_is_connected(
    syncing: Syncing, engine: Engine, ready: Connector, registry: FullDisk
) -> None:
    engine.events = [Published(1), Noted("one")]
    await stopped(syncing, engine, ready)
    assert label_of(registry, ready) == (ConnectorStatus.CONNECTED, "", "")
    now = registry.connector(ready.id)
    assert (now.last_sync_at, now.step) == (NOW, Step.DONE)


@pytest.mark.parametrize("published", [False, True])
async def test_a_stop_is_a_stop_though_the_label_cannot_be_written(
    syncing: Syncing, engine: Engine, ready: Connector, registry: FullDisk, published: bool
) -> None:
    engine.events = [Published(1)] if published else []
    registry.writes_left = 1
    await stopped(syncing, engine, ready)
    assert registry.connector(ready.id).status is ConnectorStatus.SYNCING


@pytest.mark.parametrize("error", [REFUSED, StoreError("The disk is full.")])
async def test_a_label_that_cannot_be_written_does_not_hide_what_failed(
    syncing: Syncing, engine: Engine, ready: Connector, registry: FullDisk, error: Exception
) -> None:
    engine.outcome = error
    registry.writes_left = 1
    with pytest.raises(type(error)) as caught:
        await syncing.sync(ready, ignore)
    assert caught.value is error


async def test_a_finished_sync_whose_label_cannot_be_written_is_said(
    syncing: Syncing, ready: Connector, registry: FullDisk
) -> None:
    registry.writes_left = 1
    with pytest.raises(RegistryError) as caught:
        await syncing.sync(ready, ignore)
    assert caught.value is FULL


# What follows a sync


def numbers(stores: Stores, connector: Connector) -> list[int]:
    with stores.reader(connector) as reader:
        return [sync.number for sync in reader.syncs()]


def tables(stores: Stores, connector: Connector) -> set[str]:
    database = sqlite3.connect(stores.open(connector).path)
    try:
        return {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    finally:
        database.close()


@pytest.mark.parametrize(("keep", "left"), [(None, [1, 2, 3]), (2, [2, 3])])
async def test_a_sync_makes_the_index_for_searches_and_forgets_what_is_not_kept(
    registry: FullDisk,
    stores: Stores,
    credentials: ConnectorCredentials,
    clients: FakeClients,
    engine: Engine,
    ready: Connector,
    keep: int | None,
    left: list[int],
) -> None:
    syncing = Syncing(registry, stores, credentials, clients, now=lambda: NOW, keep_syncs=keep)
    for _ in range(3):
        publish(stores, ready)
    before = tables(stores, ready)
    await syncing.sync(ready, ignore)
    assert numbers(stores, ready) == left
    assert tables(stores, ready) > before


async def test_what_cannot_be_pruned_now_is_no_failure_of_the_sync(
    registry: FullDisk,
    stores: Stores,
    credentials: ConnectorCredentials,
    clients: FakeClients,
    engine: Engine,
    ready: Connector,
) -> None:
    syncing = Syncing(registry, stores, credentials, clients, now=lambda: NOW, keep_syncs=2)
    for _ in range(3):
        publish(stores, ready)
    with stores.open(ready).begin(STARTED):  # another program has begun the next one
        assert await syncing.sync(ready, ignore) is SUMMARY
    assert numbers(stores, ready) == [1, 2, 3]
    assert registry.connector(ready.id).status is ConnectorStatus.CONNECTED


# Estimates


@pytest.fixture
def estimated(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """In place of `estimate` and `load_learnt_limits`: what they were asked."""
    asked: list[tuple[object, ...]] = []

    async def estimate(client: object, *, without: frozenset[str]) -> Estimate:
        asked.append(("estimate", client, without))
        return Estimate(1, 2, 3, 4, {}, 5.0, "", {}, 6)

    monkeypatch.setattr("zoomgov.sync.estimate.estimate", estimate)
    monkeypatch.setattr(
        "zoomgov.sync.engine.load_learnt_limits", lambda client, store: asked.append(("load", client, store))
    )
    return asked


async def test_an_estimate_begins_with_what_earlier_syncs_learnt(
    syncing: Syncing, ready: Connector, stores: Stores, clients: FakeClients, estimated: list[tuple[object, ...]]
) -> None:
    store = stores.open(ready)
    assert (await syncing.estimate(ready)).people == 1
    (client,) = clients.opened
    assert estimated == [("load", client, store), ("estimate", client, ready.without)]
    assert client.opened_for == (ready.id, GIVEN)
    assert client.closed


async def test_an_estimate_before_the_first_sync_makes_no_store(
    syncing: Syncing, ready: Connector, clients: FakeClients, folder: Path, estimated: list[tuple[object, ...]]
) -> None:
    await syncing.estimate(ready)
    assert [name for name, *_ in estimated] == ["estimate"]
    assert files_in(folder) is None


async def test_an_estimate_needs_credentials_and_leaves_the_label(
    syncing: Syncing, ready: Connector, vault: FakeVault, registry: FullDisk, estimated: list[tuple[object, ...]]
) -> None:
    await syncing.estimate(ready)
    assert label_of(registry, ready) == FAILED_BEFORE
    vault.clear(ready.id)
    with pytest.raises(NoCredentials):
        await syncing.estimate(ready)
    assert len(estimated) == 1
