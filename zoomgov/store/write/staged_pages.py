"""Reads what is staged, page by page."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from zoomgov.model.parts import USER_PARTS_LIKE, PartKey
from zoomgov.store.read.id_vectors import span
from zoomgov.store.write.pages import ids_of, unpack, unpack_renamed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping

    from zoomgov.model.syncs import ListKey
    from zoomgov.store.write.pages import StagedPage, StagedUser


def winners(connection: sqlite3.Connection) -> array[int]:
    """Return for each id the staged page of a finished user list that decides on that person; 0 when there is none.

    A person on several pages moved while the lists were read: the page staged last is the newest. An invitation
    (pending) never wins against an account, since people move from the first to the second.
    """
    decided = array("I", bytes(4 * span(connection)))
    for page, seen in connection.execute(
        "SELECT p.id, p.seen FROM stage_pages p JOIN stage_lists l ON l.id = p.list "
        f"WHERE l.finished AND l.part LIKE '{USER_PARTS_LIKE}' ORDER BY l.part <> '{PartKey.USERS_PENDING}', p.id"
    ):
        for number in ids_of(seen):
            decided[number] = page
    return decided


def user_pages(connection: sqlite3.Connection, *, pending: bool) -> list[int]:
    """Return the staged pages of the finished list of invitations, or of the other finished lists of users."""
    sign = "=" if pending else "<>"
    return [
        page
        for (page,) in connection.execute(
            "SELECT p.id FROM stage_pages p JOIN stage_lists l ON l.id = p.list "
            f"WHERE l.finished AND l.part LIKE '{USER_PARTS_LIKE}' AND l.part {sign} '{PartKey.USERS_PENDING}' "
            "ORDER BY p.id"
        )
    ]


def pages_of(
    connection: sqlite3.Connection, finished: Mapping[ListKey, int], wanted: Callable[[ListKey], bool]
) -> Iterator[StagedPage]:
    """Yield the staged pages of finished lists (by key, with their numbers) whose key is `wanted`, oldest first."""
    numbers = {number for key, number in finished.items() if wanted(key)}
    for page, number in connection.execute("SELECT id, list FROM stage_pages ORDER BY id").fetchall():
        if number in numbers:
            yield staged_page(connection, page)


def staged_page(connection: sqlite3.Connection, number: int) -> StagedPage:
    """Return a staged page."""
    return unpack(connection.execute("SELECT payload FROM stage_pages WHERE id = ?", (number,)).fetchone()[0])


def renamed_people(connection: sqlite3.Connection, number: int) -> list[StagedUser]:
    """Return the people of a staged page whose key is a new one from now on."""
    return unpack_renamed(connection.execute("SELECT renamed FROM stage_pages WHERE id = ?", (number,)).fetchone()[0])


def grants_on(connection: sqlite3.Connection, number: int) -> bytes:
    """Return the grants on a staged page, packed."""
    row = connection.execute("SELECT grants FROM stage_pages WHERE id = ?", (number,)).fetchone()
    return bytes(row[0])
