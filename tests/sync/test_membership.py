"""What is kept of the memberships that user records name, and how they differ from a member list."""

from __future__ import annotations

import pytest

from zoomgov.model.kinds import GrantKind
from zoomgov.model.rows import GrantRow
from zoomgov.model.syncs import Disagreement
from zoomgov.sync import parts
from zoomgov.sync.membership import UserListMembership, member_list_differences
from zoomgov.sync.outcome import ListedResource, ListOutcome

MEMBER, ROLE = GrantKind.GROUP_MEMBER, GrantKind.ROLE
EVERYONE = frozenset({"active", "inactive", "pending"})


def membership(*, everyone: bool) -> UserListMembership:
    """Of one person of each status, all in g1 and in role 2, who goes by their status."""
    found = UserListMembership(everyone=everyone)
    for status in sorted(EVERYONE):
        found.pages(status)([{"id": status, "group_ids": ["g1"], "role_id": "2", "status": status}])
    return found


@pytest.mark.parametrize(("everyone", "kept"), [(True, EVERYONE), (False, {"inactive", "pending"})])
def test_active_people_are_kept_only_to_compare_everyone(everyone: bool, kept: set[str]) -> None:
    found = membership(everyone=everyone)
    assert found.of(MEMBER, "g1", EVERYONE) == found.of(ROLE, "2", EVERYONE) == kept
    assert found.of(MEMBER, "g1", frozenset({"pending"})) == {"pending"}
    assert found.of(MEMBER, "g2", EVERYONE) == set()


def test_those_zoom_does_not_count_are_grants_beside_its_list() -> None:
    found = membership(everyone=True)
    beside = found.beside(ROLE, "2", frozenset({"active", "inactive"}))
    assert beside.grants == [GrantRow(ROLE, "2", "user", "pending")]
    assert found.beside(MEMBER, "g1", EVERYONE).grants == []


def test_a_record_without_groups_and_role_names_nothing() -> None:
    found = UserListMembership(everyone=True)
    found.pages("active")([{"id": "a", "role_id": ""}])
    assert found.of(ROLE, "", EVERYONE) == set()


def differences(told: set[str], *seen: str) -> list[Disagreement]:
    resource = ListedResource("g1", "Sales", None)
    outcome = ListOutcome(len(seen), len(seen), frozenset(seen))
    return member_list_differences(parts.GROUP_MEMBERS, resource, told, outcome)


def test_lists_that_name_the_same_people_do_not_differ() -> None:
    assert differences({"a", "b"}, "usera", "userb") == []


def test_each_side_that_names_more_is_told() -> None:
    template = "GET /groups/{groupId}/members"
    only = Disagreement("Members of Sales", 1, 3, f"2 of {template} whose user record does not say so")
    assert differences({"a"}, "usera", "userb", "userc") == [only]
    missing = Disagreement("Members of Sales", 3, 1, f"2 whose user record says so, missing in {template}")
    assert differences({"a", "b", "c"}, "usera") == [missing]
