"""The list of connectors, by keyboard at 80x24."""

from __future__ import annotations

import stat
import threading
from typing import TYPE_CHECKING, Any

import pytest

from zoomgov.connectors.handoff import FILE_NAME, Handoff, write_handoff
from zoomgov.connectors.model import NOT_FINISHED, ConnectorStatus, Owner, Step
from zoomgov.screens.connectors import connectors
from zoomgov.screens.connectors.connectors import ConnectorsScreen
from zoomgov.screens.connectors.open_file import OpenFileScreen
from zoomgov.screens.shared.ask import AskScreen
from zoomgov.screens.wizard.credentials import CredentialsScreen
from zoomgov.screens.wizard.hand_off import HandOffScreen
from zoomgov.screens.wizard.scopes import ScopesScreen
from zoomgov.screens.wizard.sync import SyncScreen
from zoomgov.screens.wizard.verify import VerifyScreen
from zoomgov.screens.wizard.zoom_app import ZoomAppScreen
from zoomgov.vault import MemoryVault, VaultError
from zoomgov.widgets.rail import Rail
from zoomgov.zoom.scopes import ScopeKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.screens.stage import Stage


async def test_shows_each_connector_with_its_label_and_last_sync(stage: Stage) -> None:
    stage.add_connector(
        name="Zoom", step=Step.DONE, status=ConnectorStatus.CONNECTED, last_sync_at=stage.NOW.replace(hour=9)
    )
    stage.add_connector(name="Zoom\x1b[31m [b]Japan[/b] 日本", step=Step.SCOPES)
    stage.add_connector(name="Labs", step=Step.DONE, status=ConnectorStatus.ERROR, reason="Wrong secret [x]")
    async with stage.run() as pilot:
        lines = stage.text(pilot).splitlines()
        row = next(line for line in lines if line.startswith("  Zoom "))
        assert "● Connected" in row
        assert "mona@exam" in row
        assert "3 hours ago" in row
        assert "\x1b" not in stage.text(pilot)
        assert any("[b]J" in line and "○ Not connected" in line and "never" in line for line in lines)
        assert "Next: Scopes" not in stage.text(pilot)
        await stage.press(pilot, "down")
        assert "Next: Scopes (step 4 of 8)" in stage.text(pilot)
        await stage.press(pilot, "down")
        assert "✗ Wrong secret [x]" in stage.text(pilot)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
@pytest.mark.parametrize("many", [1, 60])
async def test_a_row_ends_with_its_last_word(stage: Stage, size: tuple[int, int], many: int) -> None:
    for number in range(many):
        stage.add_connector(
            name=f"Zoom {number}", step=Step.DONE, status=ConnectorStatus.CONNECTED, last_sync_at=stage.NOW
        )

    def ends() -> list[str]:
        lines = [line.rstrip(" ▁▂▃▄▅▆▇█") for line in stage.text(pilot).splitlines()]
        return [line[-8:] for line in lines if "● Connected" in line]

    async with stage.run(size=(100, 30)) as pilot:
        await pilot.resize_terminal(*size)
        await stage.until(pilot, lambda: ends() and set(ends()) == {"just now"})


async def test_a_sync_that_was_killed_is_said_with_the_key_that_goes_on(stage: Stage) -> None:
    made = stage.add_connector(step=Step.DONE, status=ConnectorStatus.SYNCING, last_sync_at=stage.NOW)
    stage.services.stores.open(made).begin("2026-03-04T11:00:00Z").close()
    async with stage.run() as pilot:
        text = " ".join(stage.text(pilot).split())
        assert "✗ Error" in text
        assert f"✗ {NOT_FINISHED}" in text
        assert "s goes on with it." in text


async def test_enter_goes_on_where_the_set_up_stopped(stage: Stage) -> None:
    stage.add_connector(step=Step.CREDENTIALS)
    async with stage.run() as pilot:
        assert "Add connector" in stage.text(pilot)
        await stage.press(pilot, "enter")
        await stage.on(pilot, CredentialsScreen)


