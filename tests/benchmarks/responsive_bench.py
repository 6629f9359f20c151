"""Whether the sync screen still answers keys while it reads a whole account: 200,000 users unless told otherwise.

    make bench BENCH=responsive
    python -m tests.benchmarks.responsive_bench [--users 200000] [--no-gate]

The program itself reads from the simulator, which is a process of its own without latency, so that everything
competes with the screen as hard as it can. Keys that narrow and scroll the log are posted all the while; the clock
stops when a frame that shows the effect has been handed to the app's display call. After each key comes the baseline:
the same key in an empty app. Milliseconds leave out the time for which other programs had the processor, the simulator
among them (Linux tells), but are never less than the processor time of all threads here; `clock` is the time on the
wall. The longest stop is the longest time for which the event loop stood still.

The goals are about twice what a machine of two cores needed, idle or with nine other processes that wanted them.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.baselines import EmptyApp, empty_app
from tests.benchmarks.browse_program import Bench, listed, on
from tests.benchmarks.frames import Frames, Took, gaps
from tests.benchmarks.report import Report, median, parser, percentile
from tests.benchmarks.sync_bench import Size, simulator
from zoomgov import process
from zoomgov.connectors.model import Draft, Owner, Step
from zoomgov.secret import Credentials, Secret
from zoomgov.services.services import Services
from zoomgov.settings import Settings
from zoomgov.sync.events import Outcome
from zoomgov.widgets.busy import Busy
from zoomgov.widgets.sync_log import SyncLog

SIZE: Final = (80, 24)
KEY, KEY_95, SLOWEST, STOP = 8.0, 20.0, 50.0, 50.0
"""The goals, in frames of the empty app: any key, 95 of 100, the slowest, and the longest stop of the event loop."""
READING, TOGETHER = "reading", "putting together"
TINY: Final = Size(60, 4, 2, 4)


class Answers:
    """Milliseconds that the keys of one phase took, those of the empty app, and how long the loop stood still."""

    def __init__(self) -> None:
        self.clock: list[float] = []
        self.own: list[float] = []
        self.empty: list[float] = []
        self.gap = 0.0


def phase_of(app: Bench) -> str:
    """What the sync does, as its screen says it."""
    return TOGETHER if "putting it together" in app.screen.query_one(Busy).waiting_for else READING


async def press(app: Frames, log: SyncLog, number: int) -> tuple[str, Took]:
    """Press a key that changes what the log shows, unless the sync ends first: then nothing need come of it.

    A line that comes at the same moment may move the log down by as much as Up moves it up. So a log that has grown
    counts as an effect, too: else the key would be waited for until the next line, and that may be seconds.
    """
    screen: Any = app.screen
    if number % 3 and log.max_scroll_y:
        place = log.scroll_y, log.max_scroll_y
        key = "up" if log.scroll_y else "down"
        took = await app.key(key, lambda: (log.scroll_y, log.max_scroll_y) != place or not screen.running)
    else:
        narrow, key = log.problems_only, "f"
        took = await app.key(key, lambda: log.problems_only != narrow or not screen.running)
    return key, took


async def watch(app: Bench, empty: EmptyApp, every: float) -> dict[str, Answers]:
    """Start the sync, and press keys until it has ended."""
    found = {READING: Answers(), TOGETHER: Answers()}
    await app.until(lambda: None, lambda: listed(app))
    await app.key("enter", lambda: on(app, "SyncScreen"))
    screen: Any = app.screen
    log = screen.query_one(SyncLog)
    await app.key("enter", lambda: screen.running)
    async with gaps() as gap:
        number = 0
        while screen.running:
            phase = phase_of(app)
            if log.all_lines:
                key, took = await press(app, log, number)
                number += 1
                found[phase].clock.append(took.clock)
                found[phase].own.append(took.own)
                found[phase].empty.append(await empty.frame(key))
            await asyncio.sleep(every)
            found[phase].gap, gap.longest = max(found[phase].gap, gap.longest), 0.0
    if screen.summary is None or screen.summary.outcome is not Outcome.COMPLETE:
        raise SystemExit("The sync was not complete.")
    return found


async def measure(home: Path, facts: dict[str, Any], every: float) -> dict[str, Answers]:
    credentials = Credentials(facts["account_id"], facts["client_id"], Secret(facts["client_secret"]))
    services = Services(Settings(data_dir=home, environment_credentials=credentials))
    draft = Draft(new_app="Zoom", name="Bench", owners=(Owner("o@example.org"),), cloud=facts["url"])
    services.registry.update(services.registry.create(draft).id, step=Step.SYNC)
    app = Bench(services)
    app.animation_level = "full"
    try:
        async with empty_app(SIZE) as empty, app.run_test(size=SIZE):
            return await watch(app, empty, every)
    finally:
        services.close()


def tell(report: Report, users: int, found: dict[str, Answers]) -> None:
    for phase, answers in found.items():
        if not answers.own:  # it was over before a key was pressed
            continue
        own, empty = answers.own, answers.empty
        usual, most = median(empty), percentile(own, 0.95)
        clock = f"clock {median(answers.clock):.1f}, its p95 {percentile(answers.clock, 0.95):.1f}"
        report.title(f"{phase.capitalize()} {users:,} users")
        report.ratio("a key to its frame", own, empty, KEY, f"{len(own):,} keys, {clock}")
        report.ratio("95 of 100 keys", most, usual, KEY_95)
        report.ratio("the slowest key", max(own), usual, SLOWEST)
        report.ratio("the longest stop of the event loop", answers.gap, usual, STOP)


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--users", type=int, default=200_000)
    options.add_argument("--every", type=float, default=0.15, help="seconds between two keys")
    options.add_argument("--tiny", action="store_true", help="one small account: shows that it works, measures nothing")
    chosen = options.parse_args()
    process.prepare()
    users = chosen.users
    size = TINY if chosen.tiny else Size(users, max(users // 200, 4), max(users // 400, 2), 20)
    with simulator(size) as facts, tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder), facts, 0.01 if chosen.tiny else chosen.every))
    report = Report()
    tell(report, size.users, found)
    return report.end(gate=not chosen.no_gate)


if __name__ == "__main__":
    sys.exit(main())
