"""Comparing syncs that did not read everything: what was not read is neither gained nor lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.store.conftest import Account, admin, contact, holder, member, publish, user
from zoomgov.model.kinds import Kind
from zoomgov.model.rows import ContactGroupRow, GroupRow, RoleDetail, RoleRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zoomgov.model.changes import Changes
    from zoomgov.store.store import Store


def told(changes: Changes) -> tuple[list[str], list[str]]:
    """Items and grants, short."""
    return (
        [f"{item.how} {item.name}" for item in changes.items],
        [f"{'+' if grant.gained else '-'} {grant.principal_name} {grant.target_name}" for grant in changes.grants],
    )


def sync(store: Store, account: Account, skip: Sequence[str] = ()) -> None:
    account.skip = frozenset(skip)
    publish(store, account)


def test_what_was_never_read_before_is_not_new(store: Store) -> None:
    account = Account(
        users=[user("a"), user("b", status="inactive")],
        user_grants=[member("g", "a"), member("g", "b")],
        groups=[GroupRow("g", "Group", 2)],
        contact_groups=[ContactGroupRow("c", "Contacts", 1, "")],
        grants=[contact("c", "a"), admin("g", "a")],
    )
    sync(store, account, ["users-inactive", "contact-groups", "contact-group-members", "group-admins"])
    sync(store, account)
    with store.reader() as reader:
        changes = reader.diff(1)
        assert set(reader.syncs()[-1].changes.values()) == {0}
    assert not changes
    assert {(gap.part, gap.sync, gap.instead) for gap in changes.not_compared} >= {
        ("users-inactive", 1, None),
        ("contact-groups", 1, None),
    }


def test_who_may_be_in_a_list_that_was_not_read_is_not_gone(store: Store) -> None:
    account = Account(users=[user("a"), user("b")], user_grants=[member("g", "a"), holder("2", "a")])
    account.groups = [GroupRow("g", "Group", 1)]
    sync(store, account)
    account.users[0] = user("a", status="inactive")
    sync(store, account, ["users-inactive"])
    sync(store, account)
    with store.reader() as reader:
        first, second, both = reader.diff(1, 2), reader.diff(2, 3), reader.diff(1, 3)
        counted = [info.changes for info in reader.syncs()]
    assert (told(first), first.missing) == (([], []), 1)
    assert set(counted[1].values()) == {0}
    assert {name: count for name, count in counted[2].items() if count} == {"users_changed": 1}
    assert [(gap.part, gap.sync) for gap in first.not_compared] == [("users-inactive", 2)]
    for changes in (second, both):
        (item,) = changes.items
        assert (item.how, [tuple(field) for field in item.fields]) == ("changed", [("Status", "active", "inactive")])
        assert (changes.grants, changes.missing) == ((), 0)


def test_a_missing_person_whom_a_member_list_names_has_not_lost_the_group(store: Store) -> None:
    """Their membership ended with their record, and began again with the list of members: it holds at both syncs."""
    group = [GroupRow("g", "Group", 1)]
    sync(store, Account(users=[user("a", status="inactive")], user_grants=[member("g", "a")], groups=group))
    sync(store, Account(groups=group), ["users-active"])
    sync(store, Account(groups=group, grants=[member("g", "a")]), ["users-active"])
    active = Account(users=[user("a")], user_grants=[member("g", "a")], groups=group)
    sync(store, active)
    with store.reader() as reader:
        changes = reader.diff(3, 4)
    assert told(changes) == (["changed Person a"], [])


def test_who_is_in_no_list_once_all_were_read_is_gone(store: Store) -> None:
    account = Account(users=[user("a"), user("b")], user_grants=[member("g", "a")], groups=[GroupRow("g", "Group", 1)])
    sync(store, account)
    account.users, account.user_grants = [user("b")], []
    sync(store, account, ["users-pending"])
    sync(store, account)
    store.prune(2)
    with store.reader() as reader:
        assert told(reader.diff(2, 3)) == (["removed Person a"], ["- Person a Group"])


def test_what_changed_while_it_was_not_read_is_told_by_the_next_comparison(store: Store) -> None:
    account = Account(users=[user("a")], contact_groups=[ContactGroupRow("c", "Old name", 1, "")])
    sync(store, account)
    account.contact_groups = [ContactGroupRow("c", "New name", 1, "")]
    sync(store, account, ["contact-groups"])
    sync(store, account)
    with store.reader() as reader:
        assert told(reader.diff(1, 2)) == ([], [])
        changes = reader.diff(2, 3)
    assert told(changes) == (["changed New name"], [])
    assert [(gap.part, gap.sync, gap.instead) for gap in changes.not_compared] == [("contact-groups", 2, 1)]


def test_rights_of_a_role_read_for_the_first_time_are_no_change(store: Store) -> None:
    account = Account(users=[user("a")], roles=[RoleRow("r", "Helpdesk", "", "custom", 0)])
    sync(store, account)
    account.details = [RoleDetail("r", ("User:Edit",), b"[]")]
    sync(store, account)
    account.details = [RoleDetail("r", ("User:Read",), b"[]")]
    sync(store, account)
    with store.reader() as reader:
        assert told(reader.diff(1, 2)) == ([], [])
        (item,) = reader.diff(2, 3).items
    assert [tuple(field) for field in item.fields] == [("Privileges", "User:Edit", "User:Read")]


def test_things_and_people_that_are_gone_keep_their_names(store: Store) -> None:
    account = Account(
        users=[user("a", display_name="Ada"), user("b", display_name="Bob")],
        user_grants=[member("g", "a")],
        groups=[GroupRow("g", "Old name", 1)],
        contact_groups=[ContactGroupRow("c", "Contacts", 1, "")],
        grants=[contact("c", "b")],
    )
    sync(store, account)
    account.users, account.groups = [user("a", display_name="Ada")], [GroupRow("g", "New name", 1)]
    sync(store, account)
    account.user_grants, account.groups, account.grants = [], [], []
    sync(store, account)
    with store.reader() as reader:
        renamed = reader.diff(1, 2)
        assert told(renamed)[0] == ["removed Bob", "changed New name"]
        assert [tuple(f) for item in renamed.items if item.kind is Kind.GROUPS for f in item.fields] == [
            ("Name", "Old name", "New name")
        ]
        assert told(reader.diff(2, 3)) == (["removed New name"], ["- Ada New name", "- Bob Contacts"])
