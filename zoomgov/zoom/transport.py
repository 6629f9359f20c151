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
    import ssl
    from collections.abc import Mapping

    import httpx

MAX_BODY: Final = 64 * 1024 * 1024
"""Bytes of one answer, unpacked. The largest page (2,000 users) is about 2 MB."""
MAX_CONNECTIONS: Final = 32
KEPT_OPEN: Final = 10.0
"""Seconds that a connection is kept unused. The pool asks each of them with every request whether it still is open:
those that a moment's rush had left took 6 % of a sync's processor time."""
_HEADERS: Final = {"accept": "application/json", "accept-encoding": "gzip, deflate", "user-agent": "zoomgov"}


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: str
    endpoint: str
    """Method and path template, for errors."""
    headers: dict[str, str] = field(default_factory=dict, repr=False)
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
    """HTTP/1.1 (cheaper than HTTP/2 here), gzip, kept-alive connections, proxies from the environment.

    Uses httpx's transports rather than its client: cookies, redirects, hooks and header merging, none of which is
    wanted here, are a quarter of the CPU time of a request.
    """

    def __init__(self, timeouts: Timeouts = Timeouts(), max_body: int = MAX_BODY) -> None:
        self._timeouts = timeouts
        self._max_body = max_body
        self._certificates: ssl.SSLContext | None = None
        self._by_proxy: dict[str, httpx.AsyncHTTPTransport] = {}
        self._proxies: dict[tuple[str, str], str] = {}
        self._building = asyncio.Lock()
        self._loaded = False
        self._extensions = {
            "timeout": {"connect": timeouts.connect, "read": timeouts.read, "write": timeouts.read, "pool": None}
        }

    async def send(self, request: Request) -> Response:
        if not self._loaded:
            await asyncio.to_thread(_load_httpx)
            self._loaded = True
        import httpx

        address = urlsplit(request.url)
        host = address.hostname or "?"
        try:
            transport = await self._transport(address.scheme, address.netloc.rpartition("@")[2], host)
            async with asyncio.timeout(self._timeouts.total):
                return await self._exchange(transport, request)
        except (httpx.TimeoutException, TimeoutError) as error:
            what = "connect to" if isinstance(error, httpx.ConnectTimeout) else "hear from"
            raise _failure(ErrorKind.TIMEOUT, request, f"Waited too long to {what} {host}.") from None
        except httpx.DecodingError as error:
            raise _failure(ErrorKind.UNEXPECTED, request, f"The answer of {host} is badly packed: {error}") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
            reason = str(error) or type(error).__name__
            raise _failure(ErrorKind.UNREACHABLE, request, f"No connection to {host}: {reason}") from None

    async def _exchange(self, transport: httpx.AsyncHTTPTransport, request: Request) -> Response:
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
            chunks, size = [], 0
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > self._max_body:
                    raise _failure(
                        ErrorKind.UNEXPECTED, request, f"The answer is larger than {self._max_body} bytes.", response
                    )
                chunks.append(chunk)
        finally:
            await response.aclose()
        # raw: `items` would guess at the encoding of all of them, several times
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers.raw}
        return Response(response.status_code, headers, b"".join(chunks))

    async def _transport(self, scheme: str, netloc: str, host: str) -> httpx.AsyncHTTPTransport:
        proxy = self._proxies.get((scheme, netloc))
        if proxy is None:
            proxy = self._proxies[scheme, netloc] = _proxy(scheme, netloc, host)
        return self._by_proxy.get(proxy) or await self._build(proxy)

    async def _build(self, proxy: str) -> httpx.AsyncHTTPTransport:
        async with self._building:
            if proxy not in self._by_proxy:
                # reading the certificates takes about 80 ms: not on the loop
                self._by_proxy[proxy] = await asyncio.to_thread(self._new_transport, proxy)
            return self._by_proxy[proxy]

    def _new_transport(self, proxy: str) -> httpx.AsyncHTTPTransport:
        import httpx

        self._certificates = self._certificates or httpx.create_ssl_context()
        return httpx.AsyncHTTPTransport(
            verify=self._certificates,
            http2=False,
            limits=httpx.Limits(
                max_connections=MAX_CONNECTIONS,
                max_keepalive_connections=MAX_CONNECTIONS,
                keepalive_expiry=KEPT_OPEN,
            ),
            proxy=proxy or None,
        )

    async def aclose(self) -> None:
        async with self._building:
            transports = list(self._by_proxy.values())
            self._by_proxy.clear()
        for transport in transports:
            await transport.aclose()


def _load_httpx() -> None:
    """Import httpx without what is not wanted of it; takes 0.1 s and more: not on the loop."""
    import importlib.util
    import logging
    import sys

    # its command line: two thirds of the import. None: fail at once, which httpx expects of it
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    if importlib.util.find_spec("sniffio") is None:
        # httpcore tries to import it several times a request, and each failure searches the whole path: 1 ms
        sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]
    import httpx  # noqa: F401

    logging.getLogger("httpcore").setLevel(logging.WARNING)  # DEBUG prints whole headers


def _proxy(scheme: str, netloc: str, host: str) -> str:
    """The proxy that the environment, or the system's settings, name for an address; "" for none."""
    from urllib.request import getproxies, proxy_bypass

    # a proxy has no business between this machine and itself
    if host in ("localhost", "127.0.0.1", "::1") or proxy_bypass(netloc):
        return ""
    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all") or ""
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def _failure(kind: ErrorKind, request: Request, message: str, response: httpx.Response | None = None) -> ZoomError:
    status = response.status_code if response is not None else None
    return ZoomError(kind, request.endpoint, printable(message)[:500], status=status)
