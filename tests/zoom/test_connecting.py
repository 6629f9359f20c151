"""The way to the server, for real: names, TLS with a certificate of our own, proxies, tunnels through them."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import trustme

from tests.zoom.conftest import ScriptedServer, as_json
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.network import certificates, proxy_for, reason
from zoomgov.zoom.transport import HttpxTransport, Request, Response, Timeouts


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the advice for companies that re-seal connections says."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


@pytest.fixture
async def sealed(authority: trustme.CA) -> AsyncIterator[ScriptedServer]:
    """A server over TLS that is 127.0.0.1 and zoom.example."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "zoom.example").configure_cert(context)
    server = ScriptedServer(context)
    server.answer = lambda asked: as_json({"sealed": True})
    await server.start()
    yield server
    await server.stop()


class Tunnel:
    """A proxy that leads every CONNECT to one port, when it is signed in to."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.wants = ""
        self.asked: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        if self.wants not in self.asked[-1]:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            writer.close()
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        there_reader, there = await asyncio.open_connection("127.0.0.1", self._port)
        for one, other in ((reader, there), (there_reader, writer)):
            self._tasks.add(asyncio.create_task(_pass_on(one, other)))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
    finally:
        writer.close()


@pytest.fixture
async def tunnel(sealed: ScriptedServer) -> AsyncIterator[Tunnel]:
    one = Tunnel(sealed.port)
    await one.start()
    yield one
    await one.stop()


async def send(url: str, connect: float = 5.0, proxy: str = "", ca_file: Path | None = None) -> Response:
    transport = HttpxTransport(Timeouts(connect=connect), proxy=proxy, ca_file=ca_file)
    try:
        return await transport.send(Request("GET", url, "GET /x", {"authorization": "Bearer secret-token"}))
    finally:
        await transport.aclose()


async def why_not(url: str, proxy: str = "", ca_file: Path | None = None) -> str:
    with pytest.raises(ZoomError) as caught:
        await send(url, proxy=proxy, ca_file=ca_file)
    assert caught.value.kind is ErrorKind.UNREACHABLE
    return caught.value.message


@pytest.mark.usefixtures("trusted")
async def test_a_certificate_that_the_environment_trusts(sealed: ScriptedServer) -> None:
    assert (await send(f"{sealed.url}/v2/users")).body == b'{"sealed": true}'


async def test_a_certificate_that_this_computer_trusts(
    sealed: ScriptedServer, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a company's own is installed in the system."""
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda context, *_: authority.configure_trust(context))
    assert (await send(sealed.url)).status == 200
    empty = trustme.CA()
    with empty.cert_pem.tempfile() as path:
        monkeypatch.setenv("SSL_CERT_FILE", path)
        assert "certificate verify failed" in await why_not(sealed.url)


async def test_a_certificate_that_nobody_trusts(sealed: ScriptedServer) -> None:
    assert "certificate verify failed: unable to get local issuer certificate" in await why_not(sealed.url)
    assert sealed.asked == []


@pytest.mark.usefixtures("trusted")
async def test_the_certificate_of_somebody_else(sealed: ScriptedServer) -> None:
    assert "certificate is not valid for 'localhost'" in await why_not(sealed.url.replace("127.0.0.1", "localhost"))
    assert sealed.asked == []


@asynccontextmanager
async def greeting(text: bytes) -> AsyncIterator[int]:
    """A port where everybody is greeted with `text`, and then with silence."""
    handlers: list[asyncio.Task[None] | None] = []

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.append(asyncio.current_task())
        writer.write(text)
        await reader.read()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as listening:
        yield listening.sockets[0].getsockname()[1]
        await asyncio.gather(*filter(None, handlers), return_exceptions=True)


async def test_what_answers_speaks_something_else() -> None:
    async with greeting(b"220 mail.example ready\r\n") as port:
        assert "SSL" in await why_not(f"https://127.0.0.1:{port}")
        assert "does not speak HTTP" in await why_not(f"http://127.0.0.1:{port}")


async def test_a_connection_that_is_never_made() -> None:
    async with greeting(b"") as port:
        with pytest.raises(ZoomError) as caught:
            await send(f"https://127.0.0.1:{port}", connect=0.1)
    assert (caught.value.kind, caught.value.message) == (ErrorKind.TIMEOUT, "Waited too long to connect to 127.0.0.1.")


