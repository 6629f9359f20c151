"""Step 5, by keyboard at 80x24: one paste fills all, and the secret goes to the vault and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.widgets import Input

from tests.screens.stage import LockedVault
from zoomgov.connectors.model import Step
from zoomgov.screens.shared.ask import AskScreen
from zoomgov.screens.shared.text_dialog import TextDialog
from zoomgov.screens.wizard.credentials import CredentialsScreen
from zoomgov.screens.wizard.verify import VerifyScreen
from zoomgov.services.demonstration import Demo
from zoomgov.vault import VaultError
from zoomgov.widgets.field import SecretInput

if TYPE_CHECKING:
    from tests.screens.stage import Stage

    pass


def values(screen: Any) -> list[str]:
    return [screen.query_one(f"#{name}", Input).value for name in ("account-id", "client-id", "client-secret")]


async def test_the_whole_block_pasted_fills_all_three_and_stores_them(stage: Stage) -> None:
    async with stage.at(Step.CREDENTIALS) as pilot:
        screen = pilot.app.screen
        entry = screen.query_one(SecretInput)
        await stage.paste(pilot, stage.BLOCK)
        assert values(screen) == [stage.ACCOUNT_ID, stage.CLIENT_ID, stage.SECRET]
        assert stage.SECRET not in stage.text(pilot)
        stage.services.gate.clear()
        stage.services.rounds = [VaultError("-", "-")]
        await stage.press(pilot, "enter")
        await stage.on(pilot, VerifyScreen)
        assert entry.value == ""
    assert await stage.services.credentials.vault.read(stage.connector.id) == stage.credentials()
    assert (stage.connector.account_id, stage.connector.step) == (stage.ACCOUNT_ID, Step.VERIFY)


async def test_single_values_lose_stray_blanks_and_line_ends(stage: Stage) -> None:
    async with stage.at(Step.CREDENTIALS) as pilot:
        for value in (
            f"\n  {stage.ACCOUNT_ID} \n",
            f"{stage.CLIENT_ID}\t",
            f" {stage.SECRET[:10]}\n{stage.SECRET[10:]}",
        ):
            await stage.paste(pilot, value)
            await stage.press(pilot, "tab")
        assert values(pilot.app.screen) == [stage.ACCOUNT_ID, stage.CLIENT_ID, stage.SECRET]


async def test_says_what_is_missing_and_what_looks_odd(stage: Stage) -> None:
    async with stage.at(Step.CREDENTIALS) as pilot:
        await stage.type(pilot, "mona@example.com")
        assert "looks like an e-mail" in stage.text(pilot)
        await stage.press(pilot, "enter")
        assert "Enter the Client ID" in stage.text(pilot)
        assert pilot.app.screen.focused is pilot.app.screen.query_one("#client-id")


async def test_ids_typed_survive_quitting_but_the_secret_does_not(stage: Stage) -> None:
    async with stage.at(Step.CREDENTIALS) as pilot:
        await stage.paste(pilot, stage.BLOCK)
        await pilot.press("ctrl+q")
    stage.restart()
    async with stage.run() as pilot:
        screen = await stage.on(pilot, CredentialsScreen)
        assert values(screen) == [stage.ACCOUNT_ID, stage.CLIENT_ID, ""]
    for path in stage.folder.rglob("*"):
        assert not path.is_file() or stage.SECRET.encode() not in path.read_bytes()


async def test_the_secret_is_revealed_on_demand_and_masks_itself(stage: Stage) -> None:
    async with stage.at(Step.CREDENTIALS) as pilot:
        await stage.paste(pilot, stage.BLOCK)
        await stage.press(pilot, "ctrl+r")
        assert stage.SECRET in stage.text(pilot)
        assert stage.SECRET not in pilot.app.export_screenshot()
        await stage.press(pilot, "ctrl+r", "ctrl+r")
        await stage.press(pilot, "shift+tab")
        assert stage.SECRET not in stage.text(pilot)


async def test_the_secret_never_reaches_the_clipboard(stage: Stage) -> None:
    async with stage.at(Step.CREDENTIALS) as pilot:
        await stage.paste(pilot, stage.BLOCK)
        pilot.app.copy_to_clipboard("before")
        for keys in (["ctrl+shift+a", "ctrl+c"], ["ctrl+shift+a", "ctrl+x"], ["ctrl+r", "ctrl+shift+a", "ctrl+c"]):
            await stage.press(pilot, *keys)
        assert pilot.app.clipboard == "before"
        assert pilot.app.screen.query_one(SecretInput).value == stage.SECRET


async def test_a_refusing_keyring_offers_session_retry_and_environment(stage: Stage) -> None:
    vault = LockedVault()
    stage.restart(vault=vault)
    async with stage.at(Step.CREDENTIALS) as pilot:
        await stage.paste(pilot, stage.BLOCK)
        await stage.press(pilot, "enter")
        asked = await stage.on(pilot, AskScreen)
        assert "The keyring is locked." in stage.text(pilot)
        assert "Its password prompt was closed." in stage.text(pilot)
        assert [answer.key for answer in asked.answers] == ["back", "retry", "session", "environment"]
        await stage.press(pilot, "escape")
        screen = await stage.on(pilot, CredentialsScreen)
        assert values(screen)[2] == stage.SECRET
        await stage.press(pilot, "enter")
        await stage.on(pilot, AskScreen)
        await stage.press(pilot, "down", "down", "down", "enter")
        await stage.on(pilot, TextDialog)
        assert "ZOOMGOV_CLIENT_SECRET" in stage.text(pilot)
        await stage.press(pilot, "escape", "enter")
        await stage.on(pilot, AskScreen)
        stage.services.rounds = [VaultError("-", "-")]
        await stage.press(pilot, "down", "down", "enter")
        await stage.on(pilot, VerifyScreen)
    assert await stage.services.credentials.find(stage.connector) == (stage.credentials(), "session")


async def test_trying_again_after_unlocking_stores(stage: Stage) -> None:
    vault = LockedVault()
    stage.restart(vault=vault)
    async with stage.at(Step.CREDENTIALS) as pilot:
        await stage.paste(pilot, stage.BLOCK)
        await stage.press(pilot, "enter")
        await stage.on(pilot, AskScreen)
        vault.locked = False
        stage.services.rounds = [VaultError("-", "-")]
        await stage.press(pilot, "right", "enter")
        await stage.on(pilot, VerifyScreen)
    assert vault.read(stage.connector.id) == stage.credentials()


async def test_environment_credentials_are_said_and_used(stage: Stage) -> None:
    stage.restart(environment=stage.credentials())
    async with stage.at(Step.CREDENTIALS) as pilot:
        assert "win over the keyring" in " ".join(stage.text(pilot).split())
        stage.services.rounds = [VaultError("-", "-")]
        await stage.press(pilot, "enter")
        await stage.on(pilot, VerifyScreen)


async def test_stored_credentials_are_kept_when_the_secret_is_left_empty(stage: Stage) -> None:
    connector = stage.add_connector(step=Step.CREDENTIALS)
    await stage.services.credentials.save(connector, stage.credentials())
    stage.services.registry.update(connector.id, step=Step.CREDENTIALS)
    stage.services.rounds = [VaultError("-", "-")]
    async with stage.run() as pilot:
        await stage.press(pilot, "enter")
        await stage.on(pilot, CredentialsScreen)
        assert "A Client secret is stored in" in stage.text(pilot)
        pilot.app.screen.query_one("#client-id", Input).value = "another-client-id"
        await stage.press(pilot, "enter")
        await stage.on(pilot, VerifyScreen)
    stored = await stage.services.credentials.vault.read(connector.id)
    assert stored is not None
    assert (stored.client_id, stored.client_secret) == ("another-client-id", stage.credentials().client_secret)


async def test_the_demo_key_fills_in_only_in_the_demo(stage: Stage) -> None:
    async with stage.at(Step.CREDENTIALS) as pilot:
        assert "demo" not in stage.text(pilot)
        await stage.press(pilot, "ctrl+d")
        assert values(pilot.app.screen) == ["", "", ""]
    stage.restart(demo=Demo(stage.credentials(), "http://127.0.0.1:1"))
    async with stage.run() as pilot:
        screen = await stage.on(pilot, CredentialsScreen)
        assert "^d Fill in demo" in stage.text(pilot)
        await stage.press(pilot, "ctrl+d")
        assert values(screen) == [stage.ACCOUNT_ID, stage.CLIENT_ID, stage.SECRET]
