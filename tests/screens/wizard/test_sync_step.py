"""Step 8, by keyboard at 80x24: progress, the summary, stopping, and what Zoom refused."""

from __future__ import annotations

import asyncio
import stat
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from zoomgov.connectors.model import ConnectorStatus, Step
from zoomgov.connectors.rows import RegistryError
from zoomgov.disk.errors import StoreBusy, StoreError
from zoomgov.model.syncs import Disagreement, ListKey, NotRead, SyncInfo
from zoomgov.screens.connectors.connectors import ConnectorsScreen
from zoomgov.screens.shared.ask import AskScreen
from zoomgov.screens.synced.sync_notes import SyncNotesScreen
from zoomgov.screens.wizard.credentials import CredentialsScreen
from zoomgov.screens.wizard.kept_logs import KeptLogsScreen
from zoomgov.screens.wizard.sync import SyncScreen
from zoomgov.screens.wizard.sync_text import summary_content
from zoomgov.screens.wizard.verify import VerifyScreen
from zoomgov.services.credentials import NoCredentials
from zoomgov.sync.estimate import Estimate
from zoomgov.sync.events import (
    ListAdvanced,
    ListFinished,
    ListNotRead,
    ListStarted,
    Noted,
    Outcome,
    PartAdvanced,
    RequestsCounted,
    SyncStarted,
    SyncSummary,
    Waiting,
)
from zoomgov.vault import VaultError
from zoomgov.widgets import sync_log
from zoomgov.zoom.endpoints import Label
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.limits import LabelUse

if TYPE_CHECKING:
    from pathlib import Path

    from tests.screens.stage import Stage
    from zoomgov.sync.events import SyncEvent

ACTIVE, GROUPS, CONTACTS = ListKey("users-active"), ListKey("groups"), ListKey("contact-groups")
REFUSED = NotRead("contact-groups", "", "Code 4711: no scope.", ("contact_group:read:list_groups:admin",))
EVENTS: list[SyncEvent] = [
    SyncStarted(0),
    ListStarted(ACTIVE, "Active users", 1900),
    ListAdvanced(ACTIVE, 1200, 1900),
    ListStarted(GROUPS, "Groups", 60),
    ListFinished(GROUPS, 60, 60),
    PartAdvanced("group-admins", "Group admins", 12, 60, 19),
    ListStarted(CONTACTS, "Contact groups", None),
    ListNotRead(CONTACTS, REFUSED),
    RequestsCounted(61, 2, 2, 7, 23.0),
    Noted("GET /users: [/] page size lowered"),
]
SUMMARY = SyncSummary(
    number=1,
    outcome=Outcome.COMPLETE,
    counts={"users": 2000, "groups": 60, "roles": 8, "role": 2000},
    not_read=(),
    disagreements=(),
    requests={"GET /users": 22},
    refused=0,
    retried=0,
    seconds=4.2,
)


async def ended(stage: Stage, pilot: Any) -> Any:
    await stage.until(pilot, lambda: not pilot.app.screen.running)
    await stage.settled(pilot)
    return pilot.app.screen


async def test_after_a_restart_it_waits_for_enter_and_then_shows_progress(stage: Stage) -> None:
    stage.services.events, stage.services.outcome = EVENTS, SUMMARY
    stage.services.gate.clear()
    async with stage.at(Step.SYNC) as pilot:
        screen = stage.page(pilot, SyncScreen)
        assert not screen.running
        assert "Start sync" in stage.text(pilot)
        await stage.press(pilot, "enter")
        for words in (
            "1,200 of 1,900",
            "◐ Syncing",
            "Active users",
            "✓ Groups",
            "12 of 60 lists, 19 read",
            "61 requests, 23 a second, 2 refused",
            "not read",
            "GET /users: [/] page size lowered",
        ):
            await stage.until(pilot, lambda: words in stage.text(pilot))  # noqa: B023  # they are drawn one by one
        stage.services.gate.set()
        await ended(stage, pilot)
        assert "● Connected. Everything was read." in stage.text(pilot)
        assert "2,000" in stage.text(pilot)
        assert "Overview" in stage.text(pilot)
    assert (stage.connector.status, stage.connector.step) == (ConnectorStatus.CONNECTED, Step.DONE)


