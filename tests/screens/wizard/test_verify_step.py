"""Step 6, by keyboard at 80x24: lines as they finish, explanations, watching, and going on without a part."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Button, Static

from zoomgov.advice.knowledge import Advice, Trust
from zoomgov.connectors.model import ConnectorStatus as Connection
from zoomgov.connectors.model import Step
from zoomgov.connectors.rows import RegistryError
from zoomgov.screens.shared.ask import AskScreen
from zoomgov.screens.wizard.credentials import CredentialsScreen
from zoomgov.screens.wizard.explain import ExplainScreen
from zoomgov.screens.wizard.sync import SyncScreen
from zoomgov.screens.wizard.verify import VerifyScreen
from zoomgov.screens.wizard.verify_words import row_content
from zoomgov.services.credentials import NoCredentials
from zoomgov.vault import VaultError
from zoomgov.verify.model import (
    CapabilityState,
    CapabilityVerdict,
    CheckStatus,
    Evidence,
    Report,
    Section,
    planned_lines,
)
from zoomgov.widgets.check_lines import CheckLines
from zoomgov.zoom.scopes import LEFT_OUT, Capability

if TYPE_CHECKING:
    from pathlib import Path

    from tests.screens.stage import Stage

SCOPE = "contact_group:read:list_members:admin"
ADVICE = Advice(
    id="missing-scope",
    title="The app lacks a scope.",
    cause="It was not added, or the app was not activated again.",
    remedy=("Open the app in the Zoom App Marketplace.", f"Scopes, + Add Scopes, tick {SCOPE}, Done."),
    link="https://marketplace.zoom.us",
    trust=Trust.ZOOM,
    source="Zoom's error codes",
)


def report(stage: Stage, problems: tuple[str, ...] = (), shut: tuple[Capability, ...] = ()) -> Report:
    """A report in which `problems` fail for the lack of a scope, and `shut` cannot be read."""
    lines = []
    for line in planned_lines():
        status, result = CheckStatus.OK, "fine"
        if line.id in problems:
            status, result = CheckStatus.PROBLEM, f"missing {SCOPE}"
        lines.append(
            replace(
                line,
                status=status,
                result=result,
                advice=(ADVICE,) if line.id in problems else (),
                scopes=(SCOPE,) if line.id in problems and line.section is Section.SCOPES else (),
                evidence=(Evidence("GET /contacts/groups", 400, 4711, "no [/] scope", "WEB_1", 12.0),)
                if line.id in problems
                else (),
            )
        )
    verdicts = tuple(
        CapabilityVerdict(one, CapabilityState.MISSING_SCOPE if one in shut else CapabilityState.READY)
        for one in Capability
    )
    return Report("zoom.us", stage.NOW, 0.5, tuple(lines), verdicts, ("user:read:list_users:admin",))


def contact_groups_missing(stage: Stage) -> Report:
    problems = ("scope.list_contact_group_members", "probe.list_contact_group_members")
    return report(stage, problems, (Capability.CONTACT_GROUPS,))


async def checked(stage: Stage, pilot: Any) -> VerifyScreen:
    """Wait until the checks are through."""
    screen = pilot.app.screen
    assert isinstance(screen, VerifyScreen)
    await stage.until(pilot, lambda: not screen.checking)
    await stage.settled(pilot)
    return screen


async def test_all_green_says_ready_and_n_goes_on_to_the_sync(stage: Stage) -> None:
    stage.services.rounds = [report(stage)]
    async with stage.at(Step.VERIFY) as pilot:
        await checked(stage, pilot)
        assert "✓ Ready." in stage.text(pilot)
        assert "n goes on to the sync" in stage.text(pilot)
        stage.services.gate.clear()
        await stage.press(pilot, "n")
        await stage.on(pilot, SyncScreen)
        assert "Syncing" in stage.text(pilot)
        await stage.press(pilot, "escape")


async def test_credentials_that_zoom_refuses_are_a_key_away(stage: Stage) -> None:
    stage.services.rounds = [report(stage, ("credentials.token",))]
    async with stage.at(Step.VERIFY) as pilot:
        await checked(stage, pilot)
        assert "Esc leads to where credentials are entered." in stage.text(pilot)
        await stage.press(pilot, "escape")
        await stage.on(pilot, CredentialsScreen)


async def test_lines_show_while_the_checks_still_run_and_escape_stops(stage: Stage) -> None:
    stage.services.rounds = [report(stage)]
    stage.services.gate.clear()
    async with stage.at(Step.VERIFY) as pilot:
        await stage.until(pilot, lambda: pilot.app.screen.query_one(CheckLines).finished)
        await pilot.pause()
        assert "Checking …" in stage.text(pilot)
        assert "Zoom's sign-in host answers" in stage.text(pilot)
        await stage.press(pilot, "n")
        assert "The checks have not finished" in stage.text(pilot)
        await stage.press(pilot, "escape")
        await stage.on(pilot, CredentialsScreen)


async def test_the_cursor_goes_to_the_first_problem_and_enter_explains_it(stage: Stage) -> None:
    stage.services.rounds = [contact_groups_missing(stage)]
    async with stage.at(Step.VERIFY) as pilot:
        await checked(stage, pilot)
        assert "✗ Not ready: 2 problems." in stage.text(pilot)
        assert "n: go on without Contact groups." in " ".join(stage.text(pilot).split())
        await stage.press(pilot, "enter")
        await stage.on(pilot, ExplainScreen)
        text = stage.text(pilot)
        for words in (SCOPE, ADVICE.title, ADVICE.cause, "1. Open the app in the Zoom App Marketplace."):
            assert words in text
        await stage.press(pilot, "end")
        assert "HTTP 400, code 4711, 12 ms" in stage.text(pilot)
        assert "no [/] scope" in stage.text(pilot), stage.text(pilot)
        assert "WEB_1" in stage.text(pilot)
        await stage.press(pilot, "c")
        assert pilot.app.clipboard == SCOPE


async def test_enter_acts_on_the_row_and_the_main_button_only_ever_goes_on(stage: Stage) -> None:
    missing = contact_groups_missing(stage)
    stage.services.rounds = [missing, report(stage)]
    async with stage.at(Step.VERIFY) as pilot:
        screen = await checked(stage, pilot)
        lines, button = screen.query_one(CheckLines), screen.query_one("#next", Button)
        for found in ("✗ Not ready", "✓ Ready."):
            assert found in stage.text(pilot)
            assert str(button.label) == "Next: Sync  n"
            assert screen.focused is lines
            if lines.line_at_cursor is None:  # a section
                await stage.press(pilot, "down")
            row = lines.line_at_cursor
            assert row is not None
            await stage.press(pilot, "enter")
            assert (await stage.on(pilot, ExplainScreen)).line is row
            await stage.press(pilot, "escape", "r")
            await checked(stage, pilot)
        button.focus()
        stage.services.gate.clear()
        await stage.press(pilot, "enter")
        await stage.on(pilot, SyncScreen)


def basic_plan(stage: Stage) -> Report:
    """Eight lines that one cause has failed, one with a cause of its own, and a warning."""
    probes = [line.id for line in planned_lines() if line.section is Section.CALLS][:8]
    found = report(stage, (*probes, "connection.clock"))
    other = replace(ADVICE, id="clock", title="The clock is wrong")
    told = {"connection.clock": {"advice": (other,)}, "scope.excess": {"status": CheckStatus.WARNING, "advice": ()}}
    return replace(found, lines=tuple(replace(line, **told.get(line.id, {})) for line in found.lines))  # type: ignore[arg-type]


async def test_what_went_wrong_stands_first_by_cause_and_groups_fold(stage: Stage) -> None:
    stage.services.rounds = [basic_plan(stage)]
    async with stage.at(Step.VERIFY, size=(80, 50)) as pilot:
        screen = await checked(stage, pilot)
        lines = screen.query_one(CheckLines)
        rows = [str(option.prompt) for option in lines.options]
        assert rows[0] == "Problems: 2 causes, 9 lines"
        assert rows[1].startswith("✗ This computer's clock is right")
        assert rows[2] == f"✗ ▸ {ADVICE.title}  8 lines"
        assert rows[3] == "Warnings: 1 cause, 1 line"
        assert rows[5].startswith("▾ Connection  ")
        assert "1 problem" in rows[5]
        await stage.press(pilot, "down")
        said = " ".join(stage.text(pilot).split())
        assert "This one cause explains 8 lines" in said
        before = len(rows)
        await stage.press(pilot, "right")
        assert len(lines.options) == before + 8
        await stage.press(pilot, "down", "enter")
        await stage.on(pilot, ExplainScreen)
        await stage.press(pilot, "escape", "left")
        assert len(lines.options) == before
        assert lines.row_at_cursor is not None
        assert lines.row_at_cursor.cause == ADVICE.title
        await stage.press(pilot, "p")
        assert len(lines.options) == 5
        await stage.press(pilot, "p", "down", "down", "enter")  # a section
        assert stage.page(pilot, VerifyScreen) is screen
        assert str(lines.options[5].prompt).startswith("▸ Connection  ")
        assert "Connection: " in stage.text(pilot)


async def test_problems_only_says_when_there_are_none(stage: Stage) -> None:
    stage.services.rounds = [report(stage)]
    async with stage.at(Step.VERIFY) as pilot:
        screen = await checked(stage, pilot)
        await stage.press(pilot, "p", "enter", "left", "space")
        assert "Nothing went wrong." in stage.text(pilot)
        assert stage.page(pilot, VerifyScreen) is screen


async def test_the_pane_below_is_about_the_row_under_the_cursor_after_every_run(stage: Stage) -> None:
    missing = contact_groups_missing(stage)
    stage.services.rounds = [report(stage), missing, report(stage)]
    async with stage.at(Step.VERIFY) as pilot:
        for keys in ((), ("end", "i", "r"), ("r",)):
            await stage.press(pilot, *keys)
            screen = await checked(stage, pilot)
            row = screen.query_one(CheckLines).row_at_cursor
            assert row is not None
            assert str(screen.query_one("#found", Static).content) == str(row_content(row))


async def test_all_of_a_problem_stands_under_the_lines(stage: Stage) -> None:
    """Zoom's words about a wrong secret, and all causes there are for them, at 80x24."""
    long = Advice("pair", "Client ID and Client secret do not belong together", "Why.", ("Do.",), "", Trust.ZOOM, "")
    result = "Zoom refuses them: Invalid client_id or client_secret"
    found = report(stage, ("credentials.token",))
    lines = [
        replace(line, result=result, advice=(long,) * 5) if line.id == "credentials.token" else line
        for line in found.lines
    ]
    stage.services.rounds = [replace(found, lines=tuple(lines))]
    async with stage.at(Step.VERIFY) as pilot:
        await checked(stage, pilot)
        said = " ".join(stage.text(pilot).split())
        assert f"✗ problem {result}. {long.title}. ⏎ explains 5 causes." in said


