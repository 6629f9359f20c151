"""Estimated requests of a sync, against the actual ones."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from tests.sync.conftest import Bench, MakeBench
from zoomgov.secret import Credentials, Secret
from zoomgov.sim.world.options import Options
from zoomgov.sync.engine import load_learnt_limits
from zoomgov.sync.estimate import estimate
from zoomgov.sync.events import Outcome, RequestsCounted
from zoomgov.zoom.client import ZoomClient
from zoomgov.zoom.clouds import parse_cloud
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.learnt_limits import LearntLimits
from zoomgov.zoom.limits import Tier
from zoomgov.zoom.transport import HttpxTransport, Request, Response


async def test_says_what_there_is_and_what_it_takes(make_bench: MakeBench) -> None:
    bench = make_bench(users=700, groups=60, contact_groups=4, options=Options(users_page_max=300))
    async with bench.client() as client:
        found = await estimate(client)
    assert (found.people, found.groups, found.contact_groups, found.roles) == (700, 60, 4, 5)
    assert found.used <= 9
    assert found.left_today == {}  # nothing heavy was asked for yet
    summary = await bench.sync()
    made = sum(summary.requests.values())
    assert sum(found.requests.values()) <= made <= sum(found.requests.values()) * 1.1 + 2


async def test_many_pages_one_after_the_other_take_the_time(make_bench: MakeBench) -> None:
    bench = make_bench(users=700, groups=1, contact_groups=0, options=Options(users_page_max=10))
    await bench.sync()
    bench.zoom.control.set_latency(20)  # half a second of the tests' clock
    async with bench.client() as client:
        load_learnt_limits(client, bench.store, bench.clock.now)
        client.learnt.page_sizes["list_users"] = 10
        found = await estimate(client)
    assert "one after the other" in found.bound_by
    assert found.left_today == {"heavy": 59_999}


class CountedClock:
    """Time that passes only while a request is under way, `round_trip` seconds each, or while somebody sleeps."""

    def __init__(self, round_trip: float) -> None:
        self.now = 1000.0
        self.transport = HttpxTransport()
        self.round_trip = round_trip

    async def send(self, request: Request) -> Response:
        self.now += self.round_trip
        return await self.transport.send(request)

    async def aclose(self) -> None:
        await self.transport.aclose()

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize(("round_trip", "bound_by"), [(0.0, "limit"), (0.4, "list")])
async def test_requests_and_time_are_those_of_the_lists(
    make_bench: MakeBench, round_trip: float, bound_by: str
) -> None:
    bench = make_bench(users=700, groups=31, contact_groups=60, roles=6)
    status = Counter(user.status for user in bench.account.users)
    clock = CountedClock(round_trip)
    ids = bench.zoom.credentials
    async with ZoomClient(
        parse_cloud(bench.zoom.url),
        Credentials(ids[0], ids[1], Secret(ids[2])),
        transport=clock,
        learnt=LearntLimits(Tier.BUSINESS, {"list_users": 10}),
        clock=lambda: clock.now,
        now=bench.now,
        sleep=clock.sleep,
    ) as client:
        found = await estimate(client)
    pages = {name: math.ceil(count / 10) for name, count in status.items()}
    # a page of groups, two of contact groups, one answer with the roles
    medium = sum(pages.values()) + 1 + 31 + 2 + 60 + 1
    assert found.requests == {"medium": medium, "light": 6, "heavy": 1}
    assert (found.people, found.groups, found.contact_groups, found.roles) == (700, 31, 60, 6)
    if bound_by == "limit":
        assert found.seconds == pytest.approx(medium / 57)
        assert found.bound_by == "Zoom's limit for medium requests"
    else:
        assert found.seconds == pytest.approx(pages["active"] * round_trip)
        assert found.bound_by == f"the list of active users: {pages['active']} pages, one after the other"


async def test_an_empty_list_costs_a_request(make_bench: MakeBench) -> None:
    bench = make_bench(users=2, groups=0, contact_groups=0, roles=3)
    for user in bench.account.users:
        bench.account.update_user(user.id or "", status="active")
    async with bench.client() as client:
        found = await estimate(client)
    assert found.requests == {"medium": 3 + 1 + 1 + 1, "light": len(bench.account.roles), "heavy": 1}


async def test_what_may_not_be_read_counts_nothing(bench: Bench) -> None:
    bench.zoom.control.withdraw_scope("contact_group:read:list_groups:admin")
    async with bench.client() as client:
        found = await estimate(client, without=frozenset({"Roles"}))
    assert (found.contact_groups, found.roles, found.groups) == (0, 0, 5)


async def test_unreachable(bench: Bench) -> None:
    bench.zoom.control.deactivate_app()
    async with bench.client() as client:
        with pytest.raises(ZoomError) as caught:
            await estimate(client)
    assert caught.value.kind is ErrorKind.CREDENTIALS


async def test_the_use_of_each_limit_is_told(make_bench: MakeBench) -> None:
    bench = make_bench(plan="pro")
    assert (await bench.sync()).outcome is Outcome.COMPLETE
    last = [event for event in bench.events if isinstance(event, RequestsCounted)][-1]
    told = {str(use.label): use for use in last.labels}
    assert set(told) == {"light", "medium", "heavy"}
    assert (told["heavy"].today, told["heavy"].left_today) == (1, 29_999)
    assert (told["medium"].left_today, told["medium"].per_second) == (None, 18.8)
    assert told["medium"].today == bench.zoom.control.stats()["used_today"]["Medium"]
