"""Resuming an interrupted sync: the account has changed meanwhile, and nobody is missed."""

from __future__ import annotations

import sqlite3

import pytest

from tests.sync.conftest import Bench, MakeBench
from tests.sync.faults import fault
from tests.sync.test_faults import complete
from zoomgov.sim.world.options import Options
from zoomgov.sync.events import Noted, Outcome, PartAdvanced


class Stopped(Exception):
    """As Ctrl-C, or worse, at one moment."""


async def interrupted(bench: Bench, *, thorough: bool = False) -> None:
    """A sync that has read every list, and is ended before it publishes them."""

    def listen(event: object) -> None:
        if isinstance(event, Noted) and "together" in event.text:
            raise Stopped

    bench.on_event = listen
    with pytest.raises(Stopped):
        await bench.sync(thorough=thorough)
    bench.on_event = lambda event: None


def stored(bench: Bench) -> dict[str, str]:
    """Status by address, as published."""
    connection = sqlite3.connect(bench.store.path)
    try:
        return dict(connection.execute("SELECT email, status FROM users"))
    finally:
        connection.close()


@fault(
    "Somebody is deactivated between an interrupted sync and the one that goes on from it",
    "the numbers of people are asked for again, and the lists that changed are read again",
)
async def test_who_is_deactivated_between_two_runs_is_in_one_of_the_lists(make_bench: MakeBench) -> None:
    bench = make_bench(users=320, options=Options(users_page_max=50))
    await interrupted(bench)
    leaver = next(user for user in bench.account.users if user.status == "active" and user.role_id == "2")
    bench.zoom.control.update_user(leaver.id or "", status="inactive")
    asked = bench.asked("GET /contacts/groups")
    await complete(bench)
    assert bench.resumed > 3
    assert bench.asked("GET /contacts/groups") == asked
    assert set(bench.restarted) == {"users-active", "users-inactive"}
    assert stored(bench) == {user.email: user.status for user in bench.account.users}


@fault(
    "Somebody is deactivated while the people are listed",
    "the numbers of people are asked for again, and the lists that changed are read again",
)
async def test_who_is_deactivated_while_listed_is_in_one_of_the_lists(make_bench: MakeBench) -> None:
    bench = make_bench(users=320, options=Options(users_page_max=50))
    leaver = next(user for user in reversed(bench.account.users) if user.status == "active" and user.role_id == "2")
    bench.zoom.control.add_fault(
        path="status=active.*next_page_token",
        action="operate",
        operation="update_user",
        arguments={"key": leaver.id, "status": "inactive"},
        nth=3,
    )
    await complete(bench)
    assert "users-inactive" in bench.restarted
    assert stored(bench) == {user.email: user.status for user in bench.account.users}


async def test_without_any_change_no_list_is_read_again(make_bench: MakeBench) -> None:
    bench = make_bench(users=320, options=Options(users_page_max=50))
    await interrupted(bench)
    asked = bench.asked("GET /users")
    await complete(bench)
    assert bench.restarted == []
    assert bench.asked("GET /users") == asked + 3


@fault(
    "An interrupted sync is older than a day and a half",
    "nothing of it is used: the next one reads everything anew",
    "what it had read",
)
@pytest.mark.parametrize(("hours", "resumes"), [(35, True), (37, False), (240, False)])
async def test_only_a_run_of_the_last_day_and_a_half_is_resumed(bench: Bench, hours: int, resumes: bool) -> None:
    await interrupted(bench)
    bench.clock.offset += hours * 3600
    asked = bench.asked("GET /contacts/groups")
    await complete(bench)
    assert (bench.resumed > 0) is resumes
    assert (bench.asked("GET /contacts/groups") > asked) is not resumes


def parts_told(bench: Bench) -> dict[str, PartAdvanced]:
    """The last that was told of parts with a list for each thing."""
    return {event.part: event for event in bench.events if isinstance(event, PartAdvanced)}


async def test_what_an_interrupted_run_has_read_is_counted_by_the_one_that_goes_on(make_bench: MakeBench) -> None:
    bench = make_bench(users=120)
    await interrupted(bench)
    before = parts_told(bench)
    await complete(bench)
    assert {"group-admins", "contact-group-members", "role"} <= before.keys()
    assert all(part.rows for part in before.values())
    assert parts_told(bench) == before


async def test_an_undisturbed_sync_counts_nobody_twice(make_bench: MakeBench) -> None:
    bench = make_bench(users=320, options=Options(users_page_max=2000))
    await complete(bench)
    assert bench.asked("GET /users") == 3


async def test_a_thorough_sync_that_goes_on_compares_all_the_same(bench: Bench) -> None:
    await interrupted(bench, thorough=True)
    summary = await bench.sync(thorough=True)
    assert bench.resumed > 0
    assert (summary.outcome, summary.disagreements) == (Outcome.COMPLETE, ())
    assert {name: summary.counts.get(name, 0) for name in bench.truth()} == bench.truth()
