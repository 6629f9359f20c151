"""The overview of a connector, by keyboard."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Tabs

from tests.screens.company import GAPS, fill, fill_again
from zoomgov.connectors.model import ConnectorStatus, Step
from zoomgov.screens.browse.browse import BrowseScreen
from zoomgov.screens.browse.licences import LicencesScreen
from zoomgov.screens.compare.changes import ChangesScreen
from zoomgov.screens.connectors.connectors import ConnectorsScreen
from zoomgov.screens.findings.findings import FindingScreen, FindingsScreen
from zoomgov.screens.overview.figures import sparkline
from zoomgov.screens.overview.overview import OverviewScreen
from zoomgov.screens.overview.tiles import TITLES
from zoomgov.screens.synced.sync_notes import SyncNotesScreen
from zoomgov.screens.wizard.sync import SyncScreen
from zoomgov.screens.wizard.verify import VerifyScreen
from zoomgov.settings.model import SeatPrices
from zoomgov.widgets.tile import Tile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot

    from tests.screens.stage import Stage
    from zoomgov.model.syncs import NotRead

SYNCED = datetime(2026, 3, 4, 11, 30, tzinfo=UTC)


@asynccontextmanager
async def overview(
    stage: Stage,
    *,
    gaps: tuple[NotRead, ...] = (),
    twice: bool = True,
    size: tuple[int, int] = (80, 24),
    status: ConnectorStatus = ConnectorStatus.CONNECTED,
    reason: str = "",
) -> AsyncIterator[Pilot[int]]:
    """The overview of a connector that was synced once or twice; `gaps` are those of the last sync."""
    connector = stage.add_connector(step=Step.DONE, status=status, reason=reason, last_sync_at=SYNCED)
    store = fill(stage.services.settings.store_path(connector.id), gaps=() if twice else gaps)
    if twice:
        fill_again(store, gaps=gaps)
    store.close()
    async with stage.run(size=size) as pilot:
        await pilot.press("enter")
        await stage.on(pilot, OverviewScreen)
        yield pilot


def tile(pilot: Pilot[int], key: str) -> str:
    """What stands in a tile."""
    return pilot.app.screen.query_one(f"#{key}", Tile).render().plain


async def test_it_tells_what_was_read_what_changed_and_what_is_next(stage: Stage) -> None:
    async with overview(stage) as pilot:
        assert tile(pilot, "people").splitlines()[0] == "60"
        assert tile(pilot, "admins").splitlines()[0].split(" ", 1)[1] == "owners and admins"
        assert tile(pilot, "changes").splitlines()[1].startswith("Access +")
        assert "complete" in tile(pilot, "sync")
        assert "sync 2" in tile(pilot, "sync")
        assert tile(pilot, "findings").splitlines()[0].isdigit()
        text = stage.text(pilot)
        for title in TITLES.values():
            assert title in text
        assert "2 Groups 3" in text
        assert "shows what looks wrong" in text


async def test_what_was_not_read_is_said_and_never_0(stage: Stage) -> None:
    async with overview(stage, gaps=GAPS) as pilot:
        text = stage.text(pilot)
        assert "Not everything is known" in text
        assert "3 Contact groups not read" in text
        assert "not read" in tile(pilot, "sync")
        assert "not read" in tile(pilot, "licences")  # the plan never was
        await stage.press(pilot, "n")
        await stage.on(pilot, SyncNotesScreen)


@pytest.mark.parametrize(
    ("prices", "told"),
    [
        (SeatPrices(), ""),
        (SeatPrices("EUR", Decimal("13.5")), "EUR a month"),
        (SeatPrices("EUR", Decimal(13), {"on_prem": Decimal(20)}), ""),
    ],
)
async def test_idle_seats_cost_what_is_set_and_nothing_is_guessed(stage: Stage, prices: SeatPrices, told: str) -> None:
    stage.services.settings = replace(stage.services.settings, seats=prices)
    async with overview(stage) as pilot:
        await stage.until(pilot, lambda: "idle" in tile(pilot, "licences"))
        shown = tile(pilot, "licences")
        idle = int(next(line for line in shown.splitlines() if line.endswith(" idle")).split()[0].replace(",", ""))
        assert idle
        if told:
            assert shown.endswith(f"{idle * Decimal('13.5'):,.0f} {told}")
        else:
            assert "month" not in shown


async def test_after_the_first_sync_there_is_nothing_to_compare(stage: Stage) -> None:
    async with overview(stage, twice=False) as pilot:
        assert tile(pilot, "changes") == "–\nthe first sync"


async def test_a_sync_that_failed_is_the_first_thing_it_says(stage: Stage) -> None:
    async with overview(stage, status=ConnectorStatus.ERROR, reason="Wrong secret [x]\x1b[31m") as pilot:
        text = " ".join(stage.text(pilot).split())
        assert "✗ The last sync failed: Wrong secret [x]" in text
        assert "\x1b" not in text
        await stage.press(pilot, "v")
        await stage.on(pilot, VerifyScreen)


@pytest.mark.parametrize(
    ("keys", "page"),
    [
        (("enter",), BrowseScreen), (("right", "enter"), FindingScreen), (("right", "right", "enter"), LicencesScreen),
        (("down", "enter"), FindingsScreen), (("down", "right", "enter"), ChangesScreen),
        (("down", "right", "right", "enter"), SyncNotesScreen), (("tab", "enter"), FindingScreen),
        (("2",), BrowseScreen), (("c",), ChangesScreen), (("f",), FindingsScreen), (("6",), LicencesScreen),
        (("f5",), SyncScreen), (("escape",), ConnectorsScreen), (("up", "left", "enter"), BrowseScreen),
    ],
)  # fmt: skip
async def test_each_tile_and_key_leads_to_its_page(stage: Stage, keys: tuple[str, ...], page: type) -> None:
    async with overview(stage) as pilot:
        await stage.press(pilot, *keys)
        await stage.on(pilot, page)
        if keys[0] not in ("escape", "f5"):
            await stage.press(pilot, "escape")
            await stage.on(pilot, OverviewScreen)


async def test_a_table_opens_where_its_key_says(stage: Stage) -> None:
    async with overview(stage) as pilot:
        await stage.press(pilot, "4")
        await stage.on(pilot, BrowseScreen)
        assert stage.page(pilot, BrowseScreen).query_one(Tabs).active == "roles"
        assert "3 roles" in stage.text(pilot)


async def test_admins_are_listed_with_their_last_login(stage: Stage) -> None:
    async with overview(stage) as pilot:
        await stage.press(pilot, "right", "enter")
        await stage.on(pilot, FindingScreen)
        assert "Owner" in stage.text(pilot)
        assert "login" in stage.text(pilot)


async def test_people_with_a_licence_are_shown_from_the_licences(stage: Stage) -> None:
    async with overview(stage) as pilot:
        await stage.press(pilot, "6")
        await stage.on(pilot, LicencesScreen)
        await stage.press(pilot, "enter")
        await stage.on(pilot, BrowseScreen)
        assert "licence:" in stage.text(pilot)


@pytest.mark.parametrize("size", [(60, 18), (160, 48)])
async def test_it_fits_small_and_large_terminals(stage: Stage, size: tuple[int, int]) -> None:
    async with overview(stage, size=size) as pilot:
        text = stage.text(pilot)
        for title in TITLES.values():
            assert title in text
        assert "4 Roles" in text
        assert "f1 Help" in text
        assert ("Since the sync before" in text) is (size[1] > 40)


async def test_a_newer_sync_is_shown_when_it_comes_back_on_top(stage: Stage) -> None:
    async with overview(stage, twice=False) as pilot:
        await stage.press(pilot, "f")
        await stage.on(pilot, FindingsScreen)
        store = stage.services.stores.open(stage.connector)
        fill_again(store)
        await stage.press(pilot, "escape")
        await stage.on(pilot, OverviewScreen)
        await stage.until(pilot, lambda: "sync 2" in tile(pilot, "sync"))


async def test_an_account_that_was_never_synced_says_so(stage: Stage) -> None:
    stage.add_connector(step=Step.DONE, status=ConnectorStatus.CONNECTED, last_sync_at=SYNCED)
    async with stage.run() as pilot:
        await pilot.press("enter")
        await stage.on(pilot, OverviewScreen)
        assert "60" not in stage.text(pilot)
        await stage.press(pilot, "1", "c", "f", "enter")  # there is nothing to open
        await stage.on(pilot, OverviewScreen)


@pytest.mark.parametrize(
    ("numbers", "drawn"),
    [((), ""), ((1, 2), ""), ((5, 5, 5), "▄▄▄"), ((0, 1, 2), "▁▄█"), ((1, 9, 9, 1), "▁██▁")],
)
def test_a_sparkline_shows_the_last_numbers(numbers: tuple[int, ...], drawn: str) -> None:
    assert sparkline(numbers, 10) == drawn


def test_a_sparkline_leaves_out_the_oldest() -> None:
    assert sparkline((9, 9, 2, 1, 0), 3) == "█▄▁"
