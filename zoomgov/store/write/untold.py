"""Grants that an earlier sync read and that nothing this sync read could have told: they are not ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.disk.database import select_in
from zoomgov.store.grant_codes import HOLDER, LIST_CODES, MEMBER, RECORD_KINDS, STATUS_OF_PART, grant_kind, target_of
from zoomgov.store.read.gaps import silent

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Sequence

    from zoomgov.model.syncs import Disagreement, NotRead


class Untold:
    """Told what each record and each list of holders says, it tells which grants may still be there.

    A user's record that names no group, or no role, may leave them out; then only the member list of the group, or a
    list of holders, tells. Member lists of Zoom's may leave out people who are not active.
    """

    def __init__(
        self, connection: sqlite3.Connection, not_read: Collection[NotRead], disagreements: Collection[Disagreement]
    ) -> None:
        self._connection = connection
        self._nothing_lacks = not not_read and not disagreements
        self._unread = {(LIST_CODES.get(one.part, 0), one.target) for one in not_read}
        self._unread_statuses = {STATUS_OF_PART[one.part] for one in not_read if one.part in STATUS_OF_PART}
        self._disagree = {one.what for one in disagreements}
        self._silent: dict[int, set[int]] = {kind: set() for kind in RECORD_KINDS}
        self._holders: set[int] = set()

    def take_record(self, person: int, facts: Iterable[int]) -> None:
        """Take what the record of a person names."""
        if self._nothing_lacks:
            return
        for kind in set(RECORD_KINDS).difference(map(grant_kind, facts)):
            self._silent[kind].add(person)

    def take_list(self, fact: int, people: Collection[int]) -> None:
        """Take who is on the list of one fact."""
        if grant_kind(fact) == HOLDER:
            self._holders.update(people)

    def among(self, ended: Sequence[tuple[int, int]], closed_targets: Collection[int]) -> set[tuple[int, int]]:
        """Return those of `ended`, (fact, principal), that may still be there; not those of `closed_targets`."""
        if self._nothing_lacks:
            return set()
        asked = [
            grant
            for grant in ended
            if grant_kind(grant[0]) in RECORD_KINDS and target_of(grant[0]) not in closed_targets
        ]
        people = sorted({person for _, person in asked})
        statuses = dict(select_in(self._connection, "SELECT id, status FROM users WHERE id IN ({})", people))
        targets = sorted({target_of(fact) for fact, _ in asked})
        keys = dict(select_in(self._connection, "SELECT id, key FROM things WHERE id IN ({})", targets))
        return {
            (fact, person)
            for fact, person in asked
            if person in statuses and self._may_hold(fact, person, statuses[person], keys[target_of(fact)])
        }

    def _may_hold(self, fact: int, person: int, status: str, target: str) -> bool:
        kind = grant_kind(fact)
        record_unread = status in self._unread_statuses
        if not record_unread and person not in self._silent[kind]:
            return False
        if kind == HOLDER:  # everybody has one role: who is on another list has that one
            return person not in self._holders
        if record_unread and status != "active":
            return True
        list_unread = (MEMBER, "") in self._unread or (MEMBER, target) in self._unread
        return list_unread or silent(MEMBER, status) in self._disagree
