"""How long a token lives, what is said of it, and how often the token endpoint is asked."""

from __future__ import annotations

import asyncio
import gc

import pytest

from tests.zoom.conftest import TOKEN_BODY, ScriptedTransport, drive, failure, reply
from zoomgov.zoom.auth import TokenInfo
from zoomgov.zoom.client import ZoomClient
from zoomgov.zoom.errors import ErrorKind


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        (3599, 3599),
        ("1800", 1800),
        (None, 3600),
        ("soon", 3600),
        (True, 3600),
        (-5, 0),
        (1e9, 86400),
        (90.9, 90),
        pytest.param(10**400, 86400, id="endless"),
    ],
)
def test_how_long_a_token_lives(expires_in: object, seconds: int) -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        info = await client.authenticate()
        assert info == TokenInfo(frozenset({"a:read", "b:read"}), "https://api.zoom.us/v2", seconds)
        await asyncio.sleep(max(seconds - 301, seconds / 2 - 1, 0.0))
        await client.authenticate()
        assert transport.token_requests == (2 if seconds == 0 else 1)
        await asyncio.sleep(2)
        await client.authenticate()
        assert transport.token_requests == (3 if seconds == 0 else 2)

    body = {"access_token": "t", "expires_in": expires_in, "scope": "a:read  b:read"}
    drive(lambda request: reply({}), work, token_answer=lambda count: reply(body))


def test_an_api_address_that_was_ignored_is_noted() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        info = await client.authenticate()
        assert info.note == (
            "Ignored the API address 'https://evil.example' of the token answer: it is not under zoom.us."
        )
        assert info.api_base == "https://api.zoom.us/v2"

    body = {**TOKEN_BODY, "api_url": "https://evil.example"}
    drive(lambda request: reply({}), work, token_answer=lambda count: reply(body))


def test_a_fresh_token_is_asked_for_when_wanted() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        for fresh, requests in ((False, 1), (False, 1), (True, 2)):
            await client.authenticate(fresh=fresh)
            assert client.token_requests == requests

    drive(lambda request: reply({}), work)


@pytest.mark.parametrize(
    ("body", "status", "kind", "code", "message", "requests"),
    [
        ({"error": "server_error", "reason": "later"}, 400, ErrorKind.SERVER, "server_error", "later", 4),
        ({"error": "temporarily_unavailable"}, 400, ErrorKind.SERVER, "temporarily_unavailable",
         "temporarily_unavailable", 4),
        ({"error": "invalid_client", "reason": "s3cr3t-value is wrong"}, 400, ErrorKind.CREDENTIALS, "invalid_client",
         "… is wrong", 1),
        ({"error": "invalid_client"}, 429, ErrorKind.RATE_LIMIT, None, "invalid_client", 4),
        # A refusal with nothing to say: credentials that are wrong, or an app that is not active.
        ({"error": 7}, 400, ErrorKind.CREDENTIALS, None, "The answer is not the JSON that Zoom's docs describe.", 1),
    ],
)  # fmt: skip
def test_what_the_token_endpoint_says_and_how_often_it_is_asked(
    body: object, status: int, kind: ErrorKind, code: object, message: str, requests: int
) -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        error = await failure(client.authenticate())
        assert (error.kind, error.code, error.message) == (kind, code, message)
        assert (error.endpoint, error.attempts, client.token_requests) == ("POST /oauth/token", requests, requests)

    drive(lambda request: reply({}), work, token_answer=lambda count: reply(body, status))


def test_a_client_that_was_never_used_can_be_closed() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        assert client.token_requests == 0

    drive(lambda request: reply({}), work)


def test_closing_ends_a_token_request_that_is_under_way() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        waiting = asyncio.create_task(client.authenticate())
        await asyncio.sleep(0.01)  # the first request was refused, the next is half a second away
        await client.aclose()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        await asyncio.sleep(60)
        assert client.token_requests == 1

    drive(lambda request: reply({}), work, token_answer=lambda count: reply(b"", 503))


def test_a_refusal_that_nobody_waits_for_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        waiting = asyncio.create_task(client.authenticate())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.sleep(1)
        assert (waiting.cancelled(), client.token_requests) == (True, 1)
        await failure(client.authenticate())  # drops the request before, with an exception that nobody has seen
        gc.collect()
        assert client.token_requests == 2

    body = {"error": "invalid_client"}
    drive(lambda request: reply({}), work, token_answer=lambda count: reply(body, 400))
    assert caplog.records == []
