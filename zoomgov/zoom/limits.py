"""Rate limits: one paced limiter per label of Zoom's, and the requests used of the daily limit.

Zoom's limits are per second and account, shared by all apps of the account, so what is left for this one changes
meanwhile. Each limiter grants evenly paced slots at 94 to 95 % of the ceiling, and adjusts its rate by additive
increase and multiplicative decrease (AIMD): a refusal multiplies it, time without one adds to it. At high ceilings it
grants two slots at a time, which saves an eighth of a sync's processor time. Measured: longer bursts, and anything
above 97 %, cost more in refusals than they gain.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final

from zoomgov.zoom.endpoints import Label
from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    Clock = Callable[[], float]
    Sleep = Callable[[float], Awaitable[None]]
    OnWait = Callable[[float, str], None]

MAX_IN_FLIGHT: Final = 32
"""Requests in flight: rate times round trip; 60/s at 0.3 s needs 18. More only adds refusals."""
PACE: Final = 0.95
"""Full rate, as a fraction of the ceiling."""
PACE_OF_LOW_CEILINGS: Final = 0.94
"""The same for ceilings up to 20 a second, where network jitter moves requests together by more than the 5 % left."""
DECREASE: Final = 0.82
"""Factor of the multiplicative decrease."""
LONE_DECREASE: Final = 0.92
"""The same for the first refusal in `LONE_AFTER` seconds, which is taken for jitter."""
LONE_AFTER: Final = 20.0
DECREASE_EVERY: Final = 0.5
"""Seconds between two decreases: a burst of refusals counts once."""
MIN_RATE: Final = 0.2
"""Fraction of the full rate that decreases never go below."""
INCREASE: Final = 0.04
"""Additive increase per second, as a fraction of the full rate."""
NEAR: Final = 0.06
"""Fraction by which a rate may differ from the one last refused and still counts as near it."""
INCREASE_NEAR: Final = 0.3
"""Factor of the increase near the rate last refused: probe it slowly."""
INCREASE_ABOVE: Final = 3.0
"""Factor of the increase above that: it no longer holds."""
SPARE_FOR_PAIRS: Final = 1.5
"""Requests a second between full rate and ceiling from which slots are granted in pairs, an urgent request may go out
of turn, and a slot that a busy processor missed may be used late."""
PAUSE: Final = 0.15
"""Seconds without requests after a refusal that names no time."""
TELL_AFTER: Final = 1.0
"""Seconds of waiting from which `on_wait` is called."""


class Tier(Enum):
    """Zoom's three columns: requests per second by label, and per day (Zoom's rate-limit docs)."""

    FREE = (
        "Free",
        {Label.LIGHT: 4, Label.MEDIUM: 2, Label.HEAVY: 1},
        {Label.LIGHT: 6000, Label.MEDIUM: 2000, Label.HEAVY: 1000},
    )
    PRO = ("Pro", {Label.LIGHT: 30, Label.MEDIUM: 20, Label.HEAVY: 10}, {Label.HEAVY: 30_000})
    BUSINESS = ("Business or higher", {Label.LIGHT: 80, Label.MEDIUM: 60, Label.HEAVY: 40}, {Label.HEAVY: 60_000})

    def __init__(self, title: str, per_second: dict[Label, int], per_day: dict[Label, int]) -> None:
        self.title = title
        self.per_second = per_second
        self.per_day = per_day


def tier_of_plan(code: str) -> Tier | None:
    """The tier behind `plan_base.type` of plan usage; None for codes that tell nothing."""
    code = code.lower()
    if "business" in code or "ent" in code or code.startswith("edu"):
        return Tier.BUSINESS
    if code in ("monthly", "yearly") or "pro" in code:
        return Tier.PRO
    return Tier.FREE if code in ("free", "basic") else None


def _pace(ceiling: float) -> float:
    return PACE if ceiling > 20 else PACE_OF_LOW_CEILINGS


class Limiter:
    """Evenly paced slots for one label, first come first served."""

    def __init__(self, label: Label, ceiling: float, clock: Clock, sleep: Sleep) -> None:
        self.label = label
        self._clock = clock
        self._sleep = sleep
        self._turns = asyncio.Lock()
        self._next = clock()
        self._pause_until = self._next
        self._decreased = float("-inf")
        self._full = self._rate = ceiling * _pace(ceiling)
        self._spare = ceiling - self._full
        self._refused_rate = 0.0
        self._recovered_at = self._next
        self._is_second = False

    @property
    def rate(self) -> float:
        """Requests per second granted at the moment, with the additive increase since it was last asked for."""
        now = self._clock()
        step = (now - self._recovered_at) * INCREASE * self._full
        if self._refused_rate and self._rate > self._refused_rate * (1 + NEAR):
            step *= INCREASE_ABOVE
        elif self._rate > self._refused_rate * (1 - NEAR):
            step *= INCREASE_NEAR
        self._recovered_at = now
        self._rate = min(self._full, self._rate + step)
        return self._rate

    @property
    def _in_pairs(self) -> bool:
        """Whether slots are granted two at a time: one wake-up from sleep serves both."""
        return self._spare > SPARE_FOR_PAIRS

    @property
    def _early(self) -> float:
        """Seconds by which the next slot may be used before it is due: the second of a pair goes with the first."""
        return 1.0 / self.rate if self._is_second else 0.0

    @property
    def _credit(self) -> float:
        """Slots that passed unused and may still be used."""
        return 1.0 if self._in_pairs else 0.5

    def set_ceiling(self, ceiling: float) -> None:
        """Pace for another ceiling; the rate last refused under the old one is forgotten."""
        if ceiling * _pace(ceiling) != self._full:
            self._full = self._rate = ceiling * _pace(ceiling)
            self._spare = ceiling - self._full
            self._refused_rate = 0.0
            self._recovered_at = self._clock()

    async def slot(self, in_flight: asyncio.Semaphore, on_wait: OnWait | None = None, *, urgent: bool = False) -> None:
        """Wait for a place among those in flight, then for a slot; the caller releases `in_flight`.

        The place is taken first: a slot must be used at once, or slots pile up into a burst. After each wait the
        slot is worked out again, because a pause may have begun meanwhile.

        Args:
            in_flight: limits the requests in flight, over all labels.
            on_wait: called with seconds and reason when a pause holds this request back.
            urgent: go ahead of all that wait: the longest chain of pages must not wait for short lists.
        """
        if urgent:
            await in_flight.acquire()
            try:
                await self._wait_for_next_slot(on_wait)
            except BaseException:
                in_flight.release()
                raise
            return
        async with self._turns:
            await in_flight.acquire()
            try:
                await self._wait_for_slot(on_wait)
            except BaseException:
                in_flight.release()
                raise

    async def _wait_for_slot(self, on_wait: OnWait | None) -> None:
        """Wait until the next slot is due and take it."""
        while (wait := max(self._next - self._early, self._pause_until) - self._clock()) > 0:
            await self._wait(wait, on_wait)
        now, interval = self._clock(), 1.0 / self.rate
        self._is_second = self._in_pairs and not (self._is_second and now <= self._next)
        self._next = max(self._next, now - interval * self._credit) + interval

    async def _wait_for_next_slot(self, on_wait: OnWait | None) -> None:
        """Reserve the next slot ahead of whoever waits for one, then wait until it is due."""
        if self._in_pairs and self._borrow():
            return
        while True:
            now = self._clock()
            if now < self._pause_until:
                await self._wait(self._pause_until - now, on_wait)
                continue
            interval = 1.0 / self.rate
            due = max(self._next, now - interval * self._credit)
            self._next = due + interval
            if due > now:
                await self._sleep(due - now)
            if self._clock() >= self._pause_until:
                return

    async def _wait(self, seconds: float, on_wait: OnWait | None) -> None:
        paused = self._pause_until - self._clock()
        if on_wait is not None and paused >= TELL_AFTER:
            on_wait(paused, f"Zoom's limit for {self.label} requests is reached")
        await self._sleep(seconds)

    def _borrow(self) -> bool:
        """Use the next slot before it is due and move the others back by one; False when two are used early already."""
        now = self._clock()
        interval = 1.0 / self.rate
        if now < self._pause_until or self._next - now > 2 * interval:
            return False
        self._next = max(self._next, now) + interval
        return True

    def refused(self, pause: float | None) -> None:
        """Decrease the rate after a per-second refusal; pause for `pause` seconds, or for `PAUSE` when it is None."""
        now = self._clock()
        self._pause_until = max(self._pause_until, now + (PAUSE if pause is None else max(pause, 0.0)))
        if now - self._decreased >= DECREASE_EVERY:
            decrease = LONE_DECREASE if now - self._decreased >= LONE_AFTER else DECREASE
            self._decreased = now
            self._refused_rate = self.rate
            self._rate = max(self._refused_rate * decrease, self._full * MIN_RATE)


@dataclass(slots=True)
class DailyBudget:
    """Requests used today (UTC) by label. `LearntLimits` stores it between runs."""

    day: date = date.min
    counts: dict[Label, int] = field(default_factory=dict)

    def spend(self, label: Label, tier: Tier, endpoint: str, now: datetime) -> None:
        """Count one request.

        Raises:
            ZoomError: DAILY_LIMIT when the tier's limit for `label` is used up; the request must not be sent.
        """
        if now.date() != self.day:
            self.day = now.date()
            self.counts.clear()
        used = self.counts.get(label, 0)
        limit = tier.per_day.get(label)
        if limit is not None and used >= limit:
            raise ZoomError(
                ErrorKind.DAILY_LIMIT,
                endpoint,
                f"All {limit} {label} requests that a {tier.title} account has per day are used.",
                retry_at=datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1),
            )
        self.counts[label] = used + 1

    def used(self, label: Label, now: datetime) -> int:
        """Requests counted today."""
        return self.counts.get(label, 0) if now.date() == self.day else 0

    def left(self, label: Label, tier: Tier, now: datetime) -> int | None:
        """Requests left today, or None when the tier has no daily limit for `label`."""
        limit = tier.per_day.get(label)
        if limit is None:
            return None
        return limit - self.used(label, now)


@dataclass(frozen=True, slots=True)
class LabelUse:
    """How much of Zoom's limit for one label is used."""

    label: Label
    last_second: int
    """Requests sent in the last second."""
    per_second: float
    """Requests per second the limiter grants at the moment; less than the plan allows after a refusal."""
    today: int
    """Requests sent today (UTC), those of earlier clients of the account included as far as they were stored."""
    left_today: int | None
    """Left of the plan's daily limit, which other apps of the account use too; None when it has none for the label."""


