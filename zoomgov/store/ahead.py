"""The people of a first sync and what their records say they have, written before it is published.

Publishing them takes seconds for 200,000, during which nothing else happens; written while other lists are still
being read they cost no time at all. Nobody can see them as long as there is no sync, whoever publishes finds them done,
and a list of users that is read again takes them away.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from zoomgov.store.codes import STATUS_OF_PART
from zoomgov.store.grants import insert_grants
from zoomgov.store.people import insert_people
from zoomgov.store.schema import GRANT_INDEXES, USER_INDEXES
from zoomgov.store.staged import grants_on, staged_page, user_pages, winners
from zoomgov.store.staging import grants_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

FIRST: Final = 1
"""The number of the sync that all this will be of."""
PAGES_A_PIECE: Final = 20
GRANTS_A_PIECE: Final = 20_000


class Written(NamedTuple):
    """What is written ahead, as the store remembers it."""

    page: int = 0
    """The last staged page whose people are written."""
    grants: dict[str, int] | None = None
    """How many grants the records of people gave, by their code as text; None: not all are written."""


def is_wanted(connection: sqlite3.Connection) -> bool:
    """Whether there is no sync yet and all lists of users are finished."""
    (wanted,) = connection.execute(
        "SELECT NOT EXISTS (SELECT 1 FROM syncs) AND count(*) = ? "
        "FROM stage_lists WHERE finished AND part LIKE 'users-%'",
        (len(STATUS_OF_PART),),
    ).fetchone()
    return bool(wanted)


class Ahead:
    """Writes one piece at each `step`, in the caller's transaction: people, then grants, then nothing.

    Invitations and people who go by a new key are left to the publication, but for what the latter have.
    """

    def __init__(self, connection: sqlite3.Connection, written: Written) -> None:
        self._connection = connection
        self.written = written
        self._winners = winners(connection)
        self._pages = user_pages(connection, pending=False)
        self._pieces = self._work()

    def step(self) -> bool:
        """Write a piece; False when there was nothing left to do."""
        return next(self._pieces, False)

    def _work(self) -> Iterator[bool]:
        for page in self._pages:
            if page > self.written.page:
                people = [user for user in staged_page(self._connection, page).users if self._winners[user.id] == page]
                insert_people(self._connection, FIRST, people)
                self.written = self.written._replace(page=page)
                yield True
        for statement in USER_INDEXES:
            self._connection.execute(statement)
            yield True
        if self.written.grants is None:
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
            counts[str(fact & 7)] += len(principals)
            waiting += len(principals)
            if waiting >= GRANTS_A_PIECE:
                waiting = 0
                yield True
        self.written = self.written._replace(grants=dict(counts))
        yield True


def undo(connection: sqlite3.Connection) -> None:
    """Take away all that was written ahead."""
    for table in ("users", "logins", "grants"):
        connection.execute(f"DELETE FROM {table}")
