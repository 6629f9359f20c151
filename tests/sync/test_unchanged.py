"""Unchanged records are not decoded again; the store holds the same as if they were."""

from __future__ import annotations

import sqlite3

from tests.sync.conftest import Bench, MakeBench
from zoomgov.sim.world.options import Options
from zoomgov.store.grant_codes import RECORD_GRANTS_SQL
from zoomgov.sync.events import Outcome


def said_by_zoom(bench: Bench) -> set[tuple[str, str, str, str]]:
    """(Address, status, department, group or role) of everyone."""
    found = set()
    for user in bench.account.users:
        for thing in (*(user.group_ids or ()), user.role_id or ""):
            found.add((user.email, user.status, user.dept or "", thing))
    return found


def stored(bench: Bench) -> set[tuple[str, str, str, str]]:
    connection = sqlite3.connect(bench.store.path)
    rows = connection.execute(
        "SELECT u.email, u.status, u.dept, coalesce(t.key, '') FROM users u "
        f"LEFT JOIN grants g ON g.principal = u.id AND g.{RECORD_GRANTS_SQL} LEFT JOIN things t ON t.id = g.target"
    )
    found = set(rows)
    without_role = connection.execute("SELECT email, status, dept, '' FROM users WHERE role_id = ''")
    found |= set(without_role)
    connection.close()
    return found


def recognised(bench: Bench) -> int:
    connection = sqlite3.connect(bench.store.path)
    (count,) = connection.execute("SELECT count(record) FROM logins").fetchone()
    connection.close()
    return int(count)


async def test_a_month_of_syncs_holds_what_zoom_says(make_bench: MakeBench) -> None:
    bench = make_bench(users=320, groups=6, options=Options(users_page_max=50))
    await bench.sync()
    for day in range(8):
        bench.zoom.control.churn(10, seed=day)
        summary = await bench.sync(thorough=day == 3)
        assert summary.outcome is Outcome.COMPLETE, (day, summary.disagreements)
        assert stored(bench) == said_by_zoom(bench), day
        assert recognised(bench) == len(bench.account.users) or day == 3, day


async def test_who_leaves_and_returns_with_the_same_record_is_back(bench: Bench) -> None:
    await bench.sync()
    person = next(user for user in bench.account.users if user.status == "active" and user.role_id == "2")
    place = bench.account.users.index(person)
    bench.zoom.control.remove_user(person.email)
    await bench.sync()
    bench.account.add_user(person, position=place)
    assert (await bench.sync()).outcome is Outcome.COMPLETE
    assert stored(bench) == said_by_zoom(bench)


async def test_who_a_member_list_contradicts_is_looked_at_again(bench: Bench) -> None:
    await bench.sync()
    group = max(
        bench.account.groups, key=lambda key: sum(key in (user.group_ids or ()) for user in bench.account.users)
    )
    inside = [user.id for user in bench.account.users if group in (user.group_ids or ()) and user.status != "pending"]
    listed = [{"id": key} for key in inside[1:]]
    wrong = {"id": group, "name": "A", "total_members": len(listed)}
    rest = [{"id": key, "name": "B", "total_members": None} for key in bench.account.groups if key != group]
    control = bench.zoom.control
    control.add_fault(path=r"/v2/groups\?", status=200, body={"groups": [wrong, *rest]}, times=None)
    control.add_fault(
        path=f"/groups/{group}/members", status=200, body={"members": listed, "total_records": len(listed)}, times=None
    )
    summary = await bench.sync()
    assert bench.asked("GET /groups/{groupId}/members") == 5  # also of the groups without a number
    assert summary.outcome is Outcome.PARTIAL
    assert [item.read - item.expected for item in summary.disagreements] == [1]
    assert "whose user record says so" in summary.disagreements[0].source
    assert stored(bench) == said_by_zoom(bench)  # whoever either of them names
    control.clear_faults()
    assert (await bench.sync()).outcome is Outcome.COMPLETE
    assert stored(bench) == said_by_zoom(bench)


async def test_a_thorough_sync_of_an_unchanged_account_compares_everyone(bench: Bench) -> None:
    await bench.sync()
    summary = await bench.sync(thorough=True)
    assert (summary.outcome, summary.disagreements) == (Outcome.COMPLETE, ())
