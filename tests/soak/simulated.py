"""A simulated day: a clock that is set forward, not waited for, and the simulated Zoom in a process of its own."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from zoomgov.connectors.registry import Registry
from zoomgov.secret import Credentials, Secret
from zoomgov.services.checking import Checking
from zoomgov.services.services import Services
from zoomgov.services.syncing import Syncing
from zoomgov.vault import MemoryVault
from zoomgov.zoom.client import ZoomClient
from zoomgov.zoom.clouds import parse_cloud
from zoomgov.zoom.transport import HttpxTransport, Timeouts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zoomgov.connectors.model import Connector
    from zoomgov.settings import Settings

BEGINS: Final = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)


class Clock:
    """The time of the day, in seconds since it began. A sleep sets it forward; nobody waits."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(BEGINS.timestamp() + self.seconds, UTC)

    async def sleep(self, seconds: float) -> None:
        """Let others run, then be as late as this sleep would have lasted: sleeps side by side overlap."""
        due = self.seconds + seconds
        await asyncio.sleep(0)
        self.seconds = max(self.seconds, due)


class Zoom:
    """The simulator as people start it, `zoomgov sim`, so that what it holds is not held here."""

    def __init__(self, process: subprocess.Popen[str], told: dict[str, str]) -> None:
        self._process = process
        self.url = told["url"]
        self.credentials = Credentials(told["account_id"], told["client_id"], Secret(told["client_secret"]))

    @classmethod
    @contextmanager
    def started(cls, people: int, seed: int) -> Iterator[Self]:
        words = [
            "sim",
            "--json",
            "--no-limits",
            "--hostile",
            "--users",
            str(people),
            "--groups",
            str(max(people // 15, 2)),
        ]
        process = subprocess.Popen(
            [sys.executable, "-m", "zoomgov", *words, "--contact-groups", "4", "--roles", "6", "--seed", str(seed)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        try:
            yield cls(process, json.loads(process.stdout.readline()))
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()

    def control(self, operation: str, /, **arguments: Any) -> Any:  # Any: whatever JSON the operation takes and gives
        """Do what `Control` of the simulator can; blocks for one request."""
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            connection.request("POST", f"/__control/{operation}", json.dumps(arguments))
            answer = connection.getresponse()
            told = answer.read().decode()
            if answer.status != 200:
                raise RuntimeError(f"{operation}: {told}")
            return json.loads(told or "null")
        finally:
            connection.close()


class SimulatedServices(Services):
    """The real services, by the clock of the day."""

    def __init__(self, settings: Settings, clock: Clock, seed: int) -> None:
        super().__init__(settings, vault=MemoryVault(), now=clock.now)
        self._clock = clock
        self._random = random.Random(seed)

    def _client(self, connector: Connector, credentials: Credentials) -> ZoomClient:
        clock = self._clock
        return ZoomClient(
            parse_cloud(connector.cloud),
            credentials,
            transport=HttpxTransport(Timeouts(connect=30, read=30, total=60)),
            scope_kind=connector.scope_kind,
            clock=clock.monotonic,
            now=clock.now,
            sleep=clock.sleep,
            random=self._random.random,
        )

    @cached_property
    def registry(self) -> Registry:
        return Registry(self.settings.registry_path, clock=self._clock.now)

    @cached_property
    def checking(self) -> Checking:
        return Checking(self.registry, self.credentials, self._client)

    @cached_property
    def syncing(self) -> Syncing:
        return Syncing(
            self.registry,
            self.stores,
            self.credentials,
            self._client,
            now=self._clock.now,
            keep_syncs=self.settings.keep_syncs,
        )
