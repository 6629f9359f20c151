"""What a start imports and does, and nothing it can do without; `make bench BENCH=start` measures its time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tests.benchmarks.made_up import person
from tests.benchmarks.start_bench import NAME, fill
from zoomgov import __version__
from zoomgov.cli.main import COMMANDS, SHORT_HELP, root

ROOT: Final = Path(__file__).parents[1]
NETWORK: Final = ("aiohttp", "httpx", "httpcore", "httpx_aiohttp", "ssl", "zoomgov.zoom.client")
SECRETS: Final = ("keyring", "zoomgov.vault")
WORK: Final = (
    "zoomgov.verify",
    "zoomgov.sync.engine",
    "zoomgov.findings.people",
    "zoomgov.export.write",
    "zoomgov.sim",
)
DECODER: Final = ("msgspec", "tomllib", "tomlkit")
"""Of records, and of settings where there are none."""
COMMANDS_ONLY: Final = ("click", "zoomgov.cli")
SCREENS_ONLY: Final = ("textual", "textual_plotext", "plotext", "zoomgov.app", "zoomgov.screens", "zoomgov.widgets")
LATER_PAGES: Final = (
    "zoomgov.screens.browse",
    "zoomgov.screens.overview",
    "zoomgov.screens.synced",
    "zoomgov.screens.compare",
    "zoomgov.store.reader",
)

PROGRAM: Final = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))
from zoomgov.__main__ import main
main()
"""
FIRST_FRAME: Final = """
import asyncio, json, os, sys
from collections import Counter
import textual.css.stylesheet as stylesheet
from textual._compositor import LayoutUpdate
from zoomgov import app as program
from zoomgov.screens.connectors import connectors
from zoomgov.services.services import build_services

connectors._FIRST_FRAME_WAITS = connectors._LOOKED_AT_FOR = 600  # however laden this machine is
parsed, restyled, shown = Counter(), [], []
parse = stylesheet.parse

def counted(scope, css, read_from, *rest, **more):
    parsed["/".join(read_from)] += 1
    return parse(scope, css, read_from, *rest, **more)

stylesheet.parse = counted

class App(program.ZoomgovApp):
    CSS_PATH = [os.path.join(os.path.dirname(program.__file__), name) for name in program.ZoomgovApp.CSS_PATH]

    def update_styles(self, node, animate=True):
        if node in self.screen_stack and node.query("KeyFooter"):
            restyled.append(str(node))
        super().update_styles(node, animate)

    def _display(self, screen, renderable):
        super()._display(screen, renderable)
        lines = ["".join(part.text for part in line) for line in getattr(renderable, "strips", ())]
        if not shown and any(line.strip() for line in lines):
            shown.extend(lines)
            print(json.dumps([sorted(sys.modules), parsed.most_common(), restyled, lines]))
            self.exit(0)

services = build_services(os.environ)
asyncio.run(App(services).run_async(headless=True, size=(80, 24)))
services.close()
"""


def run(home: Path, program: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ZOOMGOV_HOME": str(home), "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, "-c", program, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )


def loaded(modules: list[str], *names: str) -> list[str]:
    """Those of `names` that are loaded, or something within them."""
    return [name for name in names if any(module == name or module.startswith(f"{name}.") for module in modules)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where one connector was synced."""
    fill(tmp_path)
    return tmp_path


def test_the_version_is_told_without_the_command_line(tmp_path: Path) -> None:
    for option in ("--version", "-V"):
        done = run(tmp_path, PROGRAM, option)
        assert done.stdout == f"zoomgov {__version__}\n"
        modules = json.loads(done.stderr.splitlines()[-1])
        assert not loaded(
            modules, *NETWORK, *SECRETS, *WORK, *DECODER, *COMMANDS_ONLY, *SCREENS_ONLY, "asyncio", "sqlite3", "rich"
        )


def test_the_version_that_the_command_line_tells_is_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    root.main(["--version"], prog_name="zoomgov", standalone_mode=False)
    assert capsys.readouterr().out == f"zoomgov {__version__}\n"


def test_a_version_that_cannot_be_written_is_a_failure_in_words() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("only Linux has a device that is full")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, "--version"], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True,
            check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_help_loads_no_command(tmp_path: Path) -> None:
    done = run(tmp_path, PROGRAM, "--help")
    modules = json.loads(done.stderr.splitlines()[-1])
    assert not loaded(modules, *NETWORK, *SECRETS, *WORK, *DECODER, *SCREENS_ONLY, "asyncio", "sqlite3", "rich")
    assert not loaded(modules, *{f"zoomgov.cli.{module}" for module in COMMANDS.values()})
    printed = " ".join(done.stdout.split())
    for name, line in SHORT_HELP.items():
        assert f" {name} {line}" in printed


def test_each_command_has_one_line_of_help_and_no_second_one_elsewhere() -> None:
    assert SHORT_HELP.keys() == COMMANDS.keys()
    for name, module in COMMANDS.items():
        found = getattr(__import__(f"zoomgov.cli.{module}", fromlist=["_"]), f"{name}_command")
        assert found.short_help in (None, SHORT_HELP[name])  # None until it is looked up
    context: Any = root.make_context("zoomgov", ["sync"])
    for name, line in SHORT_HELP.items():
        command = root.get_command(context, name)
        assert command is not None
        assert command.get_short_help_str(100) == line


def test_a_list_is_printed_without_network_keyring_decoder_or_event_loop(home: Path) -> None:
    done = run(home, PROGRAM, "list", "users", NAME)
    assert person(1, 0).email in done.stdout
    modules = json.loads(done.stderr.splitlines()[-1])
    assert not loaded(
        modules, *NETWORK, *SECRETS, *WORK, *DECODER, *SCREENS_ONLY, "asyncio", "hashlib", "rich._emoji_codes"
    )
    assert not loaded(modules, "zoomgov.store.writer", "zoomgov.store.read.charts", "zoomgov.store.read.licences")


@pytest.mark.parametrize("stored", [True, False])
def test_the_first_frame_is_the_whole_page_and_nothing_is_done_twice_for_it(home: Path, stored: bool) -> None:
    """Of a list of connectors, and of the welcome where there is none."""
    if not stored:
        home = home / "empty"
    modules, parsed, restyled, lines = json.loads(run(home, FIRST_FRAME).stdout)
    page = "\n".join(lines)
    for text in (NAME, "● Connected", "Enter opens its overview", "Verify", "f1 Help") if stored else (
        "Welcome", "Account Owner", "Set up Zoom", "Show me with made-up data", "a Add connector", "f1 Help",
    ):  # fmt: skip
        assert text in page
    assert not loaded(modules, *NETWORK[:-2], *SECRETS, *WORK, *DECODER, *COMMANDS_ONLY, *LATER_PAGES)
    assert not loaded(modules, "plotext", "textual_plotext", "markdown_it", "zoomgov.sync")
    ours = {Path(sheet).name: times for sheet, times in parsed if sheet.endswith(".tcss/")}
    assert ours == {"app.tcss": 1, "connectors.tcss": 1}
    assert restyled == []
