"""The whole wizard by keyboard against the simulator over HTTP: nothing scripted, nothing faked but the keyring."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.screens.stage import add_connector
from tests.textual_apps import until
from zoomgov.app import ZoomgovApp
from zoomgov.connectors.model import ConnectorStatus, Step
from zoomgov.screens.connectors.connectors import ConnectorsScreen
from zoomgov.screens.wizard.explain import ExplainScreen
from zoomgov.secret import Credentials, Secret
from zoomgov.services.demonstration import Demo
from zoomgov.services.services import Services
from zoomgov.settings import Settings
from zoomgov.sim.account.build import build_account
from zoomgov.sim.server.server import SimServer
from zoomgov.vault import MemoryVault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.screens.stage import Stage


@pytest.fixture
def zoom() -> Iterator[SimServer]:
    with SimServer(build_account(users=40, groups=3, contact_groups=2, roles=4, seed=7)) as server:
        yield server


@pytest.fixture
def services(zoom: SimServer, tmp_path: Path) -> Iterator[Services]:
    given = Credentials(zoom.account_id, zoom.client_id, Secret(zoom.client_secret))
    services = Services(Settings(data_dir=tmp_path / "data"), vault=MemoryVault(), demo=Demo(given, zoom.url))
    yield services
    services.close()


async def comes(pilot: Pilot[int], stage: Stage, *words: str) -> None:
    """Wait for words on the screen; a real exchange takes longer than a scripted one."""

    def all_there() -> bool:
        text = " ".join(stage.text(pilot).split())
        return all(word in text for word in words)

    await until(all_there, lambda: f"{words} are missing in\n{stage.text(pilot)}")
    await pilot.pause()


async def test_from_an_empty_list_to_browsing(services: Services, zoom: SimServer, stage: Stage) -> None:
    app = ZoomgovApp(services)
    app.animation_level = "none"
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, stage, "Set up Zoom")
        await pilot.press("enter")
        await comes(pilot, stage, "Do you SSO into Zoom")
        await pilot.press("down", "down", "tab")
        await stage.type(pilot, "Zoom")
        await pilot.press("enter")
        await comes(pilot, stage, "An owner needs")
        await pilot.press("tab")
        await stage.type(pilot, "mona@example.com")
        await pilot.press("enter")
        await comes(pilot, stage, "Create a Zoom OAuth app", "Not connected")
        await pilot.press("enter")
        await comes(pilot, stage, "user:read:list_users:admin")
        await pilot.press("enter")
        await comes(pilot, stage, "Activate your app", "–Scopes")
        await pilot.press("enter")
        await comes(pilot, stage, "Client secret")
        await pilot.press("ctrl+d", "enter")
        await comes(pilot, stage, "✓ Ready")
        await comes(pilot, stage, "✓Scopes ✓Activation ✓Credentials ●Verify")  # proved, though nothing was ticked
        await pilot.press("n")
        await comes(pilot, stage, "● Connected", "Everything was read", "Overview")
        assert zoom.client_secret not in stage.text(pilot)
        (connector,) = services.connectors.all()
        assert (connector.status, connector.step) == (ConnectorStatus.CONNECTED, Step.DONE)
        await pilot.press("enter")
        await comes(pilot, stage, "People", "Last sync")
        await pilot.press("1")
        await comes(pilot, stage, "@")
        await pilot.press("escape", "escape")
        await stage.until(pilot, lambda: isinstance(app.screen, ConnectorsScreen))


async def test_a_missing_scope_is_named_and_watched_until_it_is_added(
    services: Services, zoom: SimServer, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zoomgov.screens.wizard.verify import VerifyScreen

    monkeypatch.setattr(VerifyScreen, "WATCH_SECONDS", 0.02)
    lacking = "contact_group:read:list_members:admin"
    held = set(zoom.world.app.scopes)
    zoom.world.app.scopes = held - {lacking}
    connector = add_connector(services, cloud=zoom.url)
    assert services.demo is not None
    await services.credentials.save(connector, services.demo.credentials)
    app = ZoomgovApp(services)
    app.animation_level = "none"
    async with app.run_test(size=(80, 24)) as pilot:
        await stage.until(pilot, lambda: stage.list_of(pilot).ready)
        await pilot.press("v")
        await comes(pilot, stage, "✗ Not ready")
        await pilot.press("c")
        assert app.clipboard == lacking
        await pilot.press("w")
        await comes(pilot, stage, "Watching")
        zoom.world.app.scopes = held
        await comes(pilot, stage, "✓ Ready")


async def test_a_wrong_secret_ends_in_cause_and_remedy(services: Services, zoom: SimServer, stage: Stage) -> None:
    connector = add_connector(services, cloud=zoom.url)
    wrong = Credentials(zoom.account_id, zoom.client_id, Secret("SIMsecretwrongwrongwrongwrong0"))
    await services.credentials.save(connector, wrong)
    app = ZoomgovApp(services)
    app.animation_level = "none"
    async with app.run_test(size=(80, 24)) as pilot:
        await stage.until(pilot, lambda: stage.list_of(pilot).ready)
        await pilot.press("s")
        await comes(pilot, stage, "✗ Error", "Why", "Do", "Nothing was lost")
        await pilot.press("v")
        await comes(pilot, stage, "✗ Not ready", "Zoom accepts the credentials", "–Credentials ●Verify")
        await pilot.press("enter")
        await stage.on(pilot, ExplainScreen)
        assert "Client secret" in stage.text(pilot)
