"""A simulated Zoom for each test, called over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from zoomgov.sim import Options, build_account
from zoomgov.sim.account.account import Account
from zoomgov.sim.server.server import SimServer
from zoomgov.sim.world.endpoints import ENDPOINTS

EVERY_SCOPE = tuple(sorted({scope for endpoint in ENDPOINTS for scope in endpoint.granular}))


class Clock:
    """A clock in Unix seconds that only tests set."""

    def __init__(self) -> None:
        self.now = 1_795_262_400.25  # 2026-11-21T12:00:00.25Z

    def __call__(self) -> float:
        return self.now


class Caller:
    """An HTTP client of one simulator, with a token of its own."""

    def __init__(self, server: SimServer) -> None:
        self.server = server
        self.http = httpx.Client(base_url=server.url, timeout=60, verify=False)  # no TLS here: spares its start-up
        self._token: str | None = None

    def ask_token(self, **changes: Any) -> httpx.Response:
        """Send a correct token request, except for `changes`: arguments of `httpx.Client.post`."""
        basic = httpx.BasicAuth(self.server.client_id, self.server.client_secret)
        form = {"grant_type": "account_credentials", "account_id": self.server.account_id}
        return self.http.post("/oauth/token", **{"data": form, "auth": basic, **changes})

    def fresh_token(self) -> str:
        """Get a new token, which the following calls send."""
        answer = self.ask_token()
        assert answer.status_code == 200, answer.text
        self._token = answer.json()["access_token"]
        return self._token

    def get(self, path: str, **query: Any) -> httpx.Response:
        """Send one GET below /v2."""
        token = self._token or self.fresh_token()
        return self.http.get(f"/v2{path}", params=query, headers={"authorization": f"Bearer {token}"})

    def ok(self, path: str, **query: Any) -> Any:
        """Return the JSON of a call that must succeed."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refusal(self, path: str, **query: Any) -> tuple[int, int, str]:
        """Return status, code and message of a call that must fail."""
        answer = self.get(path, **query)
        assert answer.status_code >= 400, answer.text
        body = answer.json()
        return answer.status_code, body["code"], body["message"]

    def pages(self, path: str, **query: Any) -> list[Any]:
        """Return all pages of a list."""
        found = [self.ok(path, **query)]
        while token := found[-1]["next_page_token"]:
            found.append(self.ok(path, **query, next_page_token=token))
        return found

    def all(self, path: str, key: str, **query: Any) -> list[Any]:
        """Return all rows of a list, which are under `key`."""
        return [row for page in self.pages(path, **query) for row in page[key]]


class StartSimulator:
    """Starts simulators, which are stopped after the test."""

    def __init__(self) -> None:
        self._callers: list[Caller] = []

    def __call__(
        self, account: Account | None = None, *, latency_ms: float = 0, clock: Any = None, **options: Any
    ) -> Caller:
        """Return a client of a new simulator; its app has every scope and no rate limit unless `options` say so."""
        options = {"scopes": EVERY_SCOPE, "rate_limit": "unlimited", **options}
        more = {} if clock is None else {"clock": clock}
        server = SimServer(account or build_account(users=60), Options(**options), latency_ms=latency_ms, **more)
        caller = Caller(server.start())
        self._callers.append(caller)
        return caller

    def close(self) -> None:
        for caller in self._callers:
            caller.http.close()
            caller.server.stop()


@pytest.fixture
def start() -> Iterator[StartSimulator]:
    start_simulator = StartSimulator()
    yield start_simulator
    start_simulator.close()


@pytest.fixture
def zoom(start: StartSimulator) -> Caller:
    """A business account of 60 people."""
    return start()


@pytest.fixture
def clock() -> Clock:
    return Clock()
