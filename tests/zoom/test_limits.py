"""The limiter's rate step by step, what it tells, and what headers and days do to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.zoom.conftest import run_counted
from zoomgov.zoom.endpoints import Label
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.limits import MAX_IN_FLIGHT, DailyBudget, Limiter, Limits, RateMeter, Tier, tier_of_plan

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def limiter_of(ceiling: float, clock: Callable[[], float]) -> Limiter:
    return Limiter(Label.MEDIUM, ceiling, clock, asyncio.sleep)


def test_refusals_decrease_the_rate_and_time_increases_it(clock: Clock) -> None:
    limiter = limiter_of(100, clock)
    assert limiter.rate == pytest.approx(95)
    for after_decrease in (95 * 0.92, (87.4 + 1.9) * 0.82, (73.226 + 1.9) * 0.82):
        limiter.refused(None)
        assert limiter.rate == pytest.approx(after_decrease)
        clock.now += 0.5
    clock.now -= 0.5
    rates = []
    for _ in range(10):
        clock.now += 1.0
        rates.append(limiter.rate)
    # 3.8 a second; 0.3 times as much near 75.126, which was refused; 3 times as much above; never above 95
    expected = [65.40, 69.20, 73.00, 74.14, 75.28, 76.42, 77.56, 78.70, 79.84, 91.24]
    assert rates == pytest.approx(expected, abs=0.01)
    clock.now += 1.0
    assert limiter.rate == pytest.approx(95)


def test_a_burst_of_refusals_counts_once(clock: Clock) -> None:
    limiter = limiter_of(100, clock)
    for _ in range(5):
        limiter.refused(None)
        clock.now += 0.1
    assert limiter.rate == pytest.approx(87.4 + 1.9)


@pytest.mark.parametrize(("seconds", "factor"), [(19.0, 0.82), (20.0, 0.92)])
def test_a_lone_refusal_costs_less(clock: Clock, seconds: float, factor: float) -> None:
    limiter = limiter_of(100, clock)
    limiter.refused(None)
    clock.now += seconds
    assert limiter.rate == pytest.approx(95)
    limiter.refused(None)
    assert limiter.rate == pytest.approx(95 * factor)


def test_the_rate_never_falls_below_a_fifth(clock: Clock) -> None:
    limiter = limiter_of(100, clock)
    for _ in range(40):
        clock.now += 0.5
        limiter.refused(None)
    assert limiter.rate == pytest.approx(19)


def test_another_ceiling_forgets_the_rate_last_refused_and_the_same_one_nothing(clock: Clock) -> None:
    limiter = limiter_of(100, clock)
    limiter.refused(None)
    limiter.set_ceiling(100)
    assert limiter.rate == pytest.approx(87.4)
    limiter.set_ceiling(20)
    assert limiter.rate == pytest.approx(20 * 0.94)
    limiter.set_ceiling(100)
    assert limiter.rate == pytest.approx(95)


async def granted(limiter: Limiter, urgent: list[bool]) -> list[float]:
    """When each of these slots was granted, asked for one after the other."""
    clock = asyncio.get_running_loop().time
    places = asyncio.Semaphore(MAX_IN_FLIGHT)
    moments = []
    for one in urgent:
        await limiter.slot(places, urgent=one)
        moments.append(clock())
    return moments


@pytest.mark.parametrize(
    ("ceilings", "urgent", "slots"),
    [
        ([60], [False] * 5, [0, 0, 2, 2, 4]),
        ([20], [False] * 4, [0, 1, 2, 3]),
        ([60, 20], [False] * 4, [0, 1, 2, 3]),
        ([20, 60], [False] * 5, [0, 0, 2, 2, 4]),
        ([60], [False, True, True, True, True], [0, 0, 0, 3, 3]),  # two out of turn, no more
        ([60], [False, True, False, False], [0, 0, 1, 3]),  # who goes out of turn takes the place of the second
        ([20], [True] * 4, [0, 1, 2, 3]),
    ],
)
def test_in_which_slot_a_request_goes(ceilings: list[int], urgent: list[bool], slots: list[int]) -> None:
    async def main() -> list[float]:
        limiter = limiter_of(ceilings[0], asyncio.get_running_loop().time)
        for ceiling in ceilings[1:]:
            limiter.set_ceiling(ceiling)
        return await granted(limiter, urgent)

    pace = ceilings[-1] * (0.95 if ceilings[-1] > 20 else 0.94)
    assert run_counted(main()) == pytest.approx([slot / pace for slot in slots], abs=1e-9)


@pytest.mark.parametrize(("ceiling", "urgent"), [(60, False), (60, True), (20, False), (20, True)])
@pytest.mark.parametrize(("asked", "seconds"), [(None, 0.15), (0.5, 0.5), (1.0, 1.0), (2.5, 2.5), (-3.0, 0.0)])
def test_a_pause_holds_everybody_back_and_is_told_if_it_is_long(
    ceiling: int, urgent: bool, asked: float | None, seconds: float
) -> None:
    told: list[tuple[float, str]] = []

    async def main() -> float:
        clock = asyncio.get_running_loop().time
        limiter = limiter_of(ceiling, clock)
        limiter.refused(asked)
        await limiter.slot(asyncio.Semaphore(1), lambda *what: told.append(what), urgent=urgent)
        return clock()

    assert run_counted(main()) == pytest.approx(seconds)
    assert told == ([(seconds, "Zoom's limit for medium requests is reached")] if seconds >= 1.0 else [])


def test_the_longer_of_two_pauses_holds() -> None:
    async def main() -> float:
        clock = asyncio.get_running_loop().time
        limiter = limiter_of(60, clock)
        limiter.refused(3.0)
        limiter.refused(1.0)
        await limiter.slot(asyncio.Semaphore(1))
        return clock()

    assert run_counted(main()) == pytest.approx(3.0)


@pytest.mark.parametrize(("ceiling", "slots"), [(60, [0, 0, 1, 1, 3, 3]), (20, [0, 0.5, 1.5, 2.5])])
def test_an_idle_minute_is_a_credit_of_one_slot_or_half_of_one(ceiling: int, slots: list[float]) -> None:
    async def main() -> list[float]:
        limiter = limiter_of(ceiling, asyncio.get_running_loop().time)
        await asyncio.sleep(60)
        return await granted(limiter, [False] * len(slots))

    pace = ceiling * (0.95 if ceiling > 20 else 0.94)
    assert run_counted(main()) == pytest.approx([60 + slot / pace for slot in slots], abs=1e-9)


@pytest.mark.parametrize(
    ("tier", "title", "per_second", "per_day"),
    [
        (Tier.FREE, "Free", (4, 2, 1), (6000, 2000, 1000)),
        (Tier.PRO, "Pro", (30, 20, 10), (None, None, 30_000)),
        (Tier.BUSINESS, "Business or higher", (80, 60, 40), (None, None, 60_000)),
    ],
)
def test_zooms_table_of_limits(
    tier: Tier, title: str, per_second: tuple[int, ...], per_day: tuple[int | None, ...]
) -> None:
    """Zoom's rate-limit docs: light, medium and heavy."""
    assert tier.title == title
    assert tuple(tier.per_second[label] for label in Label) == per_second
    assert tuple(tier.per_day.get(label) for label in Label) == per_day


