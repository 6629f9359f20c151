"""Keys that are typed while a step of the wizard is completed, at 80x24."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input

from tests.screens.stage import LockedVault, type_at_once
from tests.textual_apps import idle
from zoomgov.connectors.model import Step
from zoomgov.screens.connectors.connectors import ConnectorsScreen
from zoomgov.screens.shared.ask import AskScreen
from zoomgov.screens.wizard.step_screen import StepScreen
from zoomgov.screens.wizard.sync import SyncScreen
from zoomgov.screens.wizard.verify import VerifyScreen
from zoomgov.vault import MemoryVault
from zoomgov.verify.model import CheckStatus, Report, planned_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.screens.stage import Stage
    from zoomgov.secret import Credentials


class SlowVault(MemoryVault):
    """Stores only once it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.may_store = threading.Event(), threading.Event()

    def store(self, connector_id: str, credentials: Credentials, wanted: Callable[[], bool] = lambda: True) -> None:
        self.begun.set()
        self.may_store.wait(60)
        super().store(connector_id, credentials, wanted)


def on_step(pilot: Any, step: Step) -> bool:
    return getattr(pilot.app.screen, "STEP", None) is step


def all_is_well(stage: Stage) -> Report:
    return Report(
        "zoom.us", stage.NOW, 0.5, tuple(replace(line, status=CheckStatus.OK) for line in planned_lines()), ()
    )


async def test_each_enter_completes_one_step(stage: Stage) -> None:
    async with stage.at(Step.ZOOM_APP) as pilot:
        type_at_once(pilot.app, "enter", "enter", "enter", "an-account")
        await stage.until(pilot, lambda: on_step(pilot, Step.CREDENTIALS))
        await stage.settled(pilot)
        assert pilot.app.screen.query_one("#account-id", Input).value == "an-account"


async def test_what_is_typed_while_the_keyring_stores_is_for_the_next_page(stage: Stage) -> None:
    vault = SlowVault()
    stage.restart(vault=vault)
    stage.services.rounds = [all_is_well(stage)]
    stage.services.gate.clear()
    async with stage.at(Step.CREDENTIALS) as pilot:
        await stage.paste(pilot, stage.BLOCK)
        type_at_once(pilot.app, "enter")
        await stage.until(pilot, vault.begun.is_set)
        type_at_once(pilot.app, "?")  # in a field it is a letter
        vault.may_store.set()
        await stage.until(pilot, lambda: "Step 7: Verify" in stage.text(pilot))


async def test_escape_stops_the_keyring_at_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoomgov.widgets.terminal.key_queue._PATIENCE", 60)
    vault = SlowVault()
    stage.restart(vault=vault)
    async with stage.at(Step.CREDENTIALS) as pilot:
        await stage.paste(pilot, stage.BLOCK)
        type_at_once(pilot.app, "enter")
        await stage.until(pilot, vault.begun.is_set)
        type_at_once(pilot.app, "escape")
        await stage.until(pilot, lambda: not stage.page(pilot, StepScreen).moving)
        vault.may_store.set()
        assert on_step(pilot, Step.CREDENTIALS)


async def test_an_enter_typed_ahead_does_not_leave_the_sync_it_began(stage: Stage) -> None:
    stage.services.rounds = [all_is_well(stage)]
    async with stage.at(Step.VERIFY) as pilot:
        await stage.until(pilot, lambda: not stage.page(pilot, VerifyScreen).checking)
        await stage.settled(pilot)
        stage.services.gate.clear()
        type_at_once(pilot.app, "n", "enter")
        await stage.until(pilot, lambda: on_step(pilot, Step.SYNC))
        await pilot.pause()
        await idle()
        assert stage.page(pilot, SyncScreen).running
        await stage.press(pilot, "enter")
        await stage.on(pilot, ConnectorsScreen)
        assert stage.services.running.any_running


async def test_no_enter_typed_ahead_answers_what_went_wrong(stage: Stage) -> None:
    stage.restart(vault=LockedVault())
    async with stage.at(Step.CREDENTIALS) as pilot:
        await stage.paste(pilot, stage.BLOCK)
        type_at_once(pilot.app, "enter", "enter")
        await stage.until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.pause()
        assert "The keyring is locked." in stage.text(pilot)
        await stage.press(pilot, "enter")
        await stage.until(pilot, lambda: on_step(pilot, Step.CREDENTIALS))


async def test_no_deletion_is_confirmed_by_keys_pressed_before_it_was_asked_for(stage: Stage) -> None:
    stage.add_connector()
    async with stage.run() as pilot:
        type_at_once(pilot.app, "x", "tab", "enter")
        await stage.until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.pause()
        assert isinstance(pilot.app.screen, AskScreen)
        await stage.press(pilot, "enter")
        await stage.settled(pilot)
        assert not stage.services.registry.connectors()
