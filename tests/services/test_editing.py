"""Renaming, changing and duplicating connectors: what changes, and what must not."""

from __future__ import annotations

import pytest

from tests.services.conftest import GIVEN, NOW, STARTED, FakeVault, FullDisk, publish
from zoomgov.connectors.model import Connector, ConnectorStatus, Owner, Step
from zoomgov.connectors.rows import RegistryError
from zoomgov.disk.errors import StoreBusy
from zoomgov.model.syncs import ListKey
from zoomgov.services.credentials import ConnectorCredentials
from zoomgov.services.editing import Editing
from zoomgov.services.problems import Problem
from zoomgov.services.stores import Stores
from zoomgov.vault import VaultError
from zoomgov.zoom.scopes import ScopeKind


@pytest.fixture
def editing(registry: FullDisk, stores: Stores, credentials: ConnectorCredentials) -> Editing:
    return Editing(registry, stores, lambda: credentials)


@pytest.fixture
def done(registry: FullDisk, stores: Stores, vault: FakeVault, connector: Connector) -> Connector:
    """A connector that is connected and synced."""
    publish(stores, connector)
    vault.store(connector.id, GIVEN)
    return registry.update(
        connector.id,
        status=ConnectorStatus.CONNECTED,
        step=Step.DONE,
        last_sync_at=NOW,
        credentials_at=NOW,
        account_id="account",
        client_id="client",
        checked=frozenset({"activate"}),
        held_scopes=frozenset({"a:read"}),
        scope_kind=ScopeKind.CLASSIC,
        without=frozenset({"Licences"}),
    )


async def test_another_name_changes_nothing_else(
    editing: Editing, done: Connector, registry: FullDisk, stores: Stores, vault: FakeVault
) -> None:
    renamed = await editing.rename(done, "  Zoom   EMEA ")
    assert renamed.name == "Zoom EMEA"
    assert registry.update(done.id, name=done.name) == done
    assert vault.holds(renamed) == GIVEN
    with stores.reader(renamed) as reader:
        assert reader.number == 1


@pytest.mark.parametrize("name", ["", "   ", "zoom two"])
async def test_a_name_that_is_empty_or_taken_is_refused(
    editing: Editing, done: Connector, registry: FullDisk, name: str
) -> None:
    await editing.duplicate(done, name="Zoom Two")
    with pytest.raises(RegistryError):
        await editing.rename(done, name)
    assert registry.connector(done.id) == done


async def test_owners_are_exchanged_and_each_is_named_once(editing: Editing, done: Connector) -> None:
    new = (Owner("ben@example.com", "Ben"), Owner("BEN@example.com"), Owner("eve@example.com"))
    assert (await editing.change_owners(done, new)).owners == (new[0], new[2])


@pytest.mark.parametrize(
    ("owners", "words"), [((), "at least one owner"), ((Owner("a@b.example"), Owner("a@\x1b[2J")), "no.*e-mail|not an")]
)
async def test_owners_that_cannot_be_are_refused(
    editing: Editing, done: Connector, registry: FullDisk, owners: tuple[Owner, ...], words: str
) -> None:
    with pytest.raises((Problem, RegistryError), match=words) as caught:
        await editing.change_owners(done, owners)
    assert "\x1b" not in str(caught.value)
    assert registry.connector(done.id) == done


async def test_it_moves_to_an_app_there_is_or_to_a_new_one(
    editing: Editing, done: Connector, registry: FullDisk
) -> None:
    moved = await editing.move_to_app(done, "Video", new=True)
    assert moved.app.name == "Video"
    assert (await editing.move_to_app(moved, "ZOOM")).app == done.app
    with pytest.raises(RegistryError, match="exists already"):
        await editing.move_to_app(moved, "video", new=True)
    with pytest.raises(Problem) as caught:
        await editing.move_to_app(done, "Vidoe")
    assert "Existing apps: Video, Zoom." in caught.value.why
    assert registry.connector(done.id).app == done.app


# Another cloud


async def test_what_was_synced_keeps_its_cloud(
    editing: Editing, done: Connector, registry: FullDisk, stores: Stores, vault: FakeVault
) -> None:
    with pytest.raises(Problem) as caught:
        await editing.change_cloud(done, "zoomgov.com")
    assert "stays at zoom.us" in caught.value.what
    assert "Duplicate it" in caught.value.next_steps[0]
    assert registry.connector(done.id) == done
    assert vault.holds(done) == GIVEN
    assert not stores.is_busy(done)
    stores.open(done).begin(STARTED).close()


