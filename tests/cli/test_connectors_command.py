"""`zoomgov connectors` and `zoomgov credentials`."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Result

    Cli = Callable[..., Result]


def add(cli: Cli, name: str = "Zoom", *more: str) -> Result:
    return cli("connectors", "add", name, "--new-app", "Zoom", "--owner", "ada@example.com", *more)


def test_an_empty_list_says_what_to_do(cli: Cli) -> None:
    result = cli("connectors", "list")
    assert result.code == 0
    assert "zoomgov connectors add" in result.out


def test_added_connectors_are_listed_as_not_connected(cli: Cli) -> None:
    assert add(cli).code == 0
    more = ("--app", "Zoom", "--owner", "ada@example.com", "--owner", "ben@example.com", "--cloud", "zoomgov.com")
    assert cli("connectors", "add", "Second", *more).code == 0
    listed = json.loads(cli("connectors", "list", "--format", "json").out)
    assert sorted((item["name"], item["status"], item["owners"], item["cloud"]) for item in listed) == [
        ("Second", "Not connected", ["ada@example.com", "ben@example.com"], "zoomgov.com"),
        ("Zoom", "Not connected", ["ada@example.com"], "zoom.us"),
    ]


def test_80_columns_have_room_for_the_list(cli: Cli) -> None:
    add(cli, "Zoom of the company", "--cloud", "zoomgov.com")
    (line,) = [line for line in cli("connectors", "list").out.splitlines() if line.startswith("Zoom")]
    assert line.split() == ["Zoom", "of", "the", "company", "Not", "connected", "ada@example.com", "Zoom"]


def test_the_help_cuts_no_command_short(cli: Cli) -> None:
    for group in ((), ("connectors",), ("credentials",)):
        commands = cli(*group, "--help").out.partition("Commands:")[2]
        assert commands
        assert "..." not in commands


def test_a_new_app_may_not_take_the_name_of_another(cli: Cli) -> None:
    add(cli)
    result = add(cli, "Second")
    assert result.code == 1
    assert "An app named 'Zoom'" in result.err
    assert "defect" not in result.err


def test_a_connector_may_join_an_existing_app_by_its_name(cli: Cli) -> None:
    add(cli)
    joined = cli("connectors", "add", "More", "--app", "zoom", "--owner", "ada@example.com")
    assert joined.code == 0
    assert json.loads(cli("connectors", "show", "More", "--format", "json").out)["app"] == "Zoom"


def test_an_unknown_app_is_refused_with_those_there_are(cli: Cli) -> None:
    add(cli)
    result = cli("connectors", "add", "More", "--app", "Slack", "--owner", "ada@example.com")
    assert result.code == 1
    assert "Existing apps: Zoom." in result.err


def test_removing_asks_unless_told(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    add(cli)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert cli("connectors", "remove", "Zoom").code == 130
    assert "Zoom" in cli("connectors", "list").out


def test_without_a_keyring_a_connector_goes_only_when_told_twice(cli: Cli) -> None:
    add(cli)
    refused = cli("connectors", "remove", "Zoom", "--yes")
    assert refused.code == 1
    assert "Nothing was removed." in refused.err
    assert "--force Zoom" in refused.err
    assert "Zoom" in cli("connectors", "list").out
    assert cli("connectors", "remove", "Zoom", "--yes", "--force").code == 0
    assert "No connectors yet" in cli("connectors", "list").out


def test_showing_an_unknown_connector_names_those_there_are(cli: Cli) -> None:
    add(cli)
    result = cli("connectors", "show", "Zomo")
    assert result.code == 1
    assert "Connectors: Zoom" in result.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["connectors", "add", "Zoom", "--owner", "a@b.example"], "--new-app"),
        (["connectors", "add", "Zoom", "--new-app", "x", "--app", "y", "--owner", "a@b.example"], "Choose one"),
        (["connectors", "add", "Zoom", "--new-app", "x"], "--owner"),
        (["connectors", "add", "Zoom", "--new-app", "x", "--owner", "ada"], "not an e-mail address"),
        (
            ["connectors", "add", "Z", "--new-app", "x", "--owner", "a@b.example", "--cloud", "http://x.example"],
            "https",
        ),
        (["connectors", "add", "Z", "--new-app", "x", "--owner", "a@b.example", "--cloud", "zoom"], "zoomgov.com"),
        (["lits"], "Did you mean 'list'?"),
        (["list", "people", "Zoom"], "contact-groups"),
        (["sync"], "Missing argument"),
        (["sync", "Zoom", "--fast"], "--fast"),
        (["explain"], "Give a code"),
        (["sim", "--option", "nonsense=1"], "nonsense"),
        (["sim", "--host", "192.0.2.1"], "loopback"),
        ([], "needs a terminal"),
    ],
)
def test_usage_errors_are_one_line_and_exit_2(
    cli: Cli, words: list[str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    result = cli(*words)
    assert result.code == 2
    assert says in result.err
    assert len(result.err.splitlines()) == 1
    assert result.out == ""


SECRET = "s3cretThatMustNotShow"


def test_credentials_without_a_keyring_name_the_choices(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    add(cli)
    given = {"account_id": "a", "client_id": "b", "client_secret": SECRET}
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(given)))
    result = cli("credentials", "set", "Zoom", "--stdin")
    assert result.code == 1
    assert "ZOOMGOV_CLIENT_SECRET" in result.err
    assert "session" not in result.err  # which a command has none of
    assert SECRET not in result.err + result.out


@pytest.mark.parametrize(
    "text", [f'{{"client_secret": "{SECRET}"', f'["{SECRET}"]', f'{{"client_secret": "{SECRET}"}}']
)
def test_unreadable_credentials_are_refused_without_repeating_them(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    add(cli)
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    result = cli("credentials", "set", "Zoom", "--stdin")
    assert result.code == 1
    assert "account_id" in result.err
    assert SECRET not in result.err + result.out


def test_the_command_to_run_next_can_be_pasted_whatever_the_name(cli: Cli) -> None:
    assert "zoomgov connectors add '; reboot' --new-app" in cli("syncs", "; reboot").err
    assert "\nNext: zoomgov credentials set 'Zoom $(rm) of all'\n" in add(cli, "Zoom $(rm) of all").out
    assert "zoomgov sync 'Zoom $(rm) of all'\n" in cli("list", "users", "Zoom $(rm) of all").err


def test_with_credentials_in_the_environment_there_are_none_to_store(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACCOUNT_ID", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(f"ZOOMGOV_{name}", "given")
    assert "\nNext: zoomgov verify Zoom\n" in add(cli).out
