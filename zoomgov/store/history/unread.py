"""What a comparison cannot know, because one of the two syncs did not read it: never called gained or lost.

Two things would otherwise be told wrongly. What the older sync never read would all seem new. And who is missing in
one list of users, while another was not read, may well be in that other one: such people are *missing*, which is not
the same as gone, until all lists have been read without them.
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
"""Grants that are only read of the things in such a list."""
_READ_ONE_BY_ONE: Final = (PartKey.GROUP_ADMINS, PartKey.CONTACT_GROUP_MEMBERS)
"""Lists of one resource each, that alone tell of the grants in them."""
_COMPARED: Final = {*STATUS_OF_PART, *LIST_CODES, *_ITEM_PARTS, PartKey.ROLE}

Holders = dict[int, set[int]]
"""Principals by what they have (`fact_of`), by the ids of `things`."""


def not_compared(older: SyncInfo, newer: SyncInfo) -> tuple[NotCompared, ...]:
    """Return what was not read by either, and what is compared in its place."""
    found: list[NotCompared] = []
    blind: set[tuple[str, str]] = set()
    for gap in newer.not_read:
        if gap.part in _COMPARED:
            instead = gap.last_read if gap.last_read is not None and gap.last_read > older.number else None
            found.append(NotCompared(gap.part, gap.target, gap.reason, newer.number, instead))
            if instead is None:
                blind.add((gap.part, gap.target))
    for gap in older.not_read if older.number != newer.number else ():
        if gap.part in _COMPARED and not {(gap.part, gap.target), (gap.part, "")} & blind:
            found.append(NotCompared(gap.part, gap.target, gap.reason, older.number, gap.last_read))
    return tuple(found)


def all_read(sync: SyncInfo) -> int:
    """Return since which sync, up to this one, every list of users was read at least once; 0 when one never was."""
    return min((gap.last_read or 0 for gap in sync.not_read if gap.part in STATUS_OF_PART), default=sync.number)


def missing_people(connection: sqlite3.Connection, sync: SyncInfo) -> dict[int, tuple[int, int]]:
    """Return the people who are in no list that a sync read, but may be in one that it did not.

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


def holders_of_missing(connection: sqlite3.Connection, missing: dict[int, tuple[int, int]]) -> Holders:
    """Return the memberships and roles that ended only because their people went missing."""
    rows = select_in(
        connection,
        f"SELECT target, kind, principal, gone_at FROM grants_past WHERE {RECORD_GRANTS_SQL} AND principal IN ({{}})",
        sorted(missing),
    )
    found: Holders = {}
    for target, kind, person, gone in rows:
        if gone == missing[person][1]:
            found.setdefault(fact_of(kind, target), set()).add(person)
    return found


@dataclass(frozen=True, slots=True)
class NeverRead:
    """What the older sync never read: what a later one finds there is not new."""

    statuses: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    codes: frozenset[int] = frozenset()
    """Grants of all things."""
    facts: frozenset[int] = field(default=frozenset())
    """Those of single things, as `fact_of` numbers them."""

    def hides(self, fact: int) -> bool:
        """Whether nothing can be said of who has something now."""
        return grant_kind(fact) in self.codes or fact in self.facts


def never_read(connection: sqlite3.Connection, gaps: Iterable[NotRead]) -> NeverRead:
    """Return what of the gaps of a sync no sync before it had read either."""
    never = [gap for gap in gaps if gap.last_read is None]
    whole = {gap.part for gap in never if not gap.target}
    single = [(LIST_CODES[gap.part], gap.target) for gap in never if gap.target and gap.part in _READ_ONE_BY_ONE]
    facts: set[int] = set()
    for code, key in single:
        row = connection.execute("SELECT id FROM things WHERE kind = ? AND key = ?", (TARGET_KINDS[code], key))
        facts.update(fact_of(code, number) for (number,) in row)
    return NeverRead(
        frozenset(STATUS_OF_PART[part] for part in whole if part in STATUS_OF_PART),
        frozenset(_ITEM_PARTS[part] for part in whole if part in _ITEM_PARTS),
        frozenset(_LISTS_UNDER[part] for part in whole if part in _LISTS_UNDER)
        | frozenset(LIST_CODES[part] for part in whole if part in _READ_ONE_BY_ONE),
        frozenset(facts),
    )
