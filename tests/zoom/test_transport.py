"""Real HTTP over loopback: what leaves, what comes back, and what breaks on the way."""

from __future__ import annotations

import gzip
import json
import logging
import subprocess
import sys
from base64 import b64encode
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest

from tests.zoom.conftest import CREDENTIALS, TOKEN_BODY, Asked, Reply, ScriptedServer, as_json
from zoomgov.zoom.client import ZoomClient
from zoomgov.zoom.endpoints import LIST_GROUPS, READ_USER
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.transport import HttpxTransport, Request, Response, Timeouts


async def failure(transport: HttpxTransport, url: str) -> ZoomError:
    with pytest.raises(ZoomError) as caught:
        await transport.send(Request("GET", url, "GET /x"))
    await transport.aclose()
    assert caught.value.endpoint == "GET /x"
    return caught.value


async def test_what_zoom_is_sent(server: ScriptedServer) -> None:
    server.answer = lambda asked: as_json(TOKEN_BODY if asked.method == "POST" else {"id": "x"})
    async with ZoomClient(server.cloud, CREDENTIALS) as client:
        await client.get(READ_USER, path={"userId": "/a//b"}, query={"login_type": 1})
    token, user = server.asked
    assert (token.method, token.target) == ("POST", "/oauth/token")
    assert token.body == b"grant_type=account_credentials&account_id=AccountIdOf22Characters"
    assert token.headers["authorization"] == f"Basic {b64encode(b'client-id:s3cr3t-value').decode()}"
    assert token.headers["content-type"] == "application/x-www-form-urlencoded"
    assert token.headers["accept"] == user.headers["accept"] == "application/json"
    assert token.headers["user-agent"] == user.headers["user-agent"] == "zoomgov"
    assert "content-encoding" not in user.headers
    assert "gzip" in user.headers["accept-encoding"]
    assert user.target == "/v2/users/%252Fa%252F%252Fb?login_type=1"
    assert user.headers["authorization"] == "Bearer token-1"


@pytest.mark.parametrize("text", ["a b", "a+b", "a%2Bb", "=&?#;:@", "/../a", "~é漢", "%41", "\u202e'\"<>|", "a\tb"])
async def test_what_zoom_names_arrives_as_it_was_named(server: ScriptedServer, text: str) -> None:
    server.answer = lambda asked: as_json(TOKEN_BODY if asked.method == "POST" else {"groups": []})
    async with ZoomClient(server.cloud, CREDENTIALS) as client:
        await client.get(LIST_GROUPS, query={"next_page_token": text})
        await client.get(READ_USER, path={"userId": text})
    _, groups, user = (urlsplit(asked.target) for asked in server.asked)
    assert parse_qs(groups.query) == {"next_page_token": [text]}
    assert unquote(user.path.removeprefix("/v2/users/")) in (text, quote(text, safe=""))


async def test_gzip_is_unpacked(server: ScriptedServer) -> None:
    packed = gzip.compress(json.dumps({"groups": []}).encode())
    server.answer = lambda asked: Reply(body=packed, headers={"Content-Encoding": "gzip", "X-Zm-Trackingid": "t"})
    transport = HttpxTransport()
    response = await transport.send(Request("GET", server.url, "GET /x"))
    assert (response.body, response.headers["x-zm-trackingid"]) == (b'{"groups": []}', "t")
    await transport.aclose()


async def test_a_redirect_is_not_followed(server: ScriptedServer) -> None:
    server.answer = lambda asked: Reply(302, b"", {"location": f"{server.url}/elsewhere"})
    transport = HttpxTransport()
    assert (await transport.send(Request("GET", server.url, "GET /x"))).status == 302
    assert len(server.asked) == 1
    await transport.aclose()


async def test_badly_packed(server: ScriptedServer) -> None:
    server.answer = lambda asked: Reply(body=b"not gzip", headers={"content-encoding": "gzip"})
    assert (await failure(HttpxTransport(), server.url)).kind is ErrorKind.UNEXPECTED


