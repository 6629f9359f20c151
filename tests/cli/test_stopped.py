"""`zoomgov sync` as a process of its own, ended by signals at any time: its output, and the state it leaves."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.store.integrity import check
from tests.sync.faults import fault
from zoomgov.connectors.model import NOT_FINISHED
from zoomgov.sim import Options, SimServer, build_account
from zoomgov.store.store import is_busy

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(os.name != "posix", reason="POSIX signals")


ONE_DAY = 86_400_000.0
"""Milliseconds."""


class Machine:
    """A home, a folder for temporary files, and the command in both."""

    def __init__(self, folder: Path, zoom: SimServer) -> None:
        self.zoom = zoom
        self.home = folder / "home"
        self.data = self.home / "zoomgov"
        self.temporary = folder / "tmp"
        self.home.mkdir()
        self.temporary.mkdir()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ZOOMGOV_")},
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "SQLITE_TMPDIR": str(self.temporary),
            "PYTHONDONTWRITEBYTECODE": "1",
            "ZOOMGOV_HOME": str(self.data),
            "ZOOMGOV_ACCOUNT_ID": zoom.account_id,
            "ZOOMGOV_CLIENT_ID": zoom.client_id,
            "ZOOMGOV_CLIENT_SECRET": zoom.client_secret,
        }
        owner = zoom.account.owner.email
        self.run("connectors", "add", "corp", "--new-app", "Zoom", "--owner", owner, "--cloud", zoom.url)

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "zoomgov", *words]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *words: str, code: int = 0) -> str:
        process = self.start(*words)
        out, err = process.communicate(timeout=60)
        assert process.returncode == code, err
        return out + err if code else out

    @property
    def store(self) -> Path:
        (path,) = self.data.glob("stores/*.sqlite3")
        return path

    @contextmanager
    def syncing(self) -> Iterator[subprocess.Popen[str]]:
        """A sync that has read something and has more to read."""
        process = self.start("sync", "corp")
        assert process.stderr is not None
        for line in process.stderr:
            if ": 0 read" not in line and " read" in line:
                break
        yield process
        process.kill()
        process.communicate()

    def shows(self) -> dict[str, object]:
        shown: dict[str, object] = json.loads(self.run("connectors", "show", "corp", "--format", "json"))
        return shown

    def expect_no_leftovers(self) -> None:
        """Nothing anywhere but the program's own files."""
        store = self.store.relative_to(self.home)
        own = {f"{store}{suffix}" for suffix in ("", "-wal", "-shm", ".lock")}
        own |= {f"zoomgov/connectors.sqlite3{suffix}" for suffix in ("", "-wal", "-shm")}
        found = {str(path.relative_to(self.home)) for path in self.home.rglob("*") if path.is_file()}
        assert found <= own
        assert list(self.temporary.iterdir()) == []


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    account = build_account(users=320, groups=6, contact_groups=3, roles=5, seed=3)
    with SimServer(account, Options(rate_limit="unlimited", users_page_max=50)) as zoom:
        yield Machine(tmp_path, zoom)


@fault(
    "SIGTERM, or the terminal hangs up as ssh does",
    "it ends as with Ctrl-C; the next one goes on from the finished lists",
)
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_told_to_end_it_ends_in_order(machine: Machine, name: str) -> None:
    machine.run("sync", "corp", "--quiet")
    machine.zoom.control.set_latency(150)
    with machine.syncing() as process:
        machine.zoom.control.set_latency(ONE_DAY)  # whoever waited for an answer would not end
        process.send_signal(getattr(signal, name))
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopped; nothing was lost" in err
    assert "Traceback" not in err
    shown = machine.shows()
    assert (shown["status"], dict(shown["last_sync"])["number"]) == ("Connected", 1)  # type: ignore[call-overload]
    machine.expect_no_leftovers()
    machine.zoom.control.set_latency(0)
    machine.run("sync", "corp", "--quiet")
    assert check(machine.store) == []


def test_under_nohup_a_terminal_that_hangs_up_ends_nothing(machine: Machine) -> None:
    machine.zoom.control.set_latency(100)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # children inherit it
    try:
        with machine.syncing() as process:
            process.send_signal(signal.SIGHUP)
            out, err = process.communicate(timeout=60)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert (process.returncode, "sync 1 is complete" in out) == (0, True), err


