"""What publishing a sync makes visible, what it ends, and what it leaves unchanged."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.store.conftest import FINISHED, STARTED, Account, admin, contact, holder, member, publish, stage, user
from tests.store.integrity import check
from zoomgov.model.kinds import GrantKind, Kind
from zoomgov.model.queries import Query, Target
from zoomgov.model.rows import ContactGroupRow, GroupRow, Held, RoleDetail, RoleRow
from zoomgov.model.syncs import ListKey, NotRead

if TYPE_CHECKING:
    from zoomgov.store.store import Store

SALES = GroupRow("g1", "Sales", 2)
BASE = Account(
    users=[user("ann"), user("bob"), user("cy", status="inactive")],
    user_grants=[member("g1", "ann"), member("g1", "bob"), holder("2", "ann"), holder("2", "bob"), holder("2", "cy")],
    groups=[SALES],
    contact_groups=[ContactGroupRow("c1", "Partners", 1, "All partners")],
    roles=[RoleRow("2", "Member", "", "common", 3), RoleRow("r9", "Auditor", "", "common", 0)],
    details=[RoleDetail("r9", ("User:Read",), b"[]")],
    grants=[admin("g1", "email:bob@example.org"), contact("c1", "g1", "group"), contact("c1", "cy")],
)


def names(store: Store, kind: Kind = Kind.USERS, query: Query | None = None, sync: int | None = None) -> list[str]:
    with store.reader(sync) as reader:
        ids = reader.order(kind, query or Query())
        return [row[0] for row in reader.rows(kind, ids)]


def test_nothing_is_visible_before_it_is_published(store: Store) -> None:
    writer = store.begin(STARTED)
    stage(writer, BASE)
    assert names(store) == []
    with store.reader() as reader:
        assert reader.latest() is None
        assert reader.number == 0
    writer.publish(FINISHED)
    assert names(store) == ["Person ann", "Person bob", "Person cy"]


def test_counts_and_changes(store: Store) -> None:
    first = publish(store, BASE)
    assert first.complete
    assert first.changes == {}
    assert first.counts == {
        "users": 3,
        "groups": 1,
        "contact_groups": 1,
        "roles": 2,
        "group member": 2,
        "group admin": 1,
        "role": 3,
        "contact group member": 2,
    }
    people = [user("ann", dept="Law"), user("cy", status="inactive"), user("di")]
    second = publish(store, replace(BASE, users=people, user_grants=[member("g1", "ann"), holder("2", "ann")]))
    changed = {name: count for name, count in second.changes.items() if count}
    # memberships and roles of bob and cy; the list of admins still names bob, who is no user any longer
    assert changed == {"users_added": 1, "users_removed": 1, "users_changed": 1, "grants_lost": 3}
    assert second.counts["users"] == 3


def test_an_unchanged_account_writes_only_the_sync_itself(store: Store) -> None:
    def contents() -> dict[str, list[tuple[object, ...]]]:
        connection = sqlite3.connect(store.path)
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
        connection.close()
        return found

    publish(store, BASE)
    before = contents()
    info = publish(store, BASE)
    after = contents()
    assert not any(info.changes.values())
    assert len(after.pop("syncs")) == 2
    del before["syncs"]
    assert after == before


def test_a_list_cut_short_ends_nothing(store: Store) -> None:
    publish(store, BASE)
    writer = store.begin(STARTED)
    stage(writer, replace(BASE, users=[user("ann")], skip=frozenset({"users-active", "groups"})))
    writer.stage(ListKey("users-active"), users=[user("ann", dept="Law")])
    writer.stage(ListKey("groups"), groups=[])
    info = writer.publish(FINISHED, not_read=[NotRead("groups", "", "HTTP 500")])
    assert check(store.path) == []
    assert not info.complete
    assert [(gap.part, gap.last_read) for gap in info.not_read] == [("groups", 1), ("users-active", 1)]
    assert names(store) == ["Person ann", "Person bob"]  # cy's list was finished without cy
    assert names(store, Kind.GROUPS) == ["Sales"]
    with store.reader() as reader:
        person = reader.person("ann")
        assert person is not None
        assert dict(person.fields).get("Department") is None
        thing = reader.resource(Kind.GROUPS, "g1")
        assert thing is not None
        assert thing.not_read[0].last_read == 1


def test_last_read_is_kept_over_several_syncs(store: Store) -> None:
    publish(store, BASE)
    for _ in range(3):
        info = publish(store, replace(BASE, skip=frozenset({"roles"})))
    assert info.not_read[0].last_read == 1
    store.prune(1)
    assert publish(store, replace(BASE, skip=frozenset({"roles"}))).not_read[0].last_read == 1


def test_a_part_never_read_has_no_last_read(store: Store) -> None:
    skipped = replace(BASE, skip=frozenset({"group-admins"}))
    publish(store, skipped)
    assert publish(store, skipped).not_read[0].last_read is None


def test_what_is_only_nice_to_have_does_not_make_a_sync_partial(store: Store) -> None:
    info = publish(store, BASE, NotRead("plan-usage", "", "no scope", required=False))
    assert info.complete


def test_who_moves_between_lists_is_one_person(store: Store) -> None:
    publish(store, BASE)
    writer = store.begin(STARTED)
    writer.stage(ListKey("users-active"), users=[user("ann"), user("bob")], held=[Held("2", ()), Held("", ())])
    writer.stage(ListKey("users-inactive"), users=[user("bob", status="inactive"), user("cy", status="inactive")])
    for part in ("users-active", "users-inactive"):
        writer.finish(ListKey(part), 2)
    info = writer.publish(FINISHED)
    assert check(store.path) == []
    assert info.counts["users"] == 3
    with store.reader() as reader:
        bob = reader.person("bob")
        assert bob is not None
        assert bob.status == "inactive"


def test_the_row_staged_last_wins(store: Store) -> None:
    writer = store.begin(STARTED)
    key = ListKey("users-active")
    writer.stage(key, users=[user("ann", dept="Old"), user("bob")])
    writer.stage(key, users=[user("ann", dept="New"), user("cy")])
    assert writer.finish(key, 4) == 3
    writer.publish(FINISHED)
    with store.reader() as reader:
        assert [row[0] for row in reader.rows(Kind.USERS, reader.order(Kind.USERS), ["dept"])] == ["New", "", ""]


def test_a_member_list_replaces_what_user_records_say_of_its_group(store: Store) -> None:
    publish(store, BASE)
    listed = [*BASE.grants, member("g1", "cy")]
    publish(store, replace(BASE, grants=listed))
    within = Query(within=Target(Kind.GROUPS, "g1"))
    assert names(store, query=within) == ["Person bob", "Person cy"]  # bob as admin
    publish(store, BASE)
    assert names(store, query=within) == ["Person ann", "Person bob"]


def test_a_deleted_group_takes_its_grants_along(store: Store) -> None:
    publish(store, BASE)
    info = publish(
        store, replace(BASE, groups=[], user_grants=[holder("2", n) for n in ("ann", "bob", "cy")], grants=[])
    )
    assert info.counts["group member"] == info.counts["group admin"] == 0
    assert info.counts["contact group member"] == 0
    with store.reader() as reader:
        assert reader.resource(Kind.GROUPS, "g1") is None
    with store.reader(1) as reader:
        thing = reader.resource(Kind.GROUPS, "g1")
        assert thing is not None
        assert (thing.name, thing.members, thing.admins, thing.people) == ("Sales", 2, 1, 2)


def test_a_group_no_list_has_is_kept_by_its_id(store: Store) -> None:
    publish(store, replace(BASE, user_grants=[*BASE.user_grants, member("ghost", "ann")]))
    with store.reader() as reader:
        ann = reader.person("ann")
        assert ann is not None
        assert "ghost" in [path.target_name for path in ann.access]
        thing = reader.resource(Kind.GROUPS, "ghost")
        assert thing is not None
        assert not thing.known


def test_role_privileges_stay_when_the_role_is_not_read_again(store: Store) -> None:
    publish(store, BASE)
    publish(store, replace(BASE, details=[]))
    with store.reader() as reader:
        role = reader.resource(Kind.ROLES, "r9")
        assert role is not None
        assert role.privileges == ("User:Read",)
        assert role.since == 1
        plain = reader.resource(Kind.ROLES, "2")
        assert plain is not None
        assert plain.privileges is None
    publish(store, replace(BASE, details=[RoleDetail("r9", ("User:Read", "User:Edit"), b"[]")]))
    with store.reader() as reader:
        changes = reader.diff(2)
        assert [(item.name, item.fields[0].new) for item in changes.items] == [("Auditor", "User:Read, User:Edit")]


def test_logins_open_no_version(store: Store) -> None:
    publish(store, BASE)
    people = [person._replace(last_login_time="2026-11-20T00:00:00Z") for person in BASE.users]
    info = publish(store, replace(BASE, users=people))
    assert info.changes["users_changed"] == 0
    with store.reader() as reader:
        ann = reader.person("ann")
        assert ann is not None
        assert ann.since == 1
        assert dict(ann.fields)["Last login"] == "2026-11-20T00:00:00Z"


def test_blobs_are_kept_when_they_change(store: Store) -> None:
    for data in (b'{"a":1}', b'{"a":1}', b'{"a":2}'):
        writer = store.begin(STARTED)
        stage(writer, BASE)
        writer.stage(ListKey("plan-usage"), blobs={"plan-usage": data})
        assert writer.finish(ListKey("plan-usage"), None) == 1
        writer.publish(FINISHED)
    for number, expected in ((1, b'{"a":1}'), (2, b'{"a":1}'), (3, b'{"a":2}')):
        with store.reader(number) as reader:
            assert reader.blob("plan-usage") == expected
            assert reader.blob("other") is None


# People who go by an address at first


def test_who_accepts_an_invitation_stays_the_same_person(store: Store) -> None:
    publish(store, Account(users=[user("email:eve@example.org")], user_grants=[holder("2", "email:eve@example.org")]))
    publish(store, Account(users=[user("eve")], user_grants=[holder("2", "eve"), member("g1", "eve")]))
    with store.reader() as reader:
        eve = reader.person("EVE@example.org")
        assert eve is not None
        assert (eve.key, eve.status) == ("eve", "active")
        assert "Status: pending → active" in [entry.what for entry in reader.history(Kind.USERS, "eve")]
        changes = reader.diff(1)
        assert [(item.how, item.id) for item in changes.items] == [("changed", "eve")]
        assert [(grant.kind, grant.gained) for grant in changes.grants] == [(GrantKind.GROUP_MEMBER, True)]


def test_contact_group_members_staged_before_the_new_id_is_known_are_the_same_person(store: Store) -> None:
    publish(store, Account(users=[user("email:eve@example.org")]))
    writer = store.begin(STARTED)
    writer.stage(ListKey("contact-group-members", "c1"), grants=[contact("c1", "eve")])
    writer.finish(ListKey("contact-group-members", "c1"), None)
    for status in ("active", "inactive", "pending"):
        writer.stage(ListKey(f"users-{status}"), users=[user("eve")] if status == "active" else [])
        writer.finish(ListKey(f"users-{status}"), None)
    info = writer.publish(FINISHED)
    assert check(store.path) == []
    assert info.changes["users_changed"] == 1
    with store.reader() as reader:
        eve = reader.person("eve")
        assert eve is not None
        assert [path.target_id for path in eve.access] == ["c1"]
        assert len(reader.history(Kind.USERS, "eve")) > 1


def test_an_invitation_read_beside_the_account_it_became_counts_once(store: Store) -> None:
    for order in (("active", "pending"), ("pending", "active")):
        writer = store.begin(STARTED)
        for status in order:
            person = user("eve") if status == "active" else user("email:eve@example.org")
            writer.stage(ListKey(f"users-{status}"), users=[person])
            writer.finish(ListKey(f"users-{status}"), None)
        info = writer.publish(FINISHED)
        assert check(store.path) == []
        assert info.counts["users"] == 1
        with store.reader() as reader:
            assert reader.rows(Kind.USERS, reader.order(Kind.USERS), ["status"]) == [("active",)]


def test_who_was_deleted_and_invited_again_is_the_same_person(store: Store) -> None:
    publish(store, Account(users=[user("eve")]))
    info = publish(store, Account(users=[user("email:eve@example.org")]))
    assert info.changes["users_changed"] == 1
    assert info.changes["users_added"] == info.changes["users_removed"] == 0
    info = publish(store, Account(users=[user("eve2", email="Eve@example.org")]))
    assert info.changes["users_changed"] == 1
    assert info.changes["users_added"] == info.changes["users_removed"] == 0


def test_admins_by_address_are_matched_in_any_case_and_whenever_staged(store: Store) -> None:
    account = Account(
        users=[user("ann", email="Ann@Example.org")],
        groups=[SALES],
        grants=[admin("g1", "email:ann@example.org"), admin("g1", "email:gone@example.org")],
    )
    writer = store.begin(STARTED)
    stage(writer, account)
    writer.publish(FINISHED)
    for _ in range(2):
        with store.reader() as reader:
            query = Query(within=Target(Kind.GROUPS, "g1"))
            rows = reader.rows(Kind.USERS, reader.order(Kind.USERS, query), ["email", "status", "how"], query=query)
            assert rows == [("Ann@Example.org", "active", "admin"), ("gone@example.org", "not a user", "admin")]
        info = publish(store, account)
        assert not any(info.changes.values())


def test_former_users_who_are_still_listed_keep_their_name(store: Store) -> None:
    publish(store, BASE)
    publish(store, replace(BASE, users=[user("ann")], user_grants=[], skip=frozenset({"group-admins"})))
    query = Query(within=Target(Kind.GROUPS, "g1"))
    with store.reader() as reader:
        rows = reader.rows(Kind.USERS, reader.order(Kind.USERS, query), ["name", "status", "how"], query=query)
    assert rows == [("Person bob", "not a user", "admin")]


# Proof of completeness


def test_membership_counts_by_status(store: Store) -> None:
    for _ in range(2):  # the second time nothing differs from what is published
        writer = store.begin(STARTED)
        stage(writer, BASE)
        assert writer.staged_membership_counts(GrantKind.GROUP_MEMBER) == {"g1": {"active": 2}}
        assert writer.staged_membership_counts(GrantKind.ROLE) == {"2": {"active": 2, "inactive": 1}}
        assert writer.staged_resources("groups") == [("g1", "Sales", 2)]
        assert writer.staged_resources("contact-groups") == [("c1", "Partners", None)]
        writer.publish(FINISHED)
    writer = store.begin(STARTED)
    people = [user("ann"), user("bob", status="inactive")]
    stage(writer, replace(BASE, users=people, grants=[*BASE.grants, member("g1", "ann"), member("g1", "zoe")]))
    assert writer.staged_membership_counts(GrantKind.GROUP_MEMBER) == {"g1": {"active": 1, "": 1}}
    assert writer.staged_membership_counts(GrantKind.ROLE) == {"2": {"active": 1, "inactive": 1}}
    writer.abandon()
    assert check(store.path) == []
