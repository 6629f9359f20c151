"""`zoomgov connectors edit|rename|duplicate|rotate|disconnect|log`, `backup` and `restore`, over real HTTP."""

from __future__ import annotations

import io
import json
import stat
from typing import TYPE_CHECKING, Any

import pytest

from zoomgov.services import services as composition
from zoomgov.vault import MemoryVault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Result
    from zoomgov.sim import SimServer

    Cli = Callable[..., Result]

NEW_SECRET = "N3wSecretThatNobodyMaySee"


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> MemoryVault:
    """A keyring that outlives a command."""
    vault, build = MemoryVault(), composition.build_services
    monkeypatch.setattr(composition, "build_services", lambda environ: build(environ, vault=vault))
    return vault


@pytest.fixture
def stored(cli: Cli, keyring: MemoryVault, zoom: SimServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """A connector of the simulated account whose credentials are in the keyring."""
    owner = zoom.account.owner.email
    assert cli("connectors", "add", "Zoom", "--new-app", "Zoom", "--owner", owner, "--cloud", zoom.url).code == 0
    given = {"account_id": zoom.account_id, "client_id": zoom.client_id, "client_secret": zoom.client_secret}
    typed(monkeypatch, json.dumps(given))
    assert cli("credentials", "set", "Zoom", "--stdin").code == 0
    return "Zoom"


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def shown(cli: Cli, name: str = "Zoom") -> Any:
    return json.loads(cli("connectors", "show", name, "--format", "json").out)


def test_each_new_command_has_an_example_that_can_be_parsed(cli: Cli) -> None:
    import shlex

    from zoomgov.cli.connectors import connectors_command
    from zoomgov.cli.main import root

    tended = ("edit", "rename", "duplicate", "rotate", "disconnect", "log")
    for words in (*(("connectors", name) for name in tended), ("backup",), ("restore",)):
        lines = [line.strip() for line in cli(*words, "--help").out.splitlines()]
        example = lines[lines.index("Example:") + 1]
        program, *rest = shlex.split(example)
        assert program == "zoomgov"
        assert tuple(rest[: len(words)]) == words
        context = root.make_context("zoomgov", list(rest), resilient_parsing=True)
        group = connectors_command if words[0] == "connectors" else root
        command = group.get_command(context, words[-1])
        assert command is not None
        command.make_context(words[-1], rest[len(words) :])


def test_it_is_renamed(cli: Cli, stored: str) -> None:
    assert cli("connectors", "rename", "Zoom", "Zoom EMEA").out == "Zoom is now Zoom EMEA.\n"
    assert json.loads(cli("connectors", "rename", "Zoom EMEA", "Zoom", "--json").out)["name"] == "Zoom"
    taken = cli("connectors", "duplicate", "Zoom", "--name", "Other")
    assert taken.code == 0
    refused = cli("connectors", "rename", "Zoom", "other")
    assert refused.code == 1
    assert "exists already" in refused.err


def test_owners_app_and_cloud_are_changed(cli: Cli, stored: str) -> None:
    more = ("--owner", "ada@example.com", "--owner", "ben@example.com", "--new-app", "Video", "--cloud", "zoomgov.com")
    changed = cli("connectors", "edit", "Zoom", *more)
    assert "app Video, cloud zoomgov.com, owners ada@example.com, ben@example.com." in changed.out
    assert "zoomgov credentials set Zoom" in changed.out  # which were dropped with the cloud
    assert shown(cli)["credentials_at"] is None
    again = json.loads(cli("connectors", "edit", "Zoom", "--app", "zoom", "--json").out)
    assert (again["app"], again["owners"]) == ("Zoom", ["ada@example.com", "ben@example.com"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["edit", "Zoom"], "Give what to change"),
        (["edit", "Zoom", "--app", "x", "--new-app", "y"], "Choose one"),
        (["edit", "Zoom", "--owner", "ada"], "not an e-mail address"),
        (["rename", "Zoom"], "Missing argument"),
        (["log", "Zoom", "--last", "0"], "--last"),
        (["rotate", "Zoom"], "use --stdin"),
    ],
)
def test_usage_errors_are_one_line_and_exit_2(
    cli: Cli, stored: str, words: list[str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "")
    result = cli("connectors", *words)
    assert result.code == 2
    assert says in result.err
    assert len(result.err.splitlines()) == 1


def test_a_duplicate_is_for_another_cloud(cli: Cli, stored: str, keyring: MemoryVault) -> None:
    made = cli("connectors", "duplicate", "Zoom", "--cloud", "zoomgov.com")
    assert "Created connector Zoom zoomgov.com at zoomgov.com: Not connected." in made.out
    assert "zoomgov credentials set 'Zoom zoomgov.com'" in made.out
    facts = shown(cli, "Zoom zoomgov.com")
    assert facts["owners"] == shown(cli)["owners"]
    assert keyring.read(facts["id"]) is None


# The secret


def secret_of(cli: Cli, keyring: MemoryVault) -> str:
    found = keyring.read(shown(cli)["id"])
    assert found is not None
    return found.client_secret.reveal()


def test_the_secret_is_rotated_from_standard_input(
    cli: Cli, stored: str, keyring: MemoryVault, zoom: SimServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoom.world.app.client_secret = NEW_SECRET
    typed(monkeypatch, json.dumps({"client_secret": NEW_SECRET}))
    rotated = cli("connectors", "rotate", "Zoom", "--stdin")
    assert rotated.code == 0, rotated.err
    assert "Zoom took the new secret" in rotated.out
    assert secret_of(cli, keyring) == NEW_SECRET
    assert NEW_SECRET not in rotated.out + rotated.err


def test_a_secret_that_zoom_refuses_changes_nothing_and_is_not_shown(
    cli: Cli, stored: str, keyring: MemoryVault, zoom: SimServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in (json.dumps({"client_secret": NEW_SECRET}), f'{{"client_secret": "{NEW_SECRET}"', f'["{NEW_SECRET}"]'):
        typed(monkeypatch, text)
        refused = cli("connectors", "rotate", "Zoom", "--stdin")
        assert refused.code == 1
        assert NEW_SECRET not in refused.out + refused.err
        assert "was not touched" in refused.err or "Nothing has changed" in refused.err
        assert secret_of(cli, keyring) == zoom.client_secret


def test_the_environment_holds_the_secret_and_that_is_said_first(
    cli: Cli, connector: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, json.dumps({"client_secret": NEW_SECRET}))
    for command in ("rotate", "disconnect"):
        refused = cli("connectors", command, "Zoom", "--stdin" if command == "rotate" else "--yes")
        assert refused.code == 1
        assert "environment" in refused.err
        assert "ZOOMGOV_CLIENT_SECRET" in refused.err


def test_disconnecting_asks_and_keeps_the_data(
    cli: Cli, stored: str, keyring: MemoryVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("sync", "Zoom", "--quiet").code == 0
    typed(monkeypatch, "n\n")
    assert cli("connectors", "disconnect", "Zoom").code == 130
    assert keyring.read(shown(cli)["id"]) is not None
    done = cli("connectors", "disconnect", "Zoom", "--yes")
    assert "Not connected. It was disconnected on" in done.out
    assert "zoomgov credentials set Zoom" in done.out
    assert keyring.read(shown(cli)["id"]) is None
    assert shown(cli)["last_sync"]["number"] == 1
    assert len(json.loads(cli("list", "users", "Zoom", "--format", "json").out)) == 60


def test_without_a_keyring_disconnecting_takes_force(cli: Cli) -> None:
    assert cli("connectors", "add", "Zoom", "--new-app", "Zoom", "--owner", "ada@example.com").code == 0
    refused = cli("connectors", "disconnect", "Zoom", "--yes")
    assert refused.code == 1
    assert "--force Zoom" in refused.err
    assert cli("connectors", "disconnect", "Zoom", "--yes", "--force").code == 0


# The log


def test_before_the_first_sync_the_log_says_so(cli: Cli, stored: str) -> None:
    assert cli("connectors", "log", "Zoom").out == "It was never synced.\n"
    assert json.loads(cli("connectors", "log", "Zoom", "--json").out)["syncs"] == []


def test_the_log_lists_the_last_syncs_and_what_was_not_read(
    cli: Cli, stored: str, zoom: SimServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("sync", "Zoom", "--quiet").code == 0
    zoom.control.withdraw_scope("group:read:administrator:admin")
    assert cli("sync", "Zoom", "--quiet").code == 3
    log = cli("connectors", "log", "Zoom")
    assert log.code == 0
    assert log.out.index("partial") < log.out.index("complete")
    assert "Sync 2, not read: group admins" in log.out
    assert max(map(len, log.out.splitlines()[:4])) <= 80
    assert "1 older sync" in cli("connectors", "log", "Zoom", "--last", "1").out.replace("syncs", "sync")
    found = json.loads(cli("connectors", "log", "Zoom", "--json").out)
    assert [sync["outcome"] for sync in found["syncs"]] == ["partial", "complete"]
    assert found["syncs"][0]["not_read"]
    assert found["failed"] is None
    zoom.world.app.client_secret = NEW_SECRET
    assert cli("sync", "Zoom", "--quiet").code == 1
    assert cli("connectors", "log", "Zoom").out.startswith("The last sync failed: ")


def test_removing_says_what_goes(cli: Cli, stored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli("sync", "Zoom", "--quiet").code == 0
    typed(monkeypatch, "n\n")
    asked = cli("connectors", "remove", "Zoom")
    assert asked.code == 130
    assert "1 sync with all history" in asked.err
    assert "credentials in the keyring" in asked.err


# Backups


def test_a_profile_is_moved_to_another_computer(
    cli: Cli, stored: str, zoom: SimServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keyring: MemoryVault
) -> None:
    assert cli("sync", "Zoom", "--quiet").code == 0
    file = tmp_path / "mine.zip"
    saved = cli("backup", str(file))
    assert "Saved 1 connector in" in saved.out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert cli("backup", str(file)).code == 1
    assert json.loads(cli("backup", str(file), "--force", "--json").out)["connectors"] == ["Zoom"]
    before = json.loads(cli("list", "users", "Zoom", "--format", "json").out)

    monkeypatch.setenv("ZOOMGOV_HOME", str(tmp_path / "other"))
    monkeypatch.setattr(keyring, "_credentials", {})
    refused = cli("restore", str(file))
    assert refused.code == 1
    assert "--trust-addresses" in refused.err  # the simulator is at an address of its own
    restored = cli("restore", str(file), "--trust-addresses")
    assert restored.code == 0, restored.err
    assert "Restored Zoom from a backup of" in restored.out
    assert "zoomgov credentials set Zoom" in restored.out
    assert json.loads(cli("list", "users", "Zoom", "--format", "json").out) == before
    assert shown(cli)["status"] == "Not connected"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.zip", "other", "profile"]

    kept = cli("restore", str(file), "--force", "--json")
    assert kept.code == 0, kept.err
    (aside,) = json.loads(kept.out)["kept_aside"]
    assert (tmp_path / aside / "connectors.sqlite3").exists()


def test_a_profile_that_is_there_is_not_replaced_unless_told(cli: Cli, stored: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.zip"
    assert cli("backup", str(file)).code == 0
    refused = cli("restore", str(file))
    assert refused.code == 1
    assert "already: Zoom." in refused.err
    assert "--force" in refused.err
    (tmp_path / "other.zip").write_text("no archive")
    assert "no backup of zoomgov" in cli("restore", str(tmp_path / "other.zip")).err
    assert "zoomgov: " in cli("restore", str(tmp_path / "missing.zip")).err
