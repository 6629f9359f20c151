"""Comparing access in effect: through user groups in contact groups as well."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.conftest import Account, contact, member, publish, user
from tests.stores import new_store
from zoomgov.model.kinds import GrantKind, Kind
from zoomgov.model.queries import Query, Target
from zoomgov.model.rows import ContactGroupRow, GroupRow
from zoomgov.store.store import Store

if TYPE_CHECKING:
    from zoomgov.model.changes import Changes
    from zoomgov.store.reader import Reader

PEOPLE: Final = ("ann", "bob", "cy")
GROUPS: Final = ("g1", "g2")
CONTACT_GROUPS: Final = ("c1", "c2")
Pairs = frozenset[tuple[str, str]]


def pairs(these: tuple[str, ...], those: tuple[str, ...]) -> st.SearchStrategy[Pairs]:
    return st.frozensets(st.tuples(st.sampled_from(these), st.sampled_from(those)))


def accounts() -> st.SearchStrategy[Account]:
    def made(people: set[str], groups: set[str], members: Pairs, reached: Pairs) -> Account:
        here = {*people, *groups}
        return Account(
            users=[user(key) for key in sorted(people)],
            user_grants=[member(group, key) for group, key in sorted(members) if {group, key} <= here],
            groups=[GroupRow(key, key.upper(), None) for key in sorted(groups)],
            contact_groups=[ContactGroupRow(key, key.upper(), 1, "") for key in CONTACT_GROUPS],
            grants=[
                contact(target, key, "group" if key in GROUPS else "user")
                for target, key in sorted(reached)
                if key in here
            ],
        )

    some_people, some_groups = (st.sets(st.sampled_from(keys)) for keys in (PEOPLE, GROUPS))
    return st.builds(
        made, some_people, some_groups, pairs(GROUPS, PEOPLE), pairs(CONTACT_GROUPS, (*PEOPLE, *GROUPS))
    )  # fmt: skip


def reached(account: Account) -> dict[tuple[str, str], str]:
    """By contact group and person, the names of the groups through which alone they reach it; by brute force."""
    found: dict[tuple[str, str], str] = {}
    for target in CONTACT_GROUPS:
        inside = [grant.principal_key for grant in account.grants if grant.target_id == target]
        for person in PEOPLE:
            ways = [one.target_id for one in account.user_grants if one.principal_key == person]
            through = sorted(way.upper() for way in ways if way in inside)
            if person in inside or through:
                found[target, person] = "" if person in inside else ", ".join(through)
    return found


def in_effect(reader: Reader) -> set[tuple[str, str]]:
    """Who reaches which contact group at one sync, as the store says."""
    return {
        (target, person)
        for target in CONTACT_GROUPS
        for person in reader.keys(reader.order(Kind.USERS, Query(within=Target(Kind.CONTACT_GROUPS, target))))
    }


def told(changes: Changes) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    """What people gained and lost of contact groups, with the groups through which."""
    gained, lost = (
        {
            (grant.target_id, grant.principal_id): grant.through
            for grant in changes.grants
            if grant.target_kind is Kind.CONTACT_GROUPS and grant.principal_kind == "user" and grant.gained is way
        }
        for way in (True, False)
    )
    return gained, lost


@settings(max_examples=120, deadline=None)
@given(st.lists(accounts(), min_size=2, max_size=4))
def test_it_is_what_comparing_all_that_people_reach_finds(syncs: list[Account]) -> None:
    with TemporaryDirectory() as folder, new_store(Path(folder) / "s.sqlite3") as store:
        for account in syncs:
            publish(store, account)
        with store.reader() as reader:
            for older, newer in combinations(range(len(syncs)), 2):
                before, after = reached(syncs[older]), reached(syncs[newer])
                with reader.another(newer + 1) as then:
                    assert in_effect(then) == after.keys()
                plain = reader.diff(older + 1, newer + 1)
                changes = reader.diff(older + 1, newer + 1, in_effect=True)
                gained, lost = told(changes)
                assert gained == {key: ways for key, ways in after.items() if key not in before}
                assert lost == {key: ways for key, ways in before.items() if key not in after}
                assert changes.items == plain.items
                rest = [
                    [one for one in some.grants if one.kind is not GrantKind.CONTACT_GROUP_MEMBER
                     or one.principal_kind == "group"]
                    for some in (plain, changes)
                ]  # fmt: skip
                assert rest[0] == rest[1]
                assert [grant.principal_name.casefold() for grant in changes.grants] == sorted(
                    grant.principal_name.casefold() for grant in changes.grants
                )


def nested(users: list[str], *, skip: frozenset[str] = frozenset()) -> Account:
    """Everyone is in a user group, and that in a contact group."""
    return Account(
        users=[user(key) for key in users],
        user_grants=[member("g1", key) for key in users],
        groups=[GroupRow("g1", "Sales", None)],
        contact_groups=[ContactGroupRow("c1", "All of sales", 1, "")],
        grants=[contact("c1", "g1", "group")],
        skip=skip,
    )


def test_what_was_not_read_is_neither_gained_nor_lost(store: Store) -> None:
    publish(store, nested(["ann"], skip=frozenset({"contact-groups", "contact-group-members"})))
    publish(store, nested(["ann", "bob"]))
    with_inactive = nested(["ann"], skip=frozenset({"users-inactive"}))
    publish(store, with_inactive)
    with store.reader() as reader:
        never_read, may_be_inactive = (reader.diff(number, number + 1, in_effect=True) for number in (1, 2))
        since_never_read = reader.diff(1, in_effect=True)
    assert [(grant.principal_id, grant.kind) for grant in never_read.grants] == [("bob", GrantKind.GROUP_MEMBER)]
    assert (may_be_inactive.grants, may_be_inactive.missing) == ((), 1)
    assert since_never_read.grants == ()


def test_names_are_those_of_when_they_were_there(store: Store) -> None:
    publish(store, nested(["ann"]))
    publish(store, Account(users=[user("ann")]))
    with store.reader() as reader:
        changes = reader.diff(1, in_effect=True)
    assert changes.in_effect
    (lost,) = [grant for grant in changes.grants if grant.kind is GrantKind.CONTACT_GROUP_MEMBER if grant.through]
    assert (lost.gained, lost.target_name, lost.through) == (False, "All of sales", "Sales")
