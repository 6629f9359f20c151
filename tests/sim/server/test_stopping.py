"""Stopping the server while a client connects."""

from __future__ import annotations

import contextlib
import gc
import socket
import sys
import threading
from typing import Any

import pytest

from zoomgov.sim.server.server import SimServer


def test_no_connection_is_left_open_by_a_server_that_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", left.append)
    for _ in range(20):
        zoom = SimServer().start()
        port = int(zoom.url.rpartition(":")[2])
        connected: list[socket.socket] = []
        one_is = threading.Event()

        def connect(
            port: int = port, connected: list[socket.socket] = connected, one_is: threading.Event = one_is
        ) -> None:
            with contextlib.suppress(OSError):
                for _ in range(6):
                    connected.append(socket.create_connection(("127.0.0.1", port), 60))
                    one_is.set()

        connecting = threading.Thread(target=connect)
        connecting.start()
        assert one_is.wait(60)
        zoom.stop()
        connecting.join()
        for each in connected:
            each.close()
        gc.collect()
    assert left == []