async def test_what_the_list_has_no_room_for_stands_under_it(stage: Stage) -> None:
    stage.services.rounds = [contact_groups_missing(stage)]
    async with stage.at(Step.VERIFY) as pilot:
        await checked(stage, pilot)
        text = " ".join(stage.text(pilot).split())
        assert f"✗ problem {ADVICE.title} This one cause explains 2 lines: List a contact group's members." in text
        await stage.press(pilot, "right", "down")
        assert f"✗ problem missing {SCOPE}. {ADVICE.title}" in " ".join(stage.text(pilot).split())
        await stage.press(pilot, "end")
        assert "✓ ok fine" in " ".join(stage.text(pilot).split())


async def test_the_line_a_sync_failed_on_gives_way_to_the_one_that_tells(stage: Stage) -> None:
    """The call is not made for want of the scope, so the scope's line is the one to look at."""
    stage.services.rounds = [report(stage, ("connection.clock", "scope.list_roles"), (Capability.ROLES,))]
    stage.add_connector(step=Step.DONE, status=Connection.ERROR, reason="No scope.", reason_line="probe.list_roles")
    async with stage.run() as pilot:
        await stage.press(pilot, "v")
        screen = await stage.on(pilot, VerifyScreen)
        await checked(stage, pilot)
        line = screen.query_one(CheckLines).line_at_cursor
        assert line is not None
        assert line.id == "scope.list_roles"


