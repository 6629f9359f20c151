"""How fast the browse screens are over a real store: 200,000 users and 1,000,000 memberships unless told otherwise.

    make bench BENCH=browse
    python -m tests.benchmarks.browse_bench [--users 200000] [--memberships 1000000] [--home FOLDER] [--no-gate]

Everything is measured through the running program, from its list of connectors on: a key is posted to it, and the
clock stops when a frame that shows the effect has been handed to the app's display call. `measured`, `baseline` and
`p95` are milliseconds without the time for which other programs had the processor (Linux tells; on a quiet machine
that is the same as `clock`, the time on the wall). `processor` is what this program used, all threads. `gap` is the
longest time for which the event loop stood still meanwhile. First openings and the memory are those of fresh
processes. `--home` keeps the made-up account for the next run.

Each thing that is measured has its baseline right after it: the same key's frame in an empty app, an empty page, or
that frame and a plain Python loop over the same people. See `baselines.py`, and `GOALS` for how the goals were chosen.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.app import App

from tests.benchmarks.baselines import empty_app
from tests.benchmarks.browse_program import Bench, has_rows, listed, make, on
from tests.benchmarks.browse_walk import (
    FOUND,
    MOVED,
    OPENED,
    ORDERED,
    ORDERED_FOUND,
    ORDERED_WITHIN,
    READY,
    SIZE,
    Measured,
    Round,
    only_walk,
    walk,
)
from tests.benchmarks.frames import Took, gaps
from tests.benchmarks.report import Report, median, parser, percentile
from zoomgov import process
from zoomgov.app import _IDLE_AFTER
from zoomgov.services.services import Services
from zoomgov.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

GOALS: Final = {
    READY: 20.0,
    MOVED: 6.0,
    FOUND: 2.5,
    ORDERED: 1.2,
    ORDERED_FOUND: 1.4,
    ORDERED_WITHIN: 2.2,
    OPENED: 15.0,
}
"""By part, how many baselines a thing may take: 1.2 to 2 times the worst of it on a machine of two cores, in two runs
beside nine and more processes that wanted them."""
MOVED_95: Final = 15.0
"""Of 95 keys in 100: frames of the empty app. Textual draws at most 60 frames a second, which is 4 of these."""
STOPS: Final = {READY: 30.0}
STOP: Final = 15.0
"""How many frames of the empty app the event loop may stand still in the best round: whatever stops it, does each
time; what other programs take from it, does not."""
MEMORY: Final = 60.0
"""Megabytes more than an empty app; these do not depend on how fast the machine is."""


# In a process of its own


async def first_opening(home: Path) -> list[float]:
    """What the first opening of a start took, and the gap, in milliseconds."""
    services = Services(Settings(data_dir=home))
    app = Bench(services)
    async with app.run_test(size=SIZE) as pilot:
        await app.until(lambda: None, lambda: listed(app))
        await asyncio.sleep(0.5)  # nobody presses a key sooner
        await pilot.pause()
        async with gaps() as gap:
            await app.key("enter", lambda: on(app, "OverviewScreen"))
            took = await app.key("1", lambda: has_rows(app))
            await asyncio.sleep(0.5)
    services.close()
    return [*took, gap.longest]


async def look_at_everything(home: Path | None, few: bool) -> None:
    """Walk through all screens, or start an empty app."""
    if home is None:
        async with App[None]().run_test(size=SIZE) as pilot:
            await pilot.pause(0.3)
    else:
        await only_walk(home, 0.02, few, 2 * _IDLE_AFTER)


def peak() -> float:
    """Megabytes that this process has used at most."""
    # not getrusage: a child begins with its parent's peak
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def apart(job: str, home: Path, few: bool) -> list[float]:
    """Do one of the above in a fresh process."""
    command = [sys.executable, "-m", "tests.benchmarks.browse_bench", "--home", str(home), "--apart", job]
    command += ["--few"] * few
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    if done.returncode:
        raise SystemExit(done.stderr)
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    return found


async def empty_first_page() -> tuple[float, float]:
    """Milliseconds of the first page that a fresh empty app opens, and of its next frame."""
    async with empty_app(SIZE) as empty:
        return await empty.page(), await empty.frame("enter")


def first_openings(home: Path, rounds: int, few: bool) -> list[Round]:
    """First openings of fresh processes and of fresh empty apps, by turns."""
    found = []
    for _ in range(rounds):
        *took, gap = apart("opening", home, few)
        found.append(Round(Took(*took), *asyncio.run(empty_first_page()), gap))
    return found


# The report


def tell(report: Report, measured: Measured) -> None:
    for part, by_what in measured.items():
        report.title(part)
        for what, rounds in by_what.items():
            tell_one(report, part, what, rounds)
        tell_stop(report, part, by_what)


def tell_one(report: Report, part: str, what: str, rounds: Sequence[Round]) -> None:
    """One line, and for keys another for the slowest of them."""
    own, baseline = [one.took.own for one in rounds], [one.baseline for one in rounds]
    clock, processor = median([one.took.clock for one in rounds]), median([one.took.processor for one in rounds])
    note = f"p95 {percentile(own, 0.95):.1f}, clock {clock:.1f}, processor {processor:.1f}"
    gap = [one.gap for one in rounds if one.gap is not None]
    if gap:
        note += f", gap {median(gap):.1f}"
    appeared = [one.appeared for one in rounds if one.appeared is not None]
    if appeared:  # the goal is for its first frame
        note = f"rows {median(own):.1f}, {note}"
    report.ratio(what, appeared or own, baseline, GOALS[part], note)
    if part == MOVED:
        report.ratio(f"{what}, 95 of 100", percentile(own, 0.95), median(baseline), MOVED_95)


def tell_stop(report: Report, part: str, by_what: dict[str, list[Round]]) -> None:
    """The worst of a part: for how long the loop stood still, to frames of the empty app."""
    stops = {
        what: (min(gap), median([one.frame for one in rounds]))
        for what, rounds in by_what.items()
        if (gap := [one.gap for one in rounds if one.gap is not None])
    }
    if stops:
        worst = max(stops, key=lambda what: stops[what][0] / stops[what][1])
        report.ratio("the longest stop of the event loop", *stops[worst], STOPS.get(part, STOP), f"at {worst}")


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--users", type=int, default=200_000)
    options.add_argument("--memberships", type=int, default=1_000_000)
    options.add_argument("--home", type=Path, help="folder that keeps the made-up account")
    options.add_argument("--rounds", type=int, default=3, help="how often each thing is done")
    options.add_argument("--wait", type=float, default=0.1, help="seconds of rest between two keys, at least")
    options.add_argument("--few", action="store_true", help="only two searches, orders and pages of each sort")
    options.add_argument("--apart", choices=("opening", "memory", "empty"), help="for its own processes")
    chosen = options.parse_args()
    process.prepare()
    if chosen.apart == "opening":
        print(json.dumps(asyncio.run(first_opening(chosen.home))))
        return 0
    if chosen.apart is not None:
        asyncio.run(look_at_everything(chosen.home if chosen.apart == "memory" else None, chosen.few))
        print(json.dumps([peak()]))
        return 0
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        home = chosen.home or Path(folder)
        if not (home / "stores").exists():
            make(home, chosen.users, chosen.memberships)
        shutil.rmtree(home / "browse", ignore_errors=True)  # orders that a run before has left to be remembered
        first = first_openings(home, chosen.rounds, chosen.few)
        measured = asyncio.run(walk(home, chosen.rounds, chosen.wait, chosen.few))
        measured[READY] = {"opening, from the list of connectors": first, **measured[READY]}
        tell(report, measured)
        empty, full = (apart(job, home, chosen.few)[0] for job in ("empty", "memory"))
    report.title("Memory, MB")
    report.limit("peak, more than an empty app", full - empty, MEMORY, f"{full:.1f} and {empty:.1f}")
    return report.end(gate=not chosen.no_gate)


if __name__ == "__main__":
    sys.exit(main())
