"""Variables that have Textual write or send what is typed: a real pty, with a listener where it would send."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.cli.test_app_ended import read_until
from zoomgov.process import take_textual_variables

if sys.platform != "win32":
    import pty
    import termios

ROOT: Final = Path(__file__).parents[2]
SECRET: Final = "S3cretThatIsPastedOnlyHere"
HARMLESS: Final = {"TEXTUAL_THEME": "textual-dark", "TEXTUAL_ANIMATIONS": "none", "TEXTUAL_FPS": "30"}


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX terminals")
def test_what_is_typed_is_neither_written_nor_sent(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        harmful = {
            "TEXTUAL": "devtools,debug",
            "TEXTUAL_DEBUG": "1",
            "TEXTUAL_LOG": str(here / "textual.log"),
            "TEXTUAL_DEVTOOLS_HOST": "127.0.0.1",
            "TEXTUAL_DEVTOOLS_PORT": str(listener.getsockname()[1]),
            "TEXTUAL_SCREENSHOT": "0",
            "TEXTUAL_SCREENSHOT_LOCATION": str(here),
            "TEXTUAL_NEXT_YEAR": "1",
        }
        shown = paste_and_quit(here, harmful | HARMLESS)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert list(here.iterdir()) == []
    told = re.findall(rb"not using ([^:]*):", shown)
    assert told == [", ".join(sorted(harmful)).encode()]
    assert SECRET.encode() not in shown


def paste_and_quit(folder: Path, more: dict[str, str]) -> bytes:
    """Run the app in `folder`, paste into its first page, and leave; returns all that its terminal was sent."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 80))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ZOOMGOV_", "TEXTUAL"))}
    environment |= {"ZOOMGOV_HOME": str(folder.parent / "home"), "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "zoomgov"], stdin=slave, stdout=slave, stderr=slave, cwd=folder, env=environment | more
    )
    os.close(slave)
    shown = read_until(master, b"Set up Zoom")
    os.write(master, b"\x1b[<0;70;20M")  # no field has the focus: what is pasted is shown nowhere
    os.write(master, f"\x1b[200~{SECRET}\x1b[201~".encode())
    os.write(master, b"\x11")
    shown += read_until(master, b"no such text")
    process.wait()
    os.close(master)
    return shown


def test_what_only_decides_on_looks_stays() -> None:
    environ = {**HARMLESS, "TEXTUAL": "debug", "PATH": "/bin", "Textual_Debug": "1"}
    assert take_textual_variables(environ) == ["TEXTUAL", "Textual_Debug"]
    assert environ == {**HARMLESS, "PATH": "/bin"}


def test_every_variable_of_this_textual_is_known() -> None:
    """One that is new in Textual is taken away; whoever raises its version decides whether it may stay."""
    import textual

    folder = Path(textual.__file__).parent
    found = {name for path in folder.rglob("*.py") for name in re.findall(r'"(TEXTUAL[A-Z_]*)"', path.read_text())}
    rest = dict.fromkeys(found, "")
    take_textual_variables(rest)
    assert set(rest) == {
        "TEXTUAL_ANIMATIONS", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_DIM_FACTOR", "TEXTUAL_DISABLE_KITTY_KEY",
        "TEXTUAL_FILTERS", "TEXTUAL_FPS", "TEXTUAL_SLOW_THRESHOLD", "TEXTUAL_SMOOTH_SCROLL", "TEXTUAL_SPEEDUPS",
        "TEXTUAL_THEME",
    }  # fmt: skip
