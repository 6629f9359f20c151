"""What a sync is said to cost, against what it costs."""

from __future__ import annotations

import pytest

from tests.sync.conftest import Bench, MakeBench
from zoomgov.sim.world.options import Options
from zoomgov.sync.engine import load_learnt_limits
from zoomgov.sync.estimate import estimate
from zoomgov.sync.events import Outcome, RequestsCounted
from zoomgov.zoom.errors import ErrorKind, ZoomError


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
