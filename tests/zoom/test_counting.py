"""What a client counts and tells while it works: requests, durations, use of the limits, waits, lines for the log."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from tests.zoom.conftest import CREDENTIALS, ScriptedTransport, drive, failure, reply
from zoomgov.zoom.client import ZoomClient
from zoomgov.zoom.clouds import ZOOM_GOV, ZOOM_US, Cloud
from zoomgov.zoom.endpoints import LIST_GROUPS, LIST_USERS, PLAN_USAGE, READ_USER, Label
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.learnt_limits import LearntLimits
from zoomgov.zoom.limits import LabelUse, Tier
from zoomgov.zoom.transport import Request, Response

ME = {"userId": "me"}


async def after_a_quarter(request: Request) -> Response:
    await asyncio.sleep(0.25)
    return reply({"groups": []})


# --- counts


def test_calls_under_way_and_in_flight_are_counted_until_they_end() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        await client.authenticate()
        calls = [asyncio.create_task(client.get(LIST_GROUPS)) for _ in range(3)]
        await asyncio.sleep(0.01)
        stats = client.stats
        assert (stats.under_way, stats.in_flight, stats.made) == (3, 1, 1)
        await asyncio.gather(*calls)
        assert (stats.under_way, stats.in_flight, stats.made, stats.most_in_flight) == (0, 0, 3, 3)
        assert stats.by_endpoint == {"GET /groups": 3}

    drive(after_a_quarter, work)


def test_a_failed_call_is_no_longer_under_way() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        await failure(client.get(LIST_GROUPS))
        stats = client.stats
        assert (stats.under_way, stats.in_flight, stats.refused, stats.retried) == (0, 0, 12, 11)
        assert client.limits.in_flight._value == 32

    drive(lambda request: reply({"code": 429, "message": "per-second"}, 429), work)


def test_a_request_takes_as_long_as_zoom_needs_for_it() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        await client.get(READ_USER, path=ME)
        assert (await client.get(READ_USER, path=ME)).milliseconds == pytest.approx(250)

    drive(after_a_quarter, work)


@pytest.mark.parametrize("on_the_way", [True, False])
def test_a_failed_request_has_a_duration_too(on_the_way: bool) -> None:
    async def answer(request: Request) -> Response:
        await asyncio.sleep(0.25)
        if on_the_way:
            raise ZoomError(ErrorKind.UNREACHABLE, request.endpoint, "x")
        return reply(b"", 500)

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        error = await failure(client.get(LIST_GROUPS))
        assert error.milliseconds == pytest.approx(250)
        assert error.attempts == (5 if on_the_way else 6)

    drive(answer, work)


def test_how_much_of_the_limits_is_used() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        assert client.used() == ()
        await client.get(READ_USER, path=ME)
        await client.get(PLAN_USAGE, path={"accountId": "me"})
        await asyncio.sleep(1.5)
        await client.get(PLAN_USAGE, path={"accountId": "me"})
        assert client.used() == (
            LabelUse(Label.LIGHT, 0, 28.5, 1, None),
            LabelUse(Label.HEAVY, 1, 9.4, 2, 29_998),
        )
        assert client.per_second == pytest.approx(3 / 1.5)
        assert client.token_requests == 1

    drive(lambda request: reply({}), work)


@pytest.mark.parametrize(("cloud", "name"), [(ZOOM_US, "zoom.us"), (ZOOM_GOV, "zoomgov.com")])
def test_the_same_account_id_in_two_clouds_is_two_accounts(cloud: Cloud, name: str) -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        assert client.account == f"{name} {CREDENTIALS.account_id}"

    drive(lambda request: reply({}), work, cloud=cloud)


# --- what is told


def test_a_pause_of_the_limiter_is_told_to_those_who_wait() -> None:
    told: list[tuple[float, str]] = []
    answers = [reply({"code": 429, "message": "slow down"}, 429, retry_after="30"), *[reply({"groups": []})] * 2]

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        client.on_wait = lambda seconds, reason: told.append((seconds, reason))
        first = asyncio.create_task(client.get(LIST_GROUPS))
        await asyncio.sleep(10)
        await client.get(LIST_GROUPS)
        assert asyncio.get_running_loop().time() == pytest.approx(30)
        seconds, reason = told[-1]
        assert seconds == pytest.approx(20)
        assert reason == "Zoom's limit for medium requests is reached"
        await first

    drive(lambda request: answers.pop(0), work)


def test_what_the_log_is_told() -> None:
    notes: list[str] = []
    answers = [
        reply({"code": 124, "message": "Invalid access token."}, 401),
        reply(b"", 503),
        reply({"code": 429, "message": "per-second"}, 429),  # has a line of its own where it makes somebody wait
        reply({"groups": []}, x_ratelimit_limit="60"),
        reply({"groups": []}, x_ratelimit_limit="60"),
    ]

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        client.on_note = notes.append
        for _ in range(2):
            await client.get(LIST_GROUPS)
        client.set_tier(Tier.BUSINESS)
        client.set_tier(Tier.FREE)
        assert client.learnt.tier is Tier.FREE

    drive(lambda request: answers.pop(0), work)
    assert notes == [
        "Zoom no longer takes the access token: asked for a new one.",
        "Trying again: GET /groups: HTTP 503: The answer is empty.",
        "Zoom's limits for this account: Business or higher.",
        "Zoom's limits for this account: Free.",
    ]


def test_a_page_size_that_is_learnt_is_noted_with_its_day() -> None:
    notes: list[str] = []
    learnt = LearntLimits()

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        client.on_note = notes.append
        _ = [page async for page in client.pages(LIST_USERS)]

    answers = [reply({"code": 300, "message": "Validation Failed."}, 400), reply({"users": []})]
    drive(lambda request: answers.pop(0), work, learnt=learnt)
    assert notes == ["GET /users: Zoom takes pages of 300 here."]
    assert learnt.page_sizes_since == datetime(2026, 11, 23, tzinfo=UTC).date()


def test_a_pause_that_zoom_asks_for_holds_all_calls_of_the_label() -> None:
    sent: list[float] = []

    def answer(request: Request) -> Response:
        sent.append(asyncio.get_running_loop().time())
        return reply({"code": 429, "message": "x"}, 429, retry_after="5") if len(sent) == 1 else reply({"groups": []})

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        await asyncio.gather(*(client.get(LIST_GROUPS) for _ in range(5)))

    drive(answer, work)
    assert sent[0] == 0.0
    assert all(moment >= 5.0 for moment in sent[1:])


def test_every_page_of_an_urgent_list_goes_first() -> None:
    order: list[str] = []
    tokens = ["b", "c", ""]

    async def answer(request: Request) -> Response:
        order.append(request.endpoint)
        await asyncio.sleep(0.01)
        return reply({"users": [], "next_page_token": tokens.pop(0)} if "users" in request.endpoint else {})

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        await client.authenticate()
        others = [asyncio.create_task(client.get(LIST_GROUPS)) for _ in range(12)]
        await asyncio.sleep(0)
        _ = [page async for page in client.pages(LIST_USERS, page_size=300, urgent=True)]
        await asyncio.gather(*others)

    drive(answer, work)
    places = [place for place, endpoint in enumerate(order) if endpoint == "GET /users"]
    assert len(places) == 3
    assert places[-1] <= 6
