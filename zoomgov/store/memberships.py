"""Group and role membership as the staged user lists say it: what a sync is proved by."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import TYPE_CHECKING

from zoomgov.store.database import select_in
from zoomgov.store.publish import winners
from zoomgov.store.schema import USER
from zoomgov.store.staging import STATUS_OF_PART, ids_of, unpack

if TYPE_CHECKING:
    import sqlite3


def statuses(connection: sqlite3.Connection) -> tuple[array[int], dict[int, str]]:
    """The page that decides on each person (by id; 0: in no finished user list), and the status of each."""
    decided = winners(connection)
    by_page = {
        page: STATUS_OF_PART[part]
        for page, part in connection.execute(
            "SELECT p.id, l.part FROM stage_pages p JOIN stage_lists l ON l.id = p.list WHERE l.part LIKE 'users-%'"
        )
    }
    return decided, {number: by_page[page] for number, page in enumerate(decided) if page}


class Memberships:
    """Group or role membership as the finished user lists say it, without touching every unchanged fact.

    The published counts, less the people whose staged facts differ, who are not active, or who were not read, plus
    what is staged of them.
    """

    def __init__(self, connection: sqlite3.Connection, code: int) -> None:
        self._connection = connection
        self._code = code
        self._winners, self._status = statuses(connection)
        self._staged: list[tuple[int, int]] = []
        differing = self._read_staged()
        everyone = connection.execute(
            "SELECT t.id, u.id IS NOT NULL FROM things t LEFT JOIN users u ON u.id = t.id WHERE t.kind = ?", (USER,)
        )
        self._special = [
            number
            for number, is_user in everyone
            if number in differing or not is_user or self._status.get(number) != "active"
        ]
        self._same = {n for n in self._special if n not in differing and self._winner(n)}

    def _winner(self, number: int) -> int:
        return self._winners[number] if number < len(self._winners) else 0

    def _read_staged(self) -> set[int]:
        differing: set[int] = set()
        for page, payload in self._connection.execute(
            "SELECT p.id, p.payload FROM stage_pages p JOIN stage_lists l ON l.id = p.list "
            "WHERE l.part LIKE 'users-%' AND l.finished"
        ):
            content = unpack(payload)
            differing.update(n for n in ids_of(content.differing) if self._winners[n] == page)
            flat = ids_of(content.grants)
            self._staged += [
                (target, principal)
                for code, target, principal in zip(flat[::3], flat[1::3], flat[2::3], strict=True)
                if code == self._code and self._winners[principal] == page
            ]
        return differing

    @property
    def counts(self) -> dict[int, Counter[str]]:
        found: dict[int, Counter[str]] = {}
        for target, total in self._connection.execute(
            "SELECT target, count(*) FROM grants WHERE kind = ? GROUP BY target", (self._code,)
        ):
            found[target] = Counter(active=total)
        for target, principal in select_in(
            self._connection,
            "SELECT target, principal FROM grants WHERE kind = ? AND principal IN ({})",
            self._special,
            before=(self._code,),
        ):
            found[target]["active"] -= 1
            if principal in self._same:
                found[target][self._status[principal]] += 1
        for target, principal in self._staged:
            found.setdefault(target, Counter())[self._status[principal]] += 1
        return {target: +counter for target, counter in found.items()}

    def people(self, target: int) -> set[int]:
        special = set(self._special)
        people = {principal for thing, principal in self._staged if thing == target}
        for (principal,) in self._connection.execute(
            "SELECT principal FROM grants WHERE target = ? AND kind = ?", (target, self._code)
        ):
            if principal not in special or principal in self._same:
                people.add(principal)
        return people
