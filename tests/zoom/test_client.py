"""Tokens, retries, pages and limits of the client, on a scripted transport in counted time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from tests.zoom.conftest import (
    EPOCH,
    TOKEN_BODY,
    ScriptedTransport,
    drive,
    failure,
    query_of,
    reply,
)
from zoomgov.advice.knowledge import explain
from zoomgov.zoom.client import ZoomClient
from zoomgov.zoom.clouds import ZOOM_GOV, ZOOM_US, Cloud, parse_cloud
from zoomgov.zoom.endpoints import LIST_GROUPS, LIST_USERS, PLAN_USAGE, READ_USER, Label, encode_segment
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.hosts import choose_api_base
from zoomgov.zoom.learnt_limits import LearntLimits
from zoomgov.zoom.limits import DailyBudget, Tier, tier_of_plan
from zoomgov.zoom.transport import Request, Response

# --- tokens


def test_concurrent_calls_share_one_token() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        await asyncio.gather(*(client.get(LIST_GROUPS) for _ in range(30)))
        assert transport.token_requests == 1
        assert transport.sent[0].headers["authorization"] == "Bearer token-1"

    drive(lambda request: reply({"groups": []}), work)


@pytest.mark.parametrize(("expires_in", "fresh_until", "stale_at"), [(3599, 3298, 3300), (60, 29, 31), (2, 0.9, 1.1)])
def test_renews_before_the_end(expires_in: int, fresh_until: float, stale_at: float) -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        await client.authenticate()
        await asyncio.sleep(fresh_until)
        await client.authenticate()
        assert transport.token_requests == 1
        await asyncio.sleep(stale_at - fresh_until)
        await client.authenticate()
        assert transport.token_requests == 2

    drive(
        lambda request: reply({}),
        work,
        token_answer=lambda count: reply({**TOKEN_BODY, "expires_in": expires_in, "access_token": f"t{count}"}),
    )


def test_revoked_token_is_renewed_once_for_all_who_meet_it() -> None:
    def answer(request: Request) -> Response:
        if request.headers["authorization"] == "Bearer token-1":
            return reply({"code": 124, "message": "Invalid access token."}, 401)
        return reply({"groups": []})

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        await asyncio.gather(*(client.get(LIST_GROUPS) for _ in range(10)))
        assert transport.token_requests == 2

    drive(answer, work)


def test_token_refused_though_fresh_ends_in_a_token_error() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        error = await failure(client.get(LIST_GROUPS))
        assert error.kind is ErrorKind.TOKEN
        assert not error.token_worked
        assert len(transport.sent) == transport.token_requests == 5
        assert (await failure(client.get(LIST_GROUPS))).kind is ErrorKind.TOKEN
        assert transport.token_requests == 5, "asked once more, not five times"

    drive(lambda request: reply({"code": 124, "message": "Invalid access token."}, 401), work)


def test_a_request_that_waited_uses_the_token_of_now() -> None:
    ended = {"Bearer token-1"}

    def answer(request: Request) -> Response:
        if request.headers["authorization"] in ended:
            return reply({"code": 124, "message": "Invalid access token."}, 401)
        return reply({"groups": []})

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        await asyncio.gather(*(client.get(LIST_GROUPS) for _ in range(200)))
        assert len(transport.sent) < 200 + 40
        assert transport.token_requests == 2

    drive(answer, work)


def test_a_token_that_dies_again_and_again_is_renewed_again_and_again() -> None:
    def answer(request: Request) -> Response:
        # Every token is good for one call: another program takes the next one.
        if request.headers["authorization"] in answered:
            return reply({"code": 124, "message": "Invalid access token."}, 401)
        answered.add(request.headers["authorization"])
        return reply({"groups": []})

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        await asyncio.gather(*(client.get(LIST_GROUPS) for _ in range(25)))
        assert transport.token_requests >= 25

    answered: set[str] = set()
    drive(answer, work)


def test_tokens_that_worked_and_then_never_again_name_the_other_program() -> None:
    def answer(request: Request) -> Response:
        if len(answered) < 100:
            answered.append(request)
            return reply({"groups": []})
        return reply({"code": 124, "message": "Invalid access token."}, 401)

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        for _ in range(100):
            await client.get(LIST_GROUPS)
        error = await failure(client.get(LIST_GROUPS))
        assert (error.kind, error.token_worked) == (ErrorKind.TOKEN, True)
        causes = [cause.id for cause in explain(error)]
        assert causes[0] == "token-replaced"
        assert "wrong-cloud" not in causes

    answered: list[Request] = []
    drive(answer, work)


def test_missing_scope_with_401_renews_nothing() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        error = await failure(client.get(LIST_GROUPS))
        assert error.kind is ErrorKind.SCOPE
        assert (len(transport.sent), transport.token_requests) == (1, 1)

    body = {"code": 4711, "message": "Invalid access token, does not contain scopes:[group:read:list_groups:admin]."}
    drive(lambda request: reply(body, 401), work)


@pytest.mark.parametrize(
    ("body", "status", "kind", "code"),
    [
        ({"reason": "Invalid client_id or client_secret", "error": "invalid_client"}, 400, "CREDENTIALS",
         "invalid_client"),
        ({"reason": "Bad Request", "error": "invalid_request"}, 400, "CREDENTIALS", "invalid_request"),
        ({"reason": "Invalid Token!", "error": "invalid_request"}, 401, "CREDENTIALS", "invalid_request"),
        ({"code": 4717, "message": "The app has been disabled"}, 400, "CREDENTIALS", 4717),
        (b"<html>404</html>", 404, "UNEXPECTED", None),
        ({"token_type": "bearer"}, 200, "UNEXPECTED", None),
        ({"access_token": "line\nbreak"}, 200, "UNEXPECTED", None),
        (b"", 503, "SERVER", None),
    ],
)  # fmt: skip
def test_token_endpoint_refusals(body: object, status: int, kind: str, code: object) -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        error = await failure(client.get(LIST_GROUPS))
        assert (error.kind, error.code, error.endpoint) == (ErrorKind[kind], code, "POST /oauth/token")

    drive(lambda request: reply({}), work, token_answer=lambda count: reply(body, status))


def test_token_and_secret_are_in_no_repr() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        await client.get(LIST_GROUPS)
        text = f"{client!r}{vars(client)!r}{transport.sent!r}{vars(client._tokens)!r}"
        assert "token-1" not in text
        assert "s3cr3t-value" not in text

    drive(lambda request: reply({"groups": []}), work)


@pytest.mark.parametrize(
    ("api_url", "cloud", "base"),
    [
        ("https://eu01api.zoom.us", ZOOM_US, "https://eu01api.zoom.us/v2"),
        ("https://api-de.zoom.us/", ZOOM_US, "https://api-de.zoom.us/v2"),
        ("https://api.zoomgov.com", ZOOM_GOV, "https://api.zoomgov.com/v2"),
        (None, ZOOM_US, "https://api.zoom.us/v2"),
        ("http://api.zoom.us", ZOOM_US, None),
        ("https://api.zoomgov.com", ZOOM_US, None),
        ("https://zoom.us.evil.example", ZOOM_US, None),
        ("https://evilzoom.us", ZOOM_US, None),
        ("https://user@api.zoom.us", ZOOM_US, None),
        ("https://api.zoom.us:8443", ZOOM_US, None),
        ("https://api.zoom.us@evil.example", ZOOM_US, None),
        ("https://api.zoom.us/elsewhere", ZOOM_US, None),
        ("https://[", ZOOM_US, None),
        (17, ZOOM_US, "https://api.zoom.us/v2"),
    ],
)
def test_the_token_is_sent_to_zoom_only(api_url: object, cloud: Cloud, base: str | None) -> None:
    chosen, note = choose_api_base(api_url, cloud)
    assert chosen == (base or cloud.api_base)
    assert bool(note) == (base is None)


def test_a_custom_host_keeps_the_token_to_itself() -> None:
    cloud = parse_cloud("http://127.0.0.1:8080/zoom")
    assert choose_api_base("http://127.0.0.1:8080", cloud) == ("http://127.0.0.1:8080/zoom/v2", "")
    chosen, note = choose_api_base("https://api.zoom.us", cloud)
    assert chosen == cloud.api_base
    assert note


@pytest.mark.parametrize(
    ("address", "api_url", "trusted"),
    [
        ("http://127.0.0.1", "http://127.0.0.1:80", True),
        ("https://proxy.example.com:443", "https://PROXY.example.com/v2", True),
        ("http://127.0.0.1", "http://127.0.0.1:443", False),
        ("https://proxy.example.com", "http://proxy.example.com", False),
    ],
)
def test_the_port_of_a_custom_host_may_be_left_out(address: str, api_url: str, trusted: bool) -> None:
    cloud = parse_cloud(address)
    chosen, note = choose_api_base(api_url, cloud)
    assert chosen == cloud.api_base
    assert bool(note) is not trusted


# --- retries


@pytest.mark.parametrize(
    "first",
    [
        reply(b"<html>", 502),
        reply(b"", 500),
        reply({"code": 5, "message": "x"}, 503, retry_after="1"),
        reply(b'{"users": [', 200),
        reply({"code": 429, "message": "per-second"}, 429),
        reply({"code": 429, "message": "per-second"}, 429, retry_after="2"),
        reply({"code": 429, "message": "per-second"}, 429, retry_after="2026-11-23T21:00:05Z"),
        reply({"code": 429, "message": "per-second"}, 429, retry_after="Mon, 23 Nov 2026 21:00:05 GMT"),
    ],
)
def test_tries_again_what_passes_by_itself(first: Response) -> None:
    answers = [first, first, reply({"groups": []})]

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        answer = await client.get(LIST_GROUPS)
        assert (answer.status, answer.attempts, client.stats.retried) == (200, 3, 2)

    seconds = drive(lambda request: answers.pop(0), work)
    asked = {"1": 1, "2": 2}.get(first.headers.get("retry-after", ""), 0)
    assert asked <= seconds < 20


def test_retries_nothing_when_told_so() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        assert (await failure(client.get(LIST_GROUPS, retry=False))).kind is ErrorKind.SERVER
        assert len(transport.sent) == 1

    drive(lambda request: reply(b"", 500), work)


def test_gives_up_after_a_while() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        error = await failure(client.get(LIST_GROUPS))
        assert (error.kind, error.attempts) == (ErrorKind.SERVER, 6)

    assert drive(lambda request: reply(b"", 500), work) < 60


@pytest.mark.parametrize(
    "refused",
    [
        reply({"code": 429, "message": "x"}, 429, x_ratelimit_type="Daily-limit", retry_after="2026-11-24T00:00:00Z"),
        reply({"code": 429, "message": "x"}, 429, retry_after="10800"),
    ],
)
def test_daily_limit_ends_with_the_time_instead_of_a_sleep(refused: Response) -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        error = await failure(client.get(LIST_GROUPS))
        assert (error.kind, error.retry_at) == (ErrorKind.DAILY_LIMIT, datetime(2026, 11, 24, tzinfo=UTC))

    assert drive(lambda request: refused, work) < 1


def test_waiting_is_told() -> None:
    told: list[tuple[float, str]] = []
    answers = [reply({"code": 429, "message": "slow down"}, 429, retry_after="30"), reply({"groups": []})]

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        client.on_wait = lambda seconds, reason: told.append((seconds, reason))
        await client.get(LIST_GROUPS)

    assert 30 <= drive(lambda request: answers.pop(0), work) < 31
    assert told
    assert told[0][0] == pytest.approx(30, abs=1)
    assert "slow down" in told[0][1]


# --- pages


def users(count: int, token: str = "") -> Response:
    return reply({"users": [{"id": str(n)} for n in range(count)], "next_page_token": token})


def test_follows_tokens_with_every_other_parameter_unchanged() -> None:
    answers = [users(2000, "b"), users(2000, "c"), users(7)]

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        pages = [page async for page in client.pages(LIST_USERS, query={"status": "inactive"})]
        assert len(pages) == 3
        asked = [query_of(request) for request in transport.sent]
        assert [query.pop("next_page_token", "") for query in asked] == ["", "b", "c"]
        assert asked == [{"status": "inactive", "page_size": "2000"}] * 3

    drive(lambda request: answers.pop(0), work)


def test_refused_page_size_falls_back_and_is_remembered() -> None:
    learnt = LearntLimits()

    def answer(request: Request) -> Response:
        if int(query_of(request)["page_size"]) > 300:
            return reply({"code": 300, "message": "Validation Failed."}, 400)
        return users(1)

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        for _ in range(2):
            assert [page async for page in client.pages(LIST_USERS)]
        assert [query_of(request)["page_size"] for request in transport.sent] == ["2000", "300", "300"]

    drive(answer, work, learnt=learnt)
    assert learnt.page_sizes == {"list_users": 300}


def test_silently_capped_page_is_noticed() -> None:
    learnt = LearntLimits()
    answers = [users(300, "b"), users(10)]

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        assert len([page async for page in client.pages(LIST_USERS)]) == 2
        assert query_of(transport.sent[1])["page_size"] == "2000"

    drive(lambda request: answers.pop(0), work, learnt=learnt)
    assert learnt.page_sizes == {"list_users": 300}


def test_other_refusals_are_not_taken_for_the_page_size() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        with pytest.raises(ZoomError) as caught:
            _ = [page async for page in client.pages(LIST_USERS)]
        assert caught.value.kind is ErrorKind.PAGE_TOKEN
        assert len(transport.sent) == 1

    drive(lambda request: reply({"code": 300, "message": "The next page token is invalid or expired."}, 400), work)


def test_a_list_that_has_one_size_has_more_pages() -> None:
    answers = [reply({"groups": [], "next_page_token": token}) for token in ("b", "")]

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        assert len([page async for page in client.pages(LIST_GROUPS)]) == 2
        assert [query_of(request)["page_size"] for request in transport.sent] == ["300", "300"]

    drive(lambda request: answers.pop(0), work)


def test_a_token_that_repeats_ends_the_list() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        with pytest.raises(ZoomError) as caught:
            _ = [page async for page in client.pages(LIST_USERS)]
        assert caught.value.kind is ErrorKind.UNEXPECTED
        assert len(transport.sent) == 2

    drive(lambda request: users(1, "again"), work)


def test_ids_are_encoded() -> None:
    assert encode_segment("a b") == "a%20b"
    assert encode_segment("x/y") == "x%2Fy"
    assert encode_segment("/x") == "%252Fx"
    assert encode_segment("x//y") == "x%252F%252Fy"
    for climbing in ("", ".", ".."):
        with pytest.raises(ZoomError):
            READ_USER.url("https://api.zoom.us/v2", {"userId": climbing}, {})


# --- limits


@pytest.mark.parametrize(("limit", "tier"), [("2", Tier.FREE), ("60", Tier.BUSINESS), ("unlimited", Tier.BUSINESS)])
def test_learns_the_tier_from_headers(limit: str, tier: Tier) -> None:
    learnt = LearntLimits()
    answer = reply({"groups": []}, x_ratelimit_category="Medium", x_ratelimit_type="QPS", x_ratelimit_limit=limit)

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        await client.get(LIST_GROUPS)
        assert client.limits.by_label[Label.LIGHT].rate == pytest.approx(
            tier.per_second[Label.LIGHT] * (0.94 if tier is Tier.FREE else 0.95)
        )

    drive(lambda request: answer, work, learnt=learnt)
    assert learnt.tier is tier


def test_a_daily_number_teaches_nothing() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        await client.get(LIST_GROUPS)
        assert (client.limits.tier, client.limits.learnt) == (Tier.PRO, False)

    drive(lambda request: reply({}, x_ratelimit_type="Daily-limit", x_ratelimit_limit="60"), work)


def test_stops_before_the_day_is_used_up_and_starts_afresh_the_next_day() -> None:
    learnt = LearntLimits(budget=DailyBudget(EPOCH.date(), {Label.HEAVY: 29_999}))

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        path = {"accountId": "me"}
        await client.get(PLAN_USAGE, path=path)
        error = await failure(client.get(PLAN_USAGE, path=path))
        assert (error.kind, error.retry_at) == (ErrorKind.DAILY_LIMIT, datetime(2026, 11, 24, tzinfo=UTC))
        assert len(transport.sent) == 1
        await asyncio.sleep(3 * 3600)
        await client.get(PLAN_USAGE, path=path)

    drive(lambda request: reply({}), work, learnt=learnt)
    assert learnt.budget.counts == {Label.HEAVY: 1}


def test_never_more_in_flight_than_allowed() -> None:
    async def slow(request: Request) -> Response:
        await asyncio.sleep(60)
        return reply({"groups": []})

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        await asyncio.gather(*(client.get(LIST_GROUPS) for _ in range(100)))
        assert client.stats.most_in_flight == 32
        assert client.stats.in_flight == 0

    drive(slow, work)


def test_cancelling_a_waiter_gives_its_place_back() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        tasks = [asyncio.create_task(client.get(LIST_GROUPS)) for _ in range(40)]
        await asyncio.sleep(0.5)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert client.limits.in_flight._value == 32
        await client.get(LIST_GROUPS)

    drive(lambda request: reply({"groups": []}), work)


@pytest.mark.parametrize(
    ("code", "tier"),
    [("business_yearly", Tier.BUSINESS), ("edu20", Tier.BUSINESS), ("yearly", Tier.PRO), ("pro_three_years", Tier.PRO),
     ("trial", None)],
)  # fmt: skip
def test_tier_of_plan(code: str, tier: Tier | None) -> None:
    assert tier_of_plan(code) is tier


def test_urgent_requests_go_first() -> None:
    order: list[str] = []

    def answer(request: Request) -> Response:
        order.append(urlsplit(request.url).path)
        return reply({"groups": []})

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        await client.authenticate()
        others = [asyncio.create_task(client.get(LIST_GROUPS)) for _ in range(5)]
        await asyncio.sleep(0)
        await client.get(LIST_USERS, urgent=True)
        await asyncio.gather(*others)
        assert order.index("/v2/users") <= 2

    drive(answer, work)


def test_what_is_learnt_survives_as_text() -> None:
    learnt = LearntLimits(Tier.BUSINESS, budget=DailyBudget(EPOCH.date(), {Label.HEAVY: 7}))
    assert learnt.set_page_size("list_users", 300, EPOCH.date())
    assert not learnt.set_page_size("list_users", 300, EPOCH.date())
    assert LearntLimits.loads(learnt.dumps(), EPOCH) == learnt
    assert LearntLimits.loads(learnt.dumps(), EPOCH + timedelta(days=31)).page_sizes == {}
    assert LearntLimits() == LearntLimits(None, {}, None, DailyBudget())
    used = LearntLimits().dumps().replace('"used": {}', '"used": {"light": Infinity}')
    for odd in (None, "", "[]", "{", '{"tier": "GOLD"}', used, "[" * 100_000):
        assert LearntLimits.loads(odd, EPOCH) == LearntLimits()


def test_starts_with_what_an_earlier_client_learnt() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        client.start_with(LearntLimits(Tier.FREE, {"list_users": 300}))
        assert client.limits.by_label[Label.MEDIUM].rate == pytest.approx(2 * 0.94)
        _ = [page async for page in client.pages(LIST_USERS)]
        assert query_of(transport.sent[0])["page_size"] == "300"

    drive(lambda request: users(1), work)
