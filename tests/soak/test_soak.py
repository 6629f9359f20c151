"""Two hours of the day: at their end the process holds what it held an hour before, whatever went wrong meanwhile."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.soak.__main__ import main, play, verdict
from tests.soak.day import KEEP
from tests.soak.held import Held, growth
from tests.soak.simulated import Clock

if TYPE_CHECKING:
    from pathlib import Path

SOME: Held = Held(40_000, 200_000, 13, 1, 2, 26, 1, 21, 0, 6, 400, KEEP)
MEMORY = ("python_kib", "resident_kib", "data_kib", "widgets", "pool", "syncs")
"""What two hours are too few for."""


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="what is open is counted in /proc")
async def test_hours_of_syncs_leave_nothing_open(tmp_path: Path) -> None:
    counted, day, _ = await play(hours=2, people=20, seed=3, warm_up=1, folder=tmp_path, looks=1)
    assert day.ended.total() == 4
    assert day.ended["complete"]
    assert day.clock.seconds >= 2 * 3600
    assert day.done.total() >= 3
    assert growth(counted, but=MEMORY) == []
    last = counted[-1]
    assert (last.temporary, last.connections) == (0, 1), "the list of connectors stays open"
    assert last.syncs <= KEEP


async def test_a_clock_that_is_set_forward() -> None:
    clock = Clock()
    begun = clock.now()
    await clock.sleep(90)
    assert clock.monotonic() == 90
    assert (clock.now() - begun).total_seconds() == 90


@pytest.mark.parametrize(
    ("field", "much"),
    [("descriptors", 1), ("threads", 1), ("tasks", 1), ("connections", 1), ("temporary", 1), ("data_files", 1),
     ("python_kib", 5_000), ("resident_kib", 20_000), ("data_kib", 2_000), ("widgets", 50)],
)  # fmt: skip
def test_what_grows_is_told(field: str, much: int) -> None:
    flat = [SOME] * 9
    assert growth(flat) == []
    before = getattr(SOME, field)
    grows = [replace(SOME, **{field: before + much * hour}) for hour in range(9)]
    assert growth(grows)
    one_moment = [*flat, replace(SOME, **{field: before + 9 * much})]
    assert growth(one_moment) == [], "one unlucky moment is no growth"


def test_fewer_hours_than_the_warm_up_are_refused() -> None:
    with pytest.raises(SystemExit):
        main("--hours", "4", "--warm-up", "4")


async def test_a_day_without_one_complete_sync_says_nothing(tmp_path: Path) -> None:
    class Never:
        ended = {"complete": 0}

    assert "no sync was complete" in " ".join(verdict([SOME], Never(), 1))  # type: ignore[arg-type]
