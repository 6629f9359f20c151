"""The cost of comparing two consecutive syncs, in SQLite's VM steps, does not grow with the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.store.conftest import Account, member, publish, user
from zoomgov.disk.database import connect
from zoomgov.model.rows import GroupRow
from zoomgov.store.history import diff
from zoomgov.store.sync_info import info_of

if TYPE_CHECKING:
    from zoomgov.store.store import Store

CHANGED = 10
SYNCS = 20
PEOPLE = [f"person{number:03}" for number in range(CHANGED * SYNCS)]


def account(version: int) -> Account:
    """With each version, others change their department and their group."""
    moved = {key: number < version * CHANGED for number, key in enumerate(PEOPLE)}
    return Account(
        users=[user(key, dept="New" if moved[key] else "Old") for key in PEOPLE],
        user_grants=[member("g1" if moved[key] else "g0", key) for key in PEOPLE],
        groups=[GroupRow("g0", "Even", None), GroupRow("g1", "Odd", None)],
    )


def steps_of_neighbours(store: Store, last: int) -> int:
    """How many steps SQLite's machine takes to compare the last two syncs."""
    connection = connect(store.path, writing=False)
    older, newer = info_of(connection, last - 1), info_of(connection, last)
    assert older is not None
    assert newer is not None
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    connection.set_progress_handler(step, 1)
    changes = diff.changes(connection, older, newer)
    connection.close()
    assert (len(changes.items), len(changes.grants)) == (CHANGED, 2 * CHANGED)
    return taken


def test_neighbours_cost_the_same_after_a_long_history(store: Store) -> None:
    costs = {}
    for version in range(SYNCS):
        publish(store, account(version))
        if version in (2, SYNCS - 1):
            costs[version] = steps_of_neighbours(store, version + 1)
    assert costs[SYNCS - 1] < 1.1 * costs[2], costs
