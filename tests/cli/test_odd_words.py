"""Arguments and secrets that are not UTF-8: looked for, refused, never a defect."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Result

    Cli = Callable[..., Result]

BYTES = "caf\udce9"
"""As Python gives an argument that is Latin-1."""


@pytest.mark.parametrize(
    "words",
    [
        ("list", "users", BYTES),
        ("syncs", BYTES),
        ("access", BYTES, "x"),
        ("export", BYTES, "--format", "json", "--output", "-"),
        ("connectors", "show", BYTES),
        ("connectors", "remove", BYTES),
        ("credentials", "clear", BYTES),
        ("verify", BYTES),
        ("sync", BYTES),
    ],
)
def test_a_connector_of_such_a_name_is_none(cli: Cli, words: tuple[str, ...]) -> None:
    result = cli(*words)
    assert result.code == 1
    assert "There is no connector named 'caf?'." in result.err


def test_one_that_was_added_so_is_found_so(cli: Cli) -> None:
    assert cli("connectors", "add", BYTES, "--new-app", BYTES, "--owner", "ada@example.org").code == 0
    assert cli("connectors", "show", BYTES).code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("access", "Zoom", BYTES), "Nobody with 'caf?' is in the last sync."),
        (("members", "Zoom", "groups", BYTES), "There is no group 'caf?' in the last sync."),
        (("list", "users", "Zoom", "--filter", BYTES), ""),
        (("export", "Zoom", "--kind", "users", "--filter", BYTES, "--format", "json", "--output", "-"), ""),
        (("list", "users", "Zoom", "--sort", BYTES), "No column 'caf"),
        (("diff", "Zoom", "--from", BYTES), "is no date that can be read"),
        (("findings", "Zoom", "--new-days", "9" * 20), "is not in the range"),
    ],
)
def test_what_is_looked_for_is_not_found(cli: Cli, connector: str, words: tuple[str, ...], told: str) -> None:
    assert cli("sync", connector).code == 0
    result = cli(*words)
    assert told in result.err
    assert "defect" not in result.err
    assert result.code == (0 if not told else 2 if words[0] in ("list", "diff", "findings") else 1)


@pytest.mark.parametrize("field", ["account_id", "client_id", "client_secret"])
def test_credentials_that_are_no_text_are_refused(
    cli: Cli, connector: str, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    given = {"account_id": "a", "client_id": "b", "client_secret": "cccccccc", field: BYTES}
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(given)))
    result = cli("credentials", "set", connector, "--stdin")
    assert result.code == 1
    assert "is not text in UTF-8." in result.err
    assert "cccccccc" not in result.err


def test_json_nested_without_end_is_no_json(cli: Cli, connector: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("[" * 100_000))
    result = cli("credentials", "set", connector, "--stdin")
    assert result.code == 1
    assert "Standard input is not JSON." in result.err
