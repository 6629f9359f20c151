"""Memberships that were read, against Zoom's counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from zoomgov.model.kinds import GrantKind
from zoomgov.model.rows import Held, UserRow
from zoomgov.model.syncs import Disagreement, ListKey
from zoomgov.sync import parts
from zoomgov.sync.membership import UserListMembership
from zoomgov.sync.outcome import ListedResource, ListOutcome
from zoomgov.sync.proof import Proof, compare_counts
from zoomgov.sync.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from zoomgov.sync.background_writer import BackgroundWriter
    from zoomgov.sync.part_reader import PartReader, ReadResource
    from zoomgov.sync.people_reader import PeopleReader


def test_equal_numbers_compare_counts() -> None:
    assert compare_counts({"a": 2, "b": 0}, {"a": {"active": 2}}).differing == {}


def test_no_number_proves_nothing_either_way() -> None:
    assert compare_counts({"a": None}, {"a": {"active": 2}}).differing == {}


def test_deactivated_people_may_be_counted_or_not() -> None:
    counts = {"a": {"active": 2, "inactive": 1}, "b": {"active": 1, "pending": 1}}
    for totals in ({"a": 2, "b": 1}, {"a": 3, "b": 1}, {"a": 3, "b": 2}, {"a": 2, "b": 2}):
        assert compare_counts(totals, counts).differing == {}


def test_one_convention_for_the_whole_account() -> None:
    counts = {"a": {"active": 2, "inactive": 1}, "b": {"active": 5, "inactive": 2}, "c": {"active": 3, "inactive": 1}}
    assert compare_counts({"a": 2, "b": 5, "c": 4}, counts).differing == {"c": (3, 4)}


def test_says_how_far_apart() -> None:
    assert compare_counts({"a": 7}, {"a": {"active": 5}}).differing == {"a": (5, 7)}
    assert compare_counts({"a": 7}, {}).differing == {"a": (0, 7)}


def test_where_several_conventions_explain_as_much_everyone_counts() -> None:
    assert compare_counts({"a": 2}, {"a": {"active": 2}}).counted == {"active", "inactive", "pending"}
    assert compare_counts({"a": 2}, {"a": {"active": 2, "pending": 1}}).counted == {"active", "inactive"}
    assert compare_counts({}, {}).counted == {"active", "inactive", "pending"}


def test_who_is_in_no_user_list_is_counted_by_every_convention() -> None:
    assert compare_counts({"a": 3}, {"a": {"active": 2, "": 1, "inactive": 4}}).differing == {}


class Sync:
    """Stands for the writer and for both readers: groups with Zoom's counts, and the members that were read."""

    def __init__(self) -> None:
        self.finished = {ListKey("groups"): 2, ListKey("users-active"): 5}
        self.totals: dict[str, int | None] = {"g1": 3, "g2": 2}
        self.members = {"g1": {"active": 3}, "g2": {"active": 2}}
        self.unequal: dict[ListKey, tuple[int, int]] = {}
        self.deleted: set[ListKey] = set()
        self.membership = UserListMembership(everyone=True)
        self.done: list[str] = []
        self.mends: dict[str, Callable[[], None]] = {}
        """What a step brings to light, by its name."""
        self.listed = ListOutcome(0, 0)
        self.beside: list[Rows | None] = []

    def _do(self, step: str) -> bool:
        self.done.append(step)
        mend = self.mends.get(step)
        if mend is not None:
            mend()
        return mend is not None

    # the writer

    async def resources(self, part: str) -> list[ListedResource]:
        if part != "groups":
            return []
        return [ListedResource(key, f"Group {key[1:]}", total) for key, total in self.totals.items()]

    async def member_counts(self, kind: GrantKind) -> dict[str, dict[str, int]]:
        assert kind is GrantKind.GROUP_MEMBER
        return self.members

    async def unequal_lists(self) -> dict[ListKey, tuple[int, int]]:
        return self.unequal

    # the readers below

    async def again(self, part: parts.Part, decode: object) -> bool:
        assert part is parts.GROUPS
        return self._do("groups") or "fails" not in self.mends

    async def read_again(self, which: str) -> bool:
        return self._do(which)

    async def each(self, part: parts.Part, resources: list[ListedResource], read: ReadResource) -> None:
        assert part is parts.GROUP_MEMBERS
        for resource in resources:
            self._do(f"members of {resource.id}")
            assert await read(resource) == self.listed.read

    async def principals(
        self, part: parts.Part, resource: ListedResource, kind: GrantKind, beside: Rows | None
    ) -> ListOutcome:
        self.beside.append(beside)
        return self.listed


@pytest.fixture
def sync() -> Sync:
    return Sync()


