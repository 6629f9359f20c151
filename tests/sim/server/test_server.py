"""Running the server: threads, ports, loopback, imports, and the blocking `serve`."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading

import httpx
import pytest

from zoomgov.sim import Options, SimServer, build_account, credentials, serve

SERVE = """
from zoomgov.sim import Options, build_account, serve
serve(build_account(users=30), Options(), on_ready=lambda url: print(url, flush=True), faults=["/oauth 500"])
print("bye", flush=True)
"""


def test_start_and_stop_wait_for_no_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    """uvicorn by itself polls ten times a second, to stop and to wait for connections to close."""
    slept: list[float] = []
    sleep = asyncio.sleep

    async def noted(delay: float) -> None:
        slept.append(delay)
        await sleep(delay)

    monkeypatch.setattr(asyncio, "sleep", noted)
    account = build_account(users=30)
    for _ in range(5):
        with SimServer(account) as zoom, httpx.Client() as http:
            assert http.get(f"{zoom.url}/__control/stats").status_code == 200
    assert slept
    assert set(slept) == {0}
    assert not [thread for thread in threading.enumerate() if thread.name == "zoom simulator"]
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{zoom.url}/__control/stats")


def test_two_at_once_have_ports_of_their_own() -> None:
    with SimServer() as one, SimServer() as two:
        assert one.url != two.url
        assert one.url.startswith("http://127.0.0.1:")


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGTERM])
def test_serve_until_interrupted(kill: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        account_id, client_id, client_secret = credentials(build_account(users=30))
        form = {"grant_type": "account_credentials", "account_id": account_id}
        with httpx.Client(auth=(client_id, client_secret)) as http:
            answers = [http.post(f"{url}/oauth/token", data=form) for _ in range(2)]
            assert [answer.status_code for answer in answers] == [500, 200]
            assert answers[1].json()["api_url"] == url
            process.send_signal(kill)
            assert process.wait(60) in (0, -kill)  # while the client keeps its connection: only a hang takes as long


def test_serves_loopback_only() -> None:
    for host in ("0.0.0.0", "192.0.2.1", "::"):
        with pytest.raises(ValueError, match="only listens on loopback"):
            serve(build_account(users=2), Options(), host=host)


def test_port_that_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            serve(build_account(users=2), port=taken.getsockname()[1])


def test_importing_the_package_needs_neither_starlette_nor_uvicorn() -> None:
    code = (
        "import sys, zoomgov.sim; zoomgov.sim.build_account(users=5); zoomgov.sim.parse_fault('* drop');"
        "print([name for name in ('starlette', 'uvicorn', 'httpx', 'textual', 'rich') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
