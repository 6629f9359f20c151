"""Runs the simulator on loopback: in a thread (`SimServer`), or until it is interrupted (`serve`)."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from zoomgov.sim.account.build import build_account
from zoomgov.sim.server.app import create_app
from zoomgov.sim.server.control import Control
from zoomgov.sim.simulator import Simulator
from zoomgov.sim.world.app_state import SimCredentials, credentials
from zoomgov.sim.world.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zoomgov.sim.account.account import Account
    from zoomgov.sim.world.options import Options


class SimProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, which gives the app the transport, so that a fault can close the connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Put the transport into the ASGI state."""
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)  # type: ignore[arg-type]


class _Server(uvicorn.Server):
    """uvicorn that starts and stops at once, as it does not poll every 0.1 s."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()

    async def main_loop(self) -> None:
        """Serve until `stop` is called."""
        self._loop = asyncio.get_running_loop()
        self._on_ready()
        if not self.should_exit:
            await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, abort every connection, cancel requests that are stalled."""
        loop = asyncio.get_running_loop()
        for server in self.servers:
            for listening in server.sockets:
                loop.remove_reader(listening.fileno())
        await asyncio.sleep(0)  # closing the server would leave a connection open that was accepted in this round
        for server in self.servers:
            server.close()
        # A new connection needs two rounds of the loop until it is registered, and two more to close.
        for _ in range(5):
            for connection in list(self.server_state.connections):
                connection.transport.abort()
            await asyncio.sleep(0)
        tasks = list(self.server_state.tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=0.2)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await asyncio.sleep(0)
        for server in self.servers:
            await server.wait_closed()
        for sock in sockets or []:
            sock.close()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Stop on Ctrl-C or SIGTERM."""
        super().handle_exit(sig, frame)
        self.stop()

    def stop(self) -> None:
        """End the main loop; may be called from any thread."""
        self.should_exit = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stopping.set)


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket on loopback.

    Raises:
        ValueError: the host is not loopback. `Control` has no password, so other machines must not reach it.
        OSError: the port is taken.
    """
    address = "127.0.0.1" if host == "localhost" else host
    if not ipaddress.ip_address(address).is_loopback:
        raise ValueError(f"the simulator only listens on loopback, not on {host}")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # The protocol is named: asyncio sets TCP_NODELAY only then, and Nagle's algorithm delays each answer by 40 ms.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
    except OSError:
        sock.close()
        raise
    return sock


def _url(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _server(simulator: Simulator, control: Control, on_ready: Callable[[], None]) -> _Server:
    config = uvicorn.Config(
        create_app(simulator, control),
        http=SimProtocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_keep_alive=60,
        backlog=512,
    )
    return _Server(config, on_ready)


class SimServer:
    """A simulator served from a thread: `with SimServer() as zoom: ... zoom.url`."""

    def __init__(
        self,
        account: Account | None = None,
        options: Options | None = None,
        *,
        latency_ms: float = 0.0,
        jitter: float = 0.0,
        clock: Callable[[], float] = time.time,
        port: int = 0,
    ) -> None:
        self.world = World(account or build_account(), options, clock=clock)
        """The state, for tests that read or change it."""
        self.control = Control(self.world)
        self.control.set_latency(latency_ms, jitter)
        self._port = port
        self.simulator = Simulator(self.world)
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None
        self._server: _Server | None = None

    @property
    def account(self) -> Account:
        """The account that is served."""
        return self.world.account

    @property
    def url(self) -> str:
        """Base URL of `/oauth/token` and `/v2`."""
        return self.world.url

    @property
    def credentials(self) -> SimCredentials:
        """Account ID, Client ID and Client secret of the app."""
        return credentials(self.world.account)

    @property
    def account_id(self) -> str:
        """The Account ID of the app's credentials."""
        return self.world.account.id

    @property
    def client_id(self) -> str:
        """The Client ID."""
        return self.world.app.client_id

    @property
    def client_secret(self) -> str:
        """The Client secret; a fake one."""
        return self.world.app.client_secret

    def start(self) -> Self:
        """Start serving; returns when requests are answered.

        Raises:
            OSError: the port is taken.
            RuntimeError: nothing was served within 10 s.
        """
        sock = _listen("127.0.0.1", self._port)
        self.world.url = _url(sock)
        self.simulator.warm()
        self._server = _server(self.simulator, self.control, self._ready.set)
        self._thread = threading.Thread(target=self._server.run, args=([sock],), name="zoom simulator", daemon=True)
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the simulator did not start within 10 s")
        return self

    def stop(self) -> None:
        """Stop serving and free the port."""
        if self._server is not None and self._thread is not None:
            self._server.stop()
            self._thread.join()
            self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(
    account: Account,
    options: Options | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    on_ready: Callable[[str], None] = lambda url: None,
    *,
    latency_ms: float = 0.0,
    jitter: float = 0.0,
    faults: Iterable[str] = (),
) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Args:
        account: the account to serve.
        options: how the simulator behaves.
        host: an address on loopback.
        port: 0 for a free one.
        on_ready: called with the base URL once requests are answered.
        latency_ms: round-trip time of every request.
        jitter: share by which it varies, e.g. 0.2 for 80 to 120 %.
        faults: rules as `FAULT_SYNTAX` describes them.

    Raises:
        ValueError: the host is not loopback, or a fault cannot be parsed.
        OSError: the port is taken.
    """
    world = World(account, options)
    control = Control(world)
    control.set_latency(latency_ms, jitter)
    control.faults(faults)
    sock = _listen(host, port)
    world.url = _url(sock)
    simulator = Simulator(world)
    simulator.warm()
    server = _server(simulator, control, lambda: on_ready(world.url))
    with contextlib.suppress(KeyboardInterrupt):
        server.run([sock])
