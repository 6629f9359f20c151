"""Cases that a mutation run showed nobody had tested: each of them could be broken unseen."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.disk.trouble import full_disk
from tests.store.conftest import (
    FINISHED,
    STARTED,
    Account,
    admin,
    contact,
    held_by,
    holder,
    member,
    publish,
    stage,
    user,
)
from tests.store.integrity import check
from zoomgov.disk.errors import StoreError
from zoomgov.model.kinds import GrantKind, Kind
from zoomgov.model.rows import ContactGroupRow, GroupRow, RoleDetail, RoleRow
from zoomgov.model.syncs import ListKey, NotRead
from zoomgov.store.schema import GRANT_INDEXES, USER, USER_INDEXES
from zoomgov.store.write import first_sync
from zoomgov.store.write.pages import PAGE_FORMAT
from zoomgov.store.write.writer import SETTLE_EVERY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zoomgov.model.rows import UserRow
    from zoomgov.store.store import Store
    from zoomgov.store.write.writer import SyncWriter

ACTIVE, INACTIVE, PENDING = (ListKey(f"users-{status}") for status in ("active", "inactive", "pending"))
GROUP = GroupRow("g1", "Sales", None)


def read_users(writer: SyncWriter, people: Sequence[UserRow] = (), key: ListKey = ACTIVE, **groups: str) -> None:
    """Stage and finish a list of users; `groups`: one group by the key of a person."""
    held = held_by(people, [member(group, who) for who, group in groups.items()])
    writer.stage(key, users=people, held=held)
    writer.finish(key, None)


def scalar(store: Store, sql: str) -> object:
    with closing(sqlite3.connect(store.path)) as connection:
        return connection.execute(sql).fetchone()[0]


# Identities


def test_an_admin_known_by_address_who_becomes_a_user_is_the_same_person(store: Store) -> None:
    by_address = Account(groups=[GROUP], grants=[admin("g1", "email:zoe@example.org")])
    publish(store, by_address)
    publish(store, replace(by_address, users=[user("zoe")]))
    assert scalar(store, f"SELECT count(*) FROM things WHERE kind = {USER}") == 1
    with store.reader() as reader:
        zoe = reader.person("zoe")
        assert zoe is not None
        assert [(path.target_name, path.since) for path in zoe.access] == [("Sales", 1)]


def test_a_list_that_names_a_new_id_after_the_invitation_was_accepted_means_that_person(store: Store) -> None:
    publish(store, Account(users=[user("email:zoe@example.org")]))
    number = scalar(store, "SELECT id FROM users")
    account = Account(users=[user("zoe")], contact_groups=[ContactGroupRow("c1", "C", 1, "")])
    account.grants = [contact("c1", "zoe")]
    publish(store, account)
    assert scalar(store, "SELECT id FROM users") == scalar(store, "SELECT principal FROM grants") == number


def test_an_invitation_staged_before_the_account_it_became_counts_once(store: Store) -> None:
    writer = store.begin(STARTED)
    read_users(writer, [user("email:zoe@example.org")], PENDING)
    read_users(writer, [user("other"), user("zoe2", email="zoe@example.org")])
    read_users(writer, key=INACTIVE)
    info = writer.publish(FINISHED)
    assert info.counts["users"] == 2
    assert check(store.path) == []


def test_two_records_of_one_person_on_a_page_are_that_with_the_id(store: Store) -> None:
    """The invitation's grants count as well: both records are of the same person."""
    publish(store, Account(users=[user("email:zoe@example.org")]))
    writer = store.begin(STARTED)
    read_users(writer, [user("zoe", dept="Law"), user("email:zoe@example.org", status="active", dept="Sales")])
    for key in (INACTIVE, PENDING):
        read_users(writer, key=key)
    writer.publish(FINISHED)
    assert scalar(store, "SELECT count(*) FROM users") == 1
    assert scalar(store, "SELECT dept FROM users") == "Law"


def test_an_id_with_a_history_of_its_own_is_not_merged_with_an_invitation(store: Store) -> None:
    listed = Account(contact_groups=[ContactGroupRow("c1", "C", 1, "")], grants=[contact("c1", "zoe")])
    publish(store, replace(listed, users=[user("email:zoe@example.org")]))
    number = scalar(store, "SELECT principal FROM grants")
    info = publish(store, replace(listed, users=[user("zoe")]))
    assert scalar(store, "SELECT id FROM users") == scalar(store, "SELECT principal FROM grants") == number
    assert (info.changes["users_added"], info.changes["users_removed"]) == (1, 1)


# Comparing and publishing


def test_a_last_login_is_overwritten_by_an_earlier_one_too(store: Store) -> None:
    late, early = "2026-11-20T00:00:00Z", "2026-01-01T00:00:00Z"
    for time in (late, early, ""):
        publish(store, Account(users=[user("ann", last_login_time=time)]))
        assert scalar(store, "SELECT last_login_time FROM logins") == time


