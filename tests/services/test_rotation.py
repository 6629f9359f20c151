"""Rotating the secret against a simulated Zoom: the old one stays until the new one is proved."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.services.conftest import NOW, FakeVault, FullDisk
from zoomgov.connectors.model import Connector, Step
from zoomgov.secret import Credentials, Secret
from zoomgov.services.credentials import ConnectorCredentials, CredentialSource, NoCredentials
from zoomgov.services.problems import Problem
from zoomgov.services.rotation import Rotation, rotation_guide
from zoomgov.sim import Options, SimServer, build_account
from zoomgov.vault import VaultError, VaultKeeper
from zoomgov.zoom.client import ZoomClient
from zoomgov.zoom.clouds import parse_cloud

NEW = Secret("N3wSecretThatNobodyMaySee")


async def at_once(seconds: float) -> None:
    """Do not wait between attempts."""


def client_of(connector: Connector, credentials: Credentials) -> ZoomClient:
    return ZoomClient(parse_cloud(connector.cloud), credentials, sleep=at_once, random=lambda: 0.5)


@pytest.fixture
def zoom() -> Iterator[SimServer]:
    account = build_account(users=10, groups=1, contact_groups=1, roles=3, seed=7)
    with SimServer(account, Options(rate_limit="unlimited")) as server:
        yield server


@pytest.fixture
def old(zoom: SimServer) -> Credentials:
    return Credentials(zoom.account_id, zoom.client_id, Secret(zoom.client_secret))


@pytest.fixture
async def stored(
    registry: FullDisk, credentials: ConnectorCredentials, connector: Connector, zoom: SimServer, old: Credentials
) -> Connector:
    """A connector of the simulated Zoom whose secret is in the keyring."""
    connector = registry.update(connector.id, cloud=zoom.url, step=Step.DONE)
    await credentials.save(connector, old)
    return registry.update(connector.id, credentials_at=NOW.replace(year=2025), held_scopes=frozenset({"a:read"}))


@pytest.fixture
def rotation(credentials: ConnectorCredentials) -> Rotation:
    return Rotation(credentials, client_of)


async def test_the_new_secret_is_tried_and_takes_the_place_of_the_old_one(
    rotation: Rotation, stored: Connector, vault: FakeVault, zoom: SimServer, old: Credentials, registry: FullDisk
) -> None:
    assert await rotation.before(stored) is CredentialSource.KEYRING
    zoom.world.app.client_secret = NEW.reveal()
    rotated = await rotation.rotate(stored, NEW)
    assert (rotated.where, rotated.session_only) == ("the fake keyring", False)
    assert vault.holds(stored) == Credentials(old.account_id, old.client_id, NEW)
    after = registry.connector(stored.id)
    assert after.credentials_at == NOW
    assert (after.step, after.held_scopes) == (Step.DONE, frozenset({"a:read"}))  # it is the same app


async def test_a_secret_that_zoom_refuses_keeps_the_old_one(
    rotation: Rotation, stored: Connector, vault: FakeVault, old: Credentials, registry: FullDisk
) -> None:
    with pytest.raises(Problem) as caught:
        await rotation.rotate(stored, NEW)
    problem = caught.value
    assert problem.what.startswith("Zoom did not take the new secret: ")
    assert "was not touched" in problem.why
    assert problem.next_steps
    assert NEW.reveal() not in " ".join(problem.lines())
    assert vault.holds(stored) == old
    assert registry.connector(stored.id) == stored


async def test_an_app_that_is_switched_off_keeps_the_old_one(
    rotation: Rotation, stored: Connector, vault: FakeVault, zoom: SimServer, old: Credentials
) -> None:
    zoom.world.app.client_secret = NEW.reveal()
    zoom.world.app.activated = False
    with pytest.raises(Problem, match="Zoom did not take the new secret"):
        await rotation.rotate(stored, NEW)
    assert vault.holds(stored) == old


async def test_where_zoom_cannot_be_reached_nothing_is_taken_for_proved(
    rotation: Rotation, stored: Connector, vault: FakeVault, zoom: SimServer, old: Credentials
) -> None:
    zoom.stop()
    with pytest.raises(Problem) as caught:
        await rotation.rotate(stored, NEW)
    assert "was not touched" in caught.value.why
    assert vault.holds(stored) == old


async def test_cancelled_while_zoom_is_asked_the_old_one_stays(
    stored: Connector, credentials: ConnectorCredentials, vault: FakeVault, old: Credentials
) -> None:
    asked = asyncio.Event()

    class Silent:
        async def send(self, request: object) -> object:
            asked.set()
            await asyncio.Event().wait()
            raise AssertionError

        async def aclose(self) -> None:
            pass

    def silent(connector: Connector, given: Credentials) -> ZoomClient:
        return ZoomClient(parse_cloud(connector.cloud), given, transport=Silent())  # type: ignore[arg-type]

    task = asyncio.ensure_future(Rotation(credentials, silent).rotate(stored, NEW))
    await asyncio.wait_for(asked.wait(), 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert vault.holds(stored) == old


async def test_a_keyring_that_refuses_the_new_one_keeps_the_old_one(
    rotation: Rotation, stored: Connector, vault: FakeVault, zoom: SimServer, old: Credentials
) -> None:
    zoom.world.app.client_secret = NEW.reveal()
    refusal = VaultError("The keyring is locked.", "Unlock it.")
    store = vault.store

    def refuse(*args: object) -> None:
        raise refusal

    vault.store = refuse  # type: ignore[assignment, method-assign]
    with pytest.raises(VaultError, match="locked"):
        await rotation.rotate(stored, NEW)
    assert vault.holds(stored) == old
    vault.store = store  # type: ignore[method-assign]
    await rotation.rotate(stored, NEW)  # the person may try again with the same one


async def test_what_is_kept_for_a_session_is_replaced_there(
    rotation: Rotation, stored: Connector, credentials: ConnectorCredentials, zoom: SimServer, old: Credentials
) -> None:
    await credentials.clear(stored)
    await credentials.save(stored, old, session_only=True)
    zoom.world.app.client_secret = NEW.reveal()
    assert (await rotation.rotate(stored, NEW)).session_only
    found = await credentials.find(stored)
    assert found is not None
    assert found == (Credentials(old.account_id, old.client_id, NEW), CredentialSource.SESSION)


@pytest.mark.parametrize("early", [True, False])
async def test_the_environments_secret_cannot_be_replaced_and_that_is_said(
    registry: FullDisk, vault: FakeVault, stored: Connector, old: Credentials, early: bool
) -> None:
    given = Rotation(ConnectorCredentials(registry, VaultKeeper(vault), old), client_of)
    with pytest.raises(Problem) as caught:
        await (given.before(stored) if early else given.rotate(stored, NEW))
    assert "environment holds" in caught.value.what
    assert "ZOOMGOV_CLIENT_SECRET" in caught.value.next_steps[0]
    assert vault.holds(stored) == old


async def test_without_a_secret_there_is_none_to_replace(
    rotation: Rotation, stored: Connector, credentials: ConnectorCredentials
) -> None:
    await credentials.clear(stored)
    for attempt in (rotation.before(stored), rotation.rotate(stored, NEW)):
        with pytest.raises(NoCredentials):
            await attempt


async def test_an_empty_one_and_the_same_one_are_not_sent_to_zoom(
    credentials: ConnectorCredentials, stored: Connector, old: Credentials
) -> None:
    def never(connector: Connector, given: Credentials) -> ZoomClient:
        raise AssertionError("Zoom was asked")

    rotation = Rotation(credentials, never)
    with pytest.raises(Problem, match="no new secret"):
        await rotation.rotate(stored, Secret(""))
    with pytest.raises(Problem, match="stored already"):
        await rotation.rotate(stored, old.client_secret)


@pytest.mark.parametrize(("cloud", "host"), [("zoom.us", "marketplace.zoom.us"), ("zoomgov.com", "zoomgov.com")])
def test_the_guide_leads_to_the_page_of_the_connectors_cloud(
    registry: FullDisk, connector: Connector, cloud: str, host: str
) -> None:
    guide = rotation_guide(registry.update(connector.id, cloud=cloud))
    assert host in guide.link
    assert guide.link in guide.steps[0]
    assert any("App Credentials" in step for step in guide.steps)
