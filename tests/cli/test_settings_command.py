"""`zoomgov settings`: what is set and where that comes from; to set it, with a file that is wrong, too."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme

from zoomgov.cli.main import root
from zoomgov.settings.catalogue import BY_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Result


@pytest.fixture
def file(clean_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where settings.toml is, not there yet; no variables of other programs."""
    for name in ("https_proxy", "all_proxy", "ssl_cert_file", "ssl_cert_dir", "textual_theme"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return clean_environment / "settings.toml"


def put(file: Path, text: str) -> None:
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)


def test_alone_it_prints_all_with_where_each_comes_from(
    cli: Callable[..., Result], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    assert f"File: {file}, not there yet" in cli("settings").out
    put(file, "[syncs]\nkeep = 7\n")
    monkeypatch.setenv("ZOOMGOV_NEW_DAYS", "3")
    done = cli("settings")
    assert done.code == 0
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in done.out.splitlines()[1:] if line.strip()}
    assert set(BY_KEY) <= set(lines)
    assert lines["syncs.keep"].startswith("7 file line 2 How many")
    assert lines["findings.new_days"].startswith("3 environment ZOOMGOV_NEW_DAYS ")
    assert lines["seats.currency"].startswith("USD default ")


def test_a_narrow_terminal_leaves_the_explanation_out_and_cuts_no_key(
    cli: Callable[..., Result], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    done = cli("settings")
    assert all(key in done.out for key in BY_KEY)
    assert "No room for What it is: in a wider terminal, or with --json." in done.err


def test_as_json(cli: Callable[..., Result], file: Path) -> None:
    cli("settings", "set", "seats.price", "14.90")
    cli("settings", "set", "findings.own_domains", "b.org, a.com")
    found = {one["key"]: one for one in json.loads(cli("settings", "--json").out)}
    assert set(found) == set(BY_KEY)
    assert (found["seats.price"]["value"], found["seats.price"]["from"]) == ("14.90", "file")
    assert found["findings.own_domains"]["value"] == ["a.com", "b.org"]
    assert found["syncs.keep"] == {
        "key": "syncs.keep", "value": None, "from": "default", "variable": None, "line": None, "mistake": None,
        "what": "How many syncs of a connector to keep",
    }  # fmt: skip
    assert json.loads(cli("settings", "get", "seats.price", "--json").out) == found["seats.price"]


def test_set_get_and_unset(cli: Callable[..., Result], file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = cli("settings", "set", "syncs.keep", "30")
    assert (done.code, done.out) == (0, f"syncs.keep is 30 now, in {file}.\n")
    assert cli("settings", "get", "syncs.keep").out == "30\n"
    monkeypatch.setenv("ZOOMGOV_KEEP_SYNCS", "4")
    assert "ZOOMGOV_KEEP_SYNCS is set in its environment, and wins" in cli("settings", "set", "syncs.keep", "31").err
    assert cli("settings", "get", "syncs.keep").out == "4\n"
    monkeypatch.delenv("ZOOMGOV_KEEP_SYNCS")
    assert cli("settings", "get", "syncs.keep").out == "31\n"
    assert cli("settings", "unset", "syncs.keep").out == f"syncs.keep is no longer in {file}.\n"
    assert cli("settings", "unset", "syncs.keep").out == f"syncs.keep is not in {file}: nothing to do.\n"
    assert cli("settings", "get", "syncs.keep").out == "all\n"
    assert cli("settings", "path").out == f"{file}\n"


def test_a_path_is_kept_whole_and_must_hold_certificates(
    cli: Callable[..., Result], file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    assert cli("settings", "set", "network.ca_file", "ca.pem").code == 0
    assert cli("settings", "get", "network.ca_file").out == f"{tmp_path / 'ca.pem'}\n"
    (tmp_path / "no.pem").write_text("nothing", encoding="utf-8")
    for name, why in {"no.pem": "it holds no certificates", "gone.pem": "No such file or directory"}.items():
        done = cli("settings", "set", "network.ca_file", name)
        assert done.code == 2
        assert f"network.ca_file was not set: the certificates in {tmp_path / name} cannot be read: {why}" in done.err
    assert cli("settings", "get", "network.ca_file").out == f"{tmp_path / 'ca.pem'}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("set", "syncs.keep", "1"), "syncs.keep cannot be '1': give a number of syncs to keep, at least 2"),
        (("set", "keep", "3"), "There is no setting 'keep'. Did you mean syncs.keep?"),
        (("get", "app.themes"), "There is no setting 'app.themes'. Did you mean app.theme?"),
        (("unset", "nothing.here"), "There is no setting 'nothing.here'. zoomgov settings shows all."),
        (("unset", "mail"), "'mail' is a section, with host, port,"),
        (("set", "mail.password", "hunter2"), "passwords and secrets do not belong into a file"),
        (("set", "network.proxy", "http://me:hunter2@p:1"), "network.proxy cannot be 'http://…@p:1': a name and a"),
        (("set", "mail.user", "a\x1b[2Jb"), "mail.user cannot be 'a\\x1b[2Jb': give a text"),
        (("gte",), "No such command 'gte'. Did you mean 'get'?"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_would_be_right(
    cli: Callable[..., Result], file: Path, words: tuple[str, ...], said: str
) -> None:
    done = cli("settings", *words)
    assert done.code == 2
    assert said in done.err
    assert "hunter2" not in done.err + done.out
    assert not file.exists()


def test_a_wrong_file_stops_every_command_but_those_that_mend_it(cli: Callable[..., Result], file: Path) -> None:
    put(file, "[findings]\nnew_day = 3\nmost_admins = 'x'\n")
    for words in (("connectors", "list"), ("settings",), ("settings", "get", "syncs.keep")):
        done = cli(*words)
        assert done.code == 1
        assert done.err.splitlines() == [
            f"zoomgov: {file} cannot be used. Line 2: There is no setting 'findings.new_day'."
            " Did you mean findings.new_days?",
            "  why:  Line 3: findings.most_admins is 'x': give a whole number, at least 1."
            " Nothing of it was used, and it is as it was.",
            "  next: Mend it in that file, or take it out: zoomgov settings unset findings.new_day",
        ]
    assert cli("settings", "unset", "findings.new_day").code == 0
    assert cli("settings", "set", "findings.most_admins", "3").code == 0
    assert cli("settings", "path").code == 0
    assert cli("connectors", "list").code == 0


def test_a_wrong_variable_is_shown_in_its_place(
    cli: Callable[..., Result], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOMGOV_NEW_DAYS", "soon")
    done = cli("settings")
    assert done.code == 1
    assert "'soon'" in done.out
    assert "ZOOMGOV_NEW_DAYS is 'soon': give a whole number, at least 0." in done.err
    assert cli("settings", "get", "findings.new_days").code == 1
    assert cli("settings", "get", "syncs.keep").code == 0


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_a_file_that_others_may_write_is_refused_with_the_command_that_mends_it(
    cli: Callable[..., Result], file: Path
) -> None:
    put(file, "[network]\nproxy = 'http://evil:1'\n")
    file.chmod(0o666)
    for words in (("settings",), ("settings", "set", "syncs.keep", "3"), ("connectors", "list")):
        done = cli(*words)
        assert done.code == 1
        assert f"chmod -R go-rwx {file}" in done.err
    assert "keep" not in file.read_text(encoding="utf-8")


def test_keys_are_completed() -> None:
    from click.shell_completion import ShellComplete

    complete = ShellComplete(root, {}, "zoomgov", "_ZOOMGOV_COMPLETE")
    for incomplete, key in {"mail.h": "mail.host", "prox": "network.proxy"}.items():
        assert [item.value for item in complete.get_completions(["settings", "get"], incomplete)] == [key]


def test_the_settings_have_their_effect(
    cli: Callable[..., Result], connector: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("settings", "set", "findings.admin_idle_days", "45")
    cli("settings", "set", "findings.own_domains", "acme.example")
    assert cli("sync", connector, "--quiet").code == 0
    found = json.loads(cli("findings", connector, "--format", "json").out)["thresholds"]
    assert (found["admin_idle_days"], found["own_domains"]) == (45, ["acme.example"])
    monkeypatch.setenv("ZOOMGOV_ADMIN_IDLE_DAYS", "46")
    found = json.loads(cli("findings", connector, "--format", "json", "--new-days", "1").out)["thresholds"]
    assert (found["admin_idle_days"], found["new_days"], found["licence_idle_days"]) == (46, 1, 90)