async def test_no_other_host_gets_the_secret_or_goes_on_with_what_this_one_told(
    editing: Editing,
    credentials: ConnectorCredentials,
    connector: Connector,
    stores: Stores,
    vault: FakeVault,
) -> None:
    await credentials.save(connector, GIVEN)
    with stores.open(connector).begin(STARTED) as writer:
        writer.restart(ListKey("groups"))
        writer.finish(ListKey("groups"), None)
    moved = await editing.change_cloud(connector, "HTTPS://zoomgov.com/")
    assert moved.cloud == "zoomgov.com"
    assert (moved.step, moved.account_id, moved.client_id) == (Step.ZOOM_APP, "", "")
    assert moved.credentials_at is None
    assert vault.holds(moved) is None
    assert not stores.exists(moved)
    assert not stores.is_busy(moved)


async def test_a_keyring_that_keeps_the_secret_keeps_the_cloud(
    editing: Editing, credentials: ConnectorCredentials, connector: Connector, vault: FakeVault, registry: FullDisk
) -> None:
    await credentials.save(connector, GIVEN)
    vault.refusal = VaultError("The keyring is locked.", "Unlock it.")
    with pytest.raises(VaultError):
        await editing.change_cloud(connector, "zoomgov.com")
    assert registry.connector(connector.id).cloud == "zoom.us"


async def test_without_credentials_no_keyring_is_needed(
    editing: Editing, connector: Connector, vault: FakeVault
) -> None:
    vault.refusal = VaultError("There is no keyring.", "None runs here.")
    assert (await editing.change_cloud(connector, "zoomgov.com")).cloud == "zoomgov.com"


async def test_the_same_cloud_changes_nothing(editing: Editing, done: Connector, vault: FakeVault) -> None:
    assert await editing.change_cloud(done, "https://zoom.us") == done
    assert vault.holds(done) == GIVEN


async def test_while_a_sync_runs_the_cloud_stays(
    editing: Editing, connector: Connector, stores: Stores, registry: FullDisk
) -> None:
    with stores.open(connector).begin(STARTED), pytest.raises(StoreBusy):
        await editing.change_cloud(connector, "zoomgov.com")
    assert registry.connector(connector.id) == connector


@pytest.mark.parametrize("cloud", ["http://evil.example", "https://user@evil.example", "zoom"])
async def test_an_address_that_cannot_be_used_is_refused(
    editing: Editing, done: Connector, registry: FullDisk, cloud: str
) -> None:
    for attempt in (editing.change_cloud(done, cloud), editing.duplicate(done, cloud=cloud)):
        with pytest.raises(Problem):
            await attempt
    assert registry.connectors() == [done]


# Duplicating


async def test_a_duplicate_has_the_choices_and_neither_credentials_nor_data(
    editing: Editing, done: Connector, registry: FullDisk, stores: Stores, vault: FakeVault
) -> None:
    made = await editing.duplicate(done, cloud="zoomgov.com")
    assert (made.name, made.cloud) == ("Zoom zoomgov.com", "zoomgov.com")
    assert (made.app, made.owners, made.scope_kind, made.without) == (
        done.app,
        done.owners,
        ScopeKind.CLASSIC,
        done.without,
    )
    assert made.id != done.id
    assert (made.status, made.step) == (ConnectorStatus.NOT_CONNECTED, Step.ZOOM_APP)
    assert (made.account_id, made.client_id, made.checked, made.held_scopes) == ("", "", frozenset(), frozenset())
    assert (made.last_sync_at, made.credentials_at) == (None, None)
    assert vault.holds(made) is None
    assert not stores.exists(made)
    assert registry.connector(done.id) == done


async def test_names_of_duplicates_are_free_unless_one_is_given(editing: Editing, done: Connector) -> None:
    assert (await editing.duplicate(done)).name == "Zoom 2"
    assert (await editing.duplicate(done, cloud="https://zoom.example/eu")).name == "Zoom zoom.example/eu"
    assert (await editing.duplicate(done, name="Sandbox")).name == "Sandbox"
    with pytest.raises(RegistryError, match="exists already"):
        await editing.duplicate(done, name="sandbox")
