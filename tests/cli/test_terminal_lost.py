"""The app and a sync on a real pty that is closed, hangs up or takes no more output: they end, whatever they do."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import pytest

from tests.cli.test_app_ended import read_until
from tests.cli.test_stopped import ONE_DAY, Machine
from tests.store.integrity import check
from zoomgov.sim import Options, SimServer, build_account

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if sys.platform != "win32":
    import fcntl
    import pty
    import signal
    import termios

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX terminals")

HANG: Final = 60.0
"""Seconds; without the mending it never ends."""
CLOSED: Final = "closed"
IGNORED: Final = "closed, SIGHUP ignored"
WAYS: Final = ("SIGHUP", "SIGTERM", CLOSED, IGNORED)


@pytest.fixture(scope="module")
def zoom() -> Iterator[SimServer]:
    account = build_account(users=320, groups=6, contact_groups=3, roles=5, seed=3)
    with SimServer(account, Options(rate_limit="unlimited", users_page_max=50)) as server:
        yield server


@pytest.fixture
def machine(tmp_path: Path, zoom: SimServer) -> Machine:
    zoom.control.set_latency(0)
    made = Machine(tmp_path, zoom)
    made.run("sync", "corp", "--quiet")
    return made


@contextmanager
def on_a_terminal(machine: Machine, *words: str, hup_ignored: bool) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The program as the leader of a session whose terminal this is, as from a window or over ssh."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (30, 100))

    def take_terminal() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        if hup_ignored:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

    process = subprocess.Popen(
        [sys.executable, "-m", "zoomgov", *words], stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        env={**machine.environment, "TERM": "xterm-256color"}, preexec_fn=take_terminal,
    )  # fmt: skip
    os.close(slave)
    try:
        yield process, master
    finally:
        process.kill()
        process.wait()
        with suppress(OSError):
            os.close(master)


def take_away(process: subprocess.Popen[bytes], master: int, how: str) -> None:
    if how.startswith("SIG"):
        process.send_signal(getattr(signal, how))
    else:
        os.close(master)


def expect_whole(machine: Machine) -> None:
    """The registry is closed in order, the store is whole, and the next sync goes through."""
    assert check(machine.store) == []
    assert list(machine.data.glob("connectors.sqlite3-*")) == []
    machine.zoom.control.set_latency(0)
    assert "is complete" in machine.run("sync", "corp", "--quiet")
    assert check(machine.store) == []


def begin_sync(machine: Machine, master: int) -> None:
    """Have the app sync, and Zoom never answer once it has begun."""
    read_until(master, b"corp")
    machine.zoom.control.set_latency(400)
    os.write(master, b"s")
    read_until(master, b" read\x1b")  # any line of the log: which of them are drawn depends on the machine
    machine.zoom.control.set_latency(ONE_DAY)


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("during", ["the list", "a sync"])
def test_the_app_ends(machine: Machine, how: str, during: str) -> None:
    with on_a_terminal(machine, hup_ignored=how == IGNORED) as (process, master):
        if during == "a sync":
            begin_sync(machine, master)
        else:
            read_until(master, b"corp")
        take_away(process, master, how)
        assert process.wait(HANG) == 0
    expect_whole(machine)


@pytest.mark.parametrize("how", WAYS)
def test_a_sync_of_the_command_line_ends(machine: Machine, how: str) -> None:
    machine.zoom.control.set_latency(400)
    with on_a_terminal(machine, "sync", "corp", hup_ignored=how == IGNORED) as (process, master):
        read_until(master, b"Groups")
        machine.zoom.control.set_latency(ONE_DAY)
        take_away(process, master, how)
        assert process.wait(HANG) == 130
    expect_whole(machine)


def test_a_terminal_that_takes_no_more_output_is_no_obstacle(machine: Machine) -> None:
    """As after Ctrl-S in an old terminal, or over a connection that is cut."""
    with on_a_terminal(machine, hup_ignored=False) as (process, master):
        begin_sync(machine, master)
        os.set_blocking(master, False)
        for _ in range(200):  # its answers fill the terminal, the queue of what is to be drawn, and then it waits
            with suppress(BlockingIOError):
                os.write(master, b"?\x1b")
        process.send_signal(signal.SIGTERM)
        assert process.wait(HANG) == 0
    assert check(machine.store) == []


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_sync_whose_output_nobody_reads_any_more_ends(machine: Machine, stream: str) -> None:
    machine.zoom.control.set_latency(400)
    process = subprocess.Popen(
        [sys.executable, "-m", "zoomgov", "sync", "corp"], env=machine.environment, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stderr is not None
    process.stderr.readline()
    machine.zoom.control.set_latency(ONE_DAY)
    getattr(process, stream).close()
    assert process.wait(HANG) == 130
    process.communicate()
    expect_whole(machine)


@pytest.mark.parametrize("signals", ["SIGTERM", "SIGHUP"])
def test_a_name_that_is_never_found_does_not_keep_a_command(machine: Machine, signals: str, tmp_path: Path) -> None:
    """A lookup runs on a thread that cannot be stopped, and Python waits for its threads."""
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "sitecustomize.py").write_text(
        "import socket, sys, threading\n"
        "def never(*_, **__):\n"
        "    print('looking up', file=sys.stderr, flush=True)\n"
        "    threading.Event().wait()\n"
        "socket.getaddrinfo = never\n"
    )
    machine.environment |= {"PYTHONPATH": str(tmp_path / "slow")}
    owner = machine.zoom.account.owner.email
    machine.run("connectors", "add", "far", "--new-app", "Far", "--owner", owner, "--cloud", "https://never.example")
    process = machine.start("sync", "far")
    assert process.stderr is not None
    for line in process.stderr:
        if "looking up" in line:
            break
    process.send_signal(getattr(signal, signals))
    assert process.wait(HANG) == 130
    process.communicate()
    assert list(machine.data.glob("connectors.sqlite3-*")) == []