async def test_a_connector_that_another_copy_removed_is_said(stage: Stage) -> None:
    gone = "This connector is not there any more: another copy of the program removed it."
    stage.services.outcome = RegistryError(gone)
    async with stage.at(Step.SYNC) as pilot:
        stage.services.registry.remove(stage.connector.id)
        await stage.press(pilot, "enter")
        await ended(stage, pilot)
        assert gone in " ".join(stage.text(pilot).split())
        assert "Try again" in stage.text(pilot)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (StoreBusy(7, "10:00"), "✗ Another sync of this connector is running. It has been running since 10:00"),
        (StoreError("The disk is full."), "✗ The sync failed. The disk is full. The last finished sync is still"),
        (RuntimeError("no such thing"), "✗ The sync failed. Something unexpected went wrong: RuntimeError: no such"),
    ],
)
async def test_what_failed_is_told_in_a_persons_words(stage: Stage, error: Exception, words: str) -> None:
    stage.services.outcome = error
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "enter")
        await ended(stage, pilot)
        assert words in " ".join(stage.text(pilot).split())


@pytest.mark.parametrize("kept", [False, True], ids=["no-credentials", "no-keyring"])
async def test_without_credentials_enter_leads_to_where_they_are_entered(stage: Stage, kept: bool) -> None:
    connector = stage.add_connector(step=Step.DONE, last_sync_at=stage.NOW)
    stage.services.outcome = VaultError("There is no keyring.", "None runs here.") if kept else NoCredentials(connector)
    async with stage.run() as pilot:
        await stage.press(pilot, "s")
        await stage.on(pilot, SyncScreen)
        await stage.until(pilot, lambda: "Enter credentials  ⏎" in stage.text(pilot))
        assert ("None runs here." if kept else "✗ There are no credentials here.") in stage.text(pilot)
        assert "also for this session only; s tries again." in " ".join(stage.text(pilot).split())
        await stage.press(pilot, "enter")
        await stage.on(pilot, CredentialsScreen)


async def test_a_part_gone_without_is_not_called_everything(stage: Stage) -> None:
    stage.services.outcome = replace(SUMMARY, not_read=(replace(REFUSED, reason="You chose to go on without it."),))
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "enter")
        await ended(stage, pilot)
        text = stage.text(pilot)
        assert "● Connected. All was read but what is named below." in text
        assert "! Not read: contact groups: You chose to go on without it." in text


@pytest.mark.parametrize(("columns", "beside"), [(80, True), (60, False)])
def test_numbers_stand_side_by_side_where_there_is_room(columns: int, beside: bool) -> None:
    _, outcome = summary_content(SUMMARY, columns - 4)
    lines = outcome.plain.splitlines()
    assert all(len(line) <= columns - 4 for line in lines if "sync" not in line)
    assert lines[0].startswith("Users")
    assert ("Groups" in lines[0]) is beside


async def test_the_limits_of_the_second_and_the_day_are_shown(stage: Stage) -> None:
    uses = (LabelUse(Label.MEDIUM, 20, 57.0, 2345, None), LabelUse(Label.HEAVY, 0, 38.0, 1, 59_999))
    wait = Waiting(12.0, "Zoom's limit for medium requests is reached")
    stage.services.events = [*EVENTS, RequestsCounted(61, 2, 2, 7, 23.0, uses), wait]
    stage.services.gate.clear()
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "enter")
        for words in (
            "20 of  57 this second",
            "2,345 today, no daily limit",
            "1 today, 59,999 left",
            "s: Zoom's limit for medium requests is reached",
        ):
            await stage.until(pilot, lambda: words in stage.text(pilot))  # noqa: B023


async def test_finished_lists_share_a_line_where_the_terminal_is_low(stage: Stage) -> None:
    finished = [ListFinished(ListKey(name), 7, 7) for name in ("users-pending", "users-inactive", "roles", "im-groups")]
    stage.services.events = [*finished, *EVENTS]
    stage.services.gate.clear()
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "enter")
        await stage.until(pilot, lambda: "1,200 of 1,900" in stage.text(pilot))
        assert "✓ Pending users 7, Inactive users 7, Roles 7" in stage.text(pilot)
        assert "✓ Groups" in stage.text(pilot)


