"""Writing facts ahead of the first publication does not change what is published."""

from __future__ import annotations

import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.conftest import FINISHED, STARTED, admin, contact, held_by, holder, member, user
from tests.store.integrity import check
from tests.store.write.test_publish_model import Read, syncs
from tests.stores import new_store
from zoomgov.model.kinds import GrantKind
from zoomgov.model.rows import ContactGroupRow, GroupRow, RoleRow
from zoomgov.model.syncs import ListKey
from zoomgov.store.store import Store

LISTS = ("users-active", "users-inactive", "users-pending")
PIECES = 40
"""More than such a small account needs."""


def published(reads: list[Read], pieces: int) -> dict[str, list[tuple[object, ...]]]:
    """All rows of a store whose first sync is `reads`; `pieces` are written ahead after each, the last but one by a
    second run."""
    with tempfile.TemporaryDirectory() as folder, new_store(Path(folder) / "s.sqlite3") as store:
        writer = store.begin(STARTED)
        for place, read in enumerate(reads):
            part = read.key.part
            writer.stage(
                read.key,
                users=read.users,
                digests={row.key: number for number, row in enumerate(read.users, 100 * place)},
                groups=[GroupRow(*one, 1) for one in read.resources if part == "groups"],
                contact_groups=[ContactGroupRow(*one, 1, "") for one in read.resources if part == "contact-groups"],
                roles=[RoleRow(*one, "", "common", 1) for one in read.resources if part == "roles"],
                held=held_by(read.users, read.grants),
                grants=() if read.users else read.grants,
            )
            if read.finished:
                writer.finish(read.key, None)
            if place == len(reads) - 2:
                writer.close()
                writer = store.begin(STARTED)
            counted = [writer.staged_membership_counts(kind) for kind in (GrantKind.ROLE, GrantKind.GROUP_MEMBER)]
            for _ in range(pieces):
                writer.write_grants_early()
            assert counted == [
                writer.staged_membership_counts(kind) for kind in (GrantKind.ROLE, GrantKind.GROUP_MEMBER)
            ]
            assert check(store.path) == []
        writer.publish(FINISHED)
        assert check(store.path) == []
        connection = sqlite3.connect(store.path)
        rows = {
            table: connection.execute(f"SELECT * FROM {table}").fetchall()
            for table in ("users", "logins", "grants", "grants_past", "things", "syncs", "groups", "roles")
        }
        connection.close()
        return rows


@settings(max_examples=40, deadline=None)
@given(syncs(), st.sampled_from([2, 8, 9, 10, 11, 12, PIECES]))
def test_it_is_published_as_if_nothing_had_been_written_ahead(reads: list[Read], pieces: int) -> None:
    whole = [replace(read, finished=True) if read.key.part in LISTS else read for read in reads]
    whole.sort(key=lambda read: read.key.part not in LISTS)  # most time for it
    assert published(whole, pieces) == published(whole, 0)


def test_who_goes_by_another_number_now_is_published_as_if_nothing_had_been_written_ahead() -> None:
    eve = [user("eve"), user("eve", status="inactive")]
    reads = [
        Read(ListKey("users-active"), (eve[0], user("ann")), grants=(member("g1", "eve"), holder("2", "eve"))),
        Read(ListKey("group-admins", "g1"), grants=(admin("g1", "email:eve@example.org"),)),
        Read(ListKey("users-inactive"), (eve[1],), grants=(member("g1", "eve"), holder("1", "eve"))),
        Read(ListKey("users-pending"), (user("email:ann@example.org", status="pending"),)),
        Read(ListKey("groups"), resources=(("g1", "G"),)),
        Read(ListKey("contact-group-members", "c1"), grants=(contact("c1", "eve"),)),
    ]
    with_it = published(reads, PIECES)
    assert with_it == published(reads, 0)
    assert len(with_it["users"]) == 2


def test_a_list_read_again_takes_back_what_people_have(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite3") as store, store.begin(STARTED) as writer:
        for part, group in (("users-pending", ""), ("users-inactive", ""), ("users-active", "g1")):
            people = [user("ann")] if group else []
            writer.stage(ListKey(part), users=people, held=held_by(people, [member(group, "ann")]))
            writer.finish(ListKey(part), None)
        while writer.write_grants_early():
            pass
        writer.restart(ListKey("users-active"))
        writer.stage(ListKey("users-active"), users=[user("ann")], held=held_by([user("ann")], []))
        writer.finish(ListKey("users-active"), None)
        assert writer.publish(FINISHED).counts[str(GrantKind.GROUP_MEMBER)] == 0