async def test_keys_lead_to_verify_credentials_and_sync_and_escape_comes_back(stage: Stage) -> None:
    stage.add_connector(step=Step.DONE, status=ConnectorStatus.CONNECTED, last_sync_at=stage.NOW)
    stage.services.rounds = [VaultError("-", "-")]
    stage.services.gate.clear()
    async with stage.run() as pilot:
        for key, page in (("v", VerifyScreen), ("e", CredentialsScreen), ("h", HandOffScreen)):
            await stage.press(pilot, key)
            await stage.on(pilot, page)
            await stage.press(pilot, "escape")
            await stage.on(pilot, ConnectorsScreen)
        await stage.press(pilot, "s")
        await stage.on(pilot, SyncScreen)
        await stage.until(pilot, lambda: stage.connector.status is ConnectorStatus.SYNCING)
        await stage.press(pilot, "escape")
        await stage.on(pilot, ConnectorsScreen)
        assert stage.services.running.any_running


async def test_removing_asks_names_what_goes_and_does_it(stage: Stage) -> None:
    connector = stage.add_connector(name="Zoom [EU]")
    await stage.services.credentials.save(connector, stage.credentials())
    async with stage.run() as pilot:
        await stage.press(pilot, "x")
        await stage.on(pilot, AskScreen)
        text = stage.text(pilot)
        assert "Remove Zoom [EU]?" in text
        assert "also in the keyring" in text
        assert "everything synced" in text
        await stage.press(pilot, "escape")
        await stage.on(pilot, ConnectorsScreen)
        assert stage.connector.name == "Zoom [EU]"
        await stage.press(pilot, "x")
        await stage.on(pilot, AskScreen)
        await stage.press(pilot, "right", "enter")
        await stage.until(pilot, lambda: not stage.services.registry.connectors())
        await stage.settled(pilot)
        assert "Set up Zoom" in stage.text(pilot)
    assert await stage.services.credentials.vault.read(connector.id) is None


class NoKeyring(MemoryVault):
    def clear(self, connector_id: str, wanted: Callable[[], bool] = lambda: True) -> None:
        raise VaultError("There is no keyring that can hold the Client secret.", "None is installed.")


async def test_while_a_sync_runs_nothing_is_removed_and_that_is_said(stage: Stage) -> None:
    connector = stage.add_connector()
    await stage.services.credentials.save(connector, stage.credentials())
    with stage.services.stores.open(connector).begin("2026-03-04T11:00:00Z"):
        async with stage.run() as pilot:
            await stage.press(pilot, "x")
            await stage.on(pilot, AskScreen)
            await stage.press(pilot, "right", "enter")
            await stage.until(pilot, lambda: pilot.app._notifications)
            (note,) = pilot.app._notifications
            assert note.title == "Not removed"
            assert note.message.startswith("Another sync of this connector is running. It has been running since 2026-")
            assert note.message.endswith("Wait until it ends, or stop it.")
    assert stage.connector.name == connector.name
    assert await stage.services.credentials.vault.read(connector.id) == stage.credentials()


async def test_without_a_keyring_a_connector_can_be_removed_anyway(stage: Stage) -> None:
    stage.restart(vault=NoKeyring())
    connector = stage.add_connector()
    async with stage.run() as pilot:
        for keys in (("right", "enter", "escape"), ("right", "enter", "right", "enter")):
            await stage.press(pilot, "x")
            await stage.on(pilot, AskScreen)
            await stage.press(pilot, *keys[:2])
            await stage.until(pilot, lambda: "No keyring to clear" in stage.text(pilot))
            assert "Nothing was removed." in stage.text(pilot)
            assert connector.id in stage.text(pilot)
            assert stage.connector == connector
            await stage.press(pilot, *keys[2:])
        await stage.until(pilot, lambda: not stage.services.registry.connectors())


HANDED_OVER = Handoff("Zoom EMEA", "Zoom", False, (Owner("owner@example.com"),), "zoomgov.com", ScopeKind.CLASSIC)