async def test_an_estimate_comes_before_the_start(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Estimate(2000, 60, 4, 8, {"medium": 120, "light": 8}, 42.0, "Zoom's limit for medium", {"heavy": 59_000}, 5)

    async def estimate(connector: object) -> Estimate:
        return found

    monkeypatch.setattr(stage.services.syncing, "estimate", estimate)
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "e")
        await stage.until(pilot, lambda: "At least 128 requests (120 medium, 8 light) and 40 s." in stage.text(pilot))
        assert "2,000 users, 60 groups" in stage.text(pilot)
        assert "Left of Zoom's limit of the day: 59,000 heavy." in stage.text(pilot)
        assert not stage.page(pilot, SyncScreen).running


@pytest.mark.parametrize(("key", "then"), [("escape", "Ready to read everyone"), ("enter", "Leave it running  ⏎")])
async def test_asking_for_an_estimate_can_be_stopped(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, key: str, then: str
) -> None:
    asked: list[str] = []

    async def estimate(connector: object) -> Estimate:
        asked.append("asked")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            asked.append("stopped")
            raise
        raise AssertionError

    monkeypatch.setattr(stage.services.syncing, "estimate", estimate)
    stage.services.gate.clear()
    async with stage.at(Step.SYNC) as pilot:
        screen = pilot.app.screen
        await pilot.press("e")
        await stage.until(pilot, lambda: "Esc stops asking" in stage.text(pilot))
        await pilot.press("e")  # is not asked twice
        await pilot.press(key)
        await stage.until(pilot, lambda: then in stage.text(pilot))
        assert asked == ["asked", "stopped"]
        assert "Esc stops asking" not in stage.text(pilot)
        assert pilot.app.screen is screen


@pytest.mark.parametrize(
    ("number", "changes", "words"),
    [
        (1, {}, "This is the first sync"),
        (2, {"users_added": 0}, "Since the last sync nothing changed."),
        (2, {"users_added": 12, "grants_lost": 3}, "Since the last sync (c shows each) People 12 came Access 3 lost"),
    ],
)
async def test_what_changed_is_told_a_line_a_kind(
    stage: Stage, number: int, changes: dict[str, int], words: str
) -> None:
    stage.services.outcome = replace(SUMMARY, number=number, changes=changes)
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "enter")
        screen = await ended(stage, pilot)
        assert words in " ".join(stage.text(pilot).split())
        assert screen.check_action("changes", ()) is (number > 1)


async def test_the_log_can_be_narrowed_to_what_went_wrong(stage: Stage) -> None:
    stage.services.events, stage.services.outcome = EVENTS, SUMMARY
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "enter")
        screen = await ended(stage, pilot)
        assert "Groups: 60 read" in stage.text(pilot)
        await stage.press(pilot, "f")
        assert "Groups: 60 read" not in stage.text(pilot)
        assert "! Not read: Contact groups" in stage.text(pilot)
        await stage.press(pilot, "f")
        assert "Groups: 60 read" in stage.text(pilot)
        for number in range(50):
            screen.query_one("#log").add(f"more {number}")
        await pilot.pause()
        await stage.press(pilot, "home")
        assert "Groups: 60 read" in stage.text(pilot)
        await stage.press(pilot, "end")
        assert "more 49" in stage.text(pilot)


