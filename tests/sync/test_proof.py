"""Memberships that were read, against Zoom's counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from zoomgov.model.kinds import GrantKind
from zoomgov.model.parts import PartKey
from zoomgov.model.syncs import Disagreement, ListKey
from zoomgov.sync import parts
from zoomgov.sync.outcome import Beside, ListedResource, ListOutcome
from zoomgov.sync.proof import GROUPS, Proof, compare_counts
from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zoomgov.sync.background_writer import BackgroundWriter
    from zoomgov.sync.list_reader import Beside as StageBeside
    from zoomgov.sync.part_reader import PartReader, ReadResource
    from zoomgov.sync.people_reader import PeopleReader
    from zoomgov.zoom.client import Answer, ZoomClient

NOTHING_BESIDE = Beside({}, 0, 0, frozenset({"active"}))


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
    assert compare_counts({"a": 3}, {"a": {"active": 2, "pending": 2}}).differing == {"a": (4, 3)}
    assert compare_counts({"a": 3}, {"a": {"active": 2, "inactive": 1, "pending": 1}}).differing == {}


def test_few_numbers_that_count_more_than_active_people_lean_on_them() -> None:
    read = {"a": {"active": 2, "inactive": 1}, "b": {"active": 1, "pending": 1}}
    assert compare_counts({"a": 3, "b": 2}, read).leaning == {"a", "b"}
    many = {str(number): {"active": 1, "inactive": 1} for number in range(3)}
    assert compare_counts(dict.fromkeys(many, 2), many).leaning == set()
    assert compare_counts({"a": 2}, {"a": {"active": 2, "inactive": 1}}).leaning == set()


def test_who_is_in_no_user_list_is_counted_by_every_convention() -> None:
    assert compare_counts({"a": 3}, {"a": {"active": 2, "": 1, "inactive": 4}}).differing == {}


class Sync:
    """Stands for the client, the writer and both readers: groups with Zoom's counts, and the members that were read."""

    def __init__(self) -> None:
        self.finished = {ListKey("groups"): 2, ListKey("users-active"): 5}
        self.totals: dict[str, int | None] = {"g1": 3, "g2": 2}
        self.members = {"g1": {"active": 3}, "g2": {"active": 2}}
        self.unequal: dict[ListKey, tuple[int, int]] = {}
        self.deleted: set[str] = set()
        self.gaps: list[tuple[str, str]] = []
        self.done: list[str] = []
        self.mends: dict[str, Callable[[], None]] = {}
        """What a step brings to light, by its name."""
        self.listed = ListOutcome(0, 0)
        self.silent_records: tuple[int, list[str]] = (0, [])
        """Members whose record names no group: how many, and some of them."""
        self.found = NOTHING_BESIDE
        """What each member list leaves out, and has besides."""
        self.staged: dict[ListKey, set[int]] = {}
        """People staged beside a member list, by their numbers."""

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

    async def omitted(self, most: int) -> tuple[int, list[str]]:
        return self.silent_records

    async def silent(self, status: str, most: int) -> tuple[int, list[str]]:
        return 0, []

    async def beside(self, key: ListKey, kind: GrantKind) -> Beside:
        return self.found

    async def stage_people(self, key: ListKey, kind: GrantKind, people: Mapping[int, object]) -> None:
        self.staged[key] = set(people)

    async def recorded(self, kind: GrantKind) -> dict[str, int]:
        return {"active": 5, "inactive": 1}

    async def people(self) -> dict[str, int]:
        return {"active": 5, "inactive": 1}

    # the client

    async def get(self, endpoint: object, *, path: Mapping[str, str]) -> Answer:
        self._do(f"user {path['userId']}")
        raise ZoomError(ErrorKind.NOT_FOUND, "GET /users/{userId}", "User does not exist.", status=404)

    # the readers below

    def require(self, part: parts.Part, resource: ListedResource, reason: str) -> None:
        self.gaps.append((part.name, resource.id))

    def note_unlisted(self, owner: parts.Part, target: str, people: int) -> None:
        self.gaps.append((owner.name, target))

    async def take_as_deleted(self, owner: parts.Part, target: str) -> None:
        self.deleted.add(target)

    async def again(self, part: parts.Part, decode: object) -> bool:
        assert part is parts.GROUPS
        return self._do("groups") or "fails" not in self.mends

    async def read_drifted(self) -> bool:
        return self._do("drifted")

    async def each(self, part: parts.Part, resources: list[ListedResource], read: ReadResource) -> None:
        assert part is parts.GROUP_MEMBERS
        for resource in resources:
            self._do(f"members of {resource.id}")
            assert await read(resource) == self.listed.read

    async def principals(
        self, part: parts.Part, resource: ListedResource, kind: GrantKind, beside: StageBeside
    ) -> ListOutcome:
        key = ListKey(part.name, resource.id)
        self.finished[key] = self.listed.read + await beside(key)
        return self.listed


