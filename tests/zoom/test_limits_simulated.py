"""The limiter against simulated Zoom servers, in counted time: how much it uses, how often it is refused."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pytest

from tests.zoom.conftest import run_counted
from zoomgov.zoom.endpoints import Label
from zoomgov.zoom.limits import MAX_IN_FLIGHT, Limiter

Ceiling = Callable[[float], float]


class FixedWindow:
    """Counts per second of the calendar, refused requests too; the first second has begun `phase` ago."""

    def __init__(self, ceiling: Ceiling, phase: float = 0.0) -> None:
        self._ceiling = ceiling
        self._phase = phase
        self._second, self._count = -1, 0

    def accepts(self, now: float) -> bool:
        if int(now + self._phase) != self._second:
            self._second, self._count = int(now + self._phase), 0
        self._count += 1
        return self._count <= self._ceiling(now)


class SlidingWindow:
    """Counts accepted requests in the second before each request."""

    def __init__(self, ceiling: Ceiling, phase: float = 0.0) -> None:
        self._ceiling = ceiling
        self._times: deque[float] = deque()

    def accepts(self, now: float) -> bool:
        while self._times and self._times[0] <= now - 1.0:
            self._times.popleft()
        if len(self._times) >= self._ceiling(now):
            return False
        self._times.append(now)
        return True


@dataclass
class Outcome:
    used: float
    """Accepted requests, as a part of what the server would have taken."""
    refused: float
    """Refusals, as a part of requests."""


def simulate(
    window: FixedWindow | SlidingWindow,
    assumed: float,
    ceiling: Ceiling,
    seconds: float,
    seed: int = 1,
    jitter: float = 0.005,
) -> Outcome:
    """32 workers, 100 ms round trip with exponential jitter each way, for `seconds`."""
    chance = random.Random(seed)
    accepted = refused = 0

    async def worker(limiter: Limiter, places: asyncio.Semaphore, clock: Callable[[], float]) -> None:
        nonlocal accepted, refused
        attempt = 0
        while clock() < seconds:
            await limiter.slot(places)
            try:
                await asyncio.sleep(0.05 - jitter + chance.expovariate(1 / jitter))
                taken = window.accepts(clock())
                await asyncio.sleep(0.05 - jitter + chance.expovariate(1 / jitter))
            finally:
                places.release()
            if clock() >= seconds:
                return
            if taken:
                accepted, attempt = accepted + 1, 0
            else:
                refused, attempt = refused + 1, attempt + 1
                limiter.refused(None)
                await asyncio.sleep(min(5.0, 0.1 * 2 ** (attempt - 1)) * (0.5 + 0.5 * chance.random()))

    async def main() -> None:
        clock = asyncio.get_running_loop().time
        limiter = Limiter(Label.MEDIUM, assumed, clock, asyncio.sleep)
        places = asyncio.Semaphore(MAX_IN_FLIGHT)
        await asyncio.gather(*(worker(limiter, places, clock) for _ in range(MAX_IN_FLIGHT)))

    run_counted(main())
    available = sum(ceiling(step / 100) / 100 for step in range(int(seconds * 100)))
    return Outcome(accepted / available, refused / max(1, accepted + refused))


CASES = [(rate, seed) for rate, seeds in ((20, 5), (30, 3), (60, 3), (80, 3)) for seed in range(1, seeds + 1)]
PHASE = 0.17
"""Times the seed: where in a second of the server's calendar the run begins."""


@pytest.mark.parametrize("window", [FixedWindow, SlidingWindow])
@pytest.mark.parametrize(("rate", "seed"), CASES)
@pytest.mark.parametrize("jitter", [0.005, 0.010])
def test_steady_uses_the_ceiling_and_is_hardly_ever_refused(
    window: type[FixedWindow] | type[SlidingWindow], rate: int, seed: int, jitter: float
) -> None:
    seconds = 120 if rate <= 30 else 60
    outcome = simulate(window(lambda now: rate, PHASE * seed), rate, lambda now: rate, seconds, seed, jitter)
    assert outcome.used >= 0.93, outcome
    assert outcome.refused < 0.001, outcome


@pytest.mark.parametrize("window", [FixedWindow, SlidingWindow])
@pytest.mark.parametrize(("rate", "seed"), CASES)
def test_halved_by_other_apps_keeps_most_of_what_is_left(
    window: type[FixedWindow] | type[SlidingWindow], rate: int, seed: int
) -> None:
    def left(now: float) -> float:
        return rate / 2 if now >= 10 else rate

    outcome = simulate(window(left, PHASE * seed), rate, left, 60, seed)
    assert outcome.used >= 0.80, outcome
    assert outcome.refused <= 0.05, outcome


