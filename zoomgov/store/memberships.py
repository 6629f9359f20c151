"""Group and role membership as the staged user lists say it: what a sync is proved by."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from zoomgov.store.codes import STATUS_OF_PART, fact_of
from zoomgov.store.database import select_in
from zoomgov.store.schema import USER
from zoomgov.store.staged import winners
from zoomgov.store.staging import grants_of, unpack_grants

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


class Memberships:
    """What the finished user lists say, without touching every unchanged fact.

    The published facts, less those of people whose staged facts differ, who are not active or who were not read,
    plus what is staged of them.
    """

    def __init__(self, connection: sqlite3.Connection, *, published: bool) -> None:
        """`published`: whether there is an earlier sync; without, what is in `grants` is written ahead."""
        self._connection = connection
        self._published = published
        self._winners = winners(connection)
        pages = connection.execute(
            "SELECT p.id, l.part FROM stage_pages p JOIN stage_lists l ON l.id = p.list WHERE l.part LIKE 'users-%'"
        )
        self._status_of_page = {page: STATUS_OF_PART[part] for page, part in pages}

    def winner(self, number: int) -> int:
        """The staged page that decides on a person; 0 when they are in no finished user list."""
        return self._winners[number] if number < len(self._winners) else 0

    def status(self, number: int) -> str:
        """The list a person is in: active, inactive or pending; empty when in none."""
        return self._status_of_page.get(self.winner(number), "")

    def _pages(self) -> Iterator[tuple[int, str, bytes]]:
        rows = self._connection.execute(
            "SELECT p.id, l.part, p.grants FROM stage_pages p JOIN stage_lists l ON l.id = p.list "
            "WHERE l.part LIKE 'users-%' AND l.finished"
        )
        return ((page, STATUS_OF_PART[part], grants) for page, part, grants in rows)

    def _special(self) -> tuple[list[int], set[int]]:
        """People whose published facts do not count as those of an active person; and which of them keep theirs."""
        differing: set[int] = set()
        for page, _, blob in self._pages():
            differing.update(n for n in unpack_grants(blob)[0] if self._winners[n] == page)
        active = {page for page, status in self._status_of_page.items() if status == "active"}
        special = {number for number, page in enumerate(self._winners) if page not in active} | differing
        strangers = self._connection.execute(
            "SELECT id FROM things t WHERE kind = ? AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = t.id)", (USER,)
        )
        special.update(number for (number,) in strangers)
        return sorted(special), {number for number in special if number not in differing and self._winners[number]}

    def counts(self, code: int) -> dict[int, dict[str, int]]:
        """Return how many people of each status are in each thing."""
        found: dict[int, Counter[str]] = {}
        special: list[int] = []
        same: set[int] = set()
        if self._published:
            special, same = self._special()
            for target, total in self._connection.execute(
                "SELECT target, count(*) FROM grants WHERE kind = ? GROUP BY target", (code,)
            ):
                found[target] = Counter(active=total)
        for target, principal in select_in(
            self._connection,
            "SELECT target, principal FROM grants WHERE kind = ? AND principal IN ({})",
            special,
            before=(code,),
        ):
            found[target]["active"] -= 1
            if principal in same:
                found[target][self.status(principal)] += 1
        for status, facts in self._staged().items():
            for fact, count in facts.items():
                if fact & 7 == code:
                    if fact >> 3 not in found:
                        found[fact >> 3] = Counter()
                    found[fact >> 3][status] += count
        return {target: dict(+counter) for target, counter in found.items() if +counter}

    def _staged(self) -> dict[str, Counter[int]]:
        """Return the staged facts and how many people have each, by status."""
        counted: dict[str, Counter[int]] = {status: Counter() for status in STATUS_OF_PART.values()}
        for page, status, blob in self._pages():
            people, _, facts = unpack_grants(blob)
            if all(self._winners[number] == page for number in people):
                counted[status].update(facts)
            else:
                for number, mine in grants_of(blob):
                    if self._winners[number] == page:
                        counted[status].update(mine)
        return counted

    def people(self, code: int, target: int) -> set[int]:
        """Return the ids of the people in one thing."""
        wanted = fact_of(code, target)
        found = {
            number
            for page, _, blob in self._pages()
            for number, facts in grants_of(blob)
            if wanted in facts and self._winners[number] == page
        }
        if not self._published:
            return found
        special, same = self._special()
        apart = set(special) - same
        rows = self._connection.execute("SELECT principal FROM grants WHERE target = ? AND kind = ?", (target, code))
        return found | {principal for (principal,) in rows if principal not in apart}
