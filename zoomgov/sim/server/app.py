"""The simulator over ASGI: a Starlette app with Zoom's paths and the control's."""

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


def create_app(sim: Simulator, control: Control | None = None) -> Starlette:
    """The ASGI app of a simulator; `control` is made when none is given."""
    control = control or Control(sim.world)
    return Starlette(
        routes=[
            Mount(CONTROL_PATH, routes=[Route("/{name}", _control_endpoint(control), methods=["GET", "POST"])]),
            Mount("/", app=ZoomFront(sim, control)),
        ]
    )


class ZoomFront:
    """Between the wire and the simulator: latency, and faults that only the transport can act out."""

    def __init__(self, sim: Simulator, control: Control) -> None:
        self._sim = sim
        self._control = control
        self._random = random.Random(sim.world.account.seed)
        self._date = (0, b"")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. It counts as in flight until its answer starts to go out."""
        self._sim.enter()
        try:
            request = await _read(scope, receive)
            await self._travel()
            answer, fault = self._sim.answer(request)
            action = fault.action if fault else ""
            seconds = fault.seconds if fault else None
            if action == "stall":
                await _until_gone(receive, seconds)
            elif action == "delay":
                await asyncio.sleep(1.0 if seconds is None else seconds)
            if action not in ("stall", "drop"):
                await self._travel()
        finally:
            self._sim.leave()
        if action not in ("stall", "drop"):
            await self._send(send, answer, request, truncate=action == "truncate")
        if action in ("stall", "drop", "truncate"):
            await _drop(scope, receive, flush=action == "truncate")

    async def _travel(self) -> None:
        """Wait for half of the latency: one way of the round trip."""
        half, jitter = self._control.latency_ms / 2_000, self._control.jitter
        if half:
            await asyncio.sleep(half * (1 + self._random.uniform(-jitter, jitter)))

    async def _send(self, send: Send, answer: SimAnswer, request: Request, truncate: bool = False) -> None:
        """Send an answer, or only the first half of its body."""
        body = answer.body
        headers = [
            (b"content-type", answer.content_type.encode()),
            (b"date", self._now()),
            *((name.lower().encode(), value.encode("latin-1", "replace")) for name, value in answer.headers),
        ]
        if (
            self._sim.world.options.gzip
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

    def _now(self) -> bytes:
        second = int(self._sim.world.clock.now() + self._sim.world.options.clock_skew_seconds)
        if self._date[0] != second:
            self._date = (second, formatdate(second, usegmt=True).encode())
        return self._date[1]


async def _read(scope: Scope, receive: Receive) -> Request:
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
    """A decoded path segment; ids that begin with / or hold // come encoded twice (Z-USE)."""
    if "%" not in text:
        return text
    once = unquote(text)
    return unquote(once) if "%2F" in once.upper() else once


async def _until_gone(receive: Receive, seconds: float | None) -> None:
    """Wait until the client has gone, or for so long."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(gone(), seconds)
    except TimeoutError:
        return


async def _drop(scope: Scope, receive: Receive, *, flush: bool = False) -> None:
    """Close the connection under the client's feet; see `server.SimProtocol` for the transport."""
    transport: asyncio.Transport = scope["state"]["transport"]
    if flush:
        transport.close()
    else:
        transport.abort()
    await _until_gone(receive, 5.0)


def _control_endpoint(control: Control) -> Any:
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