async def test_the_log_is_saved_for_the_person_alone_and_without_secrets(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    said = f"GET /users/mona@example.com of {stage.ACCOUNT_ID}: Bearer eyJhbGciOiJIUzUxMiJ9.abcdef.ghijkl"
    stage.services.events, stage.services.outcome = [*EVENTS, Noted(said)], SUMMARY
    async with stage.at(Step.SYNC, account_id=stage.ACCOUNT_ID) as pilot:
        await stage.press(pilot, "m")  # nothing to save yet
        await stage.press(pilot, "enter")
        await ended(stage, pilot)
        await stage.press(pilot, "f", "m")
    mode, text = saved_log(tmp_path)
    assert mode == 0o600
    assert "2026-03-04T12:00:00Z   Groups: 60 read" in text  # all of it, whatever is shown
    assert "2026-03-04T12:00:00Z ! Not read: Contact groups: Code 4711: no scope." in text
    assert "***@example.com" in text
    assert not any(secret in text for secret in ("mona@", stage.ACCOUNT_ID, "eyJ"))


def saved_log(folder: Path) -> tuple[int, str]:
    """Mode and text of the only log saved there."""
    (file,) = folder.glob("zoomgov-sync-*.log")
    return stat.S_IMODE(file.stat().st_mode), file.read_text()


async def test_what_was_not_read_and_what_disagrees_is_named(stage: Stage) -> None:
    disagreement = Disagreement("members of group Finance", 7, 8, "total_members")
    stage.services.outcome = replace(
        SUMMARY, outcome=Outcome.PARTIAL, not_read=(REFUSED,), disagreements=(disagreement,)
    )
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "enter")
        await ended(stage, pilot)
        text = " ".join(stage.text(pilot).split())
        assert "Not everything was read" in text
        assert (
            "Not read: contact groups: Code 4711: no scope. Add the scope contact_group:read:list_groups:admin" in text
        )
        assert "Contact groups not read" in text
        assert "members of group Finance: 7 read, 8 expected (total_members)" in text


async def test_more_disagreements_than_have_room_are_counted_and_n_lists_them(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zoomgov.screens.synced.opened_sync import OpenedSync

    disagreements = tuple(Disagreement(f"members of group {number}", 7, 8, "total_members") for number in range(9))
    stage.services.outcome = replace(SUMMARY, outcome=Outcome.PARTIAL, disagreements=disagreements)
    found = SyncInfo(1, "2026-03-04T12:00:00Z", "2026-03-04T12:00:00Z", False, (), disagreements, {})
    monkeypatch.setattr(OpenedSync, "open", lambda self: setattr(self, "sync", found))
    monkeypatch.setattr(OpenedSync, "names", lambda self, targets: {})
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "enter")
        await ended(stage, pilot)
        text = stage.text(pilot)
        assert "members of group 2" in text
        assert "members of group 3" not in text
        assert "and 6 more disagreements. n lists all of them." in text
        await stage.press(pilot, "n")
        await stage.on(pilot, SyncNotesScreen)
        assert "members of group 8" in stage.text(pilot)


async def test_the_limit_of_the_day_says_when_it_goes_on_and_how(stage: Stage) -> None:
    reopens = stage.NOW.replace(hour=0) + timedelta(days=1)
    stage.services.events = EVENTS
    stage.services.outcome = ZoomError(ErrorKind.DAILY_LIMIT, "GET /users", "All are used.", retry_at=reopens)
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "enter")
        await ended(stage, pilot)
        text = " ".join(stage.text(pilot).split())
        assert "Zoom answers again at 2026-03-05 00:00 UTC, in 12 h. Enter goes on then" in text
        assert "finished lists are kept, not read again" in text
        assert "Try again" in text
        stage.services.outcome = SUMMARY
        await stage.press(pilot, "enter")
        await ended(stage, pilot)
        assert "● Connected" in stage.text(pilot)


async def test_a_log_longer_than_is_shown_is_saved_whole_and_says_what_is_not_kept(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sync_log, "MOST_SHOWN", 20)
    stage.services.events = [Noted(f"line {number}") for number in range(60)]
    stage.services.outcome = SUMMARY
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "enter")
        await ended(stage, pilot)
        await stage.press(pilot, "f", "f", "home")
        assert "41 earlier lines are in the file that m saves." in stage.text(pilot)
        await stage.press(pilot, "m")
    text = saved_log(tmp_path)[1]
    assert all(f"line {number}\n" in text for number in range(60))
    assert "missing" not in text


async def test_lines_that_are_not_kept_are_counted_in_the_file(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sync_log, "MOST_LINES", 25)
    stage.services.events = [Noted(f"line {number}") for number in range(60)]
    stage.services.outcome = SUMMARY
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "enter")
        await ended(stage, pilot)
        await stage.press(pilot, "m")
    text = saved_log(tmp_path)[1]
    assert "# 35 earlier lines missing" in text
    assert "line 34\n" not in text
    assert "line 35\n" in text


async def stop(stage: Stage, pilot: Any, *keys: str) -> None:
    """Ask to stop, and answer with `keys`."""
    await stage.press(pilot, *keys[:1])
    await stage.on(pilot, AskScreen)
    await stage.press(pilot, *keys[1:])


