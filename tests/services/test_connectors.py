"""Connectors: their status, hand-off files, and removing all of a connector or nothing."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import pytest

from tests.services.conftest import (
    FINISHED,
    GIVEN,
    NOW,
    OTHER,
    STARTED,
    FakeVault,
    FullDisk,
    block,
    files_in,
    publish,
)
from zoomgov.connectors.handoff import Handoff, HandoffError, write_handoff
from zoomgov.connectors.model import NOT_FINISHED, Connector, ConnectorStatus, Draft, Owner, Step
from zoomgov.disk.errors import StoreBusy, StoreError
from zoomgov.services.connectors import Connectors, NotRemoved
from zoomgov.services.credentials import ConnectorCredentials, CredentialSource
from zoomgov.services.stores import Stores
from zoomgov.store.store import StoreRemoval
from zoomgov.vault import VaultError
from zoomgov.zoom.scopes import ScopeKind

LATER = "2026-03-02T08:00:00Z"
NO_KEYRING = VaultError("There is no keyring.", "None runs here.")


def no_credentials() -> NoReturn:
    raise AssertionError("the list needs no credentials")


# Labels


def leave(stores: Stores, connector: Connector) -> None:
    """Begin a sync, and leave it as a program that is killed does."""
    stores.open(connector).begin(LATER).close()


@pytest.mark.parametrize("synced", [False, True])
@pytest.mark.parametrize("staged", [False, True])
def test_a_label_syncing_that_nobody_keeps_becomes_an_error_that_says_so(
    registry: FullDisk, stores: Stores, connector: Connector, synced: bool, staged: bool
) -> None:
    if synced:
        publish(stores, connector)
    if staged:
        leave(stores, connector)
    elif synced:
        stores.open(connector).path.unlink()
    registry.update(connector.id, status=ConnectorStatus.SYNCING, last_sync_at=NOW if synced else None)
    connectors = Connectors(registry, stores, no_credentials, no_credentials)
    assert [(one.status, one.reason) for one in connectors.all()] == [(ConnectorStatus.ERROR, NOT_FINISHED)]
    kept = registry.connector(connector.id)
    assert (kept.status, kept.reason) == (ConnectorStatus.ERROR, NOT_FINISHED)
    assert kept.last_sync_at == (NOW if synced else None)
    registry.update(connector.id, status=ConnectorStatus.SYNCING)
    found = connectors.find("zoom")
    assert found == kept


def test_a_sync_that_was_published_before_its_program_died_is_finished(
    registry: FullDisk, stores: Stores, connector: Connector
) -> None:
    registry.update(connector.id, status=ConnectorStatus.SYNCING, step=Step.SYNC)
    publish(stores, connector)
    (shown,) = Connectors(registry, stores, no_credentials, no_credentials).all()
    assert (shown.status, shown.step, shown.reason) == (ConnectorStatus.CONNECTED, Step.DONE, "")
    assert shown.last_sync_at == datetime.fromisoformat(FINISHED)
    assert registry.connector(connector.id) == shown


def test_a_sync_that_ends_while_it_is_looked_at_keeps_its_label(
    registry: FullDisk, stores: Stores, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.update(connector.id, status=ConnectorStatus.SYNCING)
    leave(stores, connector)
    failed: list[Connector] = []

    def busy(one: Connector) -> bool:
        if not failed:
            failed.append(registry.update(connector.id, status=ConnectorStatus.ERROR, reason="No scope."))
        return False

    monkeypatch.setattr(stores, "is_busy", busy)
    assert Connectors(registry, stores, no_credentials, no_credentials).all() == failed


def test_a_label_syncing_stays_while_the_sync_runs(
    connectors: Connectors, registry: FullDisk, stores: Stores, connector: Connector
) -> None:
    registry.update(connector.id, status=ConnectorStatus.SYNCING)
    with stores.open(connector).begin(STARTED):
        assert [one.status for one in connectors.all()] == [ConnectorStatus.SYNCING]
    assert registry.connector(connector.id).status is ConnectorStatus.SYNCING


def test_every_other_label_is_left_alone(connectors: Connectors, registry: FullDisk, connector: Connector) -> None:
    failed = registry.update(connector.id, status=ConnectorStatus.ERROR, reason="No scope.", last_sync_at=NOW)
    assert connectors.all() == [failed]


def test_a_label_that_cannot_be_written_is_shown_as_it_should_be(
    connectors: Connectors, registry: FullDisk, connector: Connector
) -> None:
    registry.update(connector.id, status=ConnectorStatus.SYNCING, last_sync_at=NOW)
    registry.writes_left = 0
    (shown,) = connectors.all()
    assert (shown.status, shown.reason, shown.name) == (ConnectorStatus.ERROR, NOT_FINISHED, "Zoom")
    assert registry.connector(connector.id).status is ConnectorStatus.SYNCING


def test_a_name_nobody_has_finds_nothing(connectors: Connectors, connector: Connector) -> None:
    assert connectors.find("Zomo") is None
    assert connectors.find("ZOOM") == connector


# Hand-off

HANDED_OVER = Handoff("Zoom", "zoom", False, (Owner("o@example.com"),), "zoomgov.com", ScopeKind.CLASSIC, frozenset())


async def test_a_hand_off_file_becomes_a_connector_of_the_app_of_that_name(
    connectors: Connectors, registry: FullDisk, connector: Connector
) -> None:
    made = await connectors.import_handoff(write_handoff(HANDED_OVER).encode())
    assert made == registry.connector(made.id)
    assert (made.name, made.app, made.cloud) == ("Zoom 2", connector.app, "zoomgov.com")
    assert (made.scope_kind, made.without) == (ScopeKind.CLASSIC, frozenset())
    assert made.owners == HANDED_OVER.owners


async def test_what_is_no_hand_off_file_makes_nothing(connectors: Connectors, registry: FullDisk) -> None:
    with pytest.raises(HandoffError):
        await connectors.import_handoff(b"{}")
    assert registry.connectors() == []


# Removing


def left_of(connector: Connector, registry: FullDisk, vault: FakeVault, folder: Path) -> tuple[bool, bool, bool]:
    """Whether its credentials, its store and its place in the list are there."""
    known = any(one.id == connector.id for one in registry.connectors())
    return vault.holds(connector) is not None, (folder / f"{connector.id}.sqlite3").exists(), known


@pytest.fixture
def full(connector: Connector, stores: Stores, vault: FakeVault) -> Connector:
    """A connector with everything a connector can have."""
    publish(stores, connector)
    vault.store(connector.id, GIVEN)
    return connector


async def test_all_of_it_goes_and_nothing_of_another(
    connectors: Connectors, full: Connector, registry: FullDisk, stores: Stores, vault: FakeVault, folder: Path
) -> None:
    another = registry.create(Draft(app_id=full.app.id, name="Another", owners=full.owners))
    publish(stores, another)
    vault.store(another.id, OTHER)
    await connectors.remove(full)
    assert left_of(full, registry, vault, folder) == (False, False, False)
    assert left_of(another, registry, vault, folder) == (True, True, True)
    assert all(name.startswith(another.id) for name in files_in(folder) or ())
    await connectors.remove(full)  # once more is no error


async def test_one_that_was_never_synced_goes_too(
    connectors: Connectors, connector: Connector, registry: FullDisk, folder: Path
) -> None:
    await connectors.remove(connector)
    assert registry.connectors() == []
    assert files_in(folder) == []


async def test_while_a_sync_runs_nothing_is_removed(
    connectors: Connectors,
    credentials: ConnectorCredentials,
    full: Connector,
    registry: FullDisk,
    stores: Stores,
    vault: FakeVault,
    folder: Path,
) -> None:
    await credentials.save(full, OTHER, session_only=True)
    for force in (False, True):
        with stores.open(full).begin(STARTED), pytest.raises(StoreBusy):
            await connectors.remove(full, force=force)
        assert left_of(full, registry, vault, folder) == (True, True, True)
        assert await credentials.find(full) == (OTHER, CredentialSource.SESSION)


async def test_no_sync_begins_while_the_keyring_is_asked(
    connectors: Connectors, full: Connector, stores: Stores, vault: FakeVault
) -> None:
    busy: list[bool] = []
    vault.on_clear = lambda: busy.append(stores.is_busy(full))
    await connectors.remove(full)
    assert busy == [True]
    assert not stores.is_busy(full)


async def test_a_store_that_cannot_be_locked_keeps_everything(
    connectors: Connectors, connector: Connector, registry: FullDisk, vault: FakeVault, folder: Path
) -> None:
    vault.store(connector.id, GIVEN)
    block(folder)
    with pytest.raises(StoreError):
        await connectors.remove(connector)
    assert vault.holds(connector) == GIVEN
    assert registry.connector(connector.id)


async def test_a_keyring_that_does_not_let_go_keeps_everything(
    connectors: Connectors, full: Connector, registry: FullDisk, stores: Stores, vault: FakeVault, folder: Path
) -> None:
    vault.refusal = NO_KEYRING
    with pytest.raises(NotRemoved) as caught:
        await connectors.remove(full)
    assert caught.value.by_force
    assert caught.value.what == "Nothing was removed. There is no keyring."
    assert caught.value.why == "None runs here."
    assert left_of(full, registry, vault, folder) == (True, True, True)
    stores.open(full).begin(STARTED).close()  # which was locked meanwhile
    with stores.reader(full) as reader:
        assert reader.number == 1
    await connectors.remove(full, force=True)
    assert left_of(full, registry, vault, folder) == (True, False, False)


async def test_credentials_that_went_in_part_are_not_called_nothing(
    connectors: Connectors, full: Connector, vault: FakeVault
) -> None:
    vault.refusal = VaultError("The keyring is locked.", "The client secret is no longer in it.", incomplete=True)
    with pytest.raises(NotRemoved) as caught:
        await connectors.remove(full)
    assert caught.value.what == "Only part of the credentials was removed. The keyring is locked."
    assert caught.value.why == "The client secret is no longer in it."


async def test_a_vault_that_breaks_leaves_no_lock_behind(
    connectors: Connectors, full: Connector, registry: FullDisk, stores: Stores, vault: FakeVault, folder: Path
) -> None:
    def break_down() -> None:
        raise RuntimeError("a bug")

    vault.on_clear = break_down
    with pytest.raises(RuntimeError):
        await connectors.remove(full)
    assert not stores.is_busy(full)
    assert left_of(full, registry, vault, folder) == (True, True, True)


async def test_files_that_cannot_be_deleted_are_said_and_go_the_next_time(
    connectors: Connectors, full: Connector, registry: FullDisk, stores: Stores, vault: FakeVault, folder: Path
) -> None:
    in_the_way = folder / f"{full.id}.sqlite3-shm"
    in_the_way.unlink(missing_ok=True)
    in_the_way.mkdir()
    with pytest.raises(NotRemoved) as caught:
        await connectors.remove(full)
    assert not caught.value.by_force
    assert caught.value.what == "Zoom was removed only in part: its credentials are gone, what was synced is not."
    assert str(in_the_way) in caught.value.why
    assert caught.value.next_steps == ("Close other programs that use the file, then remove it again.",)
    assert left_of(full, registry, vault, folder) == (False, True, True)
    assert not stores.is_busy(full)
    in_the_way.rmdir()
    await connectors.remove(full)
    assert left_of(full, registry, vault, folder) == (False, False, False)


async def test_a_list_that_cannot_be_written_is_said_and_the_rest_is_gone(
    connectors: Connectors, full: Connector, registry: FullDisk, stores: Stores, vault: FakeVault, folder: Path
) -> None:
    registry.writes_left = 0
    with pytest.raises(NotRemoved) as caught:
        await connectors.remove(full)
    assert not caught.value.by_force
    assert "its credentials and what was synced are gone, its place in the list is not" in caught.value.what
    assert caught.value.why == "The disk is full."
    assert caught.value.next_steps == ("Remove it again once that is fixed.",)
    assert left_of(full, registry, vault, folder) == (False, False, True)
    assert not stores.is_busy(full)
    registry.writes_left = None
    await connectors.remove(full)
    assert left_of(full, registry, vault, folder) == (False, False, False)


class Gate:
    """Holds up a worker thread until the test opens it."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.reached.set()
        assert self.opened.wait(20)


