"""When a request is tried again, to the second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.retry import PATIENCE, gives_up, retry_delay, retry_moment

NOW = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)


def delays(error: ZoomError, chance: float) -> list[float]:
    found: list[float] = []
    while (delay := retry_delay(error, len(found) + 1, NOW, lambda: chance)) is not None:
        found.append(delay)
    return found


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (ErrorKind.RATE_LIMIT, [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0, 5.0, 5.0]),
        (ErrorKind.SERVER, [0.5, 1.0, 2.0, 4.0, 8.0]),
        (ErrorKind.UNREACHABLE, [0.5, 1.0, 2.0, 4.0]),
        (ErrorKind.TIMEOUT, [0.5, 1.0, 2.0]),
        (ErrorKind.UNEXPECTED, [0.5, 1.0, 2.0]),
        (ErrorKind.DAILY_LIMIT, []),
        (ErrorKind.REQUEST, []),
        (ErrorKind.TOKEN, []),
    ],
)
def test_the_delay_doubles_up_to_a_cap_and_half_of_it_is_jitter(kind: ErrorKind, expected: list[float]) -> None:
    error = ZoomError(kind, "GET /x", "x")
    assert delays(error, 1.0) == pytest.approx(expected)
    assert delays(error, 0.5) == pytest.approx([0.75 * delay for delay in expected])
    assert delays(error, 0.0) == pytest.approx([0.5 * delay for delay in expected])


@pytest.mark.parametrize(("asked", "waited"), [(0.1, 0.75), (30.0, 30.125), (90.0, 90.125), (90.5, None)])
def test_never_sooner_than_zoom_asks_and_not_at_all_beyond_patience(asked: float, waited: float | None) -> None:
    error = ZoomError(ErrorKind.SERVER, "GET /x", "x", retry_at=NOW + timedelta(seconds=asked))
    assert retry_delay(error, 2, NOW, lambda: 0.5) == waited


def test_only_a_per_second_refusal_can_be_a_daily_limit_in_all_but_name() -> None:
    def error(kind: ErrorKind, seconds: float | None) -> ZoomError:
        moment = None if seconds is None else NOW + timedelta(seconds=seconds)
        return ZoomError(kind, "GET /x", "x", retry_at=moment)

    assert gives_up(error(ErrorKind.RATE_LIMIT, PATIENCE + 1), NOW)
    assert not gives_up(error(ErrorKind.RATE_LIMIT, PATIENCE), NOW)
    assert not gives_up(error(ErrorKind.RATE_LIMIT, None), NOW)
    assert not gives_up(error(ErrorKind.SERVER, PATIENCE + 1), NOW)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-ratelimit-reset": " 1795468500 "}, NOW + timedelta(minutes=15)),
        ({"x-ratelimit-reset": "soon"}, None),
        ({"x-ratelimit-reset": "9" * 40}, None),
        ({"retry-after": "7", "x-ratelimit-reset": "1795468500"}, NOW + timedelta(seconds=7)),
        ({"retry-after": "soon", "x-ratelimit-reset": "1795468500"}, NOW + timedelta(minutes=15)),
        ({"retry-after": "1e12"}, NOW + timedelta(days=366)),
        ({"retry-after": "2026-11-24T00:00:00"}, NOW + timedelta(hours=3)),
        ({"retry-after": "inf"}, None),
    ],
)
def test_when_zoom_says_to_come_back(headers: dict[str, str], expected: datetime | None) -> None:
    found = retry_moment(headers, NOW)
    assert found == expected
    assert found is None or found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "2026-11-23T21:10:30Z"},
        {"x-ratelimit-reset": "1795468230"},
        {"retry-after": "30"},  # a span of time needs no clock
    ],
)
def test_a_clock_that_goes_wrong_here_is_made_up_for(headers: dict[str, str]) -> None:
    zooms_now = {"date": "Mon, 23 Nov 2026 21:10:00 GMT"}
    assert retry_moment(headers | zooms_now, NOW) == NOW + timedelta(seconds=30)
    assert retry_moment(headers | {"date": "9999"}, NOW) is not None


def test_a_daily_limit_that_names_a_time_is_held_to_it() -> None:
    assert retry_moment({"retry-after": "60"}, NOW, daily=True) == NOW + timedelta(minutes=1)
    assert retry_moment({}, NOW) is None