async def prove(sync: Sync, *, thorough: bool = False) -> list[Disagreement]:
    writer, reader, people = cast("BackgroundWriter", sync), cast("PartReader", sync), cast("PeopleReader", sync)
    proof = Proof(writer, reader, people, thorough=thorough)
    await proof.prove(parts.GROUPS, parts.GROUP_MEMBERS, GrantKind.GROUP_MEMBER, "members of group")
    return proof.disagreements


async def test_where_all_agrees_nothing_more_is_read(sync: Sync) -> None:
    assert await prove(sync) == []
    assert sync.done == []


@pytest.mark.parametrize("lacking", ["groups", "users-active"])
async def test_without_one_of_the_two_lists_nothing_can_be_proved(sync: Sync, lacking: str) -> None:
    del sync.finished[ListKey(lacking)]
    sync.totals["g1"] = 99
    assert await prove(sync) == []
    assert sync.done == []


async def test_counts_of_another_moment_are_asked_for_again(sync: Sync) -> None:
    sync.totals["g1"] = 4
    sync.mends["groups"] = lambda: sync.totals.update(g1=3)
    assert await prove(sync) == []
    assert sync.done == ["groups"]


async def test_when_they_cannot_be_nothing_is_said(sync: Sync) -> None:
    sync.totals["g1"] = 4
    sync.mends["fails"] = lambda: None
    assert await prove(sync) == []
    assert sync.done == ["groups"]


async def test_user_lists_that_drifted_are_read_before_any_member_list(sync: Sync) -> None:
    sync.totals["g1"] = 4
    sync.mends["drifted"] = lambda: sync.members.update(g1={"active": 4})
    assert await prove(sync) == []
    assert sync.done == ["groups", "drifted"]


async def test_member_lists_are_read_where_the_counts_differ_and_what_stays_is_named(sync: Sync) -> None:
    sync.totals.update(g1=4, g2=7)
    sync.mends["members of g1"] = lambda: sync.members.update(g1={"active": 4})
    assert await prove(sync) == [Disagreement("members of group Group 2", 2, 7, "total_members of GET /groups")]
    assert sync.done == ["groups", "drifted", "unheard", "members of g1", "members of g2"]


async def test_a_group_that_was_deleted_disagrees_with_nothing(sync: Sync) -> None:
    sync.totals["g2"] = 7
    sync.deleted.add(ListKey("group-members", "g2"))
    assert await prove(sync) == []


def heard(sync: Sync, status: str, *keys: str) -> None:
    """The user list of `status` names these people, all in g1."""
    note = sync.membership.pages(status)._note
    assert note is not None
    empty = dict.fromkeys(UserRow._fields, "")
    users = [UserRow(**{**empty, "key": key, "status": status}) for key in keys]  # type: ignore[arg-type]
    note(Rows(users=users, held=[Held("", ("g1",)) for _ in keys]))


async def test_people_zoom_does_not_count_are_kept_beside_the_member_list(sync: Sync) -> None:
    sync.members["g1"] = {"active": 3, "inactive": 1}
    sync.totals["g2"] = 7
    heard(sync, "inactive", "ida")
    await prove(sync, thorough=True)
    assert sync.beside[0] is not None
    assert [grant.principal_key for grant in sync.beside[0].grants] == ["ida"]


async def test_a_thorough_sync_names_each_difference(sync: Sync) -> None:
    heard(sync, "active", "ann", "bob", "cat")
    sync.totals = {"g1": 3}
    sync.listed = ListOutcome(2, 2, frozenset({"userann", "userzoe"}))
    source = "GET /groups/{groupId}/members"
    assert await prove(sync, thorough=True) == [
        Disagreement("Members of Group 1", 1, 2, f"1 of {source} whose user record does not say so"),
        Disagreement("Members of Group 1", 3, 2, f"2 whose user record says so, missing in {source}"),
    ]
    assert sync.done == ["unheard", "members of g1"]


async def test_lists_that_are_not_as_long_as_zoom_says_are_named_by_their_resource(sync: Sync) -> None:
    admins = "group-admins"
    sync.unequal = {ListKey(admins, "g2"): (1, 2), ListKey(admins, "gx"): (3, 4), ListKey("roles"): (5, 6)}
    writer, reader, people = cast("BackgroundWriter", sync), cast("PartReader", sync), cast("PeopleReader", sync)
    proof = Proof(writer, reader, people, thorough=False)
    await proof.note_unequal_lists()
    assert proof.disagreements == [
        Disagreement("Admins of Group 2", 1, 2, "total_records of GET /groups/{groupId}/admins"),
        Disagreement("Admins of gx", 3, 4, "total_records of GET /groups/{groupId}/admins"),
        Disagreement("Roles", 5, 6, "total_records of GET /roles"),
    ]
