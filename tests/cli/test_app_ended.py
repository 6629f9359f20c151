"""The app in a terminal of its own, ended by signals."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if sys.platform != "win32":
    import pty
    import signal
    import termios

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX terminals")

LEAVES_THE_ALTERNATE_SCREEN = b"\x1b[?1049l"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The app, on screen, and the other end of its terminal."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 80))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ZOOMGOV_")}
    environment |= {"ZOOMGOV_HOME": str(tmp_path / "home"), "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [sys.executable, "-m", "zoomgov"], stdin=slave, stdout=slave, stderr=slave, env=environment, close_fds=True
    )
    os.close(slave)
    read_until(master, b"Set up Zoom")
    yield process, master
    process.kill()
    process.wait()


def read_until(terminal: int, text: bytes) -> bytes:
    """What the terminal shows until `text` comes, or until the program has closed it."""
    shown = b""
    while text not in shown:
        assert select.select([terminal], [], [], 60)[0], f"{text!r} never came after {shown[-2000:]!r}"
        try:
            more = os.read(terminal, 65536)
        except OSError:  # EIO: the other end is closed
            break
        if not more:
            break
        shown += more
    return shown


def test_sigterm_leaves_the_terminal_as_it_was(app: tuple[subprocess.Popen[bytes], int]) -> None:
    process, terminal = app
    process.send_signal(signal.SIGTERM)
    shown = read_until(terminal, b"no such text")
    assert process.wait(30) == 0
    assert LEAVES_THE_ALTERNATE_SCREEN in shown
    assert b"Traceback" not in shown
    os.close(terminal)


def test_a_terminal_that_hangs_up_ends_it(app: tuple[subprocess.Popen[bytes], int]) -> None:
    process, terminal = app
    process.send_signal(signal.SIGHUP)
    os.close(terminal)
    assert process.wait(30) == 0  # and not by the signal