@fault(
    "The command is killed (-9) at any moment",
    "the last sync stays readable, and whoever shows it says that a later one did not finish; nobody is in the way of "
    "the next one; no file is left behind",
)
def test_the_command_killed_at_any_moment(machine: Machine) -> None:
    machine.run("sync", "corp", "--quiet")
    chance = random.Random(20261125)
    published = 1
    deaths = 0
    for round_ in range(5):
        machine.zoom.control.churn(10, seed=round_)
        machine.zoom.control.set_latency(chance.choice([0, 5, 20]))
        process = machine.start("sync", "corp")
        assert process.stderr is not None
        lines = chance.randint(1, 14)
        for _ in range(lines):
            process.stderr.readline()
        process.kill()
        out, _ = process.communicate()
        deaths += process.returncode == -signal.SIGKILL
        assert not is_busy(machine.store)
        assert check(machine.store) == []
        shown = machine.shows()
        number = dict(shown["last_sync"])["number"]  # type: ignore[call-overload]
        assert number in (published, published + 1)
        if number == published + 1:
            assert shown["status"] == "Connected"
        elif lines > 1:  # the first one comes before the sync
            assert shown["status"] == "Error"
        assert number == published + 1 or f"sync {published + 1} is" not in out
        published = number
        machine.expect_no_leftovers()
    assert deaths > 0
    machine.zoom.control.set_latency(0)
    summary = json.loads(machine.run("sync", "corp", "--quiet", "--json"))
    account = machine.zoom.account
    assert (summary["outcome"], summary["users"]) == ("complete", len(account.users))
    assert summary["grants"]["group_member"] == sum(len(user.group_ids or ()) for user in account.users)
    assert check(machine.store) == []


@pytest.mark.parametrize("before", [0, 1])
def test_a_sync_that_was_killed_is_said_by_whoever_shows_an_older_one(machine: Machine, before: int) -> None:
    for _ in range(before):
        machine.run("sync", "corp", "--quiet")
    machine.zoom.control.set_latency(150)
    with machine.syncing() as process:
        machine.zoom.control.set_latency(ONE_DAY)
        process.kill()
        process.communicate()
    told = f"{NOT_FINISHED} It goes on with zoomgov sync corp."
    export = ("export", "corp", "--format", "json", "--output", str(machine.home / "out.json"))
    for words in (
        ("list", "users", "corp"),
        export,
        ("findings", "corp"),
        ("findings", "corp", "--format", "json"),
        ("syncs", "corp"),
        ("access", "corp", machine.zoom.account.owner.email),
    ):
        process = machine.start(*words)
        out, err = process.communicate(timeout=60)
        assert process.returncode == (0 if before else 1), err
        (line,) = [line for line in err.splitlines() if NOT_FINISHED in line]
        assert told in line
        assert before == 0 or "What follows is of sync 1" in line
        assert NOT_FINISHED not in out
    assert (machine.shows()["status"], machine.shows()["reason"]) == ("Error", NOT_FINISHED)
    machine.zoom.control.set_latency(0)
    again = machine.start("sync", "corp")
    out, err = again.communicate(timeout=60)
    assert f"sync {before + 1} is complete" in out
    assert machine.shows()["status"] == "Connected"
    assert NOT_FINISHED not in machine.run("list", "users", "corp")


@fault("A sync is started in another process while one runs", "it names the one that runs, and ends")
def test_two_processes_at_once(machine: Machine) -> None:
    machine.zoom.control.set_latency(100)
    with machine.syncing() as first:
        machine.zoom.control.set_latency(8000)  # it is still at it when the others have looked
        told = machine.run("sync", "corp", code=1)
        assert "Another sync of this connector is running" in told
        assert f"process {first.pid}" in told
        assert machine.shows()["status"] == "Syncing"
        machine.zoom.control.set_latency(0)
        out, err = first.communicate(timeout=60)
    assert (first.returncode, "sync 1 is complete" in out) == (0, True), err
    assert machine.shows()["status"] == "Connected"


def test_a_store_that_was_moved_away_is_not_taken_for_no_sync(machine: Machine) -> None:
    machine.run("sync", "corp", "--quiet")
    where = machine.store
    where.rename(machine.home / "moved")
    for words in (("list", "users", "corp"), ("syncs", "corp"), ("connectors", "show", "corp")):
        told = machine.run(*words, code=1)
        assert f"{where} is missing or empty" in told
        assert "Put it back" in told
    (machine.home / "moved").rename(where)
    assert machine.run("list", "users", "corp")
