"""What holds for the whole app: a light start, help, palette, themes, and no secret in a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.screens.overview.overview import OverviewScreen
from zoomgov.screens.shared.ask import AskScreen
from zoomgov.screens.shared.help import HelpScreen
from zoomgov.screens.wizard.activation import ActivationScreen
from zoomgov.screens.wizard.app_choice import AppScreen
from zoomgov.screens.wizard.credentials import CredentialsScreen
from zoomgov.screens.wizard.scopes import ScopesScreen
from zoomgov.screens.wizard.verify import VerifyScreen

if TYPE_CHECKING:
    from tests.screens.stage import Stage

from typing import Any, Literal

import pytest
from rich.color import ColorType
from rich.console import Console
from textual import events

from zoomgov.connectors.model import Step
from zoomgov.preferences.session import SessionState, save_session
from zoomgov.screens.connectors import connectors
from zoomgov.screens.routes import step_screen
from zoomgov.screens.shared.ask import DialogAnswer
from zoomgov.settings import load_settings
from zoomgov.settings.catalogue import BY_KEY
from zoomgov.settings.edit import set_setting
from zoomgov.settings.file import read_values
from zoomgov.vault import VaultError
from zoomgov.widgets.key_footer import KeyFooter


async def test_a_crash_prints_no_secret(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.add_connector(step=Step.CREDENTIALS)
    app = stage.app()
    try:
        async with app.run_test() as pilot:
            await stage.until(pilot, lambda: stage.list_of(pilot).ready)
            await stage.press(pilot, "enter")
            screen = await stage.on(pilot, CredentialsScreen)
            await stage.paste(pilot, stage.BLOCK)

            def fail() -> None:
                typed = stage.SECRET
                raise RuntimeError(f"crashed with {len(typed)} characters typed")

            screen.call_later(fail)
            await pilot.pause()
    except RuntimeError:
        pass
    printed = capsys.readouterr()
    assert "crashed with 33 characters" in printed.err
    assert stage.SECRET not in printed.err + printed.out


async def test_f1_explains_every_step_and_lists_its_keys(stage: Stage) -> None:
    async with stage.at(Step.SCOPES) as pilot:
        await stage.press(pilot, "f1")
        await stage.on(pilot, HelpScreen)
        await stage.until(pilot, lambda: "Step 4: Scopes" in stage.text(pilot))
        await stage.press(pilot, "end")
        await stage.until(pilot, lambda: "Copy all" in stage.text(pilot))
        assert "Copy selected text" not in stage.text(pilot)
        await stage.press(pilot, "escape")
        await stage.on(pilot, ScopesScreen)


async def test_the_palette_opens_once_and_can_be_paged_at_once(stage: Stage) -> None:
    async with stage.run() as pilot:
        await stage.on(pilot, AppScreen)
        for key in ("ctrl+p", "pagedown", "pageup", "ctrl+g", "ctrl+p"):
            pilot.app.post_message(events.Key(key, None))
        await stage.settled(pilot)
        assert [type(screen).__name__ for screen in pilot.app.screen_stack[-2:]] == ["Palette", "GoToScreen"]


async def test_the_palette_offers_every_action_of_the_screen(stage: Stage) -> None:
    async with stage.at(Step.SCOPES) as pilot:
        offered = [command.title for command in pilot.app.get_system_commands(pilot.app.screen)]
    for title in ("Next", "Back", "Copy", "Copy all", "Granular/classic", "What to read", "Plain text", "Help", "Quit"):
        assert title in offered
    assert "Theme" in offered
    assert "Copy selected text" not in offered
    assert "Screenshot" not in offered
    assert "palette" not in offered
    assert len(offered) == len(set(offered))  # also those with several keys


def said(pilot: Any) -> list[str]:
    """What stands in the corner."""
    return [note.message for note in pilot.app._notifications]


async def test_what_is_said_takes_the_place_of_what_an_earlier_key_said(stage: Stage) -> None:
    async with stage.at(Step.SCOPES) as pilot:
        await stage.press(pilot, "c")
        assert said(pilot) == ["user:read:list_users:admin copied."]
        await stage.press(pilot, "C")
        assert said(pilot) == ["11 scopes copied."]


async def test_what_was_said_stays_with_its_page(stage: Stage) -> None:
    async with stage.at(Step.SCOPES) as pilot:
        await stage.press(pilot, "c")
        await stage.press(pilot, "enter")
        await stage.on(pilot, ActivationScreen)
        assert said(pilot) == []


async def test_nothing_of_what_was_said_is_seen_around_a_dialog(stage: Stage) -> None:
    stage.add_connector(step=Step.SCOPES)
    async with stage.app().run_test(size=(80, 24), notifications=True) as pilot:
        await stage.until(pilot, lambda: stage.list_of(pilot).ready)
        await stage.press(pilot, "enter")
        page = await stage.on(pilot, ScopesScreen)
        await stage.press(pilot, "C")
        await stage.until(pilot, lambda: "11 scopes copied" in stage.text(pilot))
        await stage.press(pilot, "f1")
        await stage.on(pilot, HelpScreen)
        await stage.settled(pilot)
        assert not list(page.query("Toast"))


async def test_what_a_key_says_that_leads_on_is_read_on_the_next_page(stage: Stage) -> None:
    stage.services.rounds = [VaultError("-", "-")]
    async with stage.at(Step.CREDENTIALS) as pilot:
        await stage.paste(pilot, stage.BLOCK)
        await stage.press(pilot, "enter")
        await stage.on(pilot, VerifyScreen)
        assert said(pilot) == ["Stored in this session's memory and read back."]


async def test_a_question_shows_its_own_keys(stage: Stage) -> None:
    stage.add_connector(step=Step.DONE)
    async with stage.run() as pilot:
        await stage.press(pilot, "x")
        await stage.on(pilot, AskScreen)
        await stage.until(pilot, lambda: "← ↑ ↓ → Choose" in stage.text(pilot))
        footer = stage.text(pilot).splitlines()[-1]
        assert "esc Back" in footer
        assert "Add connector" not in footer


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_the_answers_of_a_question_are_never_pushed_off_the_screen(stage: Stage, size: tuple[int, int]) -> None:
    text = "\n\n".join(["A sentence that goes on for as long as it takes to fill a line and a half of it."] * 12)
    answers = tuple(DialogAnswer(str(number), f"Answer number {number} of four") for number in range(4))
    async with stage.run(size=size) as pilot:
        for asked in (answers, answers[:2]):
            await pilot.app.push_screen(AskScreen("Shall it be done?", text, asked))
            await stage.settled(pilot)
            for answer in asked:
                assert answer.label in stage.text(pilot)
            assert "esc Back" in stage.text(pilot)


async def test_a_list_of_connectors_keeps_to_its_lines(stage: Stage) -> None:
    stage.add_connector(name="A connector with a long name", step=Step.DONE, last_sync_at=stage.NOW)
    async with stage.run(size=(60, 20)) as pilot:
        lines = stage.text(pilot).splitlines()
        (row,) = [number for number, line in enumerate(lines) if "A connector" in line]
        assert not lines[row + 1].strip()


async def test_the_theme_is_remembered(stage: Stage) -> None:
    async with stage.run() as pilot:
        assert pilot.app.theme == "zoomgov-dark"
        assert {"zoomgov-light", "ansi-dark", "ansi-light"} <= set(pilot.app.available_themes)
        pilot.app.theme = "zoomgov-light"
        await pilot.pause()
    stage.restart()
    assert stage.app().theme == "zoomgov-light"


async def test_a_theme_of_the_settings_wins_and_follows_what_is_chosen(stage: Stage) -> None:
    file = stage.folder / "settings.toml"
    set_setting(file, BY_KEY["app.theme"], "nord")
    save_session(stage.folder, SessionState(theme="gruvbox"))
    settings = load_settings({"ZOOMGOV_HOME": str(stage.folder)})
    stage.services.settings = settings
    async with stage.run() as pilot:
        assert pilot.app.theme == "nord"
        for theme in ("dracula", "nord", "gruvbox"):
            pilot.app.theme = theme
            await pilot.app.workers.wait_for_complete()
        await pilot.pause()
    assert read_values(file) == {"app.theme": "gruvbox"}
    file.write_text("[app\n", encoding="utf-8")
    async with stage.run() as pilot:
        pilot.app.theme = "dracula"
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert any("The next start has another theme" in text for text in said(pilot))
    assert file.read_text(encoding="utf-8") == "[app\n"


@pytest.mark.parametrize(
    ("colours", "chosen", "shown"),
    [
        ("truecolor", "zoomgov-dark", "zoomgov-dark"),
        ("256", "zoomgov-light", "zoomgov-light"),
        ("standard", "zoomgov-dark", "ansi-dark"),
        ("standard", "zoomgov-light", "ansi-light"),
        ("standard", "nord", "nord"),
    ],
)
async def test_sixteen_colours_are_the_terminals_own_and_that_is_not_remembered(
    stage: Stage, colours: Literal["standard", "256", "truecolor"], chosen: str, shown: str
) -> None:
    app = stage.app()
    app.theme = chosen
    app.console = Console(color_system=colours, force_terminal=True)
    app.adapt_colors()
    async with app.run_test(size=(80, 24)) as pilot:
        await stage.until(pilot, lambda: stage.list_of(pilot).ready)
        await stage.settled(pilot)
    assert app.theme == shown
    stage.restart()
    assert stage.app().theme == "zoomgov-dark"


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light"])
async def test_the_main_button_can_be_read_in_the_terminals_own_colours(stage: Stage, theme: str) -> None:
    """Where the ground is nobody's to know, the text on a blue one is not to be the terminal's own."""
    async with stage.at(Step.SCOPES) as pilot:
        pilot.app.theme = theme
        await stage.settled(pilot)
        button = pilot.app.screen.query_one("#next").styles
        assert (button.background.ansi, button.color.ansi) == (4, 15)


async def test_256_colours_keep_the_grounds_apart(stage: Stage) -> None:
    stage.add_connector(step=Step.CREDENTIALS)
    app = stage.app()
    app.console = Console(color_system="256", force_terminal=True)
    app.adapt_colors()
    async with app.run_test(size=(80, 24)) as pilot:
        await stage.until(pilot, lambda: stage.list_of(pilot).ready)
        await stage.press(pilot, "enter")
        await stage.on(pilot, CredentialsScreen)
        styles = [segment.style for strip in app.screen._compositor.render_strips() for segment in strip]
    colours = {colour for style in styles if style for colour in (style.color, style.bgcolor) if colour}
    assert {colour.type for colour in colours} <= {ColorType.EIGHT_BIT, ColorType.DEFAULT}
    grounds = {style.bgcolor.number for style in styles if style and style.bgcolor}
    assert {233, 234, 237} <= grounds  # the screen, its top line and empty fields, the field that has the focus


async def test_every_footer_shows_at_most_six_keys(stage: Stage) -> None:
    stage.add_connector(step=Step.DONE)
    stage.services.rounds = [VaultError("-", "-")]
    async with stage.run() as pilot:
        for step in list(Step)[:-1]:
            await pilot.app.push_screen(step_screen(step, stage.connector))
            await stage.settled(pilot)
            assert 2 <= len(pilot.app.screen.query_one(KeyFooter).drawn) <= 6, step


async def test_no_screen_has_all_style_sheets_parsed_anew(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that came with its screen would: they are read while the list is looked at."""
    monkeypatch.setattr(connectors, "_LOOKED_AT_FOR", 0.01)
    stage.add_connector(step=Step.DONE, last_sync_at=stage.NOW)
    async with stage.run() as pilot:
        sheet = pilot.app.stylesheet
        await stage.until(pilot, lambda: all(sheet.has_source(str(path), "") for path in connectors.STYLES))
        await stage.settled(pilot)
        parsed: list[None] = []
        monkeypatch.setattr(sheet, "reparse", lambda: parsed.append(None))
        await stage.press(pilot, "enter")
        await stage.on(pilot, OverviewScreen)
        await stage.press(pilot, "escape", "a")
        await stage.on(pilot, AppScreen)
        assert not parsed
