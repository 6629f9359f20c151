"""When a request is tried again: capped exponential back-off with jitter, and Zoom's Retry-After."""

from __future__ import annotations

import math
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PATIENCE: Final = 90.0
"""Longest wait in seconds. Asked for more, a request fails with the time at which it may be repeated."""
_YEAR: Final = 366 * 86400.0

_ATTEMPTS: Final = {
    ErrorKind.RATE_LIMIT: 12,
    ErrorKind.SERVER: 6,
    ErrorKind.TIMEOUT: 4,
    ErrorKind.UNREACHABLE: 5,
    ErrorKind.UNEXPECTED: 4,  # half an answer, or a gateway's page: the next one is often whole
}


def retry_moment(headers: Mapping[str, str], now: datetime, *, daily: bool = False) -> datetime | None:
    """When Zoom says to come back, by this computer's clock; None when it does not say.

    From Retry-After as seconds, HTTP date or ISO time, else from X-RateLimit-Reset. A time of Zoom's clock is corrected
    by the difference between the answer's Date and this computer's clock.

    A daily limit without either reopens at the next 00:00 UTC (Zoom's rate-limit docs).
    """
    stated = headers.get("retry-after", "")
    found = _moment(stated, now)
    absolute = found is not None and _seconds(stated) is None
    if found is None and (reset := headers.get("x-ratelimit-reset", "").strip()).isdigit():
        found, absolute = _timestamp(reset), True
    if found is not None and absolute and (zooms_now := _moment(headers.get("date", ""), now)) is not None:
        with suppress(OverflowError):  # the year 9999
            found += now - zooms_now
    if found is None and daily:
        return datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
    return found


def _timestamp(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(text[:12]), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _seconds(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _moment(text: str, now: datetime) -> datetime | None:
    text = text.strip()
    if not text:
        return None
    if (seconds := _seconds(text)) is not None:
        return now + timedelta(seconds=min(max(seconds, 0.0), _YEAR)) if math.isfinite(seconds) else None
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def retry_delay(error: ZoomError, attempt: int, now: datetime, random: Callable[[], float]) -> float | None:
    """Seconds to wait before attempt `attempt + 1` of an idempotent read, or None to give up.

    Capped exponential back-off with jitter, never sooner than Zoom asks. The delay after a per-second refusal is short:
    the limiter, which was told of it, holds the request back.
    """
    if attempt >= _ATTEMPTS.get(error.kind, 0):
        return None
    base, cap = (0.1, 5.0) if error.kind is ErrorKind.RATE_LIMIT else (0.5, 15.0)
    delay = min(cap, base * 2.0 ** (attempt - 1)) * (0.5 + 0.5 * random())
    if error.retry_at is not None:
        asked = (error.retry_at - now).total_seconds()
        if asked > PATIENCE:
            return None
        delay = max(delay, asked + 0.25 * random())
    return delay


def gives_up(error: ZoomError, now: datetime) -> bool:
    """Whether a per-second refusal asks for more than `PATIENCE`, which makes it a daily limit in all but name."""
    return (
        error.kind is ErrorKind.RATE_LIMIT
        and error.retry_at is not None
        and (error.retry_at - now).total_seconds() > PATIENCE
    )
