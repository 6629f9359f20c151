"""What the doctor finds: each thing right, wrong, and what to do then. The keyring is one in memory."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pytest

from tests.disk.test_ownership import as_root
from tests.disk.trouble import NOBODY, unprivileged_folder
from tests.services.conftest import FakeVault
from zoomgov.disk.ownership import objection
from zoomgov.secret import Credentials
from zoomgov.services import versions
from zoomgov.services.doctor import TRIAL, Line, State, Terminal, examine
from zoomgov.vault import VaultError

SCREEN: Final = Terminal(True, 80, 24, "utf-8")
REFUSAL: Final = VaultError("The keyring is locked.", "Unlock it.")


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxies and certificates of whoever runs the tests."""
    for name in ("https_proxy", "http_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir", "no_color"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


async def found(
    home: Path,
    *,
    vault: FakeVault | None = None,
    terminal: Terminal = SCREEN,
    now: datetime | None = None,
    environ: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Line]:
    """The lines by their ids."""
    given = {"ZOOMGOV_HOME": str(home), "TERM": "xterm-256color", **environ}
    lines = await examine(given, terminal, vault=vault or FakeVault(), now=now)
    assert len({line.id for line in lines}) == len(lines)
    return {line.id: line for line in lines}


def not_ok(lines: dict[str, Line]) -> set[str]:
    return {line.id for line in lines.values() if line.state is not State.OK}


async def test_where_all_is_well_nothing_is_said_to_be_wrong(home: Path) -> None:
    lines = await found(home)
    assert not_ok(lines) == set()
    assert list(dict.fromkeys(line.section for line in lines.values())) == [
        "Keyring", "Settings", "Folders", "Network", "Terminal", "Program", "Clock",
    ]  # fmt: skip
    assert all(not line.steps for line in lines.values())
    assert os.listdir(home) == [], "looking makes nothing"


async def test_where_nothing_is_there_yet_all_is_well_too(home: Path) -> None:
    lines = await found(home / "later" / "on")
    assert not_ok(lines) == set()
    assert "not there; made when it is needed" in lines["path-data"].result
    assert os.listdir(home) == []


# Keyring


async def test_the_entry_of_the_trial_is_a_dummy_and_gone_afterwards(home: Path) -> None:
    seen: list[Credentials] = []

    class Watched(FakeVault):
        def store(self, connector_id: str, credentials: Credentials, wanted: object = None) -> None:
            assert connector_id == TRIAL
            seen.append(credentials)
            super().store(connector_id, credentials)

    vault = Watched()
    lines = await found(home, vault=vault, environ={"ZOOMGOV_CLIENT_SECRET": "hunter2"})
    assert lines["keyring"].result == "the fake keyring"
    assert "written, read back and deleted" in lines["keyring-trial"].result
    assert [one.client_secret.reveal() for one in seen] == ["not a secret"]
    assert vault.read(TRIAL) is None


async def test_no_keyring_is_a_problem_unless_the_environment_has_the_credentials(home: Path) -> None:
    vault = FakeVault()
    vault.refusal = VaultError("There is no keyring that can hold the Client secret.", "None runs here.")
    lines = await found(home, vault=vault)
    assert lines["keyring"].state is State.PROBLEM
    assert lines["keyring"].result.endswith("None runs here.")
    assert "ZOOMGOV_CLIENT_SECRET" in lines["keyring"].steps[0]
    given = {"ZOOMGOV_ACCOUNT_ID": "a", "ZOOMGOV_CLIENT_ID": "b", "ZOOMGOV_CLIENT_SECRET": "hunter2"}
    lines = await found(home, vault=vault, environ=given)
    assert lines["keyring"].state is State.WARNING
    assert "hunter2" not in repr(lines)


@pytest.mark.parametrize("job", ["store", "read", "clear", "lose", "keep"])
async def test_a_keyring_that_fails_says_at_what(home: Path, job: str) -> None:
    class Failing(FakeVault):
        stored = False

        def store(self, connector_id: str, credentials: Credentials, wanted: object = None) -> None:
            if job == "store":
                raise REFUSAL
            if job != "lose":
                super().store(connector_id, credentials)
            self.stored = True

        def read(self, connector_id: str) -> Credentials | None:
            if job == "read":
                raise REFUSAL
            return super().read(connector_id)

        def clear(self, connector_id: str, wanted: object = None) -> None:
            if job == "clear":
                raise REFUSAL
            if job != "keep":
                super().clear(connector_id)

    trial = (await found(home, vault=Failing()))["keyring-trial"]
    assert trial.state is State.PROBLEM
    word = {"store": "written", "read": "read back", "clear": "deleted", "lose": "read back", "keep": "deleted"}[job]
    assert trial.result.startswith(f"A dummy entry was not {word}. The keyring ")
    assert any(f"zoomgov:{TRIAL}" in step for step in trial.steps) == (job != "store")


# Settings


async def test_mistakes_in_the_settings_are_named_each_with_its_line(home: Path) -> None:
    file = home / "settings.toml"
    file.write_text("[findings]\nnew_day = 3\nmost_admins = 'x'\n", encoding="utf-8")
    file.chmod(0o600)
    lines = await found(home, environ={"ZOOMGOV_NEW_DAYS": "soon"})
    assert lines["settings"].state is State.PROBLEM
    assert [step.split(":")[0] for step in lines["settings"].steps] == [f"{file}, line 2", f"{file}, line 3"]
    assert lines["environment"].state is State.PROBLEM
    assert "ZOOMGOV_NEW_DAYS is 'soon': give a whole number" in lines["environment"].result
    file.write_text("[findings]\nnew_days = 3\n", encoding="utf-8")
    assert (await found(home))["settings"].result == f"{file}, 1 set"


async def test_two_of_three_credentials_are_warned_of_and_none_is_shown(home: Path) -> None:
    lines = await found(home, environ={"ZOOMGOV_ACCOUNT_ID": "acc-value", "ZOOMGOV_CLIENT_SECRET": "hunter2"})
    assert not_ok(lines) == {"environment"}
    assert "ZOOMGOV_CLIENT_ID not set" in lines["environment"].result
    assert "hunter2" not in repr(lines)
    assert "acc-value" not in repr(lines)


# Folders


@pytest.mark.skipif(os.name != "posix", reason="owners and modes of POSIX")
@pytest.mark.parametrize(
    ("name", "mode", "state"),
    [
        ("", 0o755, State.WARNING), ("", 0o770, State.PROBLEM), ("connectors.sqlite3", 0o644, State.WARNING),
        ("connectors.sqlite3", 0o660, State.PROBLEM), ("stores", 0o777, State.PROBLEM),
        ("stores/a.sqlite3", 0o602, State.PROBLEM), ("settings.toml", 0o640, State.WARNING),
    ],
)  # fmt: skip
async def test_what_others_may_write_is_a_problem_and_what_they_may_read_is_not_closed_behind_ones_back(
    home: Path, name: str, mode: int, state: State
) -> None:
    (home / "stores").mkdir(mode=0o700)
    for file in ("connectors.sqlite3", "settings.toml", "stores/a.sqlite3"):
        (home / file).touch(0o600)
    (home / "stores" / "x").touch(0o600)  # an empty folder that others may write to is taken over
    path = home / name
    path.chmod(mode)
    lines = await examine({"ZOOMGOV_HOME": str(home), "TERM": "xterm"}, SCREEN, vault=FakeVault())
    (line,) = [line for line in lines if line.section == "Folders" and line.state is not State.OK]
    assert line.state is state
    assert line.result.startswith(str(path))
    if state is State.PROBLEM:
        assert f"chmod -R go-rwx {path}" in line.result
    if name not in ("settings.toml", ""):  # which were read
        assert path.stat().st_mode & 0o777 == mode


@pytest.mark.skipif(os.name != "posix", reason="owners and modes of POSIX")
async def test_what_lies_beside_a_database_is_looked_at_too(home: Path) -> None:
    (home / "connectors.sqlite3").touch(0o600)
    (home / "connectors.sqlite3-wal").touch(0o600)
    (home / "connectors.sqlite3-wal").chmod(0o666)
    line = (await found(home))["path-registry"]
    assert line.state is State.PROBLEM
    assert "-wal can be changed by others" in line.result


@as_root
async def test_what_belongs_to_somebody_else_is_a_problem(home: Path) -> None:
    os.chown(home, NOBODY, NOBODY)
    line = (await found(home))["path-data"]
    assert line.state is State.PROBLEM
    assert "belongs to nobody" in line.result
    assert objection(home) == line.result


@pytest.mark.skipif(os.name != "posix", reason="users of POSIX")
async def test_a_folder_that_cannot_be_written_or_made_is_a_problem() -> None:
    with unprivileged_folder() as folder:
        shut = folder / "shut"
        shut.mkdir(mode=0o500)
        for home, said in {shut: "cannot be written", shut / "deeper" / "home": "cannot be made"}.items():
            lines = await found(home)
            assert lines["path-data"].state is State.PROBLEM
            assert said in lines["path-data"].result
            assert lines["path-data"].steps
        shut.chmod(0o700)


async def test_a_file_in_place_of_a_folder_is_a_problem(home: Path) -> None:
    (home / "stores").touch(0o600)
    assert (await found(home))["path-stores"].result == f"{home / 'stores'}: is no folder"


async def test_little_space_is_warned_of(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(home)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert not_ok(await found(home)) == {"space"}


# Network


async def test_the_proxy_is_shown_without_its_password(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter2@proxy.example:3128")
    lines = await found(home, environ={"HTTPS_PROXY": os.environ["HTTPS_PROXY"]})
    assert lines["proxy"].result == "http://…@proxy.example:3128, from environment HTTPS_PROXY; it was not tried"
    monkeypatch.setenv("HTTPS_PROXY", "socks5://me:hunter2@proxy.example")
    lines = await found(home, environ={"HTTPS_PROXY": os.environ["HTTPS_PROXY"]})
    assert lines["proxy"].state is State.PROBLEM
    assert "only http and https proxies can be used" in lines["proxy"].result
    assert "hunter2" not in repr(lines)


async def test_proxy_and_certificates_of_the_settings(home: Path) -> None:
    file = home / "settings.toml"
    file.write_text(f"[network]\nproxy = 'http://p:1'\nca_file = '{home / 'no.pem'}'\n", encoding="utf-8")
    file.chmod(0o600)
    lines = await found(home)
    assert lines["proxy"].result == "http://p:1, from the settings; it was not tried"
    assert lines["certificates"].state is State.PROBLEM
    assert f"The certificates in {home / 'no.pem'} cannot be read" in lines["certificates"].result


# Terminal


@pytest.mark.parametrize(
    ("terminal", "environ", "wrong"),
    [
        (Terminal(False, 80, 24, "utf-8"), {"TERM": ""}, {"terminal": State.WARNING}),
        (SCREEN, {"TERM": "dumb"}, {"terminal": State.PROBLEM}),
        (SCREEN, {"TERM": ""}, {"terminal": State.PROBLEM}),
        (Terminal(True, 59, 24, "utf-8"), {}, {"size": State.WARNING}),
        (Terminal(True, 80, 17, "utf-8"), {}, {"size": State.WARNING}),
        (Terminal(True, 60, 18, "UTF8"), {}, {}),
        (Terminal(True, 80, 24, "iso-8859-1"), {}, {"encoding": State.WARNING}),
        (Terminal(True, 80, 24, ""), {}, {"encoding": State.WARNING}),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="other systems have no TERM")
async def test_the_terminal(home: Path, terminal: Terminal, environ: dict[str, str], wrong: dict[str, State]) -> None:
    lines = await found(home, terminal=terminal, environ=environ)
    assert {line.id: line.state for line in lines.values() if line.state is not State.OK} == wrong
    assert all(lines[name].steps for name in wrong if name != "terminal" or terminal.interactive)


@pytest.mark.parametrize(
    ("environ", "colours"),
    [
        ({"COLORTERM": "truecolor"}, "all"), ({}, "256"), ({"TERM": "linux"}, "16, the terminal's own"),
        ({"NO_COLOR": "1", "COLORTERM": "truecolor"}, "none, as NO_COLOR is set"),
    ],
)  # fmt: skip
@pytest.mark.skipif(os.name != "posix", reason="other systems have no TERM")
async def test_colours(home: Path, environ: dict[str, str], colours: str) -> None:
    assert (await found(home, environ=environ))["colours"].result == colours


# Libraries


async def test_a_library_that_is_missing_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = versions.installed
    monkeypatch.setattr(versions, "installed", lambda name: "" if name in ("httpx", "pyarrow") else there(name))
    lines = await found(home)
    assert not_ok(lines) == {"libraries"}
    assert lines["libraries"].result.startswith("httpx not installed; textual ")
    assert "pyarrow" not in lines["libraries"].result, "an extra need not be there"


# Clock


@pytest.mark.parametrize("years", [-30, -3, 60])
async def test_a_clock_that_cannot_be_right(home: Path, years: int) -> None:
    now = datetime.now(UTC) + timedelta(days=365 * years)
    line = (await found(home, now=now))["clock"]
    assert line.state is State.PROBLEM
    assert ("the program was installed later" if years < 0 else "authorities would be valid") in line.result
    assert f"{now.astimezone():%Y-%m-%d}" in line.result


async def test_what_was_written_in_the_future_tells_of_a_wrong_clock(home: Path) -> None:
    (home / "connectors.sqlite3").touch(0o600)
    later = time.time() + 3 * 86_400
    os.utime(home / "connectors.sqlite3", (later, later))
    line = (await found(home))["clock"]
    assert line.state is State.PROBLEM
    assert "what was written here was written later" in line.result