async def test_stopping_is_asked_ends_cleanly_and_says_what_is_kept(stage: Stage) -> None:
    stage.services.events = EVENTS
    stage.services.gate.clear()
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "enter")
        await stage.until(pilot, lambda: stage.connector.status is ConnectorStatus.SYNCING)
        screen = stage.page(pilot, SyncScreen)
        assert screen.focused is screen.query_one("#next")
        for harmless in (("ctrl+c", "enter"), ("ctrl+c", "escape")):
            await stop(stage, pilot, *harmless)
            assert stage.page(pilot, SyncScreen).running
        await stop(stage, pilot, "ctrl+c", "right", "enter")
        assert await ended(stage, pilot) is screen
        assert "– Stopped." in stage.text(pilot)
        assert "1 finished part kept" in stage.text(pilot)
        assert stage.connector.status is ConnectorStatus.NOT_CONNECTED
        assert "Not connected" in stage.text(pilot)
        stage.services.rounds = [VaultError("-", "-")]
        await stage.press(pilot, "escape")
        await stage.on(pilot, VerifyScreen)


@pytest.mark.parametrize("key", ["escape", "enter"])
async def test_a_sync_runs_on_when_its_page_is_left_and_every_page_tells_it(stage: Stage, key: str) -> None:
    stage.services.events, stage.services.outcome = EVENTS, SUMMARY
    stage.services.gate.clear()
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "enter")
        await stage.until(pilot, lambda: "1,200 of 1,900" in stage.text(pilot))
        await stage.press(pilot, key)
        await stage.on(pilot, ConnectorsScreen)
        await stage.until(pilot, lambda: "◐ Zoom: 61 requests" in stage.text(pilot))
        assert stage.services.running.any_running
        await stage.press(pilot, "v")  # another page
        await stage.on(pilot, VerifyScreen)
        assert "◐ Zoom: 61 requests" in stage.text(pilot).splitlines()[0]
        await pilot.click("#banner", offset=(stage.text(pilot).splitlines()[0].index("61 requests"), 0))
        screen = await stage.on(pilot, SyncScreen)
        await stage.until(pilot, lambda: "1,200 of 1,900" in stage.text(pilot))
        await stage.until(pilot, lambda: "Groups: 60 read" in stage.text(pilot))
        assert len(stage.services.syncs) == 1, "it is the same sync"
        await stage.press(pilot, "escape")
        await stage.on(pilot, VerifyScreen)
        stage.services.gate.set()
        await stage.until(pilot, lambda: "✓ Zoom: synced" in stage.text(pilot))
        assert "● Connected" in stage.text(pilot).splitlines()[0]
        assert screen is not pilot.app.screen
        await stage.press(pilot, "escape")
        await stage.on(pilot, ConnectorsScreen)
        assert "✓ Zoom: synced" in stage.text(pilot)
        await stage.press(pilot, "s")  # shows the end nobody has seen, and begins no other
        await stage.on(pilot, SyncScreen)
        await stage.until(pilot, lambda: "● Connected. Everything was read." in stage.text(pilot))
        assert len(stage.services.syncs) == 1
        await stage.until(pilot, lambda: "✓ Zoom: synced" not in stage.text(pilot))
        await stage.press(pilot, "escape", "s")
        await stage.until(pilot, lambda: len(stage.services.syncs) == 2)


async def test_a_failure_nobody_saw_is_told_until_it_is_looked_at(stage: Stage) -> None:
    stage.services.gate.clear()
    stage.services.outcome = ZoomError(ErrorKind.SERVER, "GET /users", "Zoom answered 500.", status=500)
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "enter", "escape")
        await stage.on(pilot, ConnectorsScreen)
        stage.services.gate.set()
        await stage.until(pilot, lambda: "✗ Zoom: sync failed" in stage.text(pilot))
        await stage.until(pilot, lambda: "✗ Error" in stage.text(pilot))  # the list is read again by itself
        await pilot.app.run_action("app.show_sync")
        await stage.on(pilot, SyncScreen)
        await stage.until(pilot, lambda: "Try again" in stage.text(pilot))
        await stage.until(pilot, lambda: "sync failed" not in stage.text(pilot).splitlines()[0])


