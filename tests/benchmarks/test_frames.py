"""What is called a stop of the event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.benchmarks import frames
from tests.benchmarks.frames import Gaps

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def let_pass(monkeypatch: pytest.MonkeyPatch) -> Callable[[float, float, float], None]:
    """Milliseconds to let pass: on the wall, of processor, and waited for a processor."""
    now = [0.0, 0.0, 0.0]
    monkeypatch.setattr("tests.benchmarks.frames.time.perf_counter", lambda: now[0] / 1000)
    monkeypatch.setattr("tests.benchmarks.frames.time.process_time", lambda: now[1] / 1000)
    monkeypatch.setattr(frames, "_waited", lambda: now[2])

    def add(clock: float, processor: float, waited: float) -> None:
        for place, more in enumerate((clock, processor, waited)):
            now[place] += more

    return add


@pytest.mark.parametrize(
    ("clock", "processor", "waited", "stop"),
    [
        (101.0, 0.0, 0.0, 100.0),  # blocked, as by a file
        (101.0, 100.0, 0.0, 100.0),  # computed
        (101.0, 5.0, 95.0, 5.0),  # another program had the processor
        (101.0, 60.0, 300.0, 60.0),  # several threads waited at once, but this was computed
    ],
)
def test_a_stop_is_what_other_programs_did_not_take(
    let_pass: Callable[[float, float, float], None], clock: float, processor: float, waited: float, stop: float
) -> None:
    gaps = Gaps()
    let_pass(1.0, 1.0, 0.0)  # in time
    gaps.tick()
    assert not gaps.longest
    let_pass(clock, processor, waited)
    gaps.tick()
    assert gaps.longest == pytest.approx(stop)
