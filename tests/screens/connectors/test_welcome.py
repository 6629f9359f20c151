"""What an empty list shows, and its three ways on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zoomgov.app import SHOW_DEMO, ZoomgovApp
from zoomgov.screens.connectors.connectors import ConnectorsScreen
from zoomgov.screens.connectors.open_file import OpenFileScreen
from zoomgov.screens.connectors.welcome import WAYS
from zoomgov.screens.overview.overview import OverviewScreen
from zoomgov.screens.wizard.app_choice import AppScreen
from zoomgov.secret import Credentials, Secret
from zoomgov.services import demonstration
from zoomgov.services.demonstration import Demo
from zoomgov.services.services import Services
from zoomgov.settings import Settings
from zoomgov.sim import SimServer, build_account
from zoomgov.vault import MemoryVault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.screens.stage import Stage


@pytest.fixture
def zoom() -> Iterator[SimServer]:
    with SimServer(build_account(users=40, groups=3, contact_groups=2, roles=4, seed=7)) as server:
        yield server


@pytest.mark.parametrize("size", [(80, 24), (60, 18), (160, 48)])
async def test_it_says_what_is_needed_and_shows_three_ways(stage: Stage, size: tuple[int, int]) -> None:
    async with stage.run(size=size, welcome=True) as pilot:
        text = stage.text(pilot)
        for words in ("Welcome", "Account Owner", "Pro or higher", "Basic is not supported", "Ten minutes"):
            assert words in text
        for way in WAYS:
            assert f"{way.key}  {way.title}" in text
        assert WAYS[0].about[:20] in text
        await stage.press(pilot, "down")
        assert WAYS[1].about[:20] in stage.text(pilot)


@pytest.mark.parametrize("keys", [("enter",), ("a",)])
async def test_the_first_way_is_the_set_up(stage: Stage, keys: tuple[str, ...]) -> None:
    async with stage.run(welcome=True) as pilot:
        await stage.press(pilot, *keys)
        await stage.on(pilot, AppScreen)
        await stage.press(pilot, "escape")
        await stage.on(pilot, ConnectorsScreen)
        assert "Set up Zoom" in stage.text(pilot)


@pytest.mark.parametrize("keys", [("down", "enter"), ("o",)])
async def test_the_second_way_asks_for_the_hand_off_file(stage: Stage, keys: tuple[str, ...]) -> None:
    async with stage.run(welcome=True) as pilot:
        await stage.press(pilot, *keys)
        await stage.on(pilot, OpenFileScreen)


@pytest.mark.parametrize("keys", [("down", "down", "enter"), ("d",)])
async def test_the_third_way_leaves_for_the_demo(stage: Stage, keys: tuple[str, ...]) -> None:
    async with stage.run(welcome=True) as pilot:
        await pilot.press(*keys)
        await stage.until(pilot, lambda: pilot.app.return_value is not None)
        assert pilot.app.return_value == SHOW_DEMO


async def test_without_the_simulator_it_says_how_to_get_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demonstration, "missing_packages", lambda: ["starlette"])
    async with stage.run(welcome=True) as pilot:
        await stage.press(pilot, "d")
        await stage.until(pilot, lambda: pilot.app._notifications)
        (told,) = pilot.app._notifications
        assert "starlette" in told.message
        assert "pipx install" in told.message
        await stage.on(pilot, ConnectorsScreen)


async def test_where_there_is_a_connector_there_is_no_way_to_the_demo(stage: Stage) -> None:
    stage.add_connector()
    async with stage.run() as pilot:
        assert "made-up" not in stage.text(pilot)
        await stage.press(pilot, "d")
        assert pilot.app.return_value is None
        await stage.on(pilot, ConnectorsScreen)


async def test_it_comes_back_when_the_last_connector_is_removed(stage: Stage) -> None:
    stage.add_connector(name="Only")
    async with stage.run() as pilot:
        assert "Connectors" in stage.text(pilot).splitlines()[0]
        await stage.press(pilot, "x", "right", "enter")
        await stage.until(pilot, lambda: "Set up Zoom" in stage.text(pilot))
        assert "Welcome" in stage.text(pilot).splitlines()[0]
        await stage.press(pilot, "v", "s", "e", "h", "x")  # keys of the list: there is nothing they act on
        await stage.on(pilot, ConnectorsScreen)
        await stage.press(pilot, "enter")
        await stage.on(pilot, AppScreen)


@pytest.mark.parametrize("begins", [True, False])
async def test_the_demo_fills_its_account_with_two_syncs_and_shows_it(
    stage: Stage, zoom: SimServer, tmp_path: Path, begins: bool
) -> None:
    given = Credentials(zoom.account_id, zoom.client_id, Secret(zoom.client_secret))
    services = Services(Settings(data_dir=tmp_path / "data"), vault=MemoryVault(), demo=Demo(given, zoom.url))
    app = ZoomgovApp(services, now=lambda: stage.NOW, show_demo=begins)
    app.animation_level = "none"
    async with app.run_test(size=(80, 24)) as pilot:
        if not begins:
            await stage.until(pilot, lambda: "made-up data" in stage.text(pilot))
            assert "zoomgov DEMO  ›  Welcome" in stage.text(pilot)
            await pilot.press("d")
        await stage.on(pilot, OverviewScreen)
        await stage.until(pilot, lambda: "People" in stage.text(pilot))
        assert "zoomgov DEMO  ›  Demo" in stage.text(pilot)
        (connector,) = services.connectors.all()
        latest = services.stores.latest_sync(connector)
        assert latest is not None
        assert latest.number == 2
        await pilot.press("escape")
        await stage.on(pilot, ConnectorsScreen)
        await stage.until(pilot, lambda: "● Connected" in stage.text(pilot))
    services.close()