async def test_browsing_what_was_read_is_having_seen_it(stage: Stage) -> None:
    stage.services.gate.clear()
    stage.services.outcome = SUMMARY
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "enter", "escape")
        await stage.on(pilot, ConnectorsScreen)
        stage.services.gate.set()
        await stage.until(pilot, lambda: "✓ Zoom: synced" in stage.text(pilot))
        await stage.press(pilot, "enter")
        await stage.until(pilot, lambda: "✓ Zoom: synced" not in stage.text(pilot))


async def test_logs_of_earlier_syncs_are_kept_without_addresses_and_shown(stage: Stage) -> None:
    stage.services.events, stage.services.outcome = [*EVENTS, Noted("GET /users/mona@example.com")], SUMMARY
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "l")
        assert any("No log is kept yet" in note.message for note in pilot.app._notifications)
        await stage.press(pilot, "enter")
        await ended(stage, pilot)
    (log,) = (stage.folder / "logs" / stage.connector.id).iterdir()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert "mona@" not in log.read_text()
    stage.restart()
    stage.services.registry.update(stage.connector.id, step=Step.SYNC)
    async with stage.run() as pilot:
        await stage.on(pilot, SyncScreen)
        await stage.press(pilot, "l")
        await stage.on(pilot, KeptLogsScreen)
        assert "Log of the sync of 2026-03-04 12:00 UTC" in stage.text(pilot)
        assert "Groups: 60 read" in stage.text(pilot)


async def test_long_lines_of_the_log_are_wrapped(stage: Stage) -> None:
    stage.services.events, stage.services.outcome = [Noted("word " * 30 + "finis")], SUMMARY
    async with stage.at(Step.SYNC, size=(60, 24)) as pilot:
        await stage.press(pilot, "enter")
        await ended(stage, pilot)
        await stage.until(pilot, lambda: "finis" in stage.text(pilot))
        await pilot.resize_terminal(100, 24)
        await stage.settled(pilot)
        assert "finis" in stage.text(pilot)
        assert any(line.count("word") > 11 for line in stage.text(pilot).splitlines())


async def test_quitting_during_a_sync_stops_it_first(stage: Stage) -> None:
    stage.services.events = EVENTS
    stage.services.gate.clear()
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "enter")
        await stage.until(pilot, lambda: stage.connector.status is ConnectorStatus.SYNCING)
        await pilot.press("ctrl+q")
    assert stage.connector.status is ConnectorStatus.NOT_CONNECTED


async def test_a_refusal_says_cause_remedy_and_leads_to_the_line_in_verify(stage: Stage) -> None:
    error = ZoomError(
        ErrorKind.SCOPE,
        "GET /users",
        "Invalid access token, does not contain scopes:[user:read:list_users:admin].",
        status=400,
        code=4711,
        missing_scopes=("user:read:list_users:admin",),
    )
    stage.services.events, stage.services.outcome = EVENTS, error
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "enter")
        await ended(stage, pilot)
        text = " ".join(stage.text(pilot).split())
        assert "✗ Error" in text
        assert "Why" in text
        assert "code 4711" in text
        assert "Nothing was lost" in text
        assert "Contact groups: Code" not in text
        await stage.press(pilot, "f")  # the log takes its room beside the explanation
        assert "! Not read: Contact groups: Code 4711" in stage.text(pilot)
        assert "Why" in stage.text(pilot)
        stage.services.rounds = [VaultError("-", "-")]
        await stage.press(pilot, "v")
        screen = await stage.on(pilot, VerifyScreen)
        assert screen._line == "probe.list_users"
    assert stage.connector.status is ConnectorStatus.ERROR


async def test_the_keys_of_the_log_are_told_once_it_says_something(stage: Stage) -> None:
    stage.services.gate.clear()
    async with stage.at(Step.SYNC) as pilot:
        await stage.press(pilot, "enter")
        await stage.until(pilot, lambda: "Stop" in stage.text(pilot))
        await stage.settled(pilot)
        assert "Save log" not in stage.text(pilot)
        pilot.app.screen.query_one(sync_log.SyncLog).add("Groups: 60 read")
        await stage.until(pilot, lambda: "Save log" in stage.text(pilot))
        stage.services.outcome = SUMMARY
        stage.services.gate.set()
        await ended(stage, pilot)
