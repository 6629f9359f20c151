"""End to end in a real terminal: set-up, sync and browsing, with a real keyring and a simulator in another process."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.acceptance.conftest import Simulator, Terminal

pytestmark = [pytest.mark.terminal, pytest.mark.keyring_real]


def choose_app_and_owner(terminal: Terminal, url: str) -> None:
    """Steps 1 and 2."""
    terminal.wait_for("Set up Zoom")
    terminal.keys("Enter")
    terminal.wait_for("Do you SSO into Zoom using your identity provider (IdP)?")
    terminal.keys("Tab")
    terminal.write("Zoom")
    terminal.keys("Enter")
    terminal.wait_for("Choose who manages this connector")
    terminal.keys("Tab")
    terminal.write("ada@example.com")
    terminal.keys("Tab", "Tab", "Down", "Down")
    terminal.wait_for("(•) Other address")
    terminal.keys("Tab")
    terminal.wait_for("Address")
    terminal.write(url)
    terminal.keys("Enter")
    terminal.wait_for("Create a Zoom OAuth app", "Not connected")


def make_the_zoom_app(terminal: Terminal) -> None:
    """Steps 3 to 5."""
    terminal.keys("Space", "Enter")
    terminal.wait_for("user:read:list_users:admin", "Next: Activation")
    terminal.keys("Enter")
    terminal.wait_for("Activate your app", "Next: Credentials")
    terminal.keys("Enter")
    terminal.wait_for("From the app's App Credentials page")


def paste_credentials(terminal: Terminal, block: str) -> None:
    """Step 6."""
    terminal.paste(block)
    terminal.wait_for("••••••••")
    terminal.keys("Enter")


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "home" / ".local" / "share" / "zoomgov"


def test_from_add_connector_to_browsing(
    open_terminal: Callable[..., Terminal],
    start_simulator: Callable[..., Simulator],
    profile: Path,
    tmp_path: Path,
    find_on_disk: Callable[[str, Path], list[Path]],
    person_environment: dict[str, str],
    program: list[str],
) -> None:
    zoom = start_simulator("--users", "120", "--groups", "6", "--seed", "5")
    terminal = open_terminal()
    choose_app_and_owner(terminal, zoom.url)
    terminal.keys("C-q")
    terminal.wait_until_ended()

    again = open_terminal()
    again.wait_for("Create a Zoom OAuth app")
    make_the_zoom_app(again)
    paste_credentials(again, zoom.pasted_block)
    again.wait_for("Ready", "Verify")
    again.keys("n")
    again.wait_for("Connected", "Everything was read")
    again.keys("Enter")
    again.wait_for("Overview", "People", "complete")
    again.keys("1")
    again.wait_for("Search name", "120 users", "complete")
    again.keys("2")
    again.wait_for("6 groups", "Members", "Admins")
    again.keys("C-q")
    again.wait_until_ended()
    assert zoom.client_secret not in again.screen

    def command(*words: str) -> str:
        return subprocess.run(
            [*program, *words], env=person_environment, capture_output=True, text=True, check=True, timeout=60
        ).stdout

    (listed,) = json.loads(command("connectors", "list", "--format", "json"))
    assert (listed["name"], listed["status"], listed["owners"]) == ("Zoom", "Connected", ["ada@example.com"])
    for path in [profile, *profile.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path
    assert find_on_disk(zoom.client_id, tmp_path), "the search finds what is there"
    assert find_on_disk(zoom.client_secret, tmp_path) == []

    again_synced = json.loads(command("sync", "Zoom", "--json", "--quiet"))
    assert again_synced["outcome"] == "complete", "the keyring gives the secret to a later run"
    command("connectors", "remove", "Zoom", "--yes")
    assert json.loads(command("connectors", "list", "--format", "json")) == []


@pytest.mark.parametrize(
    ("options", "wrong_secret", "says"),
    [
        (["--plan", "basic"], False, ["Not ready", "Basic"]),
        ([], True, ["Not ready", "secret"]),
        (["--scope", "user:read:list_users:admin"], False, ["Not ready", "user:read:user:admin", "+ Add Scopes"]),
        (None, False, ["Not ready", "Nothing answers", "zoomgov sim"]),
    ],
    ids=["basic plan", "wrong secret", "missing scope", "unreachable host"],
)
def test_what_goes_wrong_names_cause_and_remedy(
    open_terminal: Callable[..., Terminal],
    start_simulator: Callable[..., Simulator],
    tmp_path: Path,
    find_on_disk: Callable[[str, Path], list[Path]],
    options: list[str] | None,
    wrong_secret: bool,
    says: list[str],
) -> None:
    zoom = start_simulator(*(options or []))
    if options is None:
        zoom.stop()
    block = zoom.pasted_block
    if wrong_secret:
        block = block.replace(zoom.client_secret, zoom.client_secret[::-1])
    terminal = open_terminal()
    choose_app_and_owner(terminal, zoom.url)
    make_the_zoom_app(terminal)
    paste_credentials(terminal, block)
    terminal.wait_for(says[0])
    terminal.keys("Enter")
    explained = terminal.wait_for("Why", "Do", *says[1:])
    assert "Traceback" not in explained
    terminal.keys("C-q")
    terminal.wait_until_ended()
    assert find_on_disk(zoom.client_secret, tmp_path) == []
