"""The simulator as an ASGI app: Zoom's paths, and `Control` under `/__control`."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import random
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote

import msgspec
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, Route

from zoomgov.sim.server.control import Control, ControlError
from zoomgov.sim.world.answers import JSON, Request, SimAnswer, encode

if TYPE_CHECKING:
    from starlette.requests import Request as HttpRequest
    from starlette.types import Receive, Scope, Send

    from zoomgov.sim.simulator import Simulator

CONTROL_PATH: Final = "/__control"
_COMPRESS_FROM: Final = 1_000
"""Bytes of the shortest body that is compressed."""


def create_app(simulator: Simulator, control: Control | None = None) -> Starlette:
    """Return the ASGI app of a simulator, with a `Control` of its own when none is given."""
    control = control or Control(simulator.world)
    return Starlette(
        routes=[
            Mount(CONTROL_PATH, routes=[Route("/{name}", _control_endpoint(control), methods=["GET", "POST"])]),
            Mount("/", app=ZoomAsgi(simulator, control)),
        ]
    )


class ZoomAsgi:
    """Zoom's paths over ASGI: adds latency, and applies the faults that concern the connection."""

    def __init__(self, simulator: Simulator, control: Control) -> None:
        self._simulator = simulator
        self._control = control
        self._random = random.Random(simulator.world.account.seed)
        self._date = (0, b"")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request. It is in flight until its answer starts to be sent."""
        self._simulator.enter()
        try:
            request = await _read(scope, receive)
            await self._wait_one_way()
            answer, fault = self._simulator.answer(request)
            action = fault.action if fault else ""
            seconds = fault.seconds if fault else None
            if action == "stall":
                await _wait_for_disconnect(receive, seconds)
            elif action == "delay":
                await asyncio.sleep(1.0 if seconds is None else seconds)
            if action not in ("stall", "drop"):
                await self._wait_one_way()
        finally:
            self._simulator.leave()
        if action not in ("stall", "drop"):
            await self._send(send, answer, request, truncate=action == "truncate")
        if action in ("stall", "drop", "truncate"):
            await _disconnect(scope, receive, flush=action == "truncate")

    async def _wait_one_way(self) -> None:
        """Wait for half of the latency, with jitter: the round trip in one direction."""
        half, jitter = self._control.latency_ms / 2_000, self._control.jitter
        if half:
            await asyncio.sleep(half * (1 + self._random.uniform(-jitter, jitter)))

    async def _send(self, send: Send, answer: SimAnswer, request: Request, truncate: bool = False) -> None:
        """Send an answer, or only the first half of its body."""
        body = answer.body
        headers = [
            (b"content-type", answer.content_type.encode()),
            (b"date", self._date_header()),
            *((name.lower().encode(), value.encode("latin-1", "replace")) for name, value in answer.headers),
        ]
        if (
            self._simulator.world.options.gzip
            and len(body) >= _COMPRESS_FROM
            and "gzip" in request.headers.get("accept-encoding", "")
        ):
            body = gzip.compress(body, 1, mtime=0)
            headers += [(b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")]
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send(
            {"type": "http.response.body", "body": body[: len(body) // 2] if truncate else body, "more_body": truncate}
        )

    def _date_header(self) -> bytes:
        """Return the Date header, formatted once a second."""
        second = int(self._simulator.world.clock.now() + self._simulator.world.options.clock_skew_seconds)
        if self._date[0] != second:
            self._date = (second, formatdate(second, usegmt=True).encode())
        return self._date[1]


async def _read(scope: Scope, receive: Receive) -> Request:
    """Read a request to the end of its body."""
    body = b""
    more = scope["method"] not in ("GET", "HEAD")
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    path = scope["raw_path"].decode("ascii", "replace")
    query_string = scope["query_string"].decode("ascii", "replace")
    return Request(
        method=scope["method"],
        path=path,
        segments=tuple(map(_segment, path.strip("/").split("/"))),
        query=dict(parse_qsl(query_string, keep_blank_values=True)) if query_string else {},
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        body=body,
        query_string=query_string,
    )


def _segment(text: str) -> str:
    """Decode a path segment; ids that start with / or contain // are encoded twice (Z-USE)."""
    if "%" not in text:
        return text
    once = unquote(text)
    return unquote(once) if "%2F" in once.upper() else once


async def _wait_for_disconnect(receive: Receive, seconds: float | None) -> None:
    """Wait until the client disconnects, at most for `seconds`."""

    async def disconnected() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(disconnected(), seconds)
    except TimeoutError:
        return


async def _disconnect(scope: Scope, receive: Receive, *, flush: bool = False) -> None:
    """Close the connection, with `flush` once the buffer was sent. `server.SimProtocol` provides the transport."""
    transport: asyncio.Transport = scope["state"]["transport"]
    if flush:
        transport.close()
    else:
        transport.abort()
    await _wait_for_disconnect(receive, 5.0)


def _control_endpoint(control: Control) -> Any:  # an endpoint, whose type Starlette does not name
    """Return the endpoint that performs operations: POST with the arguments as JSON; GET for stats only."""

    async def endpoint(request: HttpRequest) -> Response:
        if request.client is None or not ipaddress.ip_address(request.client.host).is_loopback:
            return Response(status_code=404)
        name = request.path_params["name"]
        try:
            arguments: Any = msgspec.json.decode(await request.body() or b"{}")
            if name == "faults" and isinstance(arguments, list):
                arguments = {"rules": arguments}
            if not isinstance(arguments, dict):
                raise ControlError("the arguments are a JSON object")
            if request.method == "GET" and name != "stats":
                raise ControlError(f"{name} changes something: use POST")
            result = control.perform(name, **arguments)
        except (ControlError, msgspec.DecodeError) as error:
            return Response(encode({"error": str(error)}), 400, media_type=JSON)
        return Response(encode(result), media_type=JSON)

    return endpoint