async def test_too_large(server: ScriptedServer) -> None:
    server.answer = lambda asked: Reply(body=b"x" * 2000)
    error = await failure(HttpxTransport(max_body=1000), server.url)
    assert (error.kind, error.status) == (ErrorKind.UNEXPECTED, 200)
    server.answer = lambda asked: Reply(body=b"x" * 3_000_000)  # comes in many pieces, each of which would do
    error = await failure(HttpxTransport(max_body=2_999_999), server.url)
    assert error.message.endswith("is too large: it is larger than 2999999 bytes.")
    transport = HttpxTransport(max_body=3_000_000)
    assert len((await transport.send(Request("GET", server.url, "GET /x"))).body) == 3_000_000
    await transport.aclose()


def test_what_is_sent_and_received_is_in_no_repr() -> None:
    request = Request("POST", "https://zoom.us", "POST /x", {"authorization": "hidden"}, b"hidden")
    assert "hidden" not in repr(request)
    assert "hidden" not in repr(Response(200, {}, b"hidden"))


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf", b"garbage\r\n\r\n"])
async def test_dropped_connections(server: ScriptedServer, raw: bytes) -> None:
    server.answer = lambda asked: Reply(raw=raw)
    error = await failure(HttpxTransport(), server.url)
    assert error.kind is ErrorKind.UNREACHABLE
    assert "127.0.0.1" in error.message


async def test_stalled(server: ScriptedServer) -> None:
    server.answer = lambda asked: Reply(stall=True)
    for timeouts in (Timeouts(read=0.1), Timeouts(total=0.1)):
        error = await failure(HttpxTransport(timeouts), server.url)
        assert (error.kind, error.message) == (ErrorKind.TIMEOUT, "Waited too long to hear from 127.0.0.1.")


async def no_wait(seconds: float) -> None:
    pass


@pytest.mark.parametrize(("dropped", "attempts"), [(1, 1), (2, 2)])
async def test_a_dropped_connection_is_tried_again(server: ScriptedServer, dropped: int, attempts: int) -> None:
    replies = [as_json(TOKEN_BODY), *[Reply(raw=b"")] * dropped, as_json({"groups": []})]
    server.answer = lambda asked: replies.pop(0)
    async with ZoomClient(server.cloud, CREDENTIALS, sleep=no_wait) as client:
        assert (await client.get(LIST_GROUPS)).attempts == attempts
    assert replies == []


async def test_what_was_posted_is_not_sent_twice(server: ScriptedServer) -> None:
    replies = [as_json({}), Reply(raw=b"")]
    server.answer = lambda asked: replies.pop(0)
    transport = HttpxTransport()
    await transport.send(Request("GET", server.url, "GET /x"))
    with pytest.raises(ZoomError):
        await transport.send(Request("POST", server.url, "POST /x", body=b"a"))
    assert len(server.asked) == 2
    await transport.aclose()


async def test_no_cookie_is_sent_back(server: ScriptedServer) -> None:
    server.answer = lambda asked: as_json({}, set_cookie="cred=1; Path=/")
    transport = HttpxTransport()
    for _ in range(2):
        await transport.send(Request("GET", server.url, "GET /x"))
    assert "cookie" not in server.asked[1].headers
    await transport.aclose()


async def test_nothing_secret_is_logged(server: ScriptedServer, caplog: pytest.LogCaptureFixture) -> None:
    def answer(asked: Asked) -> Reply:
        return as_json(TOKEN_BODY if asked.method == "POST" else {"groups": []})

    server.answer = answer
    with caplog.at_level(logging.DEBUG):
        async with ZoomClient(server.cloud, CREDENTIALS) as client:
            await client.get(LIST_GROUPS)
    assert "token-1" not in caplog.text
    assert "s3cr3t-value" not in caplog.text


def test_the_http_library_is_not_imported_before_the_first_request() -> None:
    code = "import sys, zoomgov.zoom.client; sys.exit('httpx' in sys.modules or 'aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_http_library_is_imported_without_its_command_line() -> None:
    code = "import sys, zoomgov.zoom.transport as t; t._load_httpx(); sys.exit(sys.modules['httpx._main'] is not None)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
