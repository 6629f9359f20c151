"""People in the command palette, by keys alone at 80x24."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.screens.company import Company, Settled, TwoSyncs

from typing import Any

import pytest
from textual.command import Command, CommandList, CommandPalette

from tests.screens.company import SIZE, press
from zoomgov.screens.browse.licences import LicencesScreen
from zoomgov.screens.browse.person import PersonScreen


async def look_for(pilot: Any, text: str) -> list[str]:
    """Type `text` into the palette and wait until everything was looked through."""
    await pilot.press("ctrl+p")
    await pilot.pause()
    await pilot.press(*text)
    palette = pilot.app.screen
    assert isinstance(palette, CommandPalette)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    options = [one for one in palette.query_one(CommandList).options if isinstance(one, Command)]
    return [str(one.hit.text) for one in options]


@pytest.mark.parametrize("text", ["person007@", "dubois", "山田"])
async def test_a_person_is_offered_and_opened(company: Company, settled: Settled, text: str) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "6")
        first = (await look_for(pilot, text))[0]
        assert text in first.casefold()
        await press(pilot, settled, "enter")
        assert isinstance(app.screen, PersonScreen)
        assert first.split("  ")[1] in app.text()
        await pilot.press("escape")
        assert isinstance(app.screen, LicencesScreen)


@pytest.mark.parametrize("keys", ["c", "c2", "f", "5", "6l", "6c", "x", "n", "o", "2", "cf", "?"])
async def test_people_are_offered_wherever_browsing_leads(two_syncs: TwoSyncs, settled: Settled, keys: str) -> None:
    app = two_syncs()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        for key in keys:
            await press(pilot, settled, key)
        before = app.screen
        assert "person007@acme.example" in (await look_for(pilot, "person007@"))[0]
        await press(pilot, settled, "enter")
        assert isinstance(app.screen, PersonScreen)
        await pilot.press("escape")
        assert app.screen is before


async def test_one_letter_and_hostile_names_do_no_harm(company: Company, settled: Settled) -> None:
    app = company(60, rename={0: "[/] \x1b[31mEvil [bold]name"})
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert not any("@" in found for found in await look_for(pilot, "e"))
        await pilot.press("escape")
        (first, *_) = await look_for(pilot, "evil")
        assert "[bold]name" in first
        assert "\x1b" not in first


@pytest.mark.parametrize("text", ["go", "find", "person"])
async def test_going_to_a_person_is_the_first_command(company: Company, settled: Settled, text: str) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert (await look_for(pilot, text))[0] == "Find or go to a person"