async def test_a_link_can_be_copied_whole(stage: Stage) -> None:
    link = "https://support.zoom.com/hc/en/article?id=zm_kb&sysparm_article=KB0060548&and=more-than-a-line-can-hold"
    found = contact_groups_missing(stage)
    lines = tuple(replace(line, advice=(replace(ADVICE, link=link),) if line.advice else ()) for line in found.lines)
    stage.services.rounds = [replace(found, lines=lines)]
    async with stage.at(Step.VERIFY) as pilot:
        await checked(stage, pilot)
        await stage.press(pilot, "enter")
        await stage.on(pilot, ExplainScreen)
        await stage.press(pilot, "end")
        shown = "".join(line.strip(" │▁▂▃▄▅▆▇█▔") for line in stage.text(pilot).splitlines())
        assert link in shown
        await stage.press(pilot, "y")
        assert pilot.app.clipboard == link


async def test_c_copies_the_missing_scopes_and_r_repeats_what_failed(stage: Stage) -> None:
    missing = contact_groups_missing(stage)
    stage.services.rounds = [missing, report(stage)]
    async with stage.at(Step.VERIFY) as pilot:
        await checked(stage, pilot)
        assert "c Copy scopes" in stage.text(pilot)
        await stage.press(pilot, "c")
        assert pilot.app.clipboard == SCOPE
        await stage.press(pilot, "r")
        await checked(stage, pilot)
        assert "✓ Ready." in stage.text(pilot)
        assert "Copy scopes" not in stage.text(pilot)
    assert stage.services.asked == [None, missing.failed_ids()]