async def test_a_hand_off_file_opens_the_wizard_where_the_work_in_zoom_begins(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / FILE_NAME).write_text(write_handoff(HANDED_OVER))
    (tmp_path / "other.json").write_text("{}")
    stage.add_connector(name="Other")
    async with stage.run() as pilot:
        await stage.press(pilot, "o")
        await stage.on(pilot, OpenFileScreen)
        await pilot.press("ctrl+u")
        await stage.type(pilot, "other.json")
        await stage.press(pilot, "enter")
        await stage.until(pilot, lambda: "not a hand-off file" in stage.text(pilot))
        await pilot.press("ctrl+u")
        await stage.type(pilot, "missing.json")
        await stage.press(pilot, "enter")
        await stage.until(pilot, lambda: "There is no such file. Put it into" in stage.text(pilot))
        await stage.press(pilot, "escape", "o", "enter")  # the usual name is there already
        await stage.on(pilot, ZoomAppScreen)
        assert "Zoom EMEA" in stage.text(pilot)
    made = stage.services.registry.find("Zoom EMEA")
    assert made is not None
    assert Handoff.of(made) == HANDED_OVER


async def test_a_damaged_register_is_said_instead_of_a_crash(stage: Stage) -> None:
    stage.folder.mkdir()
    (stage.folder / "connectors.sqlite3").write_bytes(b"no database at all, but long enough to look like one" * 99)
    async with stage.run() as pilot:
        assert "cannot be used" in stage.text(pilot) or "is damaged" in stage.text(pilot)


async def test_the_mouse_works_too(stage: Stage) -> None:
    stage.add_connector(name="One", step=Step.ZOOM_APP)
    stage.add_connector(name="Two", step=Step.SCOPES)
    async with stage.run() as pilot:
        await pilot.click("#connectors", offset=(2, 1))
        await stage.on(pilot, ScopesScreen)
        rail = pilot.app.screen.query_one(Rail)
        await pilot.click(rail, offset=rail.place(Step.ZOOM_APP).translate((2, 0)).offset)  # within its padding
        await stage.on(pilot, ZoomAppScreen)
        await pilot.click("#next")
        await stage.on(pilot, ScopesScreen)


async def test_the_hand_off_copies_and_saves_without_secrets(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    connector = stage.add_connector()
    await stage.services.credentials.save(connector, stage.credentials())
    stage.services.registry.update(connector.id, step=Step.ZOOM_APP)
    async with stage.run() as pilot:
        await stage.press(pilot, "h")
        await stage.on(pilot, HandOffScreen)
        await stage.press(pilot, "c")
        assert "Server-to-Server OAuth" in pilot.app.clipboard
        await stage.press(pilot, "s")
        await stage.press(pilot, "n")
        await stage.on(pilot, ZoomAppScreen)
    files = list(tmp_path.glob("zoomgov-hand-off.*"))  # noqa: ASYNC240
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    written = b"".join(path.read_bytes() for path in files)
    assert b"mona@example.com" in written
    assert len(files) == 2
    for secret in (stage.SECRET, stage.ACCOUNT_ID, stage.CLIENT_ID):
        assert secret.encode() not in written


async def test_hand_off_files_that_are_there_are_replaced_only_when_s_is_pressed_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    stage.add_connector(step=Step.ZOOM_APP)
    (tmp_path / FILE_NAME).write_text("older")
    async with stage.run() as pilot:
        await stage.press(pilot, "h")
        await stage.on(pilot, HandOffScreen)
        await stage.press(pilot, "s")
        await stage.until(pilot, lambda: any("there already" in note.message for note in pilot.app._notifications))
        assert not (tmp_path / "zoomgov-hand-off.eml").exists()
        assert (tmp_path / FILE_NAME).read_text() == "older"
        await stage.press(pilot, "s")
        await stage.until(pilot, lambda: any("Saved zoomgov" in note.message for note in pilot.app._notifications))
    assert (tmp_path / FILE_NAME).read_text() != "older"
    assert (tmp_path / "zoomgov-hand-off.eml").exists()


async def test_a_list_that_takes_long_to_read_keeps_the_page_from_nobody(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.add_connector(name="Late")
    goes_on, read = threading.Event(), stage.services.connectors.all

    def slowly() -> Any:
        assert goes_on.wait(60)
        return read()

    monkeypatch.setattr(connectors, "_FIRST_FRAME_WAITS", 0.0)
    monkeypatch.setattr(stage.services.connectors, "all", slowly)
    async with stage.app().run_test(size=(80, 24)) as pilot:
        await stage.until(pilot, lambda: "Add connector" in stage.text(pilot))
        assert "Late" not in stage.text(pilot)
        assert "Set up Zoom" not in stage.text(pilot)
        goes_on.set()
        await stage.until(pilot, lambda: "Late" in stage.text(pilot))
