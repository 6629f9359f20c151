"""What is needed in a terminal of 60x20, such as half a window, is whole; what is not may be missing, never cut."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Button

from zoomgov.connectors.model import ConnectorStatus, Owner, Step
from zoomgov.screens.shared.ask import AskScreen
from zoomgov.screens.wizard.hand_off import HandOffScreen
from zoomgov.screens.wizard.verify import VerifyScreen
from zoomgov.verify.model import CapabilityState, CapabilityVerdict, Report, planned_lines
from zoomgov.verify.model import CheckStatus as LineStatus
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.rail import TITLES
from zoomgov.zoom.scopes import Capability

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tests.screens.stage import Stage

SMALL = (60, 20)


def found(stage: Stage, status: LineStatus, state: CapabilityState, *more: Capability) -> Report:
    """All is well but for contact groups, which have this `status` and `state`; `more` parts have the state alone."""
    lines = tuple(
        replace(line, status=status if "contact_group" in line.id else LineStatus.OK, result="said")
        for line in planned_lines()
    )
    verdicts = tuple(CapabilityVerdict(part, state) for part in (Capability.CONTACT_GROUPS, *more))
    return Report("zoom.us", stage.NOW, 0.5, lines, verdicts)


def keys_below(pilot: Pilot[int]) -> list[str]:
    """What the footer says, after it was seen that none of it is cut."""
    drawn = pilot.app.screen.query_one(KeyFooter).drawn
    assert all(key.place + key.width <= pilot.app.size.width for key in drawn)
    return [key.label for key in drawn]


def whole_buttons(pilot: Pilot[int]) -> list[str]:
    shown = [button for button in pilot.app.screen.query(Button) if button.display]
    assert all(button.region.width > len(str(button.label)) and button.region.right <= SMALL[0] for button in shown)
    return [str(button.label) for button in shown]


@pytest.mark.parametrize("step", TITLES)
async def test_each_step_names_itself_and_the_help(stage: Stage, step: Step) -> None:
    stage.services.rounds = [found(stage, LineStatus.OK, CapabilityState.READY)]
    async with stage.run(size=SMALL) if step <= Step.OWNERS else stage.at(step, size=SMALL) as pilot:
        if step is Step.OWNERS:
            await stage.press(pilot, "down", "down", "tab", *"Zoom", "enter")
        rail = next(line for line in stage.text(pilot).splitlines() if "●" in line and "○ Not" not in line)
        others = [f" {int(other)}" for other in TITLES if other is not step]
        assert f"● {TITLES[step]}" in rail
        assert all(other in rail for other in others)
        assert {"Back", "Help"} <= set(keys_below(pilot))
        assert whole_buttons(pilot)
        await pilot.resize_terminal(80, 24)
        await stage.settled(pilot)
        assert all(title in stage.text(pilot) for title in TITLES.values())
        assert "Help" in keys_below(pilot)


async def test_the_list_does_without_some_columns(stage: Stage) -> None:
    stage.add_connector(step=Step.DONE, status=ConnectorStatus.CONNECTED, last_sync_at=stage.NOW)
    async with stage.run(size=SMALL) as pilot:
        text = stage.text(pilot)
        assert all(words in text for words in ("Connector  ", "● Connected", "Last sync", "just now", "x Remove"))
        assert "Owners" not in text
        assert "Help" in keys_below(pilot)
        await pilot.resize_terminal(80, 24)
        await stage.settled(pilot)
        assert "Owners" in stage.text(pilot)


async def test_buttons_that_do_not_fit_side_by_side_are_one_below_the_other(stage: Stage) -> None:
    stage.services.rounds = [found(stage, LineStatus.PROBLEM, CapabilityState.MISSING_SCOPE)]
    async with stage.at(Step.VERIFY, size=SMALL) as pilot:
        await stage.until(pilot, lambda: not stage.page(pilot, VerifyScreen).checking)
        await stage.settled(pilot)
        assert whole_buttons(pilot) == ["Next: Sync  n"]


async def test_the_question_about_several_parts_has_whole_buttons(stage: Stage) -> None:
    more = (Capability.GROUPS, Capability.GROUP_ADMINS, Capability.ROLES)
    stage.services.rounds = [found(stage, LineStatus.PROBLEM, CapabilityState.MISSING_SCOPE, *more)]
    async with stage.at(Step.VERIFY, size=SMALL) as pilot:
        await stage.until(pilot, lambda: not stage.page(pilot, VerifyScreen).checking)
        await stage.press(pilot, "n")
        await stage.on(pilot, AskScreen)
        assert whole_buttons(pilot) == ["Back", "Go on without 4 parts"]
        assert all(part.value in " ".join(stage.text(pilot).replace("│", " ").split()) for part in more)


async def test_the_hand_off_has_all_its_buttons(stage: Stage) -> None:
    stage.add_connector(owners=(Owner("mona@example.com"),))
    async with stage.run(size=SMALL) as pilot:
        await stage.press(pilot, "h")
        await stage.on(pilot, HandOffScreen)
        assert len(whole_buttons(pilot)) == 3
        assert "Help" in keys_below(pilot)
        assert "integration" in stage.text(pilot).split("Subject")[1].split("Hello")[0]