async def test_watching_repeats_until_green(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VerifyScreen, "WATCH_SECONDS", 0.0)
    missing = contact_groups_missing(stage)
    stage.services.rounds = [missing, missing, missing, report(stage)]
    async with stage.at(Step.VERIFY) as pilot:
        await checked(stage, pilot)
        await stage.press(pilot, "w")
        screen = await checked(stage, pilot)
        assert screen.report is not None
        assert screen.report.ready
        assert "✓ Ready." in stage.text(pilot)
    assert len(stage.services.asked) == 4


async def test_w_and_escape_stop_watching(stage: Stage) -> None:
    stage.services.rounds = [contact_groups_missing(stage)]
    async with stage.at(Step.VERIFY) as pilot:
        await checked(stage, pilot)
        for key in ("w", "escape"):
            await stage.press(pilot, "w")
            await stage.until(pilot, lambda: "Watching" in stage.text(pilot))
            await stage.press(pilot, key)
            screen = await checked(stage, pilot)
            assert "Not ready" in stage.text(pilot)
            assert pilot.app.screen is screen


async def test_watching_what_cannot_be_checked_says_why(stage: Stage) -> None:
    stage.services.rounds = [VaultError("The keyring is locked.", "Unlock it.")]
    async with stage.at(Step.VERIFY) as pilot:
        await checked(stage, pilot)
        await stage.press(pilot, "w")
        await checked(stage, pilot)
        assert "The keyring is locked. Unlock it." in stage.text(pilot)
        assert "Enter goes to where credentials are entered" in " ".join(stage.text(pilot).split())
        assert len(stage.services.asked) == 2


async def test_a_connector_that_another_copy_removed_is_said(stage: Stage) -> None:
    gone = "This connector is not there any more: another copy of the program removed it."
    stage.services.rounds = [report(stage), RegistryError(gone)]
    async with stage.at(Step.VERIFY) as pilot:
        screen = await checked(stage, pilot)
        assert screen.connector is not None
        screen.connector = replace(screen.connector, without=frozenset({"Contact groups"}))
        stage.services.registry.remove(stage.connector.id)
        await stage.press(pilot, "i")
        assert gone in " ".join(stage.text(pilot).split())
        await stage.press(pilot, "r")
        await checked(stage, pilot)
        assert gone in " ".join(stage.text(pilot).split())


async def test_w_twice_leaves_the_first_check_at_work(stage: Stage) -> None:
    stage.services.rounds = [report(stage)]
    stage.services.gate.clear()
    async with stage.at(Step.VERIFY) as pilot:
        await stage.until(pilot, lambda: pilot.app.screen.query_one(CheckLines).finished)
        await stage.press(pilot, "w", "w")
        assert "Checking …" in stage.text(pilot)
        stage.services.gate.set()
        await checked(stage, pilot)
        assert "✓ Ready." in stage.text(pilot)


