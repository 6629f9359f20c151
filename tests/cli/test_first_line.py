"""What a terminal shows before the first page: the program's name, where that page has it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

if sys.platform == "win32":
    pytest.skip("POSIX terminals", allow_module_level=True)

import pty
import termios

from tests.benchmarks.terminal import Display

NAME = "  zoomgov"


def frames(tmp_path: Path, until: str, **variables: str) -> list[Display]:
    """The terminal after each piece of output, from the first text on until `until` is on it."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 80))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ZOOMGOV_", "NO_COLOR"))}
    environment |= {"ZOOMGOV_HOME": str(tmp_path / "home"), "TERM": "xterm-256color", **variables}
    process = subprocess.Popen(
        [sys.executable, "-m", "zoomgov"], stdin=slave, stdout=slave, stderr=slave, env=environment
    )
    os.close(slave)
    output, shown = "", [Display(80, 24)]
    try:
        while until not in "\n".join(shown[-1].lines):
            output += os.read(master, 64).decode("utf-8", "replace")
            display = Display(80, 24)
            display.feed(output)
            if any(line.strip() for line in display.lines):
                shown.append(display)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        os.close(master)
    return shown[1:]


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}, {"COLORTERM": "truecolor"}])
def test_the_name_is_drawn_first_where_the_page_has_it(tmp_path: Path, variables: dict[str, str]) -> None:
    shown = frames(tmp_path, "f1 Help", **variables)
    alone = [display for display in shown if display.lines[0].strip() and not any(map(str.strip, display.lines[1:]))]
    assert alone, "nothing was drawn before the page"
    assert alone[0].lines[0].startswith(NAME.rstrip()[:3])
    assert any(display.lines[0].rstrip() == NAME for display in alone)
    assert shown[-1].lines[0].startswith(f"{NAME}  ›")
