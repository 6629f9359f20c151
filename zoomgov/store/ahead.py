"""The people of a first sync, written before it is published.

Publishing them takes seconds for 200,000, during which nothing else happens; written while other lists are still
being read they cost no time at all. Nobody can see them as long as there is no sync, whoever publishes finds them done,
and a list of users that is read again takes them away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zoomgov.store.codes import STATUS_OF_PART
from zoomgov.store.people import insert_people
from zoomgov.store.schema import USER_INDEXES
from zoomgov.store.staged import staged_page, user_pages, winners

if TYPE_CHECKING:
    import sqlite3

FIRST: Final = 1
"""The number of the sync that these people will be of."""


def is_wanted(connection: sqlite3.Connection) -> bool:
    """Whether there is no sync yet and all lists of users are finished."""
    (wanted,) = connection.execute(
        "SELECT NOT EXISTS (SELECT 1 FROM syncs) AND count(*) = ? "
        "FROM stage_lists WHERE finished AND part LIKE 'users-%'",
        (len(STATUS_OF_PART),),
    ).fetchone()
    return bool(wanted)


class Ahead:
    """Writes one staged page or one index at each `step`, in the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection, done: int) -> None:
        """Go on after the staged page `done`."""
        self._connection = connection
        self.done = done
        self._winners = winners(connection)
        self._pages = [page for page in user_pages(connection, pending=False) if page > done]
        self._indexes = list(USER_INDEXES)
        # those whose numbers are given up when they are renamed
        self._replaced = {number for (number,) in connection.execute("SELECT replaces FROM stage_keys")}

    def step(self) -> bool:
        """Write a piece; False when there was nothing left to do.

        People who go by a new key are left to the publication, which gives it to them.
        """
        if self._pages:
            page = self._pages.pop(0)
            people = [
                user
                for user in staged_page(self._connection, page).users
                if self._winners[user.id] == page and user.id not in self._replaced
            ]
            insert_people(self._connection, FIRST, people)
            self.done = page
        elif self._indexes:
            self._connection.execute(self._indexes.pop(0))
        else:
            return False
        return True


def undo(connection: sqlite3.Connection) -> None:
    """Take away all that was written ahead."""
    for table in ("users", "logins"):
        connection.execute(f"DELETE FROM {table}")
