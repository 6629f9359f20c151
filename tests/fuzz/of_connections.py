"""What comes before an answer is one: token answers, packed bodies, HTTP itself, addresses and host names."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import httpx
from hypothesis import strategies as st

from tests.fuzz.bounds import within_memory
from tests.fuzz.documents import bodies, damaged
from tests.fuzz.invariants import CREDENTIALS, NOW, SECRET, TOKEN, expect_error, expect_no_secret
from tests.fuzz.of_answers import HEADERS, STATUSES
from tests.fuzz.targets import fuzzes
from tests.fuzz.texts import edited, hostile, is_harmless, salted
from tests.fuzz.zoom_examples import REFUSALS, token_answers
from zoomgov.secret import Secret
from zoomgov.zoom.auth import TokenSource
from zoomgov.zoom.clouds import ZOOM_GOV, ZOOM_US, CloudError, is_address, is_host, is_loopback, parse_cloud
from zoomgov.zoom.endpoints import ENDPOINTS
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.hosts import choose_api_base
from zoomgov.zoom.network import signed_in
from zoomgov.zoom.transport import HttpxTransport, Request, Response, Timeouts
from zoomgov.zoom.unpacking import BadlyPackedError, unpacker

if TYPE_CHECKING:
    from collections.abc import Coroutine

URLS: Final = (
    "https://api.zoom.us", "https://api-eu.zoom.us/v2/", "https://zoom.us.evil.example", "https://evil.example/.zoom.us",
    "https://api.zoom.us@evil.example/", "https://api.zoom.us:8443", "http://api.zoom.us", "//api.zoom.us",
    "https://API.ZOOM.US\\@evil.example", "https://zoom.us", "zoom.us", "zoomgov.com", "https://api.zoom.us?x=#y",
    "https://[::1]:80/v2", "http://127.0.0.1:8000/zoom", "https://[fe80::1%25eth0]/", "https://api.zoom.us\t/v2",
    "https://0x7f.1/", "https://proxy.example.com:99999", "https://xn--zm-fkaa.us", "https://z\u043e\u043em.us",
    "http://localhost", "https://a..b", "https://-a.example", "https://zoom.us:443/v2", "HTTPS://Zoom.US/",
    "http://[::ffff:127.0.0.1]:8000", "https://\u2488zoom.us", "https://zoom.us\u3002example",
)  # fmt: skip
ADDRESSES: Final = edited(*URLS) | salted(*URLS, "http", "https", "://", "@", ":", "/", "[", "]", "zoom.us", "%", "#")


class Told:
    """A transport that answers each request with the same response."""

    def __init__(self, response: Response) -> None:
        self.response = response

    async def send(self, request: Request) -> Response:
        return self.response

    async def aclose(self) -> None: ...


async def _no_sleep(seconds: float) -> None:
    assert 0 <= seconds < 120


def _run(work: Coroutine[Any, Any, Any]) -> Any:  # whatever `work` gives
    """Run on a loop of its own, as a target is no coroutine."""
    with asyncio.Runner() as runner:
        return runner.run(work)


@fuzzes(
    body=bodies([*token_answers(), *REFUSALS, {**token_answers()[0], "scope": [SECRET, TOKEN], "api_url": SECRET}]),
    status=STATUSES,
    headers=HEADERS,
    cloud=st.sampled_from([ZOOM_US, ZOOM_GOV, parse_cloud("http://127.0.0.1:8000")]),
)
def any_token_answer(body: bytes, status: int, headers: dict[str, str], cloud: Any) -> None:
    """A token answer is a token that fits a header and an address of this cloud, or one typed error."""
    source = TokenSource(
        cloud,
        CREDENTIALS,
        Told(Response(status, headers, body)),
        clock=lambda: 0.0,
        now=lambda: NOW,
        sleep=_no_sleep,
        random=lambda: 0.5,
    )

    async def ask() -> Secret:
        try:
            return await source.token()
        finally:
            await source.aclose()

    try:
        token = _run(ask()).reveal()
    except ZoomError as error:
        expect_error(error)
        assert error.endpoint == "POST /oauth/token"
        return
    assert status == 200
    assert token.isascii()
    assert token.isprintable()
    assert " " not in token
    info = source.info
    assert info is not None
    assert 0 <= info.expires_in <= 86400
    assert info.api_base == cloud.api_base or urlsplit(info.api_base).netloc.endswith(f".{cloud.name}")
    assert is_harmless(info.note)
    assert all(info.scopes)
    expect_no_secret(f"{info!r}".replace(token, ""))


@fuzzes(url=ADDRESSES, cloud=st.sampled_from([ZOOM_US, ZOOM_GOV]))
def any_api_address(url: str, cloud: Any) -> None:
    """The token goes to https hosts of this cloud only, by every parser of addresses that has a say."""
    base, note = choose_api_base(url, cloud)
    assert is_harmless(note)
    for host in (urlsplit(base).hostname, httpx.URL(base).host):
        assert host is not None
        assert host.endswith(f".{cloud.name}")
        assert is_host(host)
    assert base.startswith("https://")
    assert base.endswith("/v2")
    assert note or not url or base == cloud.api_base or f"//{urlsplit(base).hostname}" in url.lower()


@fuzzes(text=ADDRESSES)
def any_cloud(text: str) -> None:
    """A cloud is at one host only, which every parser reads alike, by https or on this machine; else it says why."""
    assert isinstance(is_address(text), bool)
    try:
        cloud = parse_cloud(text)
    except CloudError as error:
        assert is_harmless(str(error)), "the refusal would act on a terminal"
        return
    assert parse_cloud(cloud.name) == cloud
    for url in (cloud.token_url, cloud.api_base):
        parts = urlsplit(url)
        assert url.isascii()
        assert parts.hostname is not None
        assert is_host(parts.hostname)
        assert parts.username is None
        assert parts.scheme == "https" or is_loopback(parts.hostname)
        try:
            seen = httpx.URL(url)
        except httpx.InvalidURL:
            continue  # the transport says so
        assert seen.raw_host.decode().strip("[]") == parts.hostname
        assert seen.port in (parts.port, None)


@fuzzes(
    endpoint=st.sampled_from(ENDPOINTS), value=hostile | edited("..", "/a//b", "%2e%2e", "a/../../x", "id?x=1#y", ".")
)
def any_id_in_an_address(endpoint: Any, value: str) -> None:
    """An id stays one segment of the path, whatever is in it."""
    path = dict.fromkeys(("userId", "groupId", "roleId", "accountId"), value)
    try:
        url = endpoint.url("https://api.zoom.us/v2", path, {"page_size": 30})
    except ZoomError as error:
        assert error.kind is ErrorKind.REQUEST
        expect_error(error)
        return
    seen = httpx.URL(url)
    assert seen.host == "api.zoom.us"
    assert seen.query == b"page_size=30"
    assert not seen.fragment
    assert seen.raw_path.split(b"?")[0].count(b"/") == 1 + endpoint.path.count("/")
    if "{" in endpoint.path:
        sent = urlsplit(url).path.removeprefix("/v2").split("/")[endpoint.path.split("{")[0].count("/")]
        told = value.encode("utf-8", "replace").decode()
        assert told in (unquote(sent), unquote(unquote(sent)))


@fuzzes(address=edited(f"http://user:{SECRET}@proxy.example:3128", "https://p", "socks5://a:b@c", "proxy:80", *URLS))
def any_proxy(address: str) -> None:
    """A proxy's address is used or refused, without its password in the words."""
    try:
        proxy = signed_in(address)
    except ValueError as error:
        assert not set(str(error)) & set("\x1b\x9b\u202e")
        assert SECRET[:8] not in str(error)
        return
    assert not proxy.url.userinfo


