"""While secrets are in memory, a crash writes no image of it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_app_ended import read_until
from tests.cli.test_stopped import ONE_DAY, Machine
from zoomgov.sim import Options, SimServer, build_account

if TYPE_CHECKING:
    from pathlib import Path

if sys.platform != "win32":
    import pty
    import resource
    import signal
    import termios

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at the limits of another process")


@pytest.fixture
def cores_allowed() -> None:
    """As much as this process may allow: children inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    if hard == 0:
        pytest.skip("core dumps are forbidden here")


@pytest.mark.usefixtures("cores_allowed")
def test_a_sync_leaves_no_core(tmp_path: Path) -> None:
    with SimServer(build_account(users=20, seed=3), Options(rate_limit="unlimited")) as zoom:
        machine = Machine(tmp_path, zoom)
        zoom.control.set_latency(ONE_DAY)
        here = tmp_path / "here"
        here.mkdir()
        process = subprocess.Popen(
            [sys.executable, "-m", "zoomgov", "sync", "corp"], stderr=subprocess.PIPE, cwd=here,
            env=machine.environment | {"PYTHONPATH": os.getcwd()},
        )  # fmt: skip
        assert process.stderr is not None
        process.stderr.readline()
        assert resource.prlimit(process.pid, resource.RLIMIT_CORE) == (0, 0)
        process.send_signal(signal.SIGABRT)
        process.communicate()
    assert process.returncode == -signal.SIGABRT
    assert list(here.iterdir()) == []


@pytest.mark.usefixtures("cores_allowed")
def test_nor_does_the_app(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 80))
    environment = {**os.environ, "ZOOMGOV_HOME": str(tmp_path / "home"), "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [sys.executable, "-m", "zoomgov"], stdin=slave, stdout=slave, stderr=slave, env=environment
    )
    os.close(slave)
    read_until(master, b"Set up Zoom")
    assert resource.prlimit(process.pid, resource.RLIMIT_CORE) == (0, 0)
    process.terminate()
    read_until(master, b"no such text")
    process.wait()
    os.close(master)
