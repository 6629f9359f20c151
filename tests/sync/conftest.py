"""A simulated Zoom over real HTTP, a real store, and a fast clock for both."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.stores import new_store
from zoomgov.secret import Credentials, Secret
from zoomgov.sim.account.account import Account
from zoomgov.sim.account.build import build_account
from zoomgov.sim.server.server import SimServer
from zoomgov.sim.world.options import Options
from zoomgov.sync.engine import run_sync
from zoomgov.sync.events import ListNotRead, ListRestarted, Noted, SyncEvent, SyncStarted, SyncSummary, Waiting
from zoomgov.zoom.client import ZoomClient
from zoomgov.zoom.clouds import parse_cloud
from zoomgov.zoom.transport import HttpxTransport, Timeouts

SPEED = 25.0
"""Seconds of the clock per real second: rate limits and back-off are tested without waiting for long."""

MAX_BODY = 4 * 1024 * 1024
"""Bytes of an answer that is too large for the tests' client."""


class FastClock:
    """A clock that runs `SPEED` times as fast; `offset` (seconds) moves it."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._epoch = datetime(2026, 11, 23, 12, 0, tzinfo=UTC).timestamp()
        self.offset = 0.0

    def monotonic(self) -> float:
        return (time.monotonic() - self._start) * SPEED + self.offset

    def timestamp(self) -> float:
        return self._epoch + self.monotonic()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.timestamp(), UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / SPEED)


class Bench:
    """A test bench: a simulated account, a store, and the events of the syncs from one to the other."""

    def __init__(self, path: Path, account: Account, options: Options) -> None:
        self.clock = FastClock()
        self.computer_behind = 0.0
        """Seconds by which this computer's clock is behind Zoom's."""
        self.zoom = SimServer(account, options, clock=self.clock.timestamp)
        self.store = new_store(path)
        self.read_timeout = 60.0
        """Timeout of requests in seconds; long, because a busy machine is slow."""
        self.events: list[SyncEvent] = []
        self.on_event: Callable[[SyncEvent], None] = lambda event: None

    @property
    def account(self) -> Account:
        return self.zoom.account

    def now(self) -> datetime:
        """The time of this computer's clock."""
        return self.clock.now() - timedelta(seconds=self.computer_behind)

    def client(self) -> ZoomClient:
        ids = self.zoom.credentials
        return ZoomClient(
            parse_cloud(self.zoom.url),
            Credentials(ids[0], ids[1], Secret(ids[2])),
            transport=HttpxTransport(Timeouts(read=self.read_timeout), max_body=MAX_BODY),
            clock=self.clock.monotonic,
            now=self.now,
            sleep=self.clock.sleep,
        )

    async def sync(self, *, thorough: bool = False, without: frozenset[str] = frozenset()) -> SyncSummary:
        self.events.clear()

        def tell(event: SyncEvent) -> None:
            self.events.append(event)
            self.on_event(event)

        async with self.client() as client:
            return await run_sync(
                client,
                self.store,
                on_event=tell,
                thorough=thorough,
                without=without,
                now=self.now,
                clock=self.clock.monotonic,
            )

    # Events of the last sync

    @property
    def notes(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Noted)]

    @property
    def restarted(self) -> list[str]:
        return [event.key.part for event in self.events if isinstance(event, ListRestarted)]

    @property
    def waits(self) -> list[Waiting]:
        return [event for event in self.events if isinstance(event, Waiting)]

    @property
    def not_read(self) -> list[str]:
        return [event.not_read.part for event in self.events if isinstance(event, ListNotRead)]

    @property
    def resumed(self) -> int:
        return next(event.resumed_lists for event in self.events if isinstance(event, SyncStarted))

    def asked(self, endpoint: str) -> int:
        return int(self.zoom.control.stats()["by_endpoint"].get(endpoint, 0))

    def truth(self) -> dict[str, int]:
        """Return the counts of a complete sync, computed from the account."""
        account = self.account
        return {
            "users": len(account.users),
            "groups": len(account.groups),
            "contact_groups": len(account.contact_groups),
            "roles": len(account.roles),
            "group member": sum(len(user.group_ids or ()) for user in account.users),
            "group admin": sum(len(group.admins) for group in account.groups.values()),
            "role": sum(1 for user in account.users if user.role_id is not None),
            "contact group member": sum(len(group.members) for group in account.contact_groups.values()),
        }


MakeBench = Callable[..., Bench]


@pytest.fixture
def make_bench(tmp_path: Path) -> Iterator[MakeBench]:
    """Return a running bench: `make_bench(users=..., groups=..., options={...})`."""
    benches: list[Bench] = []

    def make(
        *,
        users: int = 60,
        groups: int = 5,
        contact_groups: int = 3,
        roles: int = 5,
        seed: int = 1,
        plan: str = "business",
        hostile: bool = False,
        options: Options | None = None,
    ) -> Bench:
        account = build_account(users, groups, contact_groups, roles, seed, plan, hostile=hostile)
        bench = Bench(tmp_path / f"store-{len(benches)}.sqlite3", account, options or Options())
        bench.zoom.start()
        benches.append(bench)
        return bench

    yield make
    for bench in benches:
        bench.zoom.stop()
        bench.store.close()


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    return make_bench()
