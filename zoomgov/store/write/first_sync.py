"""Bulk load of a first sync: people and the grants their records name are written before it is published.

Publishing 200,000 people takes seconds in which nothing else happens; written while lists are still being read they
cost no time. No reader sees them, as there is no published sync yet.

People are written when their page is staged, so the page need not hold them; when a list is read again they are
deleted. Only a person on a second page, having moved while the lists were read, stays in that page until it is known
which page decides.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from zoomgov.disk.database import select_in
from zoomgov.model.parts import USER_PARTS_LIKE
from zoomgov.store.grant_codes import STATUS_OF_PART, grant_kind
from zoomgov.store.schema import GRANT_INDEXES, USER_INDEXES
from zoomgov.store.write.pages import grants_of, ids_of
from zoomgov.store.write.publish_grants import insert_grants
from zoomgov.store.write.publish_people import insert_people
from zoomgov.store.write.staged_pages import grants_on, renamed_people, staged_page, user_pages, winners

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from zoomgov.store.write.pages import StagedUser

FIRST: Final = 1
"""Number of the sync that this is written for."""
WRITTEN: Final = tuple(part for part, status in STATUS_OF_PART.items() if status != "pending")
"""Lists whose people are written as they are staged. Not invitations: they may turn out to be people of the others."""
PAGES_A_PIECE: Final = 20
"""Staged pages read in one step."""
GRANTS_A_PIECE: Final = 20_000
"""Grants written in one step, at least."""


def is_wanted(connection: sqlite3.Connection) -> bool:
    """Whether there is no sync yet and all lists of users are finished."""
    (wanted,) = connection.execute(
        "SELECT NOT EXISTS (SELECT 1 FROM syncs) AND count(*) = ? "
        f"FROM stage_lists WHERE finished AND part LIKE '{USER_PARTS_LIKE}'",
        (len(STATUS_OF_PART),),
    ).fetchone()
    return bool(wanted)


def write_people(connection: sqlite3.Connection, people: list[StagedUser], first_new: int) -> list[StagedUser]:
    """Write the people of a page who are not in `users` yet, and return the others. Ids from `first_new` on are new."""
    older = [person.id for person in people if person.id < first_new]
    there = {number for (number,) in select_in(connection, "SELECT id FROM users WHERE id IN ({})", older)}
    if not there:
        insert_people(connection, FIRST, people)
        return []
    insert_people(connection, FIRST, [person for person in people if person.id not in there])
    return [person for person in people if person.id in there]


def take_back(connection: sqlite3.Connection, staged_list: int) -> None:
    """Delete the people who were written when the pages of a list were staged."""
    for page, seen in connection.execute("SELECT id, seen FROM stage_pages WHERE list = ?", (staged_list,)).fetchall():
        elsewhere = {person.id for person in (*staged_page(connection, page).users, *renamed_people(connection, page))}
        written = [(number,) for number in ids_of(seen) if number not in elsewhere]
        for table in ("users", "logins"):
            connection.executemany(f"DELETE FROM {table} WHERE id = ?", written)


def take_back_unfinished(connection: sqlite3.Connection) -> None:
    """Delete the people written from lists that were not read to their end."""
    marks = ",".join("?" * len(WRITTEN))
    for (unfinished,) in connection.execute(
        f"SELECT id FROM stage_lists WHERE NOT finished AND part IN ({marks})", WRITTEN
    ).fetchall():
        take_back(connection, unfinished)


class FirstSyncWriter:
    """Once all lists of users are finished, makes their indexes and writes the grants their records name.

    One piece at each `step`, in the caller's transaction.
    """

    def __init__(self, connection: sqlite3.Connection, written: dict[str, int] | None) -> None:
        self._connection = connection
        self.written = written
        """Number of grants written, by kind code as text (a JSON key); None until all are written."""
        self._winners = winners(connection)
        self._pages = user_pages(connection, pending=False)
        self._pieces = self._work()

    def step(self) -> bool:
        """Write one piece; False when nothing was left to do."""
        return next(self._pieces, False)

    def _work(self) -> Iterator[bool]:
        for statement in USER_INDEXES:
            self._connection.execute(statement)
            yield True
        if self.written is None:
            yield from self._write_grants()
        for statement in GRANT_INDEXES:
            self._connection.execute(statement)
            yield True

    def _write_grants(self) -> Iterator[bool]:
        self._connection.execute("DELETE FROM grants")  # of a run that was interrupted here
        begun: dict[int, array[int]] = defaultdict(lambda: array("I"))
        for place, page in enumerate(self._pages, 1):
            for number, facts in grants_of(grants_on(self._connection, page)):
                if self._winners[number] == page:
                    for fact in facts:
                        begun[fact].append(number)
            if place % PAGES_A_PIECE == 0:
                yield True
        counts: Counter[str] = Counter()
        waiting = 0
        for fact in sorted(begun):
            principals = begun.pop(fact)
            insert_grants(self._connection, FIRST, fact, principals)
            counts[str(grant_kind(fact))] += len(principals)
            waiting += len(principals)
            if waiting >= GRANTS_A_PIECE:
                waiting = 0
                yield True
        self.written = dict(counts)
        yield True