@pytest.mark.parametrize("window", [FixedWindow, SlidingWindow])
@pytest.mark.parametrize(("rate", "slots_waited"), [(60, 0.3), (20, 0.75)])
def test_one_urgent_chain_goes_out_of_turn_without_refusals(
    window: type[FixedWindow] | type[SlidingWindow], rate: int, slots_waited: float
) -> None:
    """24 lists use up the limit; a chain of pages beside them is held up by its round trips, and where the pace leaves
    no room to go at once, by the part of a slot until the next one is due."""
    server = window(lambda now: rate)
    chance = random.Random(5)
    refused = 0
    pages = 0

    async def exchange(limiter: Limiter, places: asyncio.Semaphore, clock: Callable[[], float], urgent: bool) -> None:
        nonlocal refused
        await limiter.slot(places, urgent=urgent)
        await asyncio.sleep(0.045 + chance.expovariate(1 / 0.005))
        refused += not server.accepts(clock())
        await asyncio.sleep(0.05)
        places.release()

    async def main() -> None:
        nonlocal pages
        clock = asyncio.get_running_loop().time
        limiter = Limiter(Label.MEDIUM, rate, clock, asyncio.sleep)
        places = asyncio.Semaphore(MAX_IN_FLIGHT)

        async def others() -> None:
            while clock() < 30:
                await exchange(limiter, places, clock, urgent=False)

        async def chain() -> None:
            nonlocal pages
            while clock() < 30:
                await exchange(limiter, places, clock, urgent=True)
                pages += 1

        await asyncio.gather(chain(), *(others() for _ in range(24)))

    run_counted(main())
    assert refused == 0
    assert pages > 30 / (0.1 + slots_waited / rate)


@pytest.mark.parametrize("begins", ["before", "meanwhile"])
def test_an_urgent_request_waits_for_the_end_of_a_pause_too(begins: str) -> None:
    granted: list[float] = []

    async def main() -> None:
        clock = asyncio.get_running_loop().time
        limiter = Limiter(Label.MEDIUM, 20, clock, asyncio.sleep)
        places = asyncio.Semaphore(MAX_IN_FLIGHT)
        await limiter.slot(places)  # the next one is due a twentieth of a second later

        async def urgent() -> None:
            await limiter.slot(places, urgent=True)
            granted.append(clock())

        if begins == "before":
            limiter.refused(2.0)
        waiting = [asyncio.create_task(urgent()) for _ in range(3)]
        await asyncio.sleep(0.01)
        if begins == "meanwhile":
            limiter.refused(2.0)
        await asyncio.gather(*waiting)

    run_counted(main())
    assert granted[0] >= 2.0
    assert all(later - earlier > 0.5 / 20 for earlier, later in pairwise(granted)), "they went in one burst"


def test_a_cancelled_urgent_request_gives_its_place_back() -> None:
    async def main() -> None:
        limiter = Limiter(Label.MEDIUM, 20, asyncio.get_running_loop().time, asyncio.sleep)
        places = asyncio.Semaphore(2)
        await limiter.slot(places)
        waiting = asyncio.create_task(limiter.slot(places, urgent=True))
        await asyncio.sleep(0.01)
        assert places.locked()
        waiting.cancel()
        await asyncio.wait([waiting])
        assert not places.locked()

    run_counted(main())


@pytest.mark.parametrize(("ceiling", "together"), [(60, 2), (80, 2), (20, 1), (30, 1)])
@pytest.mark.parametrize("idle", [0.0, 5.0])
def test_slots_come_by_two_where_the_pace_leaves_room_and_never_by_more(
    ceiling: int, together: int, idle: float
) -> None:
    granted: list[float] = []

    async def main() -> None:
        clock = asyncio.get_running_loop().time
        limiter = Limiter(Label.MEDIUM, ceiling, clock, asyncio.sleep)
        places = asyncio.Semaphore(MAX_IN_FLIGHT)
        await limiter.slot(places)  # the other one of its pair stays unused
        await asyncio.sleep(idle)

        async def one() -> None:
            await limiter.slot(places)
            granted.append(clock())
            places.release()

        await asyncio.gather(*(one() for _ in range(20)))

    run_counted(main())
    moments = Counter(round(moment, 6) for moment in granted)
    assert max(moments.values()) == together
    steady = sorted(moments)[2:]
    interval = 1 / (ceiling * (0.95 if ceiling > 20 else 0.94))
    assert all(later - earlier == pytest.approx(together * interval, abs=1e-5) for earlier, later in pairwise(steady))