def test_a_changed_person_has_a_new_login_as_well(store: Store) -> None:
    publish(store, Account(users=[user("ann")]))
    publish(store, Account(users=[user("ann", dept="Law", last_login_time="2026-11-20T00:00:00Z")]))
    assert scalar(store, "SELECT last_login_time FROM logins") == "2026-11-20T00:00:00Z"


def test_a_record_is_read_again_once_the_groups_own_list_has_contradicted_it(store: Store) -> None:
    """Else it would be recognised as unchanged, and what it names would stay ended for good."""
    ann = [user("ann")]
    for number in (1, 2):
        writer = store.begin(STARTED)
        writer.stage(ACTIVE, users=ann, held=held_by(ann, [member("g1", "ann")]), digests={"ann": 77})
        writer.finish(ACTIVE, None)
        for key in (INACTIVE, PENDING):
            read_users(writer, key=key)
        if number == 2:
            assert list(writer.unchanged([77])) == [77]
            writer.finish(ListKey("group-members", "g1"), None)
            writer.stage(ListKey("groups"), groups=[GROUP])
            writer.finish(ListKey("groups"), None)
        writer.publish(FINISHED)
    assert scalar(store, "SELECT count(*) FROM grants") == 0
    assert scalar(store, "SELECT record FROM logins") is None


def test_a_user_group_in_a_list_is_no_person(store: Store) -> None:
    account = Account(groups=[GROUP], contact_groups=[ContactGroupRow("c1", "C", 1, "")])
    publish(store, replace(account, grants=[contact("c1", "g1", "group")]))
    assert scalar(store, f"SELECT count(*) FROM things WHERE kind = {USER}") == 0


def test_privileges_are_taken_though_the_list_of_roles_is_not_read(store: Store) -> None:
    account = Account(roles=[RoleRow("r1", "Auditor", "", "common", 0)], details=[RoleDetail("r1", ("a:Read",), b"[]")])
    publish(store, account)
    publish(store, replace(account, details=[RoleDetail("r1", ("a:Edit",), b"[]")], skip=frozenset({"roles"})))
    with store.reader() as reader:
        role = reader.resource(Kind.ROLES, "r1")
        assert role is not None
        assert (role.privileges, role.since) == (("a:Edit",), 2)


def test_when_a_part_was_last_read_is_told_of_that_part_and_resource_only(store: Store) -> None:
    account = Account(groups=[GROUP, GroupRow("g2", "Law", None)])
    publish(store, account)
    publish(store, account, NotRead("group-admins", "g1", "not allowed"))
    keys = (("group-admins", "g1"), ("group-admins", "g2"), ("group-members", "g1"), ("roles", ""))
    info = publish(store, account, *(NotRead(part, target, "no") for part, target in keys))
    assert [(one.part, one.target, one.last_read) for one in info.not_read] == [
        ("group-admins", "g1", 1),
        ("group-admins", "g2", 2),
        ("group-members", "g1", 2),
        ("roles", "", 2),
    ]


# Counting what is staged


def test_counts_are_made_again_after_a_list_of_users_is_finished(store: Store) -> None:
    with store.begin(STARTED) as writer:
        writer.stage(ACTIVE, users=[user("ann")], held=held_by([user("ann")], [member("g1", "ann")]))
        assert writer.staged_membership_counts(GrantKind.GROUP_MEMBER) == {}
        writer.finish(ACTIVE, None)
        assert writer.staged_membership_counts(GrantKind.GROUP_MEMBER) == {"g1": {"active": 1}}


def test_people_of_a_member_list_whom_nobody_knew_count_without_a_status(store: Store) -> None:
    with store.begin(STARTED) as writer:
        read_users(writer, [user("ann")], ann="g1")
        assert writer.staged_membership_counts(GrantKind.GROUP_MEMBER) == {"g1": {"active": 1}}
        strangers = ListKey("group-members", "g1")
        writer.stage(strangers, grants=[member("g1", key) for key in ("ann", "x", "y", "z")])
        writer.finish(strangers, None)
        assert writer.staged_membership_counts(GrantKind.GROUP_MEMBER) == {"g1": {"active": 1, "": 3}}


def test_who_moves_and_has_other_grants_counts_once_where_they_are_now(store: Store) -> None:
    before = Account(users=[user("ann"), user("bob")], user_grants=[member("g1", "ann"), member("g1", "bob")])
    publish(store, replace(before, groups=[GROUP]))
    with store.begin(STARTED) as writer:
        read_users(writer, [user("ann"), user("bob")], ann="g1", bob="g1")
        read_users(writer, [user("ann", status="inactive")], INACTIVE, ann="g2")
        read_users(writer, key=PENDING)
        counts = writer.staged_membership_counts(GrantKind.GROUP_MEMBER)
        assert counts == {"g1": {"active": 1}, "g2": {"inactive": 1}}


