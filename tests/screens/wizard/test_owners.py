"""Step 2, by keyboard at 80x24."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input

from zoomgov.connectors.model import ConnectorStatus, Draft, Owner, Step
from zoomgov.screens.shared.ask import AskScreen
from zoomgov.screens.wizard.app_choice import AppScreen
from zoomgov.screens.wizard.hand_off import HandOffScreen
from zoomgov.screens.wizard.owners import OwnersScreen
from zoomgov.screens.wizard.zoom_app import ZoomAppScreen
from zoomgov.widgets.radio_group import RadioGroup

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot

    from tests.screens.stage import Stage


@asynccontextmanager
async def owners_step(stage: Stage, **typed: Any) -> AsyncIterator[Pilot[int]]:
    """The app on step 2 of a new connector."""
    stage.services.registry.save_draft(Draft(new_app="Zoom", step=Step.OWNERS, **typed))
    async with stage.run() as pilot:
        await stage.on(pilot, OwnersScreen)
        yield pilot


async def test_shows_what_an_owner_needs_and_creates_as_not_connected(stage: Stage) -> None:
    async with owners_step(stage) as pilot:
        text = stage.text(pilot)
        assert "Integration Administrator or Super Administrator role" in text
        assert "Account Owner status in Zoom" in text
        assert "Create and add details" in text
        await stage.press(pilot, "tab")
        await stage.type(pilot, "mona@example.com")
        await stage.press(pilot, "enter")
        await stage.on(pilot, ZoomAppScreen)
        assert "Not connected" in stage.text(pilot)
    connector = stage.connector
    assert (connector.name, connector.status, connector.step) == ("Zoom", ConnectorStatus.NOT_CONNECTED, Step.ZOOM_APP)
    assert connector.owners == (Owner("mona@example.com"),)
    assert stage.services.registry.draft() is None


@pytest.mark.parametrize(
    ("downs", "emails", "problem"),
    [
        (0, "", "Enter your e-mail: a connector always has an owner."),
        (0, "mona smith@example.com", "“mona smith@example.com” is not an e-mail address"),
        (0, "mona@example.com, sam@example.com", "choose Several owners"),
        (2, "mona@example.com", "Enter two or more e-mails"),
    ],
)
async def test_says_under_the_field_what_is_wrong(stage: Stage, downs: int, emails: str, problem: str) -> None:
    async with owners_step(stage) as pilot:
        await stage.press(pilot, *["down"] * downs, "tab")
        await stage.type(pilot, emails)
        await stage.press(pilot, "enter")
        assert problem in stage.text(pilot)
        assert pilot.app.screen.focused is pilot.app.screen.query_one("#owners")
    assert stage.services.registry.connectors() == []


async def test_a_name_that_is_taken_is_refused(stage: Stage) -> None:
    stage.add_connector(name="Zoom")
    async with stage.run() as pilot:
        stage.services.registry.save_draft(Draft(app_id=stage.connector.app.id, step=Step.OWNERS, name="zoom"))
        await stage.list_of(pilot).load()
        await stage.press(pilot, "a")
        await stage.on(pilot, OwnersScreen)
        await stage.press(pilot, "tab")
        await stage.type(pilot, "mona@example.com")
        await stage.press(pilot, "enter")
        assert "A connector of this name exists" in stage.text(pilot)


async def test_another_address_is_asked_for_and_checked(stage: Stage) -> None:
    async with owners_step(stage, owners=(Owner("mona@example.com"),)) as pilot:
        screen = pilot.app.screen
        assert not screen.query_one("#address-field").display
        await stage.press(pilot, "tab", "tab", "down", "down", "tab")
        await stage.type(pilot, "http://zoom.example.com")
        await stage.press(pilot, "enter")
        await stage.until(pilot, lambda: "unencrypted" in stage.text(pilot))  # scrolled to once it is drawn
        screen.query_one("#address", Input).value = "https://zoom.example.com/"
        await stage.press(pilot, "enter")
        await stage.on(pilot, ZoomAppScreen)
    assert stage.connector.cloud == "https://zoom.example.com"


async def test_the_field_for_another_address_comes_into_sight(stage: Stage) -> None:
    async with owners_step(stage) as pilot:
        await stage.press(pilot, "tab", "tab", "tab", "down", "down")
        assert "https://zoom-proxy.example.com" in stage.text(pilot)


async def test_someone_else_as_owner_leads_to_the_hand_off(stage: Stage) -> None:
    async with owners_step(stage) as pilot:
        await stage.press(pilot, "down", "tab")
        await stage.type(pilot, "sam@example.com")
        await stage.press(pilot, "enter")
        await stage.on(pilot, HandOffScreen)
        assert not len(pilot.app._notifications)  # it would lie over the buttons
        assert "sam@example.com" in stage.text(pilot)


async def test_of_several_owners_the_person_says_who_they_are_and_may_write_to_the_others(stage: Stage) -> None:
    async with owners_step(stage) as pilot:
        await stage.press(pilot, "down", "down", "tab")
        await stage.type(pilot, "mona@example.com sam@example.com, ada@example.com")
        await stage.press(pilot, "enter")
        await stage.on(pilot, AskScreen)
        assert "Which of the owners are you?" in stage.text(pilot)
        await stage.press(pilot, "down", "enter")
        await stage.until(pilot, lambda: "Write to the 2 other owners?" in stage.text(pilot))
        await stage.press(pilot, "right", "enter")
        await stage.on(pilot, HandOffScreen)
        assert "To sam@example.com, ada@example.com " in " ".join(stage.text(pilot).split()) + " "
    assert [owner.email for owner in stage.connector.owners] == [
        "mona@example.com", "sam@example.com", "ada@example.com",
    ]  # fmt: skip


@pytest.mark.parametrize(("keys", "comes"), [(("enter",), HandOffScreen), (("down", "enter", "enter"), ZoomAppScreen)])
async def test_who_is_none_of_the_owners_hands_off_and_who_is_one_may_go_on(
    stage: Stage, keys: tuple[str, ...], comes: type[HandOffScreen] | type[ZoomAppScreen]
) -> None:
    async with owners_step(stage, ownership="several") as pilot:
        await stage.press(pilot, "tab")
        await stage.type(pilot, "mona@example.com, sam@example.com")
        await stage.press(pilot, "enter")
        for key in keys:
            await stage.on(pilot, AskScreen)
            await stage.press(pilot, key)
        await stage.until(pilot, lambda: type(pilot.app.screen) is comes)


async def test_back_and_forth_keeps_everything_typed(stage: Stage) -> None:
    async with owners_step(stage) as pilot:
        await stage.press(pilot, "down", "down", "tab")
        await stage.type(pilot, "mona@example.com, sam")
        await stage.press(pilot, "escape")
        await stage.on(pilot, AppScreen)
        await stage.press(pilot, "enter")
        screen = await stage.on(pilot, OwnersScreen)
        assert screen.query_one("#owners", Input).value == "mona@example.com, sam"
        assert screen.query_one("#ownership", RadioGroup).chosen == "several"


async def test_quitting_lands_here_again(stage: Stage) -> None:
    async with owners_step(stage) as pilot:
        await stage.press(pilot, "tab")
        await stage.type(pilot, "mon")
        await pilot.press("ctrl+q")
    stage.restart()
    async with stage.run() as pilot:
        screen = await stage.on(pilot, OwnersScreen)
        assert screen.query_one("#owners", Input).value == "mon"


async def test_editing_an_existing_connector_changes_it(stage: Stage) -> None:
    async with stage.at(Step.SCOPES) as pilot:
        await stage.press(pilot, "escape")
        await stage.on(pilot, ZoomAppScreen)
        await stage.press(pilot, "escape")
        screen = await stage.on(pilot, OwnersScreen)
        screen.query_one("#name", Input).value = "Zoom EU"
        await stage.press(pilot, "enter")
        await stage.on(pilot, ZoomAppScreen)
    assert (stage.connector.name, stage.connector.step) == ("Zoom EU", Step.SCOPES)
