"""The parts of a sync: who reads each, its words, and its kind."""

from __future__ import annotations

import sqlite3

from zoomgov.model.kinds import Kind
from zoomgov.model.parts import PARTS_OF, PARTS_UNDER, USER_PARTS, USER_PARTS_LIKE, WHOLE_PARTS, PartKey
from zoomgov.sync import parts
from zoomgov.words.parts import PART_SUBJECTS, PART_TITLES, PART_WORDS, part_name, part_title


def test_every_part_is_read_and_has_a_name() -> None:
    assert [part.name for part in parts.ALL] == [key for key in PartKey if key is not PartKey.UNSEEN_USERS]  # no list
    assert set(PART_WORDS) == set(PartKey)
    assert set(PART_SUBJECTS) <= set(PartKey)
    assert part_title("im-groups") == "IM groups"
    assert part_name("from-a-newer-version") == "from a newer version"


def test_parts_with_a_list_for_each_resource_have_a_title_and_are_under_a_kind() -> None:
    under = {part.name for part in parts.ALL if part.path_key}
    assert set(PART_TITLES) == under == {part for found in PARTS_UNDER.values() for part in found}


def test_each_kind_is_one_or_several_whole_lists() -> None:
    assert set(WHOLE_PARTS) == set(PARTS_OF) == set(Kind)
    assert {part for found in PARTS_OF.values() for part in found} == {*PartKey} - {
        PartKey.PLAN_USAGE,
        PartKey.IM_GROUPS,
    }
    assert list(parts.USERS) == list(USER_PARTS)


def test_the_pattern_for_sql_matches_the_lists_of_users_and_no_other() -> None:
    connection = sqlite3.connect(":memory:")
    try:
        matched = {
            key for key in PartKey if connection.execute("SELECT ? LIKE ?", (key, USER_PARTS_LIKE)).fetchone()[0]
        }
    finally:
        connection.close()
    assert matched == set(USER_PARTS.values())
