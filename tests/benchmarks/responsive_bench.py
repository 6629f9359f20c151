"""Whether the sync screen still answers keys while it reads a whole account: 200,000 users unless told otherwise.

    make bench BENCH=responsive
    python -m tests.benchmarks.responsive_bench [--users 200000] [--gate]

The program itself reads from the simulator, which is a process of its own without latency, so that everything
competes with the screen as hard as it can. Keys that narrow and scroll the log are posted all the while; the clock
stops when a frame that shows the effect has been handed to the app's display call. `clock` is the time on the wall;
`median`, `p95` and `most` leave out the time for which other programs had the processor, the simulator among them
(Linux tells), but are never less than the processor time of all threads here. `gap` is the longest time for which the
event loop stood still.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.browse_bench import Bench, listed, on
from tests.benchmarks.frames import Took, gaps
from tests.benchmarks.report import Report, median, percentile
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
KEY_95: Final = 60.0
"""The goal, in milliseconds."""
READING, TOGETHER = "reading", "putting it together"
TINY: Final = Size(60, 4, 2, 4)


class Answers:
    """Milliseconds that the keys of one phase took, and how long the loop stood still."""

    def __init__(self) -> None:
        self.clock: list[float] = []
        self.own: list[float] = []
        self.gap = 0.0


def phase_of(app: Bench) -> str:
    """What the sync does, as its screen says it."""
    return TOGETHER if "putting it together" in app.screen.query_one(Busy).waiting_for else READING


async def press(app: Bench, log: SyncLog, number: int) -> Took:
    """Press a key that changes what the log shows, unless the sync ends first: then nothing need come of it."""
    screen: Any = app.screen
    narrow, place = log.problems_only, log.scroll_y
    if number % 3 and log.max_scroll_y:
        took = await app.key("up" if place else "down", lambda: log.scroll_y != place or not screen.running)
    else:
        took = await app.key("f", lambda: log.problems_only != narrow or not screen.running)
    return took


async def watch(app: Bench, every: float) -> dict[str, Answers]:
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
            if log.said:
                took = await press(app, log, number)
                number += 1
                found[phase].clock.append(took.clock)
                found[phase].own.append(took.own)
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
        async with app.run_test(size=SIZE):
            return await watch(app, every)
    finally:
        services.close()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--users", type=int, default=200_000)
    options.add_argument("--every", type=float, default=0.15, help="seconds between two keys")
    options.add_argument("--tiny", action="store_true", help="one small account: shows that it works, measures nothing")
    options.add_argument("--gate", action="store_true", help="fail when the goal is missed")
    chosen = options.parse_args()
    process.prepare()
    users = chosen.users
    size = TINY if chosen.tiny else Size(users, max(users // 200, 4), max(users // 400, 2), 20)
    with simulator(size) as facts, tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder), facts, 0.01 if chosen.tiny else chosen.every))
    report = Report()
    report.title(f"A key while {size.users:,} users are read", "median", "p95", "most", "clock p95", "gap", "keys")
    for phase, answers in found.items():
        own = answers.own
        if not own:
            report.line(phase, ["-", "-", "-", "-", answers.gap, "0"])
            continue
        most = percentile(own, 0.95)
        cells: list[float | str] = [
            median(own),
            most,
            max(own),
            percentile(answers.clock, 0.95),
            answers.gap,
            f"{len(own):,}",
        ]
        report.line(phase, cells, f"p95 {most / KEY_95:.2f} of {KEY_95:.0f}", most <= KEY_95)
    return 1 if not report.end() and chosen.gate else 0


if __name__ == "__main__":
    sys.exit(main())
