"""Rate limits by label and plan, with an injected clock (zoom-api 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zoomgov.sim import Options, Plan, build_account
from zoomgov.sim.world.endpoints import Label
from zoomgov.sim.world.limits import PER_SECOND, RateLimits

if TYPE_CHECKING:
    from tests.sim.conftest import Caller, Clock, StartSimulator

SECOND = {
    "code": 429,
    "message": "You have reached the maximum per-second rate limit for this API. Try again later.",
}
DAY = {
    "code": 429,
    "message": "You have reached the maximum daily rate limit for this API. "
    "Refer to the response header for details on when you can make another request.",
}


def rate_headers(answer: Any) -> dict[str, str]:
    return {
        key: value for key, value in answer.headers.items() if key.startswith("x-ratelimit") or key == "retry-after"
    }


def limited(start: StartSimulator, clock: Clock, plan: str = "business", **options: Any) -> Caller:
    return start(build_account(users=40, plan=plan), clock=clock, rate_limit="plan", **options)


@pytest.mark.parametrize(
    ("plan", "limits"),
    [("basic", (4, 2, 1)), ("pro", (30, 20, 10)), ("business", (80, 60, 40)), ("enterprise", (80, 60, 40))],
)
def test_limits_of_the_plans(start: StartSimulator, clock: Clock, plan: str, limits: tuple[int, int, int]) -> None:
    zoom = limited(start, clock, plan)
    for path, limit in zip(("/users/me", "/users", "/accounts/me/plans/usage"), limits, strict=True):
        answers = [zoom.get(path) for _ in range(limit + 2)]
        passed = [answer for answer in answers if answer.status_code != 429]
        assert len(passed) == limit, path
        assert [int(answer.headers["x-ratelimit-remaining"]) for answer in passed] == list(range(limit))[::-1]
        assert answers[-1].json() == SECOND
        clock.now += 1
        assert zoom.get(path).status_code != 429


def test_headers(start: StartSimulator, clock: Clock) -> None:
    zoom = limited(start, clock, "pro")
    assert rate_headers(zoom.get("/users/me")) == {
        "x-ratelimit-category": "Light",
        "x-ratelimit-type": "QPS",
        "x-ratelimit-limit": "30",
        "x-ratelimit-remaining": "29",
    }
    refused = [zoom.get("/users") for _ in range(21)][-1]
    expected = {
        "x-ratelimit-category": "Medium",
        "x-ratelimit-type": "QPS",
        "x-ratelimit-limit": "20",
        "x-ratelimit-remaining": "0",
    }
    assert rate_headers(refused) == expected
    zoom.server.control.set_options(rate_reset_header=True, retry_after_per_second=True)
    more = {"x-ratelimit-reset": str(int(clock.now) + 1), "retry-after": "1"}
    assert rate_headers(zoom.get("/users")) == expected | more
    zoom.server.control.set_options(rate_headers=False, rate_reset_header=False, retry_after_per_second=False)
    assert rate_headers(zoom.get("/users")) == {}


def test_labels_are_counted_apart_but_endpoints_together(start: StartSimulator, clock: Clock) -> None:
    zoom = limited(start, clock, "pro")
    assert [zoom.get("/users").status_code for _ in range(20)] == [200] * 20
    assert zoom.get("/groups").status_code == 429
    assert zoom.get("/users/me").status_code == 200


def test_refusals_of_other_kinds_count_too(start: StartSimulator, clock: Clock) -> None:
    zoom = limited(start, clock, "basic")
    assert [zoom.get("/groups").status_code for _ in range(3)] == [400, 400, 429]


def test_other_apps_take_their_part(start: StartSimulator, clock: Clock) -> None:
    zoom = limited(start, clock, "pro", capacity=0.5)
    answers = [zoom.get("/users") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert answers[0].headers["x-ratelimit-limit"] == "20"
    assert answers[0].headers["x-ratelimit-remaining"] == "9"
    zoom.server.control.set_options(capacity=1.0)
    assert zoom.get("/users").status_code == 200


def test_fixed_and_sliding_windows_differ_at_the_edge_of_a_second() -> None:
    accepted = {}
    for window in ("fixed", "sliding"):
        limits, options = RateLimits(), Options().changed(window=window)
        times = [100.9] * 60 + [101.1] * 60 + [101.89, 101.91]
        outcomes = [limits.allow(Label.MEDIUM, Plan.BUSINESS, options, now)[0] is None for now in times]
        accepted[window] = (sum(outcomes[:60]), sum(outcomes[60:120]), outcomes[120:])
    assert accepted == {"fixed": (60, 60, [False, False]), "sliding": (60, 0, [False, True])}


def test_daily_limit_of_a_free_account(start: StartSimulator, clock: Clock) -> None:
    zoom = limited(start, clock, "basic", daily_budget={"medium": 3})
    statuses = []
    for _ in range(4):
        answer = zoom.get("/users")
        statuses.append(answer.status_code)
        clock.now += 1
    assert statuses == [200, 200, 200, 429]
    assert answer.json() == DAY
    assert rate_headers(answer) == {
        "x-ratelimit-category": "Medium",
        "x-ratelimit-type": "Daily-limit",
        "x-ratelimit-limit": "3",
        "x-ratelimit-remaining": "0",
        "retry-after": "2026-11-22T00:00:00Z",
    }
    clock.now += 12 * 3600
    zoom.fresh_token()
    assert zoom.get("/users").status_code == 200


@pytest.mark.parametrize(
    ("form", "value"),
    [("http_date", "Sun, 22 Nov 2026 00:00:00 GMT"), ("seconds", "43200"), ("none", None)],
)
def test_forms_of_retry_after(start: StartSimulator, clock: Clock, form: str, value: str | None) -> None:
    zoom = limited(start, clock, retry_after=form)
    zoom.server.control.spend_day("heavy", 60_000)
    answer = zoom.get("/accounts/me/plans/usage")
    assert answer.status_code == 429
    assert answer.headers.get("retry-after") == value
    assert zoom.get("/users").status_code == 200


def test_daily_budgets_of_paid_plans() -> None:
    for plan, budget in ((Plan.PRO, 30_000), (Plan.BUSINESS, 60_000)):
        limits, options = RateLimits(), Options()
        limits.spend_day(Label.HEAVY, budget - 1, 0.0)
        assert limits.allow(Label.HEAVY, plan, options, 0.0)[0] is None
        refused, headers = limits.allow(Label.HEAVY, plan, options, 5.0)
        assert refused is not None
        assert ("X-RateLimit-Type", "Daily-limit") in headers
        limits.spend_day(Label.MEDIUM, 10**6, 5.0)
        assert limits.allow(Label.MEDIUM, plan, options, 5.0)[0] is None
    assert PER_SECOND[Plan.ENTERPRISE] == PER_SECOND[Plan.BUSINESS]


def test_unlimited(zoom: Caller) -> None:
    answers = [zoom.get("/users/me") for _ in range(90)]
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].headers["x-ratelimit-limit"] == "unlimited"