def test_who_moves_during_a_first_sync_counts_once_where_they_are_now(store: Store) -> None:
    with store.begin(STARTED) as writer:
        read_users(writer, [user("ann"), user("bob")], ann="g1", bob="g3")
        read_users(writer, [user("ann", status="inactive")], INACTIVE, ann="g2")
        counts = writer.staged_membership_counts(GrantKind.GROUP_MEMBER)
        assert counts == {"g3": {"active": 1}, "g2": {"inactive": 1}}


# Writing early


def test_the_steps_of_early_writing_are_small_and_end_with_all_indexes(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_sync, "PAGES_A_PIECE", 4)
    monkeypatch.setattr(first_sync, "GRANTS_A_PIECE", 3)
    with store.begin(STARTED) as writer:
        for number in range(7):
            people = [user(f"p{number}")]
            grants = [member(f"g{group}", f"p{number}") for group in range(4)] + [holder("2", f"p{number}")]
            writer.stage(ACTIVE, users=people, held=held_by(people, grants))
        writer.finish(ACTIVE, None)
        for key in (INACTIVE, PENDING):
            read_users(writer, key=key)
        steps = 0
        while writer.write_grants_early():
            steps += 1
        indexes = len(USER_INDEXES) + len(GRANT_INDEXES)
        # 8 pages, one without anybody, by fours; 5 facts of 7 people each, a step a fact; one when all are written
        assert steps == indexes + 2 + 5 + 1
        names = [sql.split()[5] for sql in (*USER_INDEXES, *GRANT_INDEXES)]
        listed = ", ".join(repr(name) for name in names)
        assert scalar(store, f"SELECT count(*) FROM sqlite_master WHERE name IN ({listed})") == indexes
        assert scalar(store, "SELECT count(*) FROM grants") == 35


# Durability


def test_a_commit_is_flushed_once_in_a_while_and_at_the_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("zoomgov.store.write.writer.time.monotonic", lambda: now)
    statements: list[str] = []
    writer = store.begin(STARTED)
    writer._connection.set_trace_callback(
        lambda sql: statements.append(sql.removeprefix("PRAGMA synchronous = ")) if "synchronous" in sql else None
    )
    for now in (100.0, 100.5, 100.0 + SETTLE_EVERY, 100.5 + SETTLE_EVERY, 100.0 + 3 * SETTLE_EVERY):  # noqa: B007
        writer.restart(ACTIVE)
    assert statements == ["FULL", "NORMAL", "FULL", "NORMAL", "FULL"]
    assert SETTLE_EVERY == 2.0, "seconds of reading that a power failure may undo"
    statements.clear()
    stage(writer, Account())
    statements.clear()
    writer.publish(FINISHED)
    assert statements == ["FULL"]


def test_what_a_run_that_began_just_then_has_staged_is_gone_on_from(store: Store) -> None:
    with store.begin(STARTED) as writer:
        read_users(writer, [user("ann")])
    with store.begin(FINISHED, resume_since=STARTED) as again:
        assert (again.started_at, list(again.finished_lists())) == (STARTED, [ACTIVE])
    with store.begin(FINISHED, resume_since="2026-11-01T08:00:01Z") as anew:
        assert (anew.started_at, anew.finished_lists()) == (FINISHED, {})


def test_what_was_staged_in_a_newer_format_is_read_again(store: Store) -> None:
    with store.begin(STARTED) as writer:
        read_users(writer, [user("ann")])
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("UPDATE meta SET value = json_set(value, '$.format', ?)", (PAGE_FORMAT + 1,))
        connection.commit()
    with store.begin(FINISHED) as again:
        assert (again.started_at, again.finished_lists()) == (FINISHED, {})


def test_a_commit_that_fails_makes_the_writer_refuse_what_follows(store: Store) -> None:
    writer = store.begin(STARTED)
    writer.holds = True
    read_users(writer, [user("ann")])
    with full_disk(), pytest.raises(StoreError, match="The disk is full"):
        writer.commit()
    with pytest.raises(StoreError, match="a change of this sync was lost"):
        writer.restart(ACTIVE)
    writer.close()
    with store.begin(STARTED) as again:
        assert again.finished_lists() == {}


# Pruning


def test_pruning_forgets_the_names_that_nothing_needs_unless_a_sync_is_staged(store: Store) -> None:
    for people in ([user("ann"), user("bob")], [user("ann")], [user("ann")]):
        publish(store, Account(users=people))
    writer = store.begin(STARTED)
    writer.stage(ListKey("contact-group-members", "c1"), grants=[contact("c1", "new")])
    writer.close()
    assert store.prune(1) == 2
    assert scalar(store, "SELECT count(*) FROM things WHERE key IN ('bob', 'new')") == 2
    store.begin(STARTED).abandon()
    publish(store, Account(users=[user("ann")]))
    assert store.prune(1) == 1
    assert scalar(store, f"SELECT group_concat(key) FROM things WHERE kind = {USER}") == "ann"
    assert check(store.path) == []
