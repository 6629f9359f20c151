"""As fast as Zoom allows and no faster: one paced limiter per label, and the day's budget.

Zoom's limits are per second and account, shared by all apps of the account, so what is left for us changes
under way. Each limiter grants evenly paced slots, at high ceilings two at a time, at 94 to 95 % of the ceiling
(measured: longer bursts, and anything above 97 %, cost more in refusals than they gain; two at a time save an eighth of
a sync's processor time), backs off when refused and recovers slowly.
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
"""Rate times round trip: 60/s at 0.3 s needs 18. More only adds refusals."""
PACE: Final = 0.95
PACE_OF_LOW_CEILINGS: Final = 0.94
"""Up to 20 a second: 0.05 of so few is less than what jitter on the way moves requests together."""
DECREASE: Final = 0.82
LONE_DECREASE: Final = 0.92
LONE_AFTER: Final = 20.0
"""Seconds without a refusal after which the next one is taken for jitter on the way, and costs less."""
DECREASE_EVERY: Final = 0.5
"""Seconds between two decreases: one burst of refusals is one sign, not many."""
FLOOR: Final = 0.2
RECOVERY: Final = 0.04
"""Of the full rate, per second."""
NEAR: Final = 0.06
CAUTION: Final = 0.3
BOLDNESS: Final = 3.0
"""Within `NEAR` of the rate that was last refused recover at this part of the speed, above it at this multiple."""
ROOM: Final = 1.5
"""Requests a second that the pace must leave free for two to go together, for an urgent one to go out of turn, and for
a slot that a busy processor let pass to be made up for."""
PAUSE: Final = 0.15
"""Seconds without requests after a refusal that names no time."""
TELL_AFTER: Final = 1.0
"""Seconds of waiting from which it is worth telling."""


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
        """Requests per second granted at the moment."""
        now = self._clock()
        step = (now - self._recovered_at) * RECOVERY * self._full
        if self._refused_rate and self._rate > self._refused_rate * (1 + NEAR):
            step *= BOLDNESS
        elif self._rate > self._refused_rate * (1 - NEAR):
            step *= CAUTION
        self._recovered_at = now
        self._rate = min(self._full, self._rate + step)
        return self._rate

    @property
    def _has_room(self) -> bool:
        """Whether the pace leaves `ROOM`: slots are granted two at a time then, as one way out of sleep serves both."""
        return self._spare > ROOM

    @property
    def _early(self) -> float:
        """Seconds by which the slot that is next may be used before it is due."""
        return 1.0 / self.rate if self._is_second else 0.0

    @property
    def _credit(self) -> float:
        """Slots that passed unused and can still be used."""
        return 1.0 if self._has_room else 0.5

    def set_ceiling(self, ceiling: float) -> None:
        """Pace for another ceiling; what was learnt from refusals under the old one is dropped."""
        if ceiling * _pace(ceiling) != self._full:
            self._full = self._rate = ceiling * _pace(ceiling)
            self._spare = ceiling - self._full
            self._refused_rate = 0.0
            self._recovered_at = self._clock()

    async def slot(self, in_flight: asyncio.Semaphore, on_wait: OnWait | None = None, *, urgent: bool = False) -> None:
        """Wait for a place among those in flight, then for a slot; the caller releases `in_flight`.

        The place is taken first: a slot must be used at once, or slots pile up into a burst. Whoever is at the
        head looks again after each wait, because a pause may have begun meanwhile. `urgent` goes first, before
        whoever is at the head, too: the longest chain of pages must not wait for lists that have time.
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
        """Wait until no slot is ahead, and take the one that is due; with the first of two goes the second."""
        while (wait := max(self._next - self._early, self._pause_until) - self._clock()) > 0:
            await self._wait(wait, on_wait)
        now, interval = self._clock(), 1.0 / self.rate
        self._is_second = self._has_room and not (self._is_second and now <= self._next)
        self._next = max(self._next, now - interval * self._credit) + interval

    async def _wait_for_next_slot(self, on_wait: OnWait | None) -> None:
        """Take the next slot now, before whoever waits for it, and wait until it is due."""
        if self._has_room and self._borrow():
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
        """Take the next slot at once and make the others wait for the one after it; one at a time, beside two that went
        together."""
        now = self._clock()
        interval = 1.0 / self.rate
        if now < self._pause_until or self._next - now > 2 * interval:
            return False
        self._next = max(self._next, now) + interval
        return True

    def refused(self, pause: float | None) -> None:
        """Take note of a per-second refusal: go slower, and pause for `pause` seconds if Zoom named a time."""
        now = self._clock()
        self._pause_until = max(self._pause_until, now + (PAUSE if pause is None else max(pause, 0.0)))
        if now - self._decreased >= DECREASE_EVERY:
            decrease = LONE_DECREASE if now - self._decreased >= LONE_AFTER else DECREASE
            self._decreased = now
            self._refused_rate = self.rate
            self._rate = max(self._refused_rate * decrease, self._full * FLOOR)


@dataclass(slots=True)
class DailyBudget:
    """Requests spent today (UTC) by label, kept across runs by whoever persists `counts` and `day`."""

    day: date = date.min
    counts: dict[Label, int] = field(default_factory=dict)

    def spend(self, label: Label, tier: Tier, endpoint: str, now: datetime) -> None:
        """Count one request.

        Raises:
            ZoomError: DAILY_LIMIT when the tier's budget for `label` is spent; nothing was sent.
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
        """Requests left today, or None when the tier has no budget for `label`."""
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
    """Requests a second granted at the moment; less than the plan allows after a refusal."""
    today: int
    """Requests sent today (UTC), by earlier clients of the account too, as far as they are remembered."""
    left_today: int | None
    """Of the plan's day; None when it has no daily limit for the label. Other apps of the account use it up too."""


_UNLIMITED: Final = re.compile(r"unlimited", re.IGNORECASE)


class Limits:
    """The limiters of one account, and what the answers' headers teach about its tier."""

    def __init__(self, clock: Clock, sleep: Sleep, tier: Tier = Tier.PRO, budget: DailyBudget | None = None) -> None:
        self.tier = tier
        self.learnt = False
        """True once headers or the plan told the tier; until then it is a guess."""
        self.budget = budget or DailyBudget()
        self.in_flight = asyncio.Semaphore(MAX_IN_FLIGHT)
        self.by_label = {label: Limiter(label, tier.per_second[label], clock, sleep) for label in Label}

    def set_tier(self, tier: Tier) -> bool:
        """Pace for `tier`, which is certain; True when that is news."""
        news = tier is not self.tier
        self.learnt = True
        self.assume(tier)
        return news

    def assume(self, tier: Tier) -> None:
        """Pace for `tier` until something tells better."""
        self.tier = tier
        for label, limiter in self.by_label.items():
            limiter.set_ceiling(tier.per_second[label])

    def learn(self, label: Label, headers: Mapping[str, str]) -> Tier | None:
        """Read X-RateLimit-Limit of a per-second answer; returns the tier when it is news.

        A number that is in none of Zoom's columns changes this label's pace only.
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
