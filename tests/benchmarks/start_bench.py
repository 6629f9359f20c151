"""How long the program takes to start, as multiples of what cannot be less: an empty Textual app, and bare Python.

    make bench BENCH=start
    python -m tests.benchmarks.start_bench [--rounds 9] [--gate]

Each round starts every program once, those compared one after the other. Pages are drawn on a real terminal of 80 by
24: `first frame` is when the first character that is not blank has come out of it, `complete` when the last character
or style changed before the page stayed as it was. Both apps are measured in the same way, so neither can be complete
too soon. Commands are measured until they have ended, their output read to its end.

Values are medians in milliseconds, without the time for which other programs had the processor (Linux tells); `clock`
is the time on the wall. The ratios are of one run and hold on other machines; the milliseconds do not.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.benchmarks.empty_app import TEXT
from tests.benchmarks.made_up import Account, sync
from tests.benchmarks.report import Report, median, parser
from tests.benchmarks.terminal import Shown, show, waited
from zoomgov.connectors.model import ConnectorStatus, Draft, Owner, Step
from zoomgov.services.services import Services
from zoomgov.settings import Settings
from zoomgov.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

_HERE: Final = Path(__file__).parent
_PROGRAM: Final = (sys.executable, "-c", "from zoomgov.__main__ import main; main()")
"""As the installed script does."""
NAME: Final = "Bench"
PEOPLE, MEMBERSHIPS, GROUPS = 50, 150, 10
_LEFT_OUT: Final = ("NO_COLOR", "PYTHONDONTWRITEBYTECODE", "TEXTUAL_THEME", "TEXTUAL_LOG", "TEXTUAL")
"""Variables under which less, or something else, is drawn, or every start compiles what was edited last."""

EMPTY, LIST, WELCOME = "an empty Textual app", "the list of connectors", "the welcome of an empty list"
BARE, VERSION, HELP, PRINT = "python -c pass", "zoomgov --version", "zoomgov --help", "zoomgov list users"
PAGES: Final = {EMPTY: TEXT, LIST: "Connected", WELCOME: "Set up Zoom"}
"""Each page, and what is to be read on it once it has settled."""
COMMANDS: Final = {
    BARE: (sys.executable, "-c", "pass"),
    VERSION: (*_PROGRAM, "--version"),
    HELP: (*_PROGRAM, "--help"),
    PRINT: (*_PROGRAM, "list", "users", NAME),
}
COMPLETE, FIRST = 1.30, 1.15
GOALS: Final = {VERSION: 2.0, HELP: 3.5, PRINT: 6.0}


class Ran:
    """What each round measured, by program."""

    def __init__(self) -> None:
        self.pages: dict[str, list[Shown]] = {name: [] for name in PAGES}
        self.commands: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
        """Milliseconds of its own, and on the wall."""


def fill(home: Path) -> None:
    """Store one connector with an account that was synced."""
    services = Services(Settings(data_dir=home))
    made = services.registry.create(Draft(new_app="Zoom", name=NAME, owners=(Owner("owner@example.org"),)))
    store = Store.open(services.settings.store_path(made.id))
    sync(store, Account(PEOPLE, MEMBERSHIPS, GROUPS))
    store.close()
    services.registry.update(
        made.id, status=ConnectorStatus.CONNECTED, step=Step.DONE, last_sync_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    services.close()


def page(name: str, environment: Mapping[str, str]) -> Shown:
    """Start an app and see its first page.

    Raises:
        SystemExit: it is another page than it should be.
    """
    command = (sys.executable, str(_HERE / "empty_app.py")) if name == EMPTY else _PROGRAM
    if name == WELCOME:
        with tempfile.TemporaryDirectory() as home:
            shown = show(command, {**environment, "ZOOMGOV_HOME": home})
    else:
        shown = show(command, environment)
    if PAGES[name] not in "\n".join(shown.lines):
        raise SystemExit("\n".join((f"This is not {name}:", *shown.lines)))
    return shown


def command(name: str, environment: Mapping[str, str]) -> tuple[float, float]:
    """Run a command; return milliseconds of its own and on the wall.

    Raises:
        SystemExit: it failed.
    """
    began = time.perf_counter()
    with subprocess.Popen(
        COMMANDS[name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=environment
    ) as process:
        assert process.stdout is not None
        printed = process.stdout.read()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        clock = (time.perf_counter() - began) * 1000
        own = clock - waited(process.pid)
    if process.returncode or (name != BARE and not printed):
        raise SystemExit(f"{name} ended with {process.returncode}, and printed {len(printed)} bytes.")
    return own, clock


def measure(rounds: int, environment: Mapping[str, str]) -> Ran:
    """Run everything by turns, the first time not counted: it writes what Python compiles."""
    ran = Ran()
    for number in range(rounds + 1):
        for name in PAGES:
            shown = page(name, environment)
            if number:
                ran.pages[name].append(shown)
        for name in COMMANDS:
            took = command(name, environment)
            if number:
                ran.commands[name].append(took)
    return ran


def tell(ran: Ran) -> Report:
    """Print the raw values, then the ratios with their goals."""
    report = Report()
    report.title("Milliseconds from the start", "first", "complete", "least", "most", "clock")
    for name, shown in ran.pages.items():
        whole = [one.whole for one in shown]
        cells = [median([one.first for one in shown]), median(whole), min(whole), max(whole)]
        report.line(name, [*cells, median([one.clock for one in shown])])
    for name, took in ran.commands.items():
        own = [one for one, _ in took]
        report.line(name, ["", median(own), min(own), max(own), median([clock for _, clock in took])])
    firsts = {name: median([one.first for one in shown]) for name, shown in ran.pages.items()}
    wholes = {name: median([one.whole for one in shown]) for name, shown in ran.pages.items()}
    report.title("Against an empty Textual app")
    for name in (LIST, WELCOME):
        report.ratio(f"{name}, complete", wholes[name], wholes[EMPTY], COMPLETE)
    for name in (LIST, WELCOME):
        report.ratio(f"{name}, first", firsts[name], firsts[EMPTY], FIRST)
    report.title("Against bare Python")
    commands = {name: median([own for own, _ in took]) for name, took in ran.commands.items()}
    for name, goal in GOALS.items():
        report.ratio(name, commands[name], commands[BARE], goal)
    return report


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--rounds", type=int, default=9)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder))
        kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
        environment = {**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor", "ZOOMGOV_HOME": folder}
        report = tell(measure(chosen.rounds, environment))
    return report.end(gate=not chosen.no_gate)


if __name__ == "__main__":
    sys.exit(main())