def test_requests_of_the_day() -> None:
    budget = DailyBudget()
    for _ in range(3):
        budget.spend(Label.HEAVY, Tier.PRO, "GET /x", NOON)
    assert (budget.used(Label.HEAVY, NOON), budget.used(Label.LIGHT, NOON)) == (3, 0)
    assert budget.left(Label.HEAVY, Tier.PRO, NOON) == 29_997
    assert budget.left(Label.LIGHT, Tier.PRO, NOON) is None
    tomorrow = NOON + timedelta(hours=12)
    assert budget.used(Label.HEAVY, tomorrow) == 0
    assert budget.left(Label.HEAVY, Tier.PRO, tomorrow) == 30_000
    full = DailyBudget(NOON.date(), {Label.LIGHT: 6000})
    with pytest.raises(ZoomError, match="All 6000 light requests that a Free account has per day are used") as caught:
        full.spend(Label.LIGHT, Tier.FREE, "GET /x", NOON)
    assert caught.value.kind is ErrorKind.DAILY_LIMIT
    assert caught.value.endpoint == "GET /x"
    assert caught.value.retry_at == datetime(2026, 11, 24, tzinfo=UTC)
    full.spend(Label.LIGHT, Tier.PRO, "GET /x", NOON)
    assert full.used(Label.LIGHT, NOON) == 6001


