"""Steps 3 to 5: the Marketplace's clicks and the scopes, by keyboard at 80x24."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.screens.shared.text_dialog import TextDialog
from zoomgov.screens.wizard.credentials import CredentialsScreen
from zoomgov.screens.wizard.scopes import ScopesScreen
from zoomgov.screens.wizard.what_to_read import WhatToReadScreen
from zoomgov.screens.wizard.zoom_app import ZoomAppScreen
from zoomgov.widgets.tick_list import TickList

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tests.screens.stage import Stage


import pytest

from tests.screens.stage import no_browser
from zoomgov.connectors.model import Step
from zoomgov.connectors.standing import ACTIVATED, ZOOM_APP_CLICKS
from zoomgov.screens.wizard.activation import CLICKS as ACTIVATION_CLICKS
from zoomgov.screens.wizard.activation import ActivationScreen
from zoomgov.screens.wizard.scopes import scope_lines
from zoomgov.screens.wizard.zoom_app import CLICKS, DETAILS
from zoomgov.widgets.rail import ICONS, TITLES
from zoomgov.widgets.terminal import browser
from zoomgov.zoom.scopes import LEFT_OUT, Capability, Importance, ScopeKind, scopes_to_tick


async def test_the_clicks_are_all_visible_with_the_link_and_details(stage: Stage) -> None:
    async with stage.at(Step.ZOOM_APP) as pilot:
        text = stage.text(pilot)
        assert all(click.title in text for click in CLICKS)
        assert "https://marketplace.zoom.us" in text
        assert "…" not in text
        for click in CLICKS:
            shown = " ".join(stage.text(pilot).split())
            assert " ".join(DETAILS[click.id].split()[:4]).split("{")[0].strip() in shown
            await stage.press(pilot, "down")


async def test_government_accounts_are_sent_to_their_own_marketplace(stage: Stage) -> None:
    async with stage.at(Step.ZOOM_APP, cloud="zoomgov.com") as pilot:
        await stage.press(pilot, "y")
        assert pilot.app.clipboard == "https://marketplace.zoomgov.com"


async def test_ticks_survive_a_restart_and_the_cursor_goes_to_what_is_left(stage: Stage) -> None:
    async with stage.at(Step.ZOOM_APP) as pilot:
        await stage.press(pilot, "space", "down", "space")
        await pilot.press("ctrl+q")
    assert stage.connector.checked == {"sign-in", "build"}
    stage.restart()
    async with stage.run() as pilot:
        screen = await stage.on(pilot, ZoomAppScreen)
        assert stage.text(pilot).count("[✓]") == 2
        assert screen.query_one("#clicks", TickList).id_at_cursor == "server-to-server"


async def test_without_a_browser_the_link_is_said(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "opened", no_browser)
    async with stage.at(Step.ZOOM_APP) as pilot:
        await stage.press(pilot, "o")
        assert any("https://marketplace.zoom.us" in note.message for note in pilot.app._notifications)


async def test_every_scope_to_tick_is_listed_required_ones_first() -> None:
    for kind in ScopeKind:
        lines = scope_lines(kind)
        assert sorted(line.scope for line in lines) == sorted(scopes_to_tick(kind))
        assert [line.importance for line in lines] == sorted(
            (line.importance for line in lines), key=list(Importance).index
        )
        fewer = scope_lines(kind, {Capability.ROLES.value, Capability.LICENCES.value, Capability.ACCOUNT.value})
        kept = [part for part in Capability if part not in ("Roles", "Licences and seats", "Account settings")]
        assert {line.scope for line in fewer} == set(scopes_to_tick(kind, capabilities=kept))
        assert all(need.capability in kept for line in fewer for need in line.needs)


async def test_scopes_say_why_and_copy_one_or_all(stage: Stage) -> None:
    async with stage.at(Step.SCOPES) as pilot:
        assert "Everyone with an account: active, inactive and invited." in stage.text(pilot)
        await stage.press(pilot, "down", "c")
        assert pilot.app.clipboard == "user:read:user:admin"
        await stage.press(pilot, "C")
        copied = pilot.app.clipboard.split("\n")
    wanted = set(scopes_to_tick(ScopeKind.GRANULAR)) - {"account:read:settings:admin"}
    assert (len(copied), set(copied)) == (len(wanted), wanted)


async def test_what_to_read_shortens_the_list_and_is_kept(stage: Stage) -> None:
    async with stage.at(Step.SCOPES) as pilot:
        assert "Reads  everything but Account settings" in stage.text(pilot)
        await stage.press(pilot, "w")
        await stage.on(pilot, WhatToReadScreen)
        text = stage.text(pilot)
        assert all(part.value in text for part in Capability if part is not Capability.IM_GROUPS)
        assert "IM groups" not in text  # granular apps have none
        await stage.press(pilot, "space")  # users stay
        assert "11 scopes to tick" in stage.text(pilot)
        await stage.press(pilot, "down", "space")  # groups, and with them their admins
        assert "8 scopes to tick" in stage.text(pilot)
        await stage.press(pilot, "down", "space", "down", "down", "space")  # admins, and with them groups; no roles
        await stage.press(pilot, "enter")
        await stage.on(pilot, ScopesScreen)
        assert "Reads  everything but Roles, Account settings" in stage.text(pilot)
        await stage.press(pilot, "C")
        assert "group:read:list_groups:admin" in pilot.app.clipboard
        assert "role:" not in pilot.app.clipboard
        await stage.press(pilot, "w", "end", "space", "escape")  # cancelled
        assert "Reads  everything but Roles, Account settings" in stage.text(pilot)
    assert stage.connector.without == {"Roles", "Account settings"}
    stage.restart()
    async with stage.run() as pilot:
        await stage.on(pilot, ScopesScreen)
        assert "role:" not in stage.text(pilot)
        await stage.press(pilot, "g", "w")
        await stage.on(pilot, WhatToReadScreen)
        assert "IM groups" in stage.text(pilot)


async def test_classic_scopes_show_the_words_of_zooms_page_and_the_choice_is_kept(stage: Stage) -> None:
    async with stage.at(Step.SCOPES) as pilot:
        await stage.press(pilot, "g")
        text = stage.text(pilot)
        assert "user:read:admin" in text
        assert "View all user information" in text
        await stage.press(pilot, "C")
        assert pilot.app.clipboard.split("\n")[-1] == "imgroup:read:admin"
        await stage.press(pilot, "escape", "enter")
        await stage.on(pilot, ScopesScreen)
        assert "View all user information" in stage.text(pilot)
    assert stage.connector.scope_kind is ScopeKind.CLASSIC


async def test_all_scopes_can_be_seen_as_plain_text(stage: Stage) -> None:
    async with stage.at(Step.SCOPES) as pilot:
        await stage.press(pilot, "t")
        screen = await stage.on(pilot, TextDialog)
        assert screen.text.split("\n") == [line.scope for line in scope_lines(ScopeKind.GRANULAR, LEFT_OUT)]
        await stage.press(pilot, "escape")
        await stage.on(pilot, ScopesScreen)


def rail(stage: Stage, pilot: Pilot[int]) -> str:
    return next(line for line in stage.text(pilot).splitlines() if "Owners" in line and "Zoom app" in line)


async def test_activation_is_a_page_of_its_own_and_only_a_tick_makes_it_done(stage: Stage) -> None:
    async with stage.at(Step.SCOPES) as pilot:
        await stage.press(pilot, "end")
        assert "Click Done, review the scopes, click Continue" in stage.text(pilot)
        await stage.press(pilot, "enter")
        await stage.on(pilot, ActivationScreen)
        assert "5 of 8  Activate your app" in stage.text(pilot)
        assert "On the Activation page, click Activate your app" in stage.text(pilot)
        assert "Forgotten most often" in " ".join(stage.text(pilot).split())
        await stage.press(pilot, "y", "enter")
        assert pilot.app.clipboard == "https://marketplace.zoom.us/user/build"
        await stage.on(pilot, CredentialsScreen)
        assert "–Scopes  –Activation" in rail(stage, pilot)
        await stage.press(pilot, "escape")
        await stage.on(pilot, ActivationScreen)
        await stage.press(pilot, "space", "enter")
        await stage.on(pilot, CredentialsScreen)
        assert "–Scopes  ✓Activation" in rail(stage, pilot)
    assert stage.connector.checked == {ACTIVATED}
    assert stage.connector.step is Step.CREDENTIALS


async def test_the_rail_follows_ticks_and_the_help_says_what_its_marks_mean(stage: Stage) -> None:
    async with stage.at(Step.ZOOM_APP) as pilot:
        for _ in CLICKS:
            await stage.press(pilot, "space", "down")
        await stage.press(pilot, "enter")
        await stage.on(pilot, ScopesScreen)
        assert "✓App  ✓Owners  ✓Zoom app  ●Scopes  ○Activation" in rail(stage, pilot)
        await stage.press(pilot, "f1", "end", "pageup", "pageup")
        await pilot.resize_terminal(100, 60)
        await stage.settled(pilot)
        text = " ".join(stage.text(pilot).split())
        assert all(f"{icon} {how}" in text for how, icon in ICONS.items())


def test_the_ids_of_ticks_are_those_that_make_a_step_done() -> None:
    # A set-up of an older version may have ticked all the others: what follows needs this one anyway.
    assert tuple(click.id for click in CLICKS if click.id != "continue") == ZOOM_APP_CLICKS
    assert ACTIVATED in {click.id for click in ACTIVATION_CLICKS}
    assert len(TITLES) == 8
