"""Answers that are small on the wire and huge unpacked, over real HTTP: what they cost this process at most."""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
import zlib
from functools import partial
from typing import Final

import pytest

from tests.zoom.conftest import Reply, ScriptedServer
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.transport import MAX_BODY, HttpxTransport, Request
from zoomgov.zoom.unpacking import ALLOWANCE, SMALL

AT_ONCE: Final = 32
MEBIBYTE: Final = 1 << 20
MOST: Final = 300
"""MiB that the whole process may take."""

CLIENT: Final = """
import asyncio, json, sys
from zoomgov.zoom.errors import ZoomError
from zoomgov.zoom.transport import HttpxTransport, Request

async def one(transport):
    try:
        return (await transport.send(Request("GET", sys.argv[1], "GET /x"))).status
    except ZoomError as error:
        return error.message

async def main():
    transport = HttpxTransport()
    told = await asyncio.gather(*(one(transport) for _ in range(int(sys.argv[2]))))
    await transport.aclose()
    with open("/proc/self/status") as status:  # ru_maxrss would be that of the tests, which it began as
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    print(json.dumps([told, peak // 1024]))

asyncio.run(main())
"""

packed = partial(gzip.compress, mtime=0)
"""The same bytes each time: they are part of the names of tests."""


def bomb(mebibytes: int, wbits: int) -> bytes:
    packing = zlib.compressobj(1, zlib.DEFLATED, wbits)
    parts = [packing.compress(b'{"users": [')]
    parts += [packing.compress(b" " * MEBIBYTE) for _ in range(mebibytes)]
    return b"".join([*parts, packing.compress(b"]}"), packing.flush()])


GZIP: Final = zlib.MAX_WBITS | 16


def reply_of(kind: str) -> Reply:
    if kind == "gzip, gzip":
        return Reply(body=packed(bomb(500, GZIP), compresslevel=1), headers={"content-encoding": kind})
    if kind == "deflate without a header":
        return Reply(body=bomb(200, -zlib.MAX_WBITS), headers={"content-encoding": "deflate"})
    if kind == "as large as it may be":
        return Reply(body=bomb(MAX_BODY // MEBIBYTE - 1, GZIP), headers={"content-encoding": "gzip"})
    return Reply(body=bomb(200, GZIP if kind == "gzip" else zlib.MAX_WBITS), headers={"content-encoding": kind})


@pytest.mark.skipif(sys.platform != "linux", reason="measures the most memory as Linux tells it")
@pytest.mark.parametrize("kind", ["gzip", "gzip, gzip", "deflate", "deflate without a header", "as large as it may be"])
async def test_many_at_once_stay_within_bounds(server: ScriptedServer, kind: str) -> None:
    reply = reply_of(kind)
    server.answer = lambda asked: reply
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CLIENT, server.url, str(AT_ONCE), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await child.communicate()
    told, peak = json.loads(out)
    assert peak < MOST
    assert len(told) == AT_ONCE
    if kind == "as large as it may be":
        assert told == [200] * AT_ONCE or "too many large answers" in str(told)
    else:
        assert all("badly packed" in text if kind == "gzip, gzip" else "too large" in text for text in told)


@pytest.mark.parametrize(
    ("codings", "body"),
    [
        (["gzip, gzip"], packed(packed(b"{}"))),
        (["gzip", "gzip"], packed(packed(b"{}"))),
        (["deflate, gzip"], packed(zlib.compress(b"{}"))),
        (["gzip, identity, deflate"], packed(b"{}")),
        (["gzip"], packed(b"{}" * 10_000)[:-10]),
        (["gzip"], b"not gzip"),
        (["deflate"], b"\xff\xff\xff not deflate"),
    ],
)
async def test_badly_packed_answers_are_refused(server: ScriptedServer, codings: list[str], body: bytes) -> None:
    head = "".join(f"content-encoding: {coding}\r\n" for coding in codings)
    raw = f"HTTP/1.1 200 OK\r\n{head}content-length: {len(body)}\r\n\r\n".encode() + body
    server.answer = lambda asked: Reply(raw=raw)
    transport = HttpxTransport()
    with pytest.raises(ZoomError, match="badly packed") as caught:
        await transport.send(Request("GET", server.url, "GET /x"))
    assert caught.value.kind is ErrorKind.UNEXPECTED
    await transport.aclose()


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("", b"{}"),
        ("identity", b"{}"),
        ("utf-8", b"{}"),
        ("GZIP", packed(b"{}")),
        ("x-gzip", packed(b"{}")),
        ("gzip, identity", packed(b"{}")),
        ("deflate", zlib.compress(b"{}")),
        ("deflate", zlib.compress(b"{}")[2:-4]),
        ("gzip", b""),
    ],
)
async def test_what_servers_send_is_read(server: ScriptedServer, coding: str, body: bytes) -> None:
    server.answer = lambda asked: Reply(body=body, headers={"content-encoding": coding})
    transport = HttpxTransport()
    response = await transport.send(Request("GET", server.url, "GET /x"))
    assert response.body == (b"{}" if body else b"")
    await transport.aclose()


async def test_large_answers_that_are_dealt_with_make_room_for_others(server: ScriptedServer) -> None:
    size = 4 * SMALL
    server.answer = lambda asked: Reply(body=b" " * size)
    transport = HttpxTransport()
    for _ in range(2 * ALLOWANCE // size):
        response = await transport.send(Request("GET", server.url, "GET /x"))
        assert len(response.body) == size
    await transport.aclose()
