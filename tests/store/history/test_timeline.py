"""The history of a person or resource."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.store.conftest import Account, member, publish, user
from tests.store.crowd import SMALL
from zoomgov.model.kinds import Kind
from zoomgov.store.store import Store

if TYPE_CHECKING:
    pass


def test_history_tells_what_changed_newest_first(store: Store) -> None:
    publish(store, SMALL)
    ann = user("ann", display_name="Ann Lee", type=1)
    publish(store, replace(SMALL, users=[ann], user_grants=[member("g2", "ann")]))
    publish(store, SMALL)
    with store.reader() as reader:
        assert [(entry.sync, entry.what) for entry in reader.history(Kind.USERS, "bob")] == [
            (3, "came back"),
            (3, "joined group Sales"),
            (3, "was given the role Auditor"),
            (2, "is gone"),
            (2, "left group Sales"),
            (2, "lost the role Auditor"),
            (1, "was there already"),
        ]
        assert (2, "Licence: Licensed → Basic") in [(e.sync, e.what) for e in reader.history(Kind.USERS, "ann")]
        group = [(entry.sync, entry.what) for entry in reader.history(Kind.GROUPS, "g1")]
        assert group == [(3, "2 members more"), (2, "2 members less"), (1, "was there already")]
    store.prune(2)
    with store.reader() as reader:
        assert (3, "came") in [(entry.sync, entry.what) for entry in reader.history(Kind.USERS, "bob")]


def test_history_from_before_the_oldest_kept_sync_has_no_time(store: Store) -> None:
    """What ended before it is kept where it did not read all lists of users: a later one may find who is missing."""
    ann, bob = user("ann", status="inactive"), user("bob", status="inactive")
    publish(store, Account(users=[ann, bob, user("cy")]))
    for dept in ("Law", "Sales", "Ops"):
        changed = [ann._replace(dept=dept)] + [bob] * (dept == "Ops")
        publish(store, Account(users=changed, skip=frozenset({"users-active"})))
    store.prune(2)
    with store.reader() as reader:

        def told(key: str) -> list[tuple[int, bool, str]]:
            return [(one.sync, bool(one.at), one.what) for one in reader.history(Kind.USERS, key)]

        assert told("ann") == [
            (4, True, "Department: Sales → Ops"),
            (3, True, "Department: Law → Sales"),
            (2, False, "Department: (empty) → Law"),
            (1, False, "was there already"),
        ]
        assert told("bob") == [(4, True, "came back"), (2, False, "is gone"), (1, False, "was there already")]
        assert told("cy") == [(3, True, "was there already")]
