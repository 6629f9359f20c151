"""Members by group and role as the staged user lists give them, to compare with Zoom's own counts."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from zoomgov.disk.database import select_in
from zoomgov.model.parts import USER_PARTS_LIKE
from zoomgov.store.grant_codes import (
    FACT_SQL,
    GRANT_CODES,
    LIST_CODES,
    RECORD_GRANTS_SQL,
    STATUS_OF_PART,
    TARGET_KINDS,
    grant_kind,
    target_of,
)
from zoomgov.store.write.pages import grants_of, unpack_grants
from zoomgov.store.write.staged_pages import winners

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from zoomgov.model.kinds import GrantKind


class StagedCounts:
    """Counts by the finished user lists, without reading every unchanged grant. Valid while no user list changes.

    The published grants, less those of people whose staged grants differ, who are not active or who were not read,
    plus what is staged of these.
    """

    def __init__(self, connection: sqlite3.Connection, *, published: bool) -> None:
        """`published`: whether there is an earlier sync; without, `grants` holds early grants of a first sync."""
        self._connection = connection
        self._published = published
        self._winners = winners(connection)
        pages = connection.execute(
            "SELECT p.id, l.part FROM stage_pages p JOIN stage_lists l ON l.id = p.list "
            f"WHERE l.part LIKE '{USER_PARTS_LIKE}'"
        )
        self._status_of_page = {page: STATUS_OF_PART[part] for page, part in pages}

    def winner(self, number: int) -> int:
        """Id of the staged page that decides on a person; 0 when they are in no finished user list."""
        return self._winners[number] if number < len(self._winners) else 0

    def status(self, number: int) -> str:
        """Status by the list a person is in: active, inactive or pending; empty when in none."""
        return self._status_of_page.get(self.winner(number), "")

    def _pages(self) -> Iterator[tuple[int, str, bytes]]:
        rows = self._connection.execute(
            "SELECT p.id, l.part, p.grants FROM stage_pages p JOIN stage_lists l ON l.id = p.list "
            f"WHERE l.part LIKE '{USER_PARTS_LIKE}' AND l.finished"
        )
        return ((page, STATUS_OF_PART[part], grants) for page, part, grants in rows)

    def _special(self) -> tuple[set[int], set[int]]:
        """People whose published grants do not count as those of an active person; and those of them who keep theirs.

        People who were no users before are among the first: in no list of active users, or with grants that differ.
        """
        differing: set[int] = set()
        for page, _, blob in self._pages():
            differing.update(n for n in unpack_grants(blob)[0] if self._winners[n] == page)
        active = {page for page, status in self._status_of_page.items() if status == "active"}
        elsewhere = {number for number, page in enumerate(self._winners) if page not in active}
        return elsewhere | differing, {number for number in elsewhere - differing if self._winners[number]}

    def by_key(self, kind: GrantKind) -> dict[str, dict[str, int]]:
        """People by key of the group or role, and by status.

        Where the group's or role's own member list is finished, that decides; people who are in no list of users count
        under the status "".
        """
        code = GRANT_CODES[kind]
        keys = dict(self._connection.execute("SELECT id, key FROM things WHERE kind = ?", (TARGET_KINDS[code],)))
        counts = {
            keys[target_of(fact)]: by_status for fact, by_status in self._counts.items() if grant_kind(fact) == code
        }
        listed: dict[str, set[int]] = {}
        for part in (part for part, of in LIST_CODES.items() if of == code):
            for target, blob in self._connection.execute(
                "SELECT l.target, p.grants FROM stage_lists l LEFT JOIN stage_pages p ON p.list = l.id "
                "WHERE l.part = ? AND l.finished",
                (part,),
            ):
                listed.setdefault(target, set()).update(unpack_grants(blob)[0] if blob is not None else ())
        counts.update({target: dict(Counter(map(self.status, people))) for target, people in listed.items()})
        return counts

    @cached_property
    def _counts(self) -> dict[int, dict[str, int]]:
        found: dict[int, Counter[str]] = {}
        if self._published:
            special, same = self._special()
            for fact, total in self._connection.execute(
                f"SELECT {FACT_SQL}, count(*) FROM grants WHERE {RECORD_GRANTS_SQL} GROUP BY target, kind"
            ):
                found[fact] = Counter(active=total)
            for fact, principal in select_in(
                self._connection,
                f"SELECT {FACT_SQL}, principal FROM grants WHERE {RECORD_GRANTS_SQL} AND principal IN ({{}})",
                sorted(special),
            ):
                found[fact]["active"] -= 1
                if principal in same:
                    found[fact][self.status(principal)] += 1
        for status, facts in self._staged().items():
            for fact, count in facts.items():
                if fact not in found:
                    found[fact] = Counter()
                found[fact][status] += count
        return {fact: dict(+counter) for fact, counter in found.items() if +counter}

    def _staged(self) -> dict[str, Counter[int]]:
        """Return the number of people who have each staged fact, by status."""
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
