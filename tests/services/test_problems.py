"""Each exception in words: what happened, why, and what to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from zoomgov.connectors.handoff import HandoffError
from zoomgov.connectors.model import Connector
from zoomgov.connectors.rows import RegistryError
from zoomgov.disk.errors import StoreBusy, StoreError
from zoomgov.export.model import ExportError
from zoomgov.services.credentials import NoCredentials
from zoomgov.services.problems import Exit, Problem, as_problem, system_reason
from zoomgov.settings import SettingsError
from zoomgov.settings.model import Mistake, SettingsFileError
from zoomgov.vault import VaultChoice, VaultError
from zoomgov.zoom.clouds import ZOOM_GOV, CloudError
from zoomgov.zoom.errors import ErrorKind, ZoomError

WRONG_SECRET = ZoomError(
    ErrorKind.CREDENTIALS, "POST /oauth/token", "Invalid client_id or client_secret", 400, "invalid_client"
)


def parts(problem: Problem) -> tuple[str, str, tuple[str, ...]]:
    return problem.what, problem.why, problem.next_steps


def test_a_problem_is_printed_a_part_a_line() -> None:
    assert Problem("It failed.", "Why not.", "Do this.", "Then that.").lines() == [
        "zoomgov: It failed.",
        "  why:  Why not.",
        "  next: Do this.",
        "  next: Then that.",
    ]
    assert Problem("It failed.").lines() == ["zoomgov: It failed."]
    assert Problem("It failed.", "", "Do this.").lines() == ["zoomgov: It failed.", "  next: Do this."]


def test_a_problem_is_one_paragraph_on_a_screen() -> None:
    assert Problem("It failed.", "Why not.", "Do this.").text == "It failed. Why not."
    assert Problem("It failed.").text == "It failed."
    assert str(Problem("It failed.", "Why not.")) == "It failed."


def test_a_problem_is_its_own() -> None:
    problem = Problem("It failed.", code=Exit.PARTIAL)
    assert as_problem(problem) is problem
    assert problem.code == 3
    assert Problem("It failed.").code == 1
    assert not problem.needs_credentials


@pytest.mark.parametrize("kind", [RegistryError, StoreError, SettingsError, CloudError, ExportError, HandoffError])
def test_errors_with_words_of_their_own_are_told_as_they_are(kind: type[Exception]) -> None:
    assert parts(as_problem(kind("This, so that."))) == ("This, so that.", "", ())


def test_mistakes_in_the_settings_are_told_with_the_command_that_takes_the_first_out(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    mistakes = [Mistake(n, f"Wrong \x1b[{n}.", f"mail.x{n}") for n in range(1, 9)]
    what, why, steps = parts(as_problem(SettingsFileError(file, *mistakes)))
    assert what == f"{file} cannot be used. Line 1: Wrong \N{REPLACEMENT CHARACTER}[1."
    assert why.startswith("Line 2: Wrong")
    assert "Line 5:" in why
    assert "Line 6:" not in why
    assert why.endswith("Nothing of it was used, and it is as it was.")
    assert steps == ("Mend it in that file, or take it out: zoomgov settings unset mail.x1",)
    assert parts(as_problem(SettingsFileError(file, Mistake(0, "It is no file.")))) == (
        f"{file} cannot be used. It is no file.",
        "Nothing of it was used, and it is as it was.",
        ("Mend it in that file, or move it away.",),
    )


def test_what_a_damaged_file_holds_does_nothing_in_a_terminal() -> None:
    assert as_problem(StoreError("x.sqlite3: unrecognized token: \x1b[2J\x9b")).what == (
        "x.sqlite3: unrecognized token: \ufffd[2J\ufffd"
    )


def test_no_credentials_are_not_called_a_refusal_of_zooms(connector: Connector) -> None:
    problem = as_problem(NoCredentials(replace(connector, name="Zo\x1bom")))
    assert problem.what == "There are no credentials here."
    assert problem.why.startswith("No credentials are stored for Zo")
    assert "\x1b" not in problem.why
    assert problem.next_steps == ("Store them with zoomgov credentials set NAME.", VaultChoice.ENVIRONMENT)
    assert problem.needs_credentials


def test_what_zoom_refused_is_told_with_its_words_and_what_to_click() -> None:
    problem = as_problem(WRONG_SECRET)
    assert problem.what == "Client ID and Client secret do not belong together."
    assert problem.why.endswith(f"[{WRONG_SECRET}]")
    assert problem.next_steps
    assert not problem.needs_credentials
    traced = as_problem(replace(WRONG_SECRET, tracking_id="WEB_1"))
    assert traced.why.endswith("(tracking id WEB_1)]")
    assert "\x1b" not in as_problem(replace(WRONG_SECRET, message="Invalid\x1b[0m client_id or client_secret")).why


def test_links_lead_to_the_cloud_that_refused() -> None:
    assert "marketplace.zoomgov.com" in " ".join(as_problem(WRONG_SECRET, ZOOM_GOV).next_steps)
    assert "zoomgov.com" not in " ".join(as_problem(WRONG_SECRET).next_steps)


def test_a_keyring_that_refuses_offers_what_a_command_can_do() -> None:
    problem = as_problem(VaultError("The keyring is locked.", "Unlock it."))
    assert parts(problem) == ("The keyring is locked.", "Unlock it.", (VaultChoice.ENVIRONMENT,))
    assert problem.needs_credentials
    assert as_problem(VaultError("Too long.", "Copy it again.", (VaultChoice.RETRY,))).next_steps == ()


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (StoreBusy(7, "10:00"), "It has been running since 10:00 (process 7); what it has read so far is kept."),
        (StoreBusy(None, "10:00"), "It has been running since 10:00; what it has read so far is kept."),
        (StoreBusy(7, ""), "It has been running (process 7); what it has read so far is kept."),
        (StoreBusy(None, ""), ""),
    ],
)
def test_another_sync_is_told_once(error: StoreBusy, why: str) -> None:
    assert parts(as_problem(error)) == (
        "Another sync of this connector is running.",
        why,
        ("Wait until it ends, or stop it.",),
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device", "/x"), "No space left on device: /x"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (OSError("It ended at X."), "It ended at X"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_what_the_system_refuses_is_told_with_the_file(error: OSError, words: str) -> None:
    assert system_reason(error) == words
    problem = as_problem(error)
    assert parts(problem) == (f"The system refused: {words}.", "Nothing synced so far was lost.", ())
    assert "\x1b" not in system_reason(OSError(2, "No such file", "/a\x1bb"))


def test_what_nobody_foresaw_is_called_a_defect() -> None:
    assert parts(as_problem(ValueError("a b"))) == (
        "Something unexpected went wrong: ValueError: a b.",
        "This is a defect of zoomgov; nothing synced so far was lost.",
        ("Run again with ZOOMGOV_DEBUG=1 for the details to report.",),
    )
    assert "\x1b" not in as_problem(ValueError("a\x1bb")).what


def test_exit_codes_are_the_documented_ones() -> None:
    assert {code.name: int(code) for code in Exit} == {
        "OK": 0,
        "FAILED": 1,
        "USAGE": 2,
        "PARTIAL": 3,
        "INTERRUPTED": 130,
    }