async def test_nobody_listens(server: ScriptedServer) -> None:
    await server.stop()
    for host in ("127.0.0.1", "localhost"):
        refusal = await why_not(server.url.replace("127.0.0.1", host))
        assert refusal == f"No connection to {host}: Connection refused"
    await server.start()


def test_each_reason_is_told_once_for_all_addresses_of_a_name() -> None:
    addresses = ((errno.ECONNREFUSED, "::1"), (errno.EHOSTUNREACH, "10.0.0.1"), (errno.ECONNREFUSED, "127.0.0.1"))
    calls = [f"[Errno {number}] Connect call failed ('{host}', 1)" for number, host in addresses]
    error = OSError(f"Multiple exceptions: {', '.join(calls)}")
    assert reason(error) == f"{os.strerror(errno.ECONNREFUSED)}, {os.strerror(errno.EHOSTUNREACH)}"
    assert reason(OSError(errno.ENETUNREACH, "Network is unreachable")) == "Network is unreachable"
    assert reason(ValueError()) == "ValueError"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_no_proxy_lies_between_this_computer_and_itself(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("HTTP_PROXY", "proxy.example:8080")
    assert proxy_for(f"http://{host}:8000") == ""
    assert proxy_for("http://zoom.example:8000") == "http://proxy.example:8080"


async def test_the_environment_is_asked_once_for_a_server_and_the_library_loaded_once(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    loaded: list[None] = []

    def counted(origin: str, configured: str) -> str:
        asked.append(origin)
        return proxy_for(origin, configured)

    monkeypatch.setattr("zoomgov.zoom.transport.proxy_for", counted)
    monkeypatch.setattr("zoomgov.zoom.transport._load_httpx", lambda: loaded.append(None))
    server.answer = lambda one: as_json({})
    transport = HttpxTransport()
    for path in ("/v2/users", "/v2/users/a/b/c/d", "/v2/users?x=/a/b", ""):
        await transport.send(Request("GET", server.url + path, "GET /x"))
    await transport.aclose()
    assert asked == [server.url]
    assert len(loaded) == 1


async def test_an_address_that_is_none() -> None:
    assert "No connection to" in await why_not("https://zoom.exa\x00mple/")


async def test_a_name_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    def lookup(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    assert await why_not("https://zoom.example/") == "No connection to zoom.example: Name or service not known"


@pytest.mark.usefixtures("trusted")
async def test_the_tunnel_of_a_proxy(sealed: ScriptedServer, tunnel: Tunnel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://{tunnel.address}")
    assert (await send("https://zoom.example/v2/users")).status == 200
    assert tunnel.asked[0].startswith("CONNECT zoom.example:443 ")
    assert sealed.asked[0].target == "/v2/users"
    assert "secret-token" not in tunnel.asked[0]


@pytest.mark.usefixtures("trusted")
async def test_a_proxy_that_wants_a_name_and_password(
    sealed: ScriptedServer, tunnel: Tunnel, monkeypatch: pytest.MonkeyPatch
) -> None:
    tunnel.wants = f"Basic {b64encode(b'ann:p@ss:w').decode()}"
    monkeypatch.setenv("HTTPS_PROXY", f"http://{tunnel.address}")
    refusal = await why_not("https://zoom.example/v2/users")
    assert "the proxy answered HTTP 407 (Proxy Authentication Required)" in refusal
    monkeypatch.setenv("HTTPS_PROXY", f"http://ann:wrong-password@{tunnel.address}")
    assert "wrong-password" not in await why_not("https://zoom.example/v2/users")
    assert sealed.asked == []
    monkeypatch.setenv("HTTPS_PROXY", f"http://ann:p%40ss:w@{tunnel.address}")
    assert (await send("https://zoom.example/v2/users")).status == 200
    assert f"\r\nproxy-authorization: {tunnel.wants}\r\n".lower() in tunnel.asked[-1].lower()
    assert "proxy-authorization" not in sealed.asked[0].headers


async def test_proxy_and_certificates_of_the_settings(
    sealed: ScriptedServer, tunnel: Tunnel, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    proxy, ca_file, url = f"http://{tunnel.address}", tmp_path / "ca.pem", "https://zoom.example/v2/users"
    assert (await send(url, proxy=proxy, ca_file=ca_file)).status == 200
    assert tunnel.asked[0].startswith("CONNECT zoom.example:443 ")
    assert "certificate verify failed" in await why_not(url, proxy)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert "the proxy 127.0.0.1:9 was not reached" in await why_not(url, proxy, ca_file), "the environment wins"
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with trustme.CA().cert_pem.tempfile() as another:
        monkeypatch.setenv("SSL_CERT_FILE", another)
        assert "certificate verify failed" in await why_not(url, "http://127.0.0.1:9", ca_file), "the environment wins"


def test_whom_a_proxy_of_the_settings_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "intern.example")
    assert proxy_for("https://zoom.example", "http://p:1") == "http://p:1"
    for origin in ("https://intern.example", "https://x.intern.example", "http://localhost:1", "https://127.0.0.1"):
        assert proxy_for(origin, "http://p:1") == ""
    monkeypatch.setenv("ALL_PROXY", "other:2")
    assert proxy_for("https://zoom.example", "http://p:1") == "http://other:2"


async def test_certificates_that_cannot_be_read_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await why_not("https://zoom.example", ca_file=tmp_path / "no.pem") == (
        f"No connection to zoom.example: the certificates in {tmp_path / 'no.pem'} cannot be read: "
        "No such file or directory"
    )
    (tmp_path / "empty.pem").touch()
    assert "empty.pem cannot be read: it holds no certificates" in await why_not(
        "https://zoom.example", ca_file=tmp_path / "empty.pem"
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    assert "gone.pem cannot be read" in await why_not("https://zoom.example", ca_file=tmp_path / "empty.pem")


async def test_a_proxy_that_is_not_there(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    await server.stop()
    monkeypatch.setenv("HTTPS_PROXY", f"http://ann:password@127.0.0.1:{server.port}")
    assert await why_not("https://zoom.example/") == (
        f"No connection to zoom.example: the proxy 127.0.0.1:{server.port} was not reached (Connection refused)"
    )
    await server.start()


@pytest.mark.parametrize("password", ["password", "pass://word"])
async def test_a_kind_of_proxy_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setenv("ALL_PROXY", f"socks5://ann:{password}@127.0.0.1:1080")
    assert await why_not("https://zoom.example/") == (
        "No connection to zoom.example: only http and https proxies can be used, and the one set is socks5"
    )


@pytest.mark.parametrize(
    "address", ["http://ann:top/secret@host:80", "http://ann:topsecret@[::1", "ann:topsecret@x://y"]
)
async def test_what_cannot_be_read_of_a_proxy_is_not_quoted(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    refusal = await why_not("https://zoom.example/")
    assert "the proxy's address cannot be read" in refusal
    assert "top" not in refusal


@pytest.mark.parametrize(
    ("environment", "url", "through"),
    [
        ({"http_proxy": "PROXY"}, "http://api.example/v2/users", True),
        ({"http_proxy": "PROXY", "no_proxy": "api.example"}, "http://api.example/v2/users", False),
        ({"http_proxy": "PROXY", "no_proxy": ".example"}, "http://api.example/v2/users", False),
        ({"all_proxy": "PROXY"}, "http://api.example/v2/users", True),
        ({"https_proxy": "PROXY"}, "http://api.example/v2/users", False),
        ({"http_proxy": "PROXY"}, "SERVER/v2/users", False),
    ],
)
async def test_proxies_of_the_environment(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], url: str, through: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value.replace("PROXY", server.url.removeprefix("http://")))
    server.answer = lambda asked: as_json({})
    if through or "SERVER" in url:
        assert (await send(url.replace("SERVER", server.url))).status == 200
        assert server.asked[0].target == (url if through else "/v2/users")
    else:
        await why_not(url)
        assert server.asked == []


def test_certificates_that_others_may_change_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may change them decides which server is believed."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    import certifi

    file = tmp_path / "ca.pem"
    file.write_bytes(Path(certifi.where()).read_bytes())
    file.chmod(0o644)
    assert certificates(file).get_ca_certs()
    file.chmod(0o666)
    with pytest.raises(ValueError, match="can be changed by others"):
        certificates(file)
