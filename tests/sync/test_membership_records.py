"""What single records and member lists say of memberships, each beside the other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from zoomgov.model.kinds import GrantKind
from zoomgov.model.syncs import Disagreement, ListKey
from zoomgov.sync import parts
from zoomgov.sync.membership import MOST_ASKED_FOR, SingleUsers, Union, differences
from zoomgov.sync.outcome import Beside, ListedResource
from zoomgov.zoom.client import Answer
from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zoomgov.sync.background_writer import BackgroundWriter
    from zoomgov.zoom.client import ZoomClient

MEMBER, ROLE = GrantKind.GROUP_MEMBER, GrantKind.ROLE
KEY = ListKey("group-members", "g1")


class Zoom:
    """Stands for the client and the writer: records of single users, and who is beside a list of members."""

    def __init__(self, **records: dict[str, Any]) -> None:  # Any: whatever JSON Zoom sends
        self._records = records
        self.left_out: dict[int, tuple[str, str]] = {}
        self.asked: list[str] = []
        self.staged: set[int] | None = None

    async def get(self, endpoint: object, *, path: Mapping[str, str]) -> Answer:
        user = path["userId"]
        self.asked.append(user)
        if user not in self._records:
            raise ZoomError(ErrorKind.NOT_FOUND, "GET /users/{userId}", "User does not exist.", status=404)
        return Answer(200, {}, json.dumps(self._records[user]).encode())

    async def beside(self, key: ListKey, kind: GrantKind) -> Beside:
        return Beside(self.left_out, 0, 0, frozenset({"active"}))

    async def stage_people(self, key: ListKey, kind: GrantKind, people: Mapping[int, object]) -> None:
        self.staged = set(people)


def singles(zoom: Zoom) -> SingleUsers:
    return SingleUsers(cast("ZoomClient", zoom))


async def test_those_zoom_does_not_list_are_staged_beside_its_list_without_asking() -> None:
    zoom = Zoom()
    zoom.left_out = {1: ("ida", "inactive"), 2: ("pat", "pending")}
    union = Union(cast("BackgroundWriter", zoom), singles(zoom))
    assert await union.stage(KEY, MEMBER) == 2
    assert (zoom.staged, zoom.asked) == ({1, 2}, [])
    assert union.found[KEY].left_out == zoom.left_out


async def test_active_people_are_staged_unless_their_own_record_says_that_they_left() -> None:
    zoom = Zoom(stays={"group_ids": ["g1"]}, left={"group_ids": ["g2"]}, silent={"id": "silent"})
    zoom.left_out = {number: (user, "active") for number, user in enumerate(["stays", "left", "silent", "gone"])}
    union = Union(cast("BackgroundWriter", zoom), singles(zoom))
    assert await union.stage(KEY, MEMBER) == 3
    assert zoom.staged == set(union.found[KEY].left_out) == {0, 2, 3}


async def test_a_list_that_leaves_nobody_out_has_nobody_beside_it() -> None:
    zoom = Zoom()
    assert await Union(cast("BackgroundWriter", zoom), singles(zoom)).stage(KEY, MEMBER) == 0
    assert zoom.staged is None


@pytest.mark.parametrize(
    ("record", "kind", "target", "names"),
    [
        ({"group_ids": ["g1"]}, MEMBER, "g1", True),
        ({"group_ids": [1]}, MEMBER, "1", True),
        ({"group_ids": []}, MEMBER, "g1", False),
        ({}, MEMBER, "g1", None),
        ({"role_id": "2"}, ROLE, "2", True),
        ({"role_id": 2}, ROLE, "2", True),
        ({"role_id": "1"}, ROLE, "2", False),
        ({"role_id": ""}, ROLE, "", None),
        ({}, ROLE, "", None),
    ],
)
async def test_a_record_without_groups_and_role_tells_nothing(
    record: dict[str, Any], kind: GrantKind, target: str, names: bool | None
) -> None:
    assert await singles(Zoom(ann=record)).names("ann", kind, target) is names


async def test_single_users_are_asked_for_once_each_and_not_without_end() -> None:
    zoom = Zoom()
    found = singles(zoom)
    for number in range(MOST_ASKED_FOR + 3):
        assert await found.record(f"u{number}") is None
        assert await found.record("u0") is None
    assert zoom.asked == [f"u{number}" for number in range(MOST_ASKED_FOR)]


def told(read: int, *, left_out: Mapping[int, tuple[str, str]] = {}, only_listed: int = 0) -> list[Disagreement]:
    beside = Beside(dict(left_out), only_listed, 0, frozenset({"active"}))
    resource = ListedResource("g1", "Sales", None)
    return differences(parts.GROUP_MEMBERS, resource, beside, read, thorough=True)


def test_lists_that_name_the_same_people_do_not_differ() -> None:
    assert told(2) == []


def test_people_of_a_status_that_zooms_list_leaves_out_are_no_difference() -> None:
    assert told(2, left_out={1: ("ida", "inactive")}) == []


def test_each_side_that_names_more_is_told() -> None:
    template = "GET /groups/{groupId}/members"
    only = Disagreement("Members of Sales", 1, 3, f"2 of {template} whose user record does not say so")
    assert told(3, only_listed=2) == [only]
    missing = Disagreement("Members of Sales", 3, 1, f"2 whose user record says so, missing in {template}")
    assert told(1, left_out={1: ("bob", "active"), 2: ("cat", "active")}) == [missing]
