"""Step 1, by keyboard at 80x24."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zoomgov.screens.connectors.connectors import ConnectorsScreen
from zoomgov.screens.wizard.app_choice import AppScreen
from zoomgov.screens.wizard.owners import OwnersScreen

if TYPE_CHECKING:
    from tests.screens.stage import Stage


import pytest
from textual import events
from textual.widgets import Input

from zoomgov.connectors.model import App, Owner, Step
from zoomgov.widgets.radio_group import RadioGroup

# `stage` is the fixture of this folder: Any, because its class lies in a conftest.


async def test_sso_recommends_the_app_of_the_identity_provider_and_chooses_it(stage: Stage) -> None:
    stage.services.registry.create_app("Aardvark", False)
    provided = stage.services.registry.create_app("Zoom (Okta)", True)
    async with stage.run() as pilot:
        screen = await stage.on(pilot, AppScreen)
        await stage.press(pilot, "down")
        text = stage.text(pilot)
        assert "rather than creating a new app" in text
        assert "from your identity provider · recommended" in text
        assert text.index("Zoom (Okta)") < text.index("Aardvark")
        assert screen.query_one("#app", RadioGroup).chosen == provided.id
        await stage.press(pilot, "enter")
        await stage.on(pilot, OwnersScreen)
    draft = stage.services.registry.draft()
    assert draft is not None
    assert draft.app_id == provided.id


async def test_what_the_person_chose_against_the_advice_stays_chosen(stage: Stage) -> None:
    stage.services.registry.create_app("Zoom (Okta)", True)
    async with stage.run() as pilot:
        screen = await stage.on(pilot, AppScreen)
        await stage.press(pilot, "down", "tab", "down", "down")
        assert screen.query_one("#app", RadioGroup).chosen == "new"


async def test_a_new_app_needs_a_name(stage: Stage) -> None:
    async with stage.run() as pilot:
        screen = await stage.on(pilot, AppScreen)
        await stage.press(pilot, "enter")
        assert pilot.app.screen is screen
        assert "Give the new app a name" in stage.text(pilot)
        assert screen.focused is screen.query_one("#new-app")
        await stage.type(pilot, "Zoom")
        assert "Give the new app a name" not in stage.text(pilot)
        await stage.press(pilot, "enter")
        await stage.on(pilot, OwnersScreen)


async def test_the_connector_is_called_like_its_app_until_it_has_a_name_of_its_own(stage: Stage) -> None:
    async with stage.run() as pilot:
        await stage.on(pilot, AppScreen)
        for app, typed, called in (("Zom", "", "Zom"), ("Zoom", " EU", "Zoom EU"), ("Zoom App", "", "Zoom EU")):
            await stage.press(pilot, "tab", "ctrl+u")
            await stage.type(pilot, app)
            await stage.press(pilot, "enter")
            screen = await stage.on(pilot, OwnersScreen)
            await stage.press(pilot, "tab", "tab")
            await stage.type(pilot, typed)
            assert screen.query_one("#name", Input).value == called
            await stage.press(pilot, "escape")
            await stage.on(pilot, AppScreen)


async def test_typing_ahead_of_the_screen_reaches_the_field_that_tab_leads_to(stage: Stage) -> None:
    async with stage.run() as pilot:
        screen = await stage.on(pilot, AppScreen)
        for key, character in [("tab", "\t"), ("Z", "Z"), ("o", "o"), ("o", "o")]:
            pilot.app.post_message(events.Key(key, character))
        await stage.settled(pilot)
        assert screen.query_one("#new-app", Input).value == "Zoo"


async def test_the_name_of_an_existing_app_is_refused(stage: Stage) -> None:
    stage.services.registry.create_app("Zoom", False)
    async with stage.run() as pilot:
        await stage.on(pilot, AppScreen)
        await stage.press(pilot, "tab", "tab")
        await stage.type(pilot, "zoom")
        await stage.press(pilot, "enter")
        assert "An app of this name exists" in stage.text(pilot)


async def test_an_app_name_is_never_read_as_markup(stage: Stage) -> None:
    stage.services.registry.create_app("[/red] [@click=app.quit]x[/]", False)
    async with stage.run() as pilot:
        await stage.on(pilot, AppScreen)
        assert "[/red] [@click=app.quit]x[/]" in stage.text(pilot)


async def test_quitting_in_the_middle_of_a_word_loses_nothing(stage: Stage) -> None:
    async with stage.run() as pilot:
        await stage.on(pilot, AppScreen)
        await stage.press(pilot, "down", "tab", "tab")
        await stage.type(pilot, "Zoo")
        await pilot.press("ctrl+q")
    stage.restart()
    async with stage.run() as pilot:
        screen = await stage.on(pilot, AppScreen)
        assert screen.query_one("#new-app", Input).value == "Zoo"
        assert screen.query_one("#sso", RadioGroup).chosen == "yes"


@pytest.mark.parametrize(("keys", "provided"), [((), True), (("down",), False)])
async def test_an_app_of_the_identity_provider_can_be_named(
    stage: Stage, keys: tuple[str, ...], provided: bool
) -> None:
    async with stage.run() as pilot:
        screen = await stage.on(pilot, AppScreen)
        text = " ".join(stage.text(pilot).split())
        assert "people sign in to Zoom through Okta, Entra ID, Google or the like" in text
        assert "Basic is not supported" in text
        assert "Account Owner" in text
        assert "An app my identity provider made" not in text
        await stage.press(pilot, "down")
        assert "(•) An app my identity provider made" in stage.text(pilot)
        await stage.press(pilot, "tab", *keys, "tab")
        await stage.type(pilot, "Zoom (Okta)")
        await stage.press(pilot, "enter")
        await stage.on(pilot, OwnersScreen)
        await stage.press(pilot, "escape")
        screen = await stage.on(pilot, AppScreen)
        assert screen.query_one("#app", RadioGroup).chosen == ("provided" if provided else "new")
    draft = stage.services.registry.draft()
    assert draft is not None
    made = stage.services.registry.create(replace(draft, owners=(Owner("mona@example.com"),)))
    assert made.app == App(made.app.id, "Zoom (Okta)", provided)


async def test_no_after_yes_takes_the_choice_back(stage: Stage) -> None:
    async with stage.run() as pilot:
        screen = await stage.on(pilot, AppScreen)
        await stage.press(pilot, "down", "down")
        assert "An app my identity provider made" not in stage.text(pilot)
        assert screen.query_one("#app", RadioGroup).chosen == "new"


async def test_escape_leaves_to_the_welcome_and_a_comes_back(stage: Stage) -> None:
    async with stage.run() as pilot:
        await stage.on(pilot, AppScreen)
        await stage.press(pilot, "escape")
        await stage.on(pilot, ConnectorsScreen)
        assert "Set up Zoom" in stage.text(pilot)
        await stage.press(pilot, "a")
        await stage.on(pilot, AppScreen)


async def test_the_app_of_an_existing_connector_can_be_changed(stage: Stage) -> None:
    other = stage.services.registry.create_app("Other", False)
    async with stage.at(Step.ZOOM_APP) as pilot:
        await stage.press(pilot, "escape")
        await stage.on(pilot, OwnersScreen)
        await stage.press(pilot, "escape")
        screen = await stage.on(pilot, AppScreen)
        screen.query_one("#app", RadioGroup).choose(other.id)
        await stage.press(pilot, "enter")
        await stage.on(pilot, OwnersScreen)
    assert stage.connector.app.name == "Other"
