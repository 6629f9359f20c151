"""Publishing people: whose versions begin, change or end, and who is the same person under another number."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Final

from zoomgov.disk.database import select_in
from zoomgov.model.syncs import ListKey
from zoomgov.store.grant_codes import STATUS_OF_PART
from zoomgov.store.schema import USER, USER_FIELDS, USER_INDEXES
from zoomgov.store.write.pages import NEW, RENAMED, StagedPage
from zoomgov.store.write.staged_pages import renamed_people, staged_page, user_pages, winners
from zoomgov.text import search_text

if TYPE_CHECKING:
    import sqlite3
    from collections import Counter
    from collections.abc import Collection, Sequence

    from zoomgov.store.write.pages import StagedUser

_USER_COLUMNS: Final = ", ".join([*USER_FIELDS, "search"])
_INSERT_USER: Final = (
    f"INSERT INTO users (id, seen_from, {_USER_COLUMNS}) VALUES ({', '.join('?' * (len(USER_FIELDS) + 3))})"
)
_KEEP_USER: Final = (
    f"INSERT INTO users_past (id, seen_from, gone_at, {_USER_COLUMNS}) "
    f"SELECT id, seen_from, ?, {_USER_COLUMNS} FROM users WHERE id = ?"
)
_UPDATE_USER: Final = (
    "UPDATE users SET seen_from = ?, " + ", ".join(f"{name} = ?" for name in [*USER_FIELDS, "search"]) + " WHERE id = ?"
)

_search_fields: Final = itemgetter(
    *([*USER_FIELDS].index(name) for name in ("display_name", "first_name", "last_name", "email", "dept"))
)


def _search(user: StagedUser) -> str:
    return search_text(*_search_fields(user.content))


def insert_people(connection: sqlite3.Connection, number: int, people: Sequence[StagedUser]) -> None:
    """Insert the first versions of `people`, valid from sync `number` on."""
    connection.executemany(_INSERT_USER, ((user.id, number, *user.content, _search(user)) for user in people))
    keep_logins(connection, [(user.id, user.last_login_time, user.last_client_version, user.record) for user in people])


def keep_logins(connection: sqlite3.Connection, logins: Sequence[tuple[int, str, str, int | None]]) -> None:
    """Insert or update rows of `logins`: (id, last login, client, digest of the record)."""
    connection.executemany(
        "INSERT INTO logins (id, last_login_time, last_client_version, record) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET last_login_time = excluded.last_login_time, "
        "last_client_version = excluded.last_client_version, record = excluded.record",
        logins,
    )


def recognised(connection: sqlite3.Connection, records: Sequence[int]) -> dict[int, int]:
    """Ids of people by the digest of their record, for those of the digests `records` that are stored.

    Zoom lists people in one order, and they got their ids in that order: a page is mostly one range of the table, and
    reading that range takes half the time of looking up each digest.
    """
    stretch = "SELECT record, id FROM logins WHERE id >= (SELECT id FROM logins WHERE record = ?) ORDER BY id LIMIT ?"
    near = dict(connection.execute(stretch, (next(iter(records), None), int(1.125 * len(records)))).fetchall())
    known = {record: near[record] for record in records if record in near}
    apart = [record for record in records if record not in near]
    known.update(select_in(connection, "SELECT record, id FROM logins WHERE record IN ({})", apart))
    return known


class PeoplePublisher:
    """Publishes the people of one sync."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        number: int,
        finished: Collection[ListKey],
        tally: Counter[str],
    ) -> None:
        self._connection = connection
        self._number = number
        self._finished = finished
        self._tally = tally
        self.winners = winners(connection)
        self.aliases: dict[int, int] = {}
        """Who goes by another number from now on."""
        self.gone: set[int] = set()

    def winner(self, number: int) -> int:
        """The staged page that decides on a person; 0 when there is none."""
        return self.winners[number] if number < len(self.winners) else 0

    def publish(self) -> None:
        """Write the versions that begin, and close those that end."""
        if self._number > 1:
            self._close_users()
        for page in user_pages(self._connection, pending=False):
            content = staged_page(self._connection, page)
            content.users += renamed_people(self._connection, page)
            if content.users or content.logins:
                self._apply_users(page, content)
        for statement in USER_INDEXES:
            self._connection.execute(statement)
        for page in user_pages(self._connection, pending=True):
            content = staged_page(self._connection, page)
            content.users += renamed_people(self._connection, page)
            self._drop_invitations(page, content)
            self._apply_users(page, content)
        self._alias_addresses()

    def _close_users(self) -> None:
        """Close the versions of people whose list was finished without them."""
        done = [status for part, status in STATUS_OF_PART.items() if ListKey(part) in self._finished]
        sql, winners = "SELECT id FROM users", self.winners
        if len(done) < len(STATUS_OF_PART):  # else of any status, for there may be others than Zoom's three
            sql += f" WHERE status IN ({','.join(map(repr, done))})"
        people = self._connection.execute(sql)
        gone = [number for (number,) in people if not winners[number]]
        self._connection.executemany(_KEEP_USER, ((self._number, number) for number in gone))
        self._connection.executemany("DELETE FROM users WHERE id = ?", ((number,) for number in gone))
        self.gone.update(gone)
        self._tally["users_removed"] += len(gone)

    def _apply_users(self, page: int, content: StagedPage) -> None:
        seen_from = self._number
        mine = [user for user in content.users if self.winner(user.id) == page and user.id not in self.aliases]
        for user in mine:
            if user.flags & RENAMED:
                self._rename(user)
        new = [user for user in mine if user.flags & NEW]
        changed = [(seen_from, *user.content, _search(user), user.id) for user in mine if not user.flags & NEW]
        if self._number == 1:  # this page decides, and not the one they were written from when it was staged
            self._connection.executemany("DELETE FROM users WHERE id = ?", [(user.id,) for user in new])
        insert_people(self._connection, seen_from, new)
        self._connection.executemany(_KEEP_USER, ((seen_from, row[-1]) for row in changed))
        self._connection.executemany(_UPDATE_USER, changed)
        logins = [login for login in content.logins if self.winner(login[0]) == page and login[0] not in self.aliases]
        logins += [
            (user.id, user.last_login_time, user.last_client_version, user.record)
            for user in mine
            if not user.flags & NEW
        ]
        keep_logins(self._connection, logins)
        self._tally["users_added"] += len(new)
        self._tally["users_changed"] += len(changed)

    def _rename(self, user: StagedUser) -> None:
        """Give a person known by address so far the key with Zoom's id."""
        staged = self._connection.execute("SELECT replaces FROM stage_keys WHERE key = ?", (user.key,)).fetchone()
        if staged and staged[0] is not None:
            self.aliases[staged[0]] = user.id
            self._connection.execute("DELETE FROM things WHERE id = ?", staged)
        self._connection.execute("UPDATE things SET key = ? WHERE id = ?", (user.key, user.id))

    def _drop_invitations(self, page: int, content: StagedPage) -> None:
        """Drop invitations that were read together with the account they became: they are the same person."""
        for user in content.users:
            if user.flags & NEW and self.winner(user.id) == page:
                account = self._connection.execute(
                    "SELECT id FROM users WHERE email = ? COLLATE NOCASE AND status <> 'pending'", user.content[:1]
                ).fetchone()
                if account is not None and account[0] != user.id:
                    self.aliases[user.id] = account[0]
                    self.winners[user.id] = 0

    def _alias_addresses(self) -> None:
        """Take principals known by address only for the user of that address, or else for the last one who was."""
        unknown = (
            "t.kind = ? AND t.key >= 'email:' AND t.key < 'email;' "
            "AND NOT EXISTS (SELECT 1 FROM users c WHERE c.id = t.id)"
        )
        former = self._connection.execute(
            "SELECT t.id, p.id, max(p.gone_at) FROM users_past p JOIN things t "
            f"ON t.key = 'email:' || lower(p.email) AND {unknown} "
            "WHERE p.id <> t.id AND NOT EXISTS (SELECT 1 FROM users c WHERE c.id = p.id) GROUP BY t.id",
            (USER,),
        )
        self.aliases.update((number, person) for number, person, _ in former)
        self.aliases.update(
            self._connection.execute(
                "SELECT t.id, u.id FROM things t CROSS JOIN users u ON u.email = substr(t.key, 7) COLLATE NOCASE "
                f"WHERE {unknown}",
                (USER,),
            )
        )