async def cancelled_at(gate: Gate, removing: asyncio.Task[None]) -> None:
    """Cancel it once it is held up, then let it go on."""
    assert await asyncio.to_thread(gate.reached.wait, 20)
    removing.cancel()
    await asyncio.sleep(0)
    gate.opened.set()
    with pytest.raises(asyncio.CancelledError):
        await removing


async def test_stopped_before_the_keyring_answers_nothing_is_removed(
    connectors: Connectors, full: Connector, registry: FullDisk, stores: Stores, vault: FakeVault, folder: Path
) -> None:
    vault.on_clear = gate = Gate()
    await cancelled_at(gate, asyncio.ensure_future(connectors.remove(full)))
    assert left_of(full, registry, vault, folder) == (True, True, True)
    assert not stores.is_busy(full)


async def test_stopped_after_the_credentials_went_the_rest_goes_too(
    connectors: Connectors,
    full: Connector,
    registry: FullDisk,
    vault: FakeVault,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate, remove = Gate(), registry.remove

    def held_up(connector_id: str) -> None:
        gate()
        remove(connector_id)

    monkeypatch.setattr(registry, "remove", held_up)
    await cancelled_at(gate, asyncio.ensure_future(connectors.remove(full)))
    assert left_of(full, registry, vault, folder) == (False, False, False)


async def test_stopped_while_it_locks_the_store_gives_the_lock_back(
    connectors: Connectors,
    full: Connector,
    registry: FullDisk,
    stores: Stores,
    vault: FakeVault,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate, lock = Gate(), stores.removal

    def held_up(connector: Connector) -> StoreRemoval:
        gate()
        return lock(connector)

    monkeypatch.setattr(stores, "removal", held_up)
    await cancelled_at(gate, asyncio.ensure_future(connectors.remove(full)))
    assert not stores.is_busy(full)
    assert left_of(full, registry, vault, folder) == (True, True, True)


async def test_what_failed_is_told_even_to_who_stopped_it(
    connectors: Connectors, full: Connector, registry: FullDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, remove = Gate(), registry.remove
    registry.writes_left = 0

    def held_up(connector_id: str) -> None:
        gate()
        remove(connector_id)

    monkeypatch.setattr(registry, "remove", held_up)
    removing = asyncio.ensure_future(connectors.remove(full))
    assert await asyncio.to_thread(gate.reached.wait, 20)
    removing.cancel()
    await asyncio.sleep(0)
    gate.opened.set()
    with pytest.raises(NotRemoved, match="only in part"):
        await removing


async def test_showing_the_list_asks_no_keyring(registry: FullDisk, stores: Stores, connector: Connector) -> None:
    assert Connectors(registry, stores, no_credentials, no_credentials).all() == [connector]
