"""`zoomgov doctor`, `zoomgov paths` and `zoomgov --version --verbose`; with a keyring that is none, and a real one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from zoomgov import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Result
    from tests.secret_service import SecretService


def program(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "zoomgov", *words], env={**os.environ, **environ}, stdin=subprocess.DEVNULL,
        capture_output=True, encoding="utf-8", errors="surrogateescape", check=False,
    )  # fmt: skip


def test_a_keyring_that_is_none_is_a_problem_with_what_to_do(cli: Callable[..., Result]) -> None:
    done = cli("doctor")
    assert done.code == 1
    assert done.err == ""
    lines = done.out.splitlines()
    assert lines[0] == "Keyring"
    assert lines[1].startswith("✗ Back end ")
    assert any(line.strip().startswith("next: Mend that, or set ZOOMGOV_ACCOUNT_ID") for line in lines)
    assert lines[-1].endswith("Nothing was asked of Zoom.")
    assert lines[-1].startswith("1 problem, ")
    assert all(len(line) <= 80 or "/" in line for line in lines)


def test_as_json_with_the_versions_of_everything(cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter2@proxy\x1b[31m:1")
    done = cli("doctor", "--json")
    assert done.code == 1
    found = json.loads(done.out)
    assert found["ready"] is False
    assert {line["status"] for line in found["lines"]} <= {"ok", "warning", "problem"}
    assert set(found["lines"][0]) == {"section", "id", "title", "status", "result", "next"}
    assert found["versions"]["zoomgov"] == __version__
    assert {"Python", "SQLite", "textual", "httpx", "tomlkit"} <= set(found["versions"])
    assert "hunter2" not in done.out + done.err
    assert "\x1b" not in done.out


@pytest.mark.keyring_real
def test_a_real_keyring_is_tried_and_has_nothing_left_in_it(secret_service: SecretService) -> None:
    environ = {key: value for key, value in secret_service.environment.items() if key != "PYTHON_KEYRING_BACKEND"}
    environ["ZOOMGOV_HOME"] = os.environ["ZOOMGOV_HOME"]
    done = subprocess.run(
        [sys.executable, "-m", "zoomgov", "doctor", "--json"], env=environ,
        stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    lines: dict[str, Any] = {line["id"]: line for line in json.loads(done.stdout)["lines"]}
    assert lines["keyring"]["status"] == "ok"
    assert lines["keyring-trial"]["result"] == "a dummy entry was written, read back and deleted"
    look = "import keyring; print([keyring.get_password('zoomgov:doctor', n) for n in ('account_id', 'client_secret')])"
    left = subprocess.run([sys.executable, "-c", look], env=environ, capture_output=True, text=True, check=True)
    assert left.stdout == "[None, None]\n"


def test_it_works_while_the_settings_are_wrong(cli: Callable[..., Result], clean_environment: Path) -> None:
    clean_environment.mkdir(mode=0o700)
    (clean_environment / "settings.toml").write_text("[app]\ntheme = 'x\x1b[31m'\n".replace("\x1b", "\\u001b"), "utf-8")
    (clean_environment / "settings.toml").chmod(0o600)
    done = cli("doctor")
    assert done.code == 1
    assert "line 2" in done.out
    assert "\x1b" not in done.out
    assert cli("paths").code == 0


@pytest.mark.skipif(os.name != "posix", reason="locales of POSIX")
def test_a_locale_that_has_no_marks_is_no_hindrance() -> None:
    done = program("doctor", PYTHONUTF8="0", PYTHONIOENCODING="iso-8859-1")
    assert done.returncode == 1
    assert done.stderr == ""
    assert "? Back end" in done.stdout
    assert "iso8859-1" in done.stdout


def test_paths_are_whole_and_say_what_is_there(cli: Callable[..., Result], clean_environment: Path) -> None:
    lines = cli("paths").out.splitlines()
    assert lines[0] == f"{clean_environment}   (not there)"
    assert lines[1] == "    The data folder: what follows down to the settings is in it."
    assert cli("connectors", "list").code == 0
    cli("connectors", "add", "Zoom \u202etac", "--new-app", "Zoom", "--owner", "a@example.com")
    printed = cli("paths").out
    assert f"{clean_environment}\n" in printed
    assert f"{clean_environment / 'connectors.sqlite3'}\n" in printed
    assert "\u202e" not in printed
    assert "What was synced of Zoom \N{REPLACEMENT CHARACTER}tac." in printed
    found = json.loads(cli("paths", "--json").out)
    assert found[0] == {
        "key": "data", "path": str(clean_environment), "kind": "folder", "exists": True,
        "what": "The data folder: what follows down to the settings is in it",
    }  # fmt: skip
    assert {one["key"] for one in found} >= {"data", "registry", "stores", "settings", "keyring", "program", "python"}


def test_the_versions_that_matter(cli: Callable[..., Result]) -> None:
    for words in (("--version", "--verbose"), ("-V", "--verbose"), ("--verbose", "--version")):
        done = cli(*words)
        assert done.code == 0
        name, *libraries = done.out.splitlines()
        assert name == f"zoomgov {__version__}"
        assert {line.split()[0] for line in libraries} >= {"Python", "SQLite", "OpenSSL", "textual", "click", "tomlkit"}
    assert cli("--verbose").code == 2
    assert cli("--verbose", "list", "users", "x").code == 2
    assert cli("--version", "list").out == f"zoomgov {__version__}\n"
