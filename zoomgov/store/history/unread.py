"""What a comparison cannot know because one of the two syncs did not read it: never called gained or lost.

Two things would otherwise be wrong. What the older sync never read would all seem new. And a person missing from one
list of users may be in another one that was not read: such people are *missing*, which is not the same as gone, until
all lists have been read without them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zoomgov.disk.database import select_in
from zoomgov.model.changes import NotCompared
from zoomgov.model.parts import PartKey
from zoomgov.store.grant_codes import (
    ADMIN,
    CONTACT,
    LIST_CODES,
    RECORD_GRANTS_SQL,
    STATUS_OF_PART,
    TARGET_KINDS,
    fact_of,
    grant_kind,
)
from zoomgov.store.snapshot import facts_at

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from zoomgov.model.syncs import NotRead, SyncInfo

_ITEM_PARTS: Final[Mapping[str, str]] = {
    PartKey.GROUPS: "groups",
    PartKey.CONTACT_GROUPS: "contact_groups",
    PartKey.ROLES: "roles",
}
_LISTS_UNDER: Final[Mapping[str, int]] = {PartKey.GROUPS: ADMIN, PartKey.CONTACT_GROUPS: CONTACT}
"""Kinds of grants whose lists are read for the resources in such a list only."""
_READ_ONE_BY_ONE: Final = (PartKey.GROUP_ADMINS, PartKey.CONTACT_GROUP_MEMBERS)
"""Lists of one resource each, that alone tell of the grants in them."""
_OF_USERS: Final = {*STATUS_OF_PART, PartKey.UNSEEN_USERS}
"""Whoever is in no list of users may be in one of these."""
_COMPARED: Final = {*_OF_USERS, *LIST_CODES, *_ITEM_PARTS, PartKey.ROLE}

Holders = dict[int, set[int]]
"""Fact to the ids of the principals who have it."""


def not_compared(older: SyncInfo, newer: SyncInfo) -> tuple[NotCompared, ...]:
    """Return what was not read by either, and what is compared in its place."""
    found: list[NotCompared] = []
    blind: set[tuple[str, str]] = set()
    for one in newer.not_read:
        if one.part in _COMPARED:
            instead = one.last_read if one.last_read is not None and one.last_read > older.number else None
            found.append(NotCompared(one.part, one.target, one.reason, newer.number, instead))
            if instead is None:
                blind.add((one.part, one.target))
    for one in older.not_read if older.number != newer.number else ():
        if one.part in _COMPARED and not {(one.part, one.target), (one.part, "")} & blind:
            found.append(NotCompared(one.part, one.target, one.reason, older.number, one.last_read))
    return tuple(found)


def all_read(sync: SyncInfo) -> int:
    """Return the sync since which every list of users was read at least once, up to this one; 0 when one never was."""
    return min((one.last_read or 0 for one in sync.not_read if one.part in _OF_USERS), default=sync.number)


def missing_people(connection: sqlite3.Connection, sync: SyncInfo) -> dict[int, tuple[int, int]]:
    """Return the people who are in no list that a sync read, but may be in one that it did not read.

    Returns:
        By their ids, the last sync in which they were seen and the one that missed them.
    """
    since = all_read(sync)
    if since == sync.number:
        return {}
    return {
        person: (gone - 1, gone)
        for person, gone in connection.execute(
            "SELECT p.id, max(p.gone_at) FROM users_past p WHERE p.gone_at > ? AND p.gone_at <= ? "
            f"AND NOT EXISTS (SELECT 1 FROM {facts_at('users', sync.number)} u WHERE u.id = p.id) GROUP BY p.id",
            (since, sync.number),
        )
    }


def holders_of_missing(connection: sqlite3.Connection, missing: dict[int, tuple[int, int]], number: int) -> Holders:
    """Return the memberships and roles whose ranges were closed only because their people went missing.

    Not those that hold at sync `number` all the same, because a list of members read since names the person.
    """
    people = sorted(missing)
    past = f"SELECT target, kind, principal, gone_at FROM grants_past WHERE {RECORD_GRANTS_SQL} AND principal IN ({{}})"
    found: Holders = {}
    for target, kind, person, gone in select_in(connection, past, people):
        if gone == missing[person][1]:
            found.setdefault(fact_of(kind, target), set()).add(person)
    if found:
        held = facts_at("grants", number)
        now = f"SELECT target, kind, principal FROM {held} WHERE {RECORD_GRANTS_SQL} AND principal IN ({{}})"
        for target, kind, person in select_in(connection, now, people):
            found.get(fact_of(kind, target), set()).discard(person)
    return found


@dataclass(frozen=True, slots=True)
class NeverRead:
    """Parts that the older sync had never read: what a later one finds in them is not new."""

    statuses: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    codes: frozenset[int] = frozenset()
    """Grant kinds, whatever the target."""
    facts: frozenset[int] = field(default=frozenset())
    """Facts: grants of single resources."""

    def hides(self, fact: int) -> bool:
        """Whether it is unknown who had this fact before."""
        return grant_kind(fact) in self.codes or fact in self.facts


def never_read(connection: sqlite3.Connection, not_read: Iterable[NotRead]) -> NeverRead:
    """Return what of `not_read` no earlier sync had read either."""
    never = [one for one in not_read if one.last_read is None]
    whole = {one.part for one in never if not one.target}
    single = [(LIST_CODES[one.part], one.target) for one in never if one.target and one.part in _READ_ONE_BY_ONE]
    facts: set[int] = set()
    for code, key in single:
        row = connection.execute("SELECT id FROM things WHERE kind = ? AND key = ?", (TARGET_KINDS[code], key))
        facts.update(fact_of(code, number) for (number,) in row)
    return NeverRead(
        frozenset(
            STATUS_OF_PART.values()
            if PartKey.UNSEEN_USERS in whole
            else (STATUS_OF_PART[part] for part in whole if part in STATUS_OF_PART)
        ),
        frozenset(_ITEM_PARTS[part] for part in whole if part in _ITEM_PARTS),
        frozenset(_LISTS_UNDER[part] for part in whole if part in _LISTS_UNDER)
        | frozenset(LIST_CODES[part] for part in whole if part in _READ_ONE_BY_ONE),
        frozenset(facts),
    )
