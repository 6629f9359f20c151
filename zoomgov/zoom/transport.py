"""HTTP requests. This module and `network` are the only ones that know httpx and aiohttp.

Another HTTP client can replace them by implementing `Transport`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from zoomgov.secret import Secret, scrubbed
from zoomgov.text import printable
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.network import certificates, proxy_for, reason, signed_in
from zoomgov.zoom.unpacking import BadlyPackedError, Memory, TooLargeError, unpacker

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from pathlib import Path

    import aiohttp
    import httpx
    from httpx_aiohttp import AiohttpTransport

MAX_BODY: Final = 8 * 1024 * 1024
"""Bytes of one answer, unpacked. The largest page (2,000 users) is about 2 MB."""
MAX_CONNECTIONS: Final = 64
"""More than `limits.MAX_IN_FLIGHT`: no request waits for a connection."""
KEEP_ALIVE: Final = 30.0
"""Seconds an idle connection stays open."""
_HEADERS: Final = {"accept": "application/json", "accept-encoding": "gzip, deflate", "user-agent": "zoomgov"}


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request."""

    method: str
    url: str
    endpoint: str
    """Method and path template, for errors."""
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response, read to its end and unpacked."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)


class Transport(Protocol):
    """Sends one request. Follows no redirect: the bearer token would go along.

    No retries, but one: a GET whose connection was dropped is sent once more at once, as the server has mostly just
    closed an idle connection.
    """

    async def send(self, request: Request) -> Response:
        """Return whatever the server answers.

        Raises:
            ZoomError: UNREACHABLE, TIMEOUT, or UNEXPECTED for a body too large or badly packed.
        """
        ...

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds."""

    connect: float = 15.0
    """For name lookup, TCP and TLS."""
    read: float = 30.0
    """Between two chunks of the answer."""
    total: float = 120.0
    """For the whole request: an answer may come in slowly."""


class HttpxTransport:
    """HTTP/1.1 (cheaper than HTTP/2 here), gzip, kept-alive connections, proxies from environment or settings.

    Uses httpx's transport rather than its client, whose cookies, redirects, hooks and header merging are not wanted
    here and are a quarter of the CPU time of a request. aiohttp is below it, for its parser written in C: with httpx's
    own a request costs three times as much, a second sync a tenth more.
    """

    def __init__(
        self,
        timeouts: Timeouts = Timeouts(),
        max_body: int = MAX_BODY,
        *,
        proxy: str = "",
        ca_file: Path | None = None,
    ) -> None:
        """`proxy` and `ca_file` are for where the environment names none: see `network`."""
        self._proxy = proxy
        self._ca_file = ca_file
        self._timeouts = timeouts
        self._max_body = max_body
        self._certificates: ssl.SSLContext | None = None
        self._by_proxy: dict[str, AiohttpTransport] = {}
        self._by_origin: dict[str, AiohttpTransport] = {}
        self._building = asyncio.Lock()
        self._memory = Memory()
        self._loaded = False
        self._extensions = {
            # what aiohttp calls connect and httpx-aiohttp pool is all that comes before a request can be sent
            "timeout": {"pool": timeouts.connect, "read": timeouts.read}
        }

    async def send(self, request: Request) -> Response:
        if not self._loaded:
            await asyncio.to_thread(_load_httpx)
            self._loaded = True
        import aiohttp
        import httpx

        origin = "/".join(request.url.split("/", 3)[:3])
        try:
            transport = self._by_origin.get(origin) or await self._build(origin)
            async with asyncio.timeout(self._timeouts.total):
                return await self._exchange(transport, request)
        except (
            httpx.HTTPError,
            httpx.InvalidURL,
            httpx.StreamError,
            aiohttp.ClientError,
            OSError,
            ValueError,
        ) as error:
            host = urlsplit(origin).hostname
            # httpx-aiohttp gives some of aiohttp's errors misleading names
            cause = error.__cause__ if isinstance(error, httpx.HTTPError) and error.__cause__ else error
            if isinstance(cause, TimeoutError):
                what = "connect to" if isinstance(cause, aiohttp.ConnectionTimeoutError) else "hear from"
                raise _failure(ErrorKind.TIMEOUT, request, f"Waited too long to {what} {host}.") from None
            raise _failure(ErrorKind.UNREACHABLE, request, f"No connection to {host}: {reason(cause)}") from None

    async def _exchange(self, transport: AiohttpTransport, request: Request) -> Response:
        import httpx

        sent = httpx.Request(
            request.method,
            request.url,
            headers=_HEADERS | request.headers,
            content=request.body,
            extensions=self._extensions,
        )
        response = await transport.handle_async_request(sent)
        try:
            body = await self._body(response)
        except (BadlyPackedError, TooLargeError) as error:
            how = "badly packed" if isinstance(error, BadlyPackedError) else "too large"
            host = request.url.split("/", 3)[2]
            raise _failure(
                ErrorKind.UNEXPECTED, request, f"The answer of {host} is {how}: {error}.", response
            ) from None
        finally:
            await response.aclose()
        # raw: `items` would guess at the encoding of all of them, several times
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers.raw}
        return Response(response.status_code, headers, body)

    async def _body(self, response: httpx.Response) -> bytes:
        """Read the answer to its end, unpacking it as it comes: httpx's own way has no limit.

        Raises:
            BadlyPackedError, TooLargeError: as it says.
        """
        unpacking = unpacker(response.headers.get_list("content-encoding", split_commas=True))
        received = 0
        async with self._memory.reading(self._max_body) as parts:
            async for chunk in response.aiter_raw():
                received += len(chunk)
                if received > self._max_body:  # what follows the end of what was packed is dropped, but not for ever
                    raise TooLargeError(f"it is larger than {self._max_body} bytes")
                for piece in unpacking.pieces(chunk):
                    await parts.add(piece)
            unpacking.finish()
            return parts.whole()

    async def _build(self, origin: str) -> AiohttpTransport:
        """The transport for an origin: scheme, host and port."""
        proxy = proxy_for(origin, self._proxy)
        async with self._building:
            if proxy not in self._by_proxy:
                # reading the certificates takes about 80 ms: not on the loop
                self._by_proxy[proxy] = await asyncio.to_thread(self._new_transport, proxy)
            transport = self._by_origin[origin] = self._by_proxy[proxy]
            return transport

    def _new_transport(self, proxy: str) -> AiohttpTransport:
        from httpx_aiohttp import AiohttpTransport

        self._certificates = self._certificates or certificates(self._ca_file)
        # the session is made on the loop, with the first request
        return AiohttpTransport(
            verify=self._certificates, client=self._session, proxy=signed_in(proxy) if proxy else None
        )

    def _session(self) -> aiohttp.ClientSession:
        import aiohttp

        assert self._certificates is not None
        connector = aiohttp.TCPConnector(ssl=self._certificates, limit=MAX_CONNECTIONS, keepalive_timeout=KEEP_ALIVE)
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def aclose(self) -> None:
        async with self._building:
            transports = list(self._by_proxy.values())
            self._by_proxy.clear()
            self._by_origin.clear()
        for transport in transports:
            await transport.aclose()


def _load_httpx() -> None:
    """Import httpx without its command line. Takes 0.1 s and more: not on the event loop."""
    import sys

    # two thirds of the import; None makes importing it fail, which httpx expects and handles
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    import httpx_aiohttp  # noqa: F401


def _failure(kind: ErrorKind, request: Request, message: str, response: httpx.Response | None = None) -> ZoomError:
    status = response.status_code if response is not None else None
    sent = Secret(request.headers.get("authorization", "").rpartition(" ")[2])
    return ZoomError(kind, request.endpoint, printable(scrubbed(message, (sent,)))[:500], status=status)