async def test_going_on_without_a_part_names_it_and_remembers_it(stage: Stage) -> None:
    stage.services.rounds = [contact_groups_missing(stage)]
    async with stage.at(Step.VERIFY) as pilot:
        await checked(stage, pilot)
        await stage.press(pilot, "n")
        await stage.on(pilot, AskScreen)
        assert "Go on without Contact groups" in stage.text(pilot)
        await stage.press(pilot, "escape")
        await stage.on(pilot, VerifyScreen)
        assert stage.connector.without == LEFT_OUT
        stage.services.gate.clear()
        await stage.press(pilot, "n")
        await stage.on(pilot, AskScreen)
        await stage.press(pilot, "right", "enter")
        await stage.on(pilot, SyncScreen)
        await stage.press(pilot, "escape")
    assert stage.connector.without == {"Contact groups"} | LEFT_OUT


async def test_users_cannot_be_left_out_nor_anything_without_a_token(stage: Stage) -> None:
    stage.services.rounds = [
        report(stage, ("probe.list_users",), (Capability.USERS,)),
        report(stage, ("credentials.token",), tuple(Capability)),
    ]
    async with stage.at(Step.VERIFY) as pilot:
        await checked(stage, pilot)
        await stage.press(pilot, "n")
        assert "Users cannot be left out" in stage.text(pilot)
        await stage.press(pilot, "r")
        await checked(stage, pilot)
        await stage.press(pilot, "n")
        assert "Nothing can be read yet" in stage.text(pilot)


async def test_a_keyring_that_refuses_is_said(stage: Stage) -> None:
    stage.services.rounds = [VaultError("The keyring is locked.", "Unlock it."), report(stage)]
    async with stage.at(Step.VERIFY) as pilot:
        await checked(stage, pilot)
        assert "The keyring is locked. Unlock it." in stage.text(pilot)
        await stage.press(pilot, "r")
        await checked(stage, pilot)
        assert "✓ Ready." in stage.text(pilot)


async def test_what_nobody_foresaw_is_said_instead_of_a_crash(stage: Stage) -> None:
    stage.services.rounds = [RuntimeError("no such thing"), report(stage)]
    async with stage.at(Step.VERIFY) as pilot:
        await checked(stage, pilot)
        assert "RuntimeError: no such thing. This is a defect of zoomgov" in " ".join(stage.text(pilot).split())
        await stage.press(pilot, "r")
        await checked(stage, pilot)
        assert "✓ Ready." in stage.text(pilot)


NO_KEYRING = VaultError(
    "There is no keyring that can hold the Client secret.",
    "No keyring runs here: Unable to initialize SecretService: Environment variable DBUS_SESSION_BUS_ADDRESS is unset."
    " Over ssh, in a container or without a desktop there is usually none; start one (GNOME Keyring, KWallet or"
    " KeePassXC) and try again.",
)


@pytest.mark.parametrize("visiting", [False, True])
@pytest.mark.parametrize("wrong", [NO_KEYRING, None], ids=["no-keyring", "no-credentials"])
async def test_without_credentials_enter_leads_to_where_they_are_entered(
    stage: Stage, wrong: VaultError | None, visiting: bool
) -> None:
    connector = stage.add_connector(step=Step.DONE if visiting else Step.VERIFY, last_sync_at=None)
    stage.services.rounds = [wrong or NoCredentials(connector)]
    async with stage.run() as pilot:
        await stage.press(pilot, "v")
        screen = await stage.on(pilot, VerifyScreen)
        await stage.until(pilot, lambda: not screen.checking)
        await stage.settled(pilot)
        said = " ".join(stage.text(pilot).split())
        assert (wrong.reason if wrong else "There are no credentials here.") in said
        assert "Enter credentials ⏎" in said
        await stage.press(pilot, "enter")
        await stage.on(pilot, CredentialsScreen)


def list_reports(folder: Path) -> list[Path]:
    return list(folder.glob("zoomgov-verify-*.md"))


async def test_m_writes_a_report_without_secrets(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    stage.services.rounds = [replace(contact_groups_missing(stage), account_id=stage.ACCOUNT_ID)]
    async with stage.at(Step.VERIFY) as pilot:
        await checked(stage, pilot)
        await stage.press(pilot, "m")
    text = "".join(path.read_text() for path in list_reports(tmp_path))
    assert SCOPE in text
    assert stage.ACCOUNT_ID not in text
