"""The way to Zoom: bytes out, bytes in. The only place that knows httpx.

Another client can take its place by offering `Transport`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from zoomgov.text import printable
from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

MAX_BODY: Final = 64 * 1024 * 1024
"""Bytes of one answer, unpacked. The largest page (2,000 users) is about 2 MB."""
MAX_CONNECTIONS: Final = 32


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: str
    endpoint: str
    """Method and path template, for errors."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)


class Transport(Protocol):
    """Sends one request, follows no redirect (the bearer token would go along), tries once."""

    async def send(self, request: Request) -> Response:
        """Return whatever the server answers.

        Raises:
            ZoomError: UNREACHABLE, TIMEOUT, or UNEXPECTED for a body too large or badly packed.
        """
        ...

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. `read` is between two chunks; `total` bounds an answer that trickles."""

    connect: float = 10.0
    read: float = 30.0
    total: float = 120.0


class HttpxTransport:
    """HTTP/1.1 (cheaper than HTTP/2 here), gzip, kept-alive connections, proxies from the environment."""

    def __init__(self, timeouts: Timeouts = Timeouts(), max_body: int = MAX_BODY) -> None:
        self._timeouts = timeouts
        self._max_body = max_body
        self._client: httpx.AsyncClient | None = None
        self._building = asyncio.Lock()

    async def send(self, request: Request) -> Response:
        import httpx

        client = self._client or await self._build()
        host = urlsplit(request.url).hostname or "?"
        try:
            async with asyncio.timeout(self._timeouts.total):
                return await self._exchange(client, request)
        except (httpx.TimeoutException, TimeoutError) as error:
            what = "connect to" if isinstance(error, httpx.ConnectTimeout) else "hear from"
            raise _failure(ErrorKind.TIMEOUT, request, f"Waited too long to {what} {host}.") from None
        except httpx.DecodingError as error:
            raise _failure(ErrorKind.UNEXPECTED, request, f"The answer of {host} is badly packed: {error}") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
            reason = str(error) or type(error).__name__
            raise _failure(ErrorKind.UNREACHABLE, request, f"No connection to {host}: {reason}") from None

    async def _exchange(self, client: httpx.AsyncClient, request: Request) -> Response:
        async with client.stream(
            request.method, request.url, headers=dict(request.headers), content=request.body
        ) as response:
            chunks, size = [], 0
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > self._max_body:
                    raise _failure(
                        ErrorKind.UNEXPECTED, request, f"The answer is larger than {self._max_body} bytes.", response
                    )
                chunks.append(chunk)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Response(response.status_code, headers, b"".join(chunks))

    async def _build(self) -> httpx.AsyncClient:
        async with self._building:
            if self._client is None:
                # reading the certificates takes about 80 ms: not on the loop
                self._client = await asyncio.to_thread(self._new_client)
            return self._client

    def _new_client(self) -> httpx.AsyncClient:
        import importlib.util
        import logging
        import sys

        import httpx

        if importlib.util.find_spec("sniffio") is None:
            # httpcore tries to import it several times a request, and each failure searches the whole path: 1 ms
            sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]  # None: fail at once
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)  # INFO prints whole addresses
        return httpx.AsyncClient(
            http2=False,
            follow_redirects=False,
            timeout=httpx.Timeout(self._timeouts.read, connect=self._timeouts.connect, pool=None),
            limits=httpx.Limits(
                max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS, keepalive_expiry=60.0
            ),
            headers={"accept": "application/json", "user-agent": "zoomgov"},
            # a proxy of the environment has no business between this machine and itself
            mounts={f"all://{host}": None for host in ("localhost", "127.0.0.1", "[::1]")},
        )

    async def aclose(self) -> None:
        async with self._building:
            client, self._client = self._client, None
        if client is not None:
            await client.aclose()


def _failure(kind: ErrorKind, request: Request, message: str, response: httpx.Response | None = None) -> ZoomError:
    status = response.status_code if response is not None else None
    return ZoomError(kind, request.endpoint, printable(message)[:500], status=status)