_UNLIMITED: Final = re.compile(r"unlimited", re.IGNORECASE)


class Limits:
    """The limiters of one account, and what the answers' headers teach about its tier."""

    def __init__(self, clock: Clock, sleep: Sleep, tier: Tier = Tier.PRO, budget: DailyBudget | None = None) -> None:
        self.tier = tier
        self.learnt = False
        """Whether the tier is known from headers or the plan; until then it is a guess."""
        self.budget = budget or DailyBudget()
        self.in_flight = asyncio.Semaphore(MAX_IN_FLIGHT)
        self.by_label = {label: Limiter(label, tier.per_second[label], clock, sleep) for label in Label}

    def set_tier(self, tier: Tier) -> bool:
        """Pace for `tier`, which is certain; True when it differs from the tier assumed."""
        news = tier is not self.tier
        self.learnt = True
        self.assume(tier)
        return news

    def assume(self, tier: Tier) -> None:
        """Pace for `tier` until headers or the plan say otherwise."""
        self.tier = tier
        for label, limiter in self.by_label.items():
            limiter.set_ceiling(tier.per_second[label])

    def learn(self, label: Label, headers: Mapping[str, str]) -> Tier | None:
        """Read `X-RateLimit-Limit` of a per-second answer; returns the tier when it changed.

        A number that is in none of Zoom's columns changes the ceiling of this label only.
        """
        if "daily" in headers.get("x-ratelimit-type", "").lower():
            return None
        text = headers.get("x-ratelimit-limit", "").strip()
        if not text or headers.get("x-ratelimit-category", label).strip().lower() != label:
            return None
        if _UNLIMITED.fullmatch(text):
            return Tier.BUSINESS if self.set_tier(Tier.BUSINESS) else None
        if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) <= 1000:
            return None
        ceiling = int(text[:9])
        for tier in Tier:
            if tier.per_second[label] == ceiling:
                return tier if self.set_tier(tier) else None
        self.by_label[label].set_ceiling(ceiling)
        return None


class RateMeter:
    """Requests per second over the last few seconds."""

    def __init__(self, clock: Clock, span: float = 3.0) -> None:
        self._clock = clock
        self._span = span
        self._times: deque[float] = deque()

    def count(self) -> None:
        self._times.append(self._clock())
        self._trim()

    def _trim(self) -> None:
        while self._times and self._times[0] < self._clock() - self._span:
            self._times.popleft()

    @property
    def count_in_span(self) -> int:
        self._trim()
        return len(self._times)

    @property
    def per_second(self) -> float:
        self._trim()
        if not self._times:
            return 0.0
        return len(self._times) / max(1.0, min(self._span, self._clock() - self._times[0]))
