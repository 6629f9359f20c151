"""A simulated Zoom over real HTTP, a client with a manual clock, and one call that verifies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from zoomgov.secret import Credentials, Secret
from zoomgov.sim.account.build import build_account
from zoomgov.sim.server.server import SimServer
from zoomgov.sim.world.options import Options
from zoomgov.verify.checks import verify
from zoomgov.verify.model import CheckLine, KnownFacts, Report
from zoomgov.zoom.client import ZoomClient
from zoomgov.zoom.clouds import parse_cloud

if TYPE_CHECKING:
    from zoomgov.zoom.transport import Transport

Verify = Callable[..., Coroutine[Any, Any, Report]]


class ManualClock:
    """A clock that only `sleep` advances, which returns at once."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += max(seconds, 0.0)
        await asyncio.sleep(0)


def credentials_of(zoom: SimServer, **changes: str) -> Credentials:
    """Return the simulated app's credentials, with some replaced."""
    return Credentials(
        changes.get("account_id", zoom.account_id),
        changes.get("client_id", zoom.client_id),
        Secret(changes.get("client_secret", zoom.client_secret)),
    )


def client_for(url: str, credentials: Credentials, transport: Transport | None = None) -> ZoomClient:
    """Return a client that never waits in real time."""
    clock = ManualClock()
    return ZoomClient(
        parse_cloud(url), credentials, transport=transport, clock=clock, sleep=clock.sleep, random=lambda: 0.5
    )


@pytest.fixture
def zoom() -> Iterator[SimServer]:
    """A small account on a business plan, in which every check is green."""
    account = build_account(users=40, groups=3, contact_groups=2, roles=4, seed=7)
    with SimServer(account, Options(rate_limit="unlimited")) as server:
        yield server


@pytest.fixture
def run_verify(zoom: SimServer) -> Verify:
    """Verify the simulated account: `await run_verify(facts={...}, url=..., only=..., **changed credentials)`."""

    async def run(
        *,
        url: str | None = None,
        transport: Transport | None = None,
        facts: dict[str, object] | None = None,
        on_line: Callable[[CheckLine], None] = lambda line: None,
        only: frozenset[str] | None = None,
        time_limit: float = 20.0,
        **changes: str,
    ) -> Report:
        credentials = credentials_of(zoom, **changes)
        known = KnownFacts(credentials, **{"owners": (zoom.account.owner.email,), **(facts or {})})  # type: ignore[arg-type]
        async with client_for(url or zoom.url, credentials, transport) as client:
            return await verify(client, known, on_line, only, time_limit=time_limit)

    return run
