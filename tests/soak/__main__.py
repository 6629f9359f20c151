"""Play a day of syncs every half hour, with faults, browsing, comparing and exporting between, and tell what it leaves.

    make soak [ARGS="--hours 24 --people 200 --seed 1"]

The program is the real one, its app without a terminal, its Zoom the simulator in a process of its own, over HTTP.
Hours pass on a clock that is set forward. It ends with 1 when anything grows after the warm-up: memory, descriptors,
threads, tasks, connections to SQLite, temporary files, the data folder; and says where memory grew.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unittest import mock

from tests.soak.day import KEEP, Day, a_day
from tests.soak.held import KIB, Held, growth, held

if TYPE_CHECKING:
    from collections.abc import Sequence

WARM_UP: Final = 4
"""Hours until all that is loaded once is loaded, and as many syncs are kept as may be."""
COLUMNS: Final = (
    ("python_kib", "Python kB"), ("resident_kib", "resident kB"), ("descriptors", "fds"), ("threads", "threads"),
    ("pool", "pool"), ("tasks", "tasks"), ("connections", "SQLite"), ("widgets", "widgets"), ("temporary", "temp"),
    ("data_files", "files"), ("data_kib", "data kB"), ("syncs", "kept"),
)  # fmt: skip


LOOKS: Final = 3
"""At what was read, in each half hour."""


async def play(
    hours: int, people: int, seed: int, warm_up: int, folder: Path, looks: int = LOOKS
) -> tuple[list[Held], Day, list[str]]:
    """Play the hours; returns what was held after each, and where memory grew since the warm-up."""
    counted: list[Held] = []
    home, temporary = folder / "data", folder / "tmp"
    temporary.mkdir()
    tempfile.tempdir = None
    with mock.patch.dict(os.environ, {"TMPDIR": str(temporary), "HOME": str(folder)}):
        async with a_day(home, people, random.Random(seed), looks) as day:
            print("  ".join(["hour", *(title.rjust(len(title)) for _, title in COLUMNS), "syncs so far"]), flush=True)
            first = None
            for hour in range(1, hours + 1):
                await day.half_an_hour()
                await day.half_an_hour()
                with day.services.stores.open(day.connector).reader() as reader:
                    kept = len(reader.syncs())
                await day.leave_nothing()
                counted.append(held(home, temporary, syncs=kept))
                print(_line(hour, counted[-1], day), flush=True)
                if hour == max(warm_up - 1, 1) and tracemalloc.is_tracing():
                    first = _by_line()  # an hour earlier: what it takes itself belongs to the warm-up
            where = _where(first)
    tempfile.tempdir = None
    return counted, day, where


def _line(hour: int, now: Held, day: Day) -> str:
    cells = [f"{getattr(now, name):,}".rjust(len(title)) for name, title in COLUMNS]
    ended = ", ".join(f"{count} {how}" for how, count in sorted(day.ended.items()))
    return "  ".join([str(hour).rjust(4), *cells, ended])


def _by_line() -> Counter[str]:
    """Bytes that each line of code holds."""
    found = tracemalloc.take_snapshot().statistics("lineno")
    return Counter({f"{one.traceback[0].filename}:{one.traceback[0].lineno}": one.size for one in found})


def _where(first: Counter[str] | None) -> list[str]:
    """The lines that hold most more than at first."""
    more = _by_line() - first if first is not None else Counter[str]()
    return [f"{size // KIB:,} kB more by {line}" for line, size in more.most_common(12)]


def verdict(counted: Sequence[Held], day: Day, warm_up: int) -> list[str]:
    """What is not as it should be, a line each."""
    found = growth(counted[warm_up - 1 :])
    if counted[-1].syncs > KEEP:
        found.append(f"{counted[-1].syncs} syncs are kept, not {KEEP}")
    if counted[-1].temporary:
        found.append(f"{counted[-1].temporary} temporary files are left")
    if not day.ended["complete"]:
        found.append("no sync was complete: the faults are too many to say anything")
    return found


def main(*words: str) -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--hours", type=int, default=24)
    options.add_argument("--people", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--warm-up", type=int, default=WARM_UP, help="hours that are not compared")
    options.add_argument("--no-trace", action="store_true", help="do not say where memory grew; twice as fast")
    chosen = options.parse_args(words)
    if chosen.hours <= chosen.warm_up:
        options.error("there must be more hours than those of the warm-up")
    if not chosen.no_trace:
        tracemalloc.start()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak") as folder:
        counted, day, where = asyncio.run(
            play(chosen.hours, chosen.people, chosen.seed, chosen.warm_up, Path(folder).resolve())
        )
    done = ", ".join(f"{count} {what}" for what, count in sorted(day.done.items()))
    print(f"{chosen.hours} simulated hours in {time.monotonic() - began:.0f} s: {day.requests} requests; {done}.")
    found = verdict(counted, day, chosen.warm_up)
    for line in found or ["Flat."]:
        print(line)
    if any("kib" in line for line in found):
        print("Memory that is more than after the warm-up:", *where, sep="\n  ")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