@pytest.mark.parametrize(
    ("headers", "news", "tier", "learnt", "medium"),
    [
        ({"x-ratelimit-limit": "60"}, Tier.BUSINESS, Tier.BUSINESS, True, 57.0),
        ({"x-ratelimit-limit": " 2 "}, Tier.FREE, Tier.FREE, True, 1.88),
        ({"x-ratelimit-limit": "20"}, None, Tier.PRO, True, 18.8),
        ({"x-ratelimit-limit": "Unlimited"}, Tier.BUSINESS, Tier.BUSINESS, True, 57.0),
        ({"x-ratelimit-limit": "40"}, None, Tier.PRO, False, 38.0),  # of another label, so in no column of this one
        ({"x-ratelimit-limit": "1"}, None, Tier.PRO, False, 0.94),
        ({"x-ratelimit-limit": "1000"}, None, Tier.PRO, False, 950.0),
        ({"x-ratelimit-limit": "1001"}, None, Tier.PRO, False, 18.8),
        ({"x-ratelimit-limit": "0"}, None, Tier.PRO, False, 18.8),
        ({"x-ratelimit-limit": "٦٠"}, None, Tier.PRO, False, 18.8),
        ({"x-ratelimit-limit": "sixty"}, None, Tier.PRO, False, 18.8),
        ({"x-ratelimit-limit": ""}, None, Tier.PRO, False, 18.8),
        ({"x-ratelimit-limit": "60", "x-ratelimit-category": "Heavy"}, None, Tier.PRO, False, 18.8),
        ({"x-ratelimit-limit": "60", "x-ratelimit-category": " MEDIUM "}, Tier.BUSINESS, Tier.BUSINESS, True, 57.0),
        ({"x-ratelimit-limit": "60", "x-ratelimit-type": "DAILY-limit"}, None, Tier.PRO, False, 18.8),
        ({}, None, Tier.PRO, False, 18.8),
    ],
)
def test_what_the_headers_of_an_answer_teach(
    clock: Clock, headers: dict[str, str], news: Tier | None, tier: Tier, learnt: bool, medium: float
) -> None:
    limits = Limits(clock, asyncio.sleep)
    assert limits.learn(Label.MEDIUM, headers) is news
    assert (limits.tier, limits.learnt) == (tier, learnt)
    assert limits.by_label[Label.MEDIUM].rate == pytest.approx(medium)
    assert limits.learn(Label.MEDIUM, headers) is None, "it is no news the second time"
    if tier is Tier.BUSINESS:
        assert limits.by_label[Label.HEAVY].rate == pytest.approx(38)


@pytest.mark.parametrize(
    ("code", "tier"),
    [("Enterprise", Tier.BUSINESS), ("EDU_20", Tier.BUSINESS), ("reduced", None), ("monthly", Tier.PRO),
     ("free", Tier.FREE), ("basic", Tier.FREE)],
)  # fmt: skip
def test_the_tier_of_more_plans(code: str, tier: Tier | None) -> None:
    assert tier_of_plan(code) is tier


def test_requests_per_second_over_the_last_three(clock: Clock) -> None:
    meter = RateMeter(clock)
    assert (meter.per_second, meter.count_in_span) == (0.0, 0)
    for _ in range(6):
        meter.count()
    assert meter.per_second == 6.0, "the first second counts as a whole one"
    clock.now += 2.0
    assert meter.per_second == 3.0
    clock.now += 1.0
    assert (meter.per_second, meter.count_in_span) == (2.0, 6)
    meter.count()
    clock.now += 0.5
    assert meter.count_in_span == 1