PACKED: Final = damaged(
    st.builds(
        lambda data, how, times: how(data * times),
        st.binary(max_size=40),
        st.sampled_from(
            [lambda data: gzip.compress(data, mtime=0), zlib.compress, lambda data: zlib.compress(data)[2:-4]]
        ),
        st.sampled_from([1, 1, 50, 20_000]),
    )
)


@fuzzes(
    data=PACKED,
    codings=st.lists(st.sampled_from(["gzip", "deflate", "x-gzip", "GZIP", "identity", "br", "utf-8", ""]) | hostile,
                     max_size=3),
    cut=st.integers(1, 60),
)  # fmt: skip
def any_packing(data: bytes, codings: list[str], cut: int) -> None:
    """What is packed comes out in bounded pieces, the same however the chunks were cut, or is refused."""
    try:
        whole = _unpacked(data, codings, len(data) or 1)
    except BadlyPackedError:
        with suppress(BadlyPackedError):
            _unpacked(data, codings, cut)
        return
    assert _unpacked(data, codings, cut) == whole


def _unpacked(data: bytes, codings: list[str], cut: int) -> bytes:
    def unpack() -> bytes:
        unpacking, out = unpacker(codings), []
        for at in range(0, len(data), cut):
            for piece in unpacking.pieces(data[at : at + cut]):
                assert len(piece) <= 1 << 18
                out.append(piece)
        unpacking.finish()
        return b"".join(out)

    return within_memory(unpack, len(data), 4096)


HEADER: Final = edited(
    "content-length: 2", "transfer-encoding: chunked", "content-encoding: gzip", "content-encoding: gzip, gzip",
    "connection: close", "content-length: 99999999999", "retry-after: 60", "set-cookie: a=b", "location: https://x/",
    "content-type: application/json", "x-zm-trackingid: a", "trailer: x", "upgrade: h2c",
)  # fmt: skip
HTTP: Final = st.builds(
    lambda first, headers, end, body: "\r\n".join([first, *headers]).encode("utf-8", "replace") + end + body,
    edited(
        "HTTP/1.1 200 OK", "HTTP/1.0 204 No Content", "HTTP/1.1 100 Continue", "HTTP/2 200", "HTTP/1.1 999 X", "ICY 200"
    ),
    st.lists(HEADER | hostile, max_size=4),
    st.sampled_from([b"\r\n\r\n", b"\r\n\r\n", b"\n\n", b"\r\n", b""]),
    bodies([{"users": []}, *REFUSALS])
    | PACKED
    | st.sampled_from([b"2\r\n{}\r\n0\r\n\r\n", b"ffffffffff\r\n{}", b"-1\r\n{}"]),
)


@fuzzes(cost=15, answers=st.lists(HTTP, min_size=1, max_size=3))
def any_http(answers: list[bytes]) -> None:
    """Whatever comes over the wire is a response or one typed error, and the connection is not used again in vain."""
    _run(_ask_over_tcp(answers))


async def _ask_over_tcp(answers: list[bytes]) -> None:
    left = list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(left.pop(0) if left else answers[-1])
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v2/users"
    transport = HttpxTransport(Timeouts(connect=5, read=5, total=5), max_body=1 << 20)
    try:
        for _ in answers:
            try:
                response = await transport.send(Request("GET", url, "GET /users", {"authorization": f"Bearer {TOKEN}"}))
            except ZoomError as error:
                expect_error(error)
                assert error.kind in (ErrorKind.UNREACHABLE, ErrorKind.UNEXPECTED)
            else:
                assert 100 <= response.status <= 999
                assert len(response.body) <= 1 << 20
                assert all(name == name.lower() for name in response.headers)
    finally:
        await transport.aclose()
        server.close()
        await server.wait_closed()
