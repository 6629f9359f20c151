"""A scripted HTTP server on loopback, a scripted transport, and an event loop whose time is counted, not waited for."""

from __future__ import annotations

import asyncio
import json
import selectors
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest

from zoomgov.secret import Credentials, Secret
from zoomgov.zoom.client import ZoomClient
from zoomgov.zoom.clouds import ZOOM_US, Cloud, parse_cloud
from zoomgov.zoom.errors import ZoomError
from zoomgov.zoom.learnt_limits import LearntLimits
from zoomgov.zoom.transport import Request, Response

T = TypeVar("T")

CREDENTIALS = Credentials("AccountIdOf22Characters", "client-id", Secret("s3cr3t-value"))
TOKEN_BODY = {
    "access_token": "token-1",
    "token_type": "bearer",
    "expires_in": 3599,
    "scope": "user:read:list_users:admin group:read:list_groups:admin",
    "api_url": "https://api.zoom.us",
}


@dataclass
class Asked:
    """A request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """Sent instead of an answer, then the connection is closed."""
    stall: bool = False


def as_json(value: object, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, json.dumps(value).encode(), {"content-type": "application/json", **named})


class ScriptedServer:
    """Answers each request with what `answer(asked)` returns; keeps what was asked. With a certificate, over TLS."""

    def __init__(self, certificate: ssl.SSLContext | None = None) -> None:
        self._certificate = certificate
        self.asked: list[Asked] = []
        self.answer: Callable[[Asked], Reply] = lambda asked: Reply()
        self.url = ""
        self.port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @property
    def cloud(self) -> Cloud:
        return parse_cloud(self.url)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._certificate)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"{'https' if self._certificate else 'http'}://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, target, _ = head[0].split(" ", 2)
                headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in head[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                asked = Asked(method, target, headers, body)
                self.asked.append(asked)
                reply = self.answer(asked)
                if reply.stall:
                    await reader.read()
                    return
                if reply.raw is not None:
                    writer.write(reply.raw)
                    await writer.drain()
                    return
                lines = [f"HTTP/1.1 {reply.status} X", f"content-length: {len(reply.body)}"]
                lines += [f"{name}: {value}" for name, value in reply.headers.items()]
                writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + reply.body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    scripted = ScriptedServer()
    await scripted.start()
    yield scripted
    await scripted.stop()


class ScriptedTransport:
    """A transport whose answers are a function of the request; token requests have one of their own."""

    def __init__(self, answer: Callable[[Request], Response | Awaitable[Response]]) -> None:
        self.answer = answer
        self.sent: list[Request] = []
        self.token_requests = 0
        self.token_answer: Callable[[int], Response] = lambda count: reply(
            {**TOKEN_BODY, "access_token": f"token-{count}"}
        )
        self.closed = False

    async def send(self, request: Request) -> Response:
        if request.method == "POST":
            self.token_requests += 1
            await asyncio.sleep(0)
            return self.token_answer(self.token_requests)
        self.sent.append(request)
        result = self.answer(request)
        return result if isinstance(result, Response) else await result

    async def aclose(self) -> None:
        self.closed = True


def reply(value: object, status: int = 200, **headers: str) -> Response:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Response(status, {name.replace("_", "-"): text for name, text in headers.items()}, body)


class _CountedSelector(selectors.DefaultSelector):
    """Never waits: a wish to wait for `timeout` seconds moves the time by as much."""

    moved = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        ready: list[Any] = super().select(0)
        if not ready and timeout:
            self.moved += timeout
        return ready


class CountedLoop(asyncio.SelectorEventLoop):
    """An event loop in which an hour of sleeping takes no time."""

    def __init__(self) -> None:
        self._counted = _CountedSelector()
        super().__init__(self._counted)

    def time(self) -> float:
        return self._counted.moved


def run_counted(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` on a `CountedLoop`; `asyncio.get_running_loop().time` is its clock."""
    with asyncio.Runner(loop_factory=CountedLoop) as runner:
        return runner.run(main)


EPOCH = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
"""When the time of `drive` begins."""
Answering = Callable[[Request], Response | Awaitable[Response]]


def query_of(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}


def drive(
    answer: Answering,
    work: Callable[[ZoomClient, ScriptedTransport], Coroutine[Any, Any, None]],
    *,
    learnt: LearntLimits | None = None,
    token_answer: Callable[[int], Response] | None = None,
    cloud: Cloud = ZOOM_US,
) -> float:
    """Run `work` with a client whose time is counted; returns the seconds that passed."""

    async def main() -> float:
        clock = asyncio.get_running_loop().time
        transport = ScriptedTransport(answer)
        if token_answer is not None:
            transport.token_answer = token_answer
        async with ZoomClient(
            cloud,
            CREDENTIALS,
            transport=transport,
            learnt=learnt,
            clock=clock,
            now=lambda: EPOCH + timedelta(seconds=clock()),
            random=lambda: 0.5,
        ) as client:
            await work(client, transport)
        assert transport.closed
        return clock()

    return run_counted(main())


async def failure(work: Coroutine[Any, Any, object]) -> ZoomError:
    with pytest.raises(ZoomError) as caught:
        await work
    return caught.value


@pytest.fixture
def credentials() -> Credentials:
    return CREDENTIALS