@pytest.fixture
def sync() -> Sync:
    return Sync()


def proof_of(sync: Sync, *, thorough: bool) -> Proof:
    writer, reader, people = cast("BackgroundWriter", sync), cast("PartReader", sync), cast("PeopleReader", sync)
    return Proof(cast("ZoomClient", sync), writer, reader, people, thorough=thorough)


async def prove(sync: Sync, *, thorough: bool = False) -> list[Disagreement]:
    proof = proof_of(sync, thorough=thorough)
    await proof.prove(GROUPS)
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
    assert await prove(sync) == [
        Disagreement("members of group Group 2", 2, 7, "total_members of GET /groups", PartKey.GROUP_MEMBERS, "g2")
    ]
    assert sync.done == ["groups", "drifted", "members of g1", "members of g2"]


async def test_a_group_that_was_deleted_disagrees_with_nothing(sync: Sync) -> None:
    sync.totals["g2"] = 7
    sync.deleted.add("g2")
    assert await prove(sync) == []


@pytest.mark.parametrize("lists_groups_again", [True, False])
async def test_a_group_that_only_records_name_is_deleted_if_it_was_listed_and_else_a_gap(
    sync: Sync, lists_groups_again: bool
) -> None:
    sync.members["g3"] = {"active": 1}
    if lists_groups_again:
        sync.totals["g3"] = 9
        sync.mends["groups"] = lambda: sync.totals.__delitem__("g3")
    assert await prove(sync) == []
    assert sync.deleted == ({"g3"} if lists_groups_again else set())
    assert sync.gaps == ([] if lists_groups_again else [("groups", "g3")])


async def test_the_member_list_of_a_group_without_a_number_is_read(sync: Sync) -> None:
    sync.totals["g2"] = None
    assert await prove(sync) == []
    assert sync.done == ["members of g2"]
    assert sync.gaps == []


async def test_people_zoom_does_not_count_are_kept_beside_the_member_list(sync: Sync) -> None:
    sync.members["g1"] = {"active": 3, "inactive": 1}
    sync.totals["g2"] = 7
    sync.found = Beside({4: ("ida", "inactive")}, 0, 0, frozenset({"active"}))
    await prove(sync, thorough=True)
    assert sync.staged[ListKey("group-members", "g1")] == {4}


async def test_a_thorough_sync_names_each_difference(sync: Sync) -> None:
    sync.totals = {"g1": 3}
    del sync.members["g2"]
    sync.listed = ListOutcome(2, 2, frozenset({"userann", "userzoe"}))
    sync.found = Beside({2: ("bob", "active"), 3: ("cat", "active")}, 1, 0, frozenset({"active"}))
    source = "GET /groups/{groupId}/members"
    assert await prove(sync, thorough=True) == [
        Disagreement("Members of Group 1", 1, 2, f"1 of {source} whose user record does not say so"),
        Disagreement("Members of Group 1", 3, 2, f"2 whose user record says so, missing in {source}"),
    ]
    assert sync.done == ["members of g1", "user bob", "user cat"]


async def test_lists_that_are_not_as_long_as_zoom_says_are_named_by_their_resource(sync: Sync) -> None:
    admins = PartKey.GROUP_ADMINS
    sync.unequal = {ListKey(admins, "g2"): (1, 2), ListKey(admins, "gx"): (3, 4), ListKey(PartKey.ROLES): (5, 6)}
    proof = proof_of(sync, thorough=False)
    await proof.note_unequal_lists()
    assert proof.disagreements == [
        Disagreement("Admins of Group 2", 1, 2, "total_records of GET /groups/{groupId}/admins", admins, "g2"),
        Disagreement("Admins of gx", 3, 4, "total_records of GET /groups/{groupId}/admins", admins, "gx"),
        Disagreement("Roles", 5, 6, "total_records of GET /roles", PartKey.ROLES),
    ]
