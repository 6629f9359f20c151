"""A terminal in tmux with the installed program, a simulator as a process of its own, and a real keyring."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.secret_service import unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.secret_service import SecretService

PATIENCE = 40.0
"""Seconds until a screen must have appeared; long, because a busy machine is slow: only hangs should fail."""


class Terminal:
    """One tmux server with one window; `type` presses keys, `wait_for` reads the screen."""

    def __init__(self, command: list[str], environment: dict[str, str], folder: Path, size: tuple[int, int]) -> None:
        self._socket = f"zoomgov-{uuid.uuid4().hex[:12]}"
        columns, rows = size
        self._status = folder / f"{self._socket}.status"
        assignments = [f"{name}={value}" for name, value in environment.items()]
        # tmux does not always get the exit status of its child; the shell around it does.
        noting = ["sh", "-c", 'env -i "$@"; echo $? > "$0"', str(self._status)]
        self._tmux(
            "-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), "-c", str(folder),
            *noting, *assignments, *command,
            ";", "set-option", "-g", "remain-on-exit", "on",
        )  # fmt: skip

    def _tmux(self, *arguments: str) -> str:
        return subprocess.run(
            ["tmux", "-L", self._socket, *arguments], check=True, capture_output=True, text=True, timeout=60
        ).stdout

    def keys(self, *names: str) -> None:
        """Press keys by tmux's names, e.g. `Enter`, `Escape`, `C-c`, all at once."""
        self._tmux("send-keys", *names)

    def write(self, text: str) -> None:
        """Type text, and wait until the screen shows it."""
        self._tmux("send-keys", "-l", text)
        self.wait_for(text)

    def paste(self, text: str) -> None:
        """Paste text in brackets, as terminals do."""
        subprocess.run(["tmux", "-L", self._socket, "load-buffer", "-"], input=text, check=True, text=True, timeout=60)
        self._tmux("paste-buffer", "-p", "-d")

    @property
    def screen(self) -> str:
        """Return the text on the screen."""
        return self._tmux("capture-pane", "-p")

    def wait_for(self, *texts: str, absent: str | None = None) -> str:
        """Wait until the screen shows every text, line breaks counting as blanks; return the screen."""

        def there(screen: str) -> bool:
            flat = " ".join(screen.split())
            return all(" ".join(text.split()) in flat for text in texts) and (absent is None or absent not in flat)

        return self._until(there, f"{texts!r} to appear" + (f" and {absent!r} to go" if absent else ""))

    def wait_until_ended(self) -> None:
        """Wait until the program has ended; fail if it ended with an error."""
        self._until(lambda screen: self._status.exists() and self._status.read_text() != "", "the program to end")
        assert self._status.read_text() == "0\n", self.screen

    def _until(self, condition: Callable[[str], bool], what: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while True:
            screen = self.screen
            if condition(screen):
                return screen
            if time.monotonic() > deadline:
                pytest.fail(f"waited {PATIENCE:.0f} s for {what}; the screen shows:\n{screen}")
            time.sleep(0.05)  # polling another process: nothing to await

    def close(self) -> None:
        subprocess.run(["tmux", "-L", self._socket, "kill-server"], capture_output=True, timeout=60, check=False)


@pytest.fixture
def person_environment(tmp_path: Path, secret_service: SecretService) -> dict[str, str]:
    """Return an environment with an empty home and a keyring, without variables of this program."""
    home = tmp_path / "home"
    temporary = tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir()
    return {
        **secret_service.environment,
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "TERM": "xterm-256color",
        "TEXTUAL_ANIMATIONS": "none",
    }


@pytest.fixture
def program() -> list[str]:
    """The command that starts the program."""
    return [sys.executable, "-m", "zoomgov"]


@pytest.fixture
def open_terminal(
    tmp_path: Path, person_environment: dict[str, str], program: list[str]
) -> Iterator[Callable[..., Terminal]]:
    """Start the program in a terminal of 80x24; all are closed after the test."""
    if shutil.which("tmux") is None:
        unavailable("tmux is not installed: apt-get install tmux")
    opened: list[Terminal] = []

    def start(*arguments: str, size: tuple[int, int] = (80, 24), **extra: str) -> Terminal:
        terminal = Terminal([*program, *arguments], {**person_environment, **extra}, tmp_path, size)
        opened.append(terminal)
        return terminal

    yield start
    for terminal in opened:
        terminal.close()


class Simulator:
    """`zoomgov sim` as a process of its own."""

    def __init__(self, program: list[str], *arguments: str) -> None:
        self._process = subprocess.Popen(
            [*program, "sim", "--port", "0", "--json", *arguments], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            pytest.fail("the simulator did not start")
        facts: dict[str, Any] = json.loads(line)
        self.url: str = facts["url"]
        self.account_id: str = facts["account_id"]
        self.client_id: str = facts["client_id"]
        self.client_secret: str = facts["client_secret"]

    @property
    def pasted_block(self) -> str:
        """Return the credentials as copied from Zoom's page."""
        return (
            "App Credentials\n\n"
            f"Account ID\n{self.account_id}\n Copy \n"
            f"Client ID\n  {self.client_id}\nCopy\n"
            f"Client secret\n{self.client_secret}  \nCopy\nRegenerate\n"
        )

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(60)
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture
def start_simulator(program: list[str]) -> Iterator[Callable[..., Simulator]]:
    """Start a simulator with options; it is stopped after the test."""
    started: list[Simulator] = []

    def start(*arguments: str) -> Simulator:
        started.append(Simulator(program, *arguments))
        return started[-1]

    yield start
    for simulator in started:
        simulator.stop()


@pytest.fixture
def find_on_disk() -> Callable[[str, Path], list[Path]]:
    """Search every file below a folder for a text, as UTF-8 and UTF-16, plain and base64."""
    import base64

    def search(text: str, folder: Path) -> list[Path]:
        forms = [text.encode(), text.encode("utf-16-le"), base64.b64encode(text.encode()).rstrip(b"=")[:-1]]
        return [
            path
            for path in folder.rglob("*")
            if path.is_file() and not path.is_symlink() and any(form in path.read_bytes() for form in forms)
        ]

    return search
