"""Credentials: their sources, and what is stored or removed when a part fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.conftest import FULL, GIVEN, NOW, OTHER, FakeVault, FullDisk
from zoomgov.connectors.model import Connector, Step
from zoomgov.connectors.rows import RegistryError
from zoomgov.secret import Credentials, Secret
from zoomgov.services.credentials import ConnectorCredentials, CredentialSource, NoCredentials
from zoomgov.vault import VaultError, VaultKeeper
from zoomgov.zoom.errors import ErrorKind

LOCKED = VaultError("The keyring is locked.", "Unlock it.")


async def test_without_any_there_are_none(credentials: ConnectorCredentials, connector: Connector) -> None:
    assert await credentials.find(connector) is None
    with pytest.raises(NoCredentials) as caught:
        await credentials.required(connector)
    assert caught.value.kind is ErrorKind.CREDENTIALS
    assert caught.value.endpoint == "POST /oauth/token"
    assert caught.value.message == "No credentials are stored for Zoom."


async def test_the_environment_wins_over_the_session_and_that_over_the_keyring(
    registry: FullDisk, vault: FakeVault, connector: Connector
) -> None:
    credentials = ConnectorCredentials(registry, VaultKeeper(vault))
    vault.store(connector.id, GIVEN)
    assert await credentials.find(connector) == (GIVEN, CredentialSource.KEYRING)
    await credentials.save(connector, OTHER, session_only=True)
    assert await credentials.find(connector) == (OTHER, CredentialSource.SESSION)
    assert await credentials.required(connector) == OTHER
    third = Credentials("a", "b", Secret("c"))
    given = ConnectorCredentials(registry, VaultKeeper(vault), third)
    vault.refusal = LOCKED  # is not even asked
    assert await given.find(connector) == (third, CredentialSource.ENVIRONMENT)


async def test_a_keyring_that_cannot_be_asked_is_not_taken_for_an_empty_one(
    credentials: ConnectorCredentials, connector: Connector, vault: FakeVault
) -> None:
    vault.refusal = LOCKED
    for ask in (credentials.find, credentials.required, credentials.clear):
        with pytest.raises(VaultError, match="locked"):
            await ask(connector)


async def test_what_is_kept_is_in_the_keyring_and_its_name_is_said(
    credentials: ConnectorCredentials, connector: Connector, vault: FakeVault, registry: FullDisk
) -> None:
    assert await credentials.save(connector, GIVEN) == "the fake keyring"
    assert vault.holds(connector) == GIVEN
    now = registry.connector(connector.id)
    assert (now.account_id, now.client_id, now.step) == ("account", "client", Step.VERIFY)


async def test_for_one_session_the_keyring_is_left_alone(
    credentials: ConnectorCredentials, connector: Connector, vault: FakeVault, registry: FullDisk
) -> None:
    vault.refusal = LOCKED
    assert await credentials.save(connector, GIVEN, session_only=True) == "this session's memory"
    assert vault.holds(connector) is None
    assert await credentials.find(connector) == (GIVEN, CredentialSource.SESSION)
    assert registry.connector(connector.id).client_id == "client"


async def test_what_the_keyring_keeps_takes_the_place_of_the_sessions(
    credentials: ConnectorCredentials, connector: Connector
) -> None:
    await credentials.save(connector, OTHER, session_only=True)
    await credentials.save(connector, GIVEN)
    assert await credentials.find(connector) == (GIVEN, CredentialSource.KEYRING)


async def test_a_finished_set_up_stays_finished(
    credentials: ConnectorCredentials, connector: Connector, registry: FullDisk
) -> None:
    done = registry.update(connector.id, step=Step.DONE, proved=frozenset({"token", "ready"}))
    await credentials.save(done, GIVEN)
    assert registry.connector(connector.id).step is Step.DONE
    assert registry.connector(connector.id).proved == set(), "nobody has tried these"


@pytest.mark.parametrize("client_id", ["another client", "yet another client"])
async def test_the_scopes_of_another_app_are_forgotten(
    credentials: ConnectorCredentials, connector: Connector, registry: FullDisk, client_id: str
) -> None:
    await credentials.save(connector, GIVEN)
    registry.update(connector.id, held_scopes=frozenset({"a:read"}))
    await credentials.save(connector, GIVEN)
    assert registry.connector(connector.id).held_scopes == {"a:read"}
    await credentials.save(connector, replace(GIVEN, client_id=client_id))
    assert registry.connector(connector.id).held_scopes == frozenset()


async def test_a_keyring_that_refuses_leaves_everything_as_it_was(
    credentials: ConnectorCredentials, connector: Connector, vault: FakeVault, registry: FullDisk
) -> None:
    await credentials.save(connector, OTHER, session_only=True)
    before = registry.connector(connector.id)
    vault.refusal = LOCKED
    with pytest.raises(VaultError):
        await credentials.save(connector, GIVEN)
    assert registry.connector(connector.id) == before
    assert vault.holds(connector) is None
    assert await credentials.find(connector) == (OTHER, CredentialSource.SESSION)


@pytest.mark.parametrize("session_only", [False, True])
async def test_nothing_is_kept_for_a_connector_that_is_gone(
    credentials: ConnectorCredentials, connector: Connector, vault: FakeVault, registry: FullDisk, session_only: bool
) -> None:
    registry.remove(connector.id)
    with pytest.raises(RegistryError, match="not there any more"):
        await credentials.save(connector, GIVEN, session_only=session_only)
    assert vault.holds(connector) is None
    assert await credentials.find(connector) is None


async def test_a_list_of_connectors_that_cannot_be_written_is_said_and_the_credentials_are_kept(
    credentials: ConnectorCredentials, connector: Connector, vault: FakeVault, registry: FullDisk
) -> None:
    registry.writes_left = 0
    with pytest.raises(RegistryError) as caught:
        await credentials.save(connector, GIVEN)
    assert caught.value is FULL
    assert vault.holds(connector) == GIVEN


async def test_cleared_credentials_are_gone_from_keyring_and_memory(
    credentials: ConnectorCredentials, connector: Connector, vault: FakeVault
) -> None:
    vault.store(connector.id, GIVEN)
    await credentials.save(connector, OTHER, session_only=True)
    await credentials.clear(connector)
    assert await credentials.find(connector) is None
    await credentials.clear(connector)


async def test_a_keyring_that_does_not_let_go_keeps_the_sessions_too(
    credentials: ConnectorCredentials, connector: Connector, vault: FakeVault
) -> None:
    await credentials.save(connector, OTHER, session_only=True)
    vault.refusal = LOCKED
    with pytest.raises(VaultError):
        await credentials.clear(connector)
    assert await credentials.find(connector) == (OTHER, CredentialSource.SESSION)


async def test_by_force_what_can_be_forgotten_is(
    credentials: ConnectorCredentials, connector: Connector, vault: FakeVault
) -> None:
    vault.store(connector.id, GIVEN)
    await credentials.save(connector, OTHER, session_only=True)
    vault.refusal = LOCKED
    await credentials.clear(connector, force=True)
    vault.refusal = None
    assert await credentials.find(connector) == (GIVEN, CredentialSource.KEYRING)
    await credentials.clear(connector, force=True)
    assert await credentials.find(connector) is None


async def test_when_the_keyring_took_them_is_kept_until_it_lets_them_go(
    credentials: ConnectorCredentials, connector: Connector, registry: FullDisk
) -> None:
    assert connector.credentials_at is None
    await credentials.save(connector, OTHER, session_only=True)
    assert registry.connector(connector.id).credentials_at is None  # memory ends with the program
    await credentials.save(connector, GIVEN)
    assert registry.connector(connector.id).credentials_at == NOW
    await credentials.save(connector, OTHER, session_only=True)
    assert registry.connector(connector.id).credentials_at == NOW
    await credentials.clear(connector)
    assert registry.connector(connector.id).credentials_at is None


async def test_a_keyring_that_refuses_is_no_new_time(
    credentials: ConnectorCredentials, connector: Connector, vault: FakeVault, registry: FullDisk
) -> None:
    await credentials.save(connector, GIVEN)
    vault.refusal = LOCKED
    for attempt in (credentials.save(connector, OTHER), credentials.clear(connector)):
        with pytest.raises(VaultError):
            await attempt
    assert registry.connector(connector.id).credentials_at == NOW
