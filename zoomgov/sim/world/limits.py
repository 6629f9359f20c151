"""Zoom's rate limits, counted per label: a fixed or sliding window of one second, and a daily budget (zoom-api 6)."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from datetime import UTC, datetime
from email.utils import formatdate
from typing import TYPE_CHECKING, Final

from zoomgov.sim.account.account import Plan
from zoomgov.sim.world.answers import SimAnswer, zoom_error
from zoomgov.sim.world.endpoints import Label

if TYPE_CHECKING:
    from zoomgov.sim.world.options import Options

_BUSINESS: Final = {Label.LIGHT: 80, Label.MEDIUM: 60, Label.HEAVY: 40}
PER_SECOND: Final = {
    Plan.BASIC: {Label.LIGHT: 4, Label.MEDIUM: 2, Label.HEAVY: 1},
    Plan.PRO: {Label.LIGHT: 30, Label.MEDIUM: 20, Label.HEAVY: 10},
    Plan.BUSINESS: _BUSINESS,
    Plan.ENTERPRISE: _BUSINESS,
}
PER_DAY: Final = {
    Plan.BASIC: {Label.LIGHT: 6_000, Label.MEDIUM: 2_000, Label.HEAVY: 1_000},
    Plan.PRO: {Label.HEAVY: 30_000},
    Plan.BUSINESS: {Label.HEAVY: 60_000},
    Plan.ENTERPRISE: {Label.HEAVY: 60_000},
}
_DAY: Final = 86_400
PER_SECOND_TEXT: Final = "You have reached the maximum per-second rate limit for this API. Try again later."
PER_DAY_TEXT: Final = (
    "You have reached the maximum daily rate limit for this API. "
    "Refer to the response header for details on when you can make another request."
)


class RateLimits:
    """Counters of accepted requests per label; a refused request is not counted."""

    def __init__(self) -> None:
        self._fixed: dict[Label, tuple[int, int]] = {}
        """(Unix second, requests in it)."""
        self._sliding: defaultdict[Label, deque[float]] = defaultdict(deque)
        """Times of the requests of the last second."""
        self._day = -1
        """Days since 1970, UTC: the day that `used_today` counts."""
        self.used_today: Counter[Label] = Counter()

    def allow(
        self, label: Label, plan: Plan, options: Options, now: float
    ) -> tuple[SimAnswer | None, tuple[tuple[str, str], ...]]:
        """Count one request at `now` (Unix seconds); return the 429 or None, and the answer's rate-limit headers."""
        if options.rate_limit == "unlimited":
            return None, _headers(options, label, "QPS", "unlimited", "unlimited")
        self._start_day(now)
        budget = _daily_budget(label, plan, options)
        if budget is not None and self.used_today[label] >= budget:
            headers = _headers(options, label, "Daily-limit", str(budget), "0")
            return zoom_error(429, 429, PER_DAY_TEXT), headers + self._retry_after(options, now)
        limit = PER_SECOND[plan][label]
        left = max(1, int(limit * options.capacity + 1e-9)) - self._used_now(label, options, now)
        if left <= 0:
            headers = _headers(options, label, "QPS", str(limit), "0")
            if options.rate_reset_header:
                headers += (("X-RateLimit-Reset", str(int(now) + 1)),)
            if options.retry_after_per_second:
                headers += (("Retry-After", "1"),)
            return zoom_error(429, 429, PER_SECOND_TEXT), headers
        self._count(label, options, now)
        return None, _headers(options, label, "QPS", str(limit), str(left - 1))

    def _used_now(self, label: Label, options: Options, now: float) -> int:
        """Return the requests in the window that `now` lies in."""
        if options.window == "fixed":
            second, used = self._fixed.get(label, (0, 0))
            return used if second == int(now) else 0
        recent = self._sliding[label]
        while recent and recent[0] <= now - 1.0:
            recent.popleft()
        return len(recent)

    def _count(self, label: Label, options: Options, now: float) -> None:
        self.used_today[label] += 1
        if options.window == "fixed":
            self._fixed[label] = (int(now), self._used_now(label, options, now) + 1)
        else:
            self._sliding[label].append(now)

    def _start_day(self, now: float) -> None:
        """Reset the daily counters at midnight UTC."""
        day = int(now // _DAY)
        if day != self._day:
            self._day = day
            self.used_today.clear()

    def spend_day(self, label: Label, requests: int, now: float) -> None:
        """Use up `requests` of today's budget, as another app of the account would."""
        self._start_day(now)
        self.used_today[label] += requests

    def _retry_after(self, options: Options, now: float) -> tuple[tuple[str, str], ...]:
        """Return the Retry-After header of the daily limit: midnight UTC, in the form that is switched on."""
        reopens = (int(now // _DAY) + 1) * _DAY
        if options.retry_after == "none":
            return ()
        if options.retry_after == "seconds":
            return (("Retry-After", str(max(1, round(reopens - now)))),)
        if options.retry_after == "http_date":
            return (("Retry-After", formatdate(reopens, usegmt=True)),)
        return (("Retry-After", datetime.fromtimestamp(reopens, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),)


def _daily_budget(label: Label, plan: Plan, options: Options) -> int | None:
    for name, budget in (options.daily_budget or {}).items():
        if name.lower() == label.lower():
            return budget
    return PER_DAY[plan].get(label)


def _headers(options: Options, label: Label, kind: str, limit: str, left: str) -> tuple[tuple[str, str], ...]:
    if not options.rate_headers:
        return ()
    return (
        ("X-RateLimit-Category", label.value),
        ("X-RateLimit-Type", kind),
        ("X-RateLimit-Limit", limit),
        ("X-RateLimit-Remaining", left),
    )
