"""Programs that share one app, over real HTTP, at a Zoom where each new token ends the one before."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from zoomgov.secret import Credentials, Secret
from zoomgov.sim.account.build import build_account
from zoomgov.sim.server.server import SimServer
from zoomgov.sim.world.options import Options
from zoomgov.zoom.client import ZoomClient
from zoomgov.zoom.clouds import parse_cloud
from zoomgov.zoom.endpoints import LIST_GROUPS, LIST_USERS

SPEED = 20.0
"""Of waits only: the faster, the shorter a turn is beside a request, which takes its time on a laden machine."""


@pytest.fixture
def zoom() -> Iterator[SimServer]:
    account = build_account(users=90, groups=3, contact_groups=1, roles=3, seed=5)
    with SimServer(account, Options(rate_limit="unlimited", token_policy="last_wins")) as server:
        yield server


def client_of(zoom: SimServer) -> ZoomClient:
    """A client whose waits are short."""
    credentials = Credentials(zoom.account_id, zoom.client_id, Secret(zoom.client_secret))
    return ZoomClient(
        parse_cloud(zoom.url),
        credentials,
        clock=lambda: time.monotonic() * SPEED,
        sleep=lambda seconds: asyncio.sleep(seconds / SPEED),
    )


async def work(client: ZoomClient) -> int:
    """What a sync does: a list page by page, and many calls at once."""
    async with client:
        pages = [page async for page in client.pages(LIST_USERS, query={"status": "active"}, page_size=5)]
        answers = await asyncio.gather(*(client.get(LIST_GROUPS) for _ in range(60)))
        return len(pages) + len(answers)


@pytest.mark.parametrize("programs", [2, 3, 5])
async def test_programs_side_by_side_all_finish(zoom: SimServer, programs: int) -> None:
    done = await asyncio.gather(*(work(client_of(zoom)) for _ in range(programs)))
    assert len(set(done)) == 1
    assert done[0] > 60


async def test_the_other_program_is_named_while_it_goes_on(zoom: SimServer) -> None:
    notes: list[str] = []
    client = client_of(zoom)
    client.on_note = notes.append
    async with client, client_of(zoom) as other:
        for _ in range(4):
            await client.get(LIST_GROUPS)
            await other.authenticate(fresh=True)
    assert any("Another program" in note for note in notes)
    assert client.token_requests >= 3
