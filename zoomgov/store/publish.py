"""Turning what is staged into the next sync: which facts begin, which end, and which go on untouched.

Runs inside the writer's one transaction, so readers see all of a sync or nothing of it.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from zoomgov.store import diff, gaps
from zoomgov.store.codes import GRANT_CODES, HOLDER, LIST_CODES, MEMBER, STATUS_OF_PART, TARGET_KINDS
from zoomgov.store.database import select_in
from zoomgov.store.folding import search_text
from zoomgov.store.info import info_of, save_info
from zoomgov.store.model import GrantKind, ListKey, NotRead, PartRead, SyncInfo
from zoomgov.store.schema import GRANT_INDEXES, THING_FIELDS, USER, USER_FIELDS, USER_INDEXES
from zoomgov.store.staging import NEW, RENAMED, Page, fact_of, grants_of, ids_of, unpack, unpack_grants, unpack_renamed
from zoomgov.store.things import publish_things

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from zoomgov.store.model import Disagreement
    from zoomgov.store.staging import StagedUser

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
_TABLES: Final = ("users", *THING_FIELDS)
_HOWS: Final = ("added", "removed", "changed")
_USER_BORNE: Final = (MEMBER, HOLDER)
"""Facts that a user record tells by itself."""


def winners(connection: sqlite3.Connection) -> array[int]:
    """Return, by person's id, the staged page of a finished user list that decides on them; 0 when there is none.

    Who is on several pages moved while the lists were read: the page staged last tells the newest. An invitation
    (pending) never wins against an account, since people move from the first to the second.
    """
    top = int(connection.execute("SELECT coalesce(max(id), 0) FROM things").fetchone()[0])
    decided = array("I", bytes(4 * (top + 1)))
    for page, seen in connection.execute(
        "SELECT p.id, p.seen FROM stage_pages p JOIN stage_lists l ON l.id = p.list "
        "WHERE l.finished AND l.part LIKE 'users-%' ORDER BY l.part <> 'users-pending', p.id"
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
            f"WHERE l.finished AND l.part LIKE 'users-%' AND l.part {sign} 'users-pending' ORDER BY p.id"
        )
    ]


def staged_page(connection: sqlite3.Connection, number: int) -> Page:
    """Return a staged page."""
    return unpack(connection.execute("SELECT payload FROM stage_pages WHERE id = ?", (number,)).fetchone()[0])


def renamed_people(connection: sqlite3.Connection, number: int) -> list[StagedUser]:
    """Return who of a staged page goes by a new key from now on."""
    return unpack_renamed(connection.execute("SELECT renamed FROM stage_pages WHERE id = ?", (number,)).fetchone()[0])


_search_fields: Final = itemgetter(
    *([*USER_FIELDS].index(name) for name in ("display_name", "first_name", "last_name", "email", "dept"))
)


def _search(user: StagedUser) -> str:
    return search_text(*_search_fields(user.content))


def insert_people(connection: sqlite3.Connection, number: int, people: Sequence[StagedUser]) -> None:
    """Begin the first versions of `people` with sync `number`."""
    connection.executemany(_INSERT_USER, ((user.id, number, *user.content, _search(user)) for user in people))
    keep_logins(connection, [(user.id, user.last_login_time, user.last_client_version, user.record) for user in people])


def keep_logins(connection: sqlite3.Connection, logins: Sequence[tuple[int, str, str, int | None]]) -> None:
    """Overwrite (id, last login, client, digest of the record)."""
    connection.executemany(
        "INSERT INTO logins (id, last_login_time, last_client_version, record) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET last_login_time = excluded.last_login_time, "
        "last_client_version = excluded.last_client_version, record = excluded.record",
        logins,
    )


def publish(
    connection: sqlite3.Connection,
    started_at: str,
    finished_at: str,
    not_read: Sequence[NotRead],
    disagreements: Sequence[Disagreement],
    ahead: int,
) -> SyncInfo:
    """Write the next sync and return it; `ahead`: the last staged page whose people are written already."""
    previous = info_of(connection)
    number = previous.number + 1 if previous else 1
    run = _Publishing(connection, number, ahead)
    run.users()
    closed_targets = publish_things(connection, number, run.finished, run.pages, run.tally)
    run.grants(closed_targets)
    for statement in GRANT_INDEXES:
        connection.execute(statement)
    for page in run.pages(lambda key: key.part not in STATUS_OF_PART):
        _keep_blobs(connection, number, page)

    missed = list(not_read)
    named = {(gap.part, gap.target) for gap in missed}
    for part, target in connection.execute("SELECT part, target FROM stage_lists WHERE NOT finished"):
        if not {(part, target), (part, "")} & named:
            missed.append(NotRead(part, target, "The list was not read to its end."))
    missed = [_with_last_read(gap, previous) for gap in missed]
    changes = {f"{table}_{how}": run.tally[f"{table}_{how}"] for table in _TABLES for how in _HOWS}
    changes |= {name: run.tally[name] for name in ("grants_gained", "grants_lost")}
    info = SyncInfo(
        number=number,
        started_at=started_at,
        finished_at=finished_at,
        complete=not disagreements and not any(gap.required for gap in missed),
        not_read=tuple(missed),
        disagreements=tuple(disagreements),
        counts=run.counts(previous),
        changes=changes if previous else {},
        parts=_parts(connection),
    )
    if previous is not None and gaps.not_compared(previous, info):  # what was not read is neither gained nor lost
        info = replace(info, changes=diff.counts(connection, previous, info))
    save_info(connection, info)
    return info


def _with_last_read(gap: NotRead, previous: SyncInfo | None) -> NotRead:
    last = previous.number if previous else None
    for before in previous.not_read if previous else ():
        if before.part == gap.part and before.target in ("", gap.target):
            last = before.last_read
    return NotRead(gap.part, gap.target, gap.reason, gap.missing_scopes, gap.required, last)


def _parts(connection: sqlite3.Connection) -> tuple[PartRead, ...]:
    return tuple(
        PartRead(part, lists, rows, expected)
        for part, lists, rows, expected in connection.execute(
            "SELECT part, count(*), sum(rows), CASE WHEN count(expected) = count(*) THEN sum(expected) END "
            "FROM stage_lists WHERE finished GROUP BY part ORDER BY min(id)"
        )
    )


def _keep_blobs(connection: sqlite3.Connection, number: int, page: Page) -> None:
    for name, data in page.blobs.items():
        last = connection.execute(
            "SELECT data FROM blobs WHERE name = ? ORDER BY seen_from DESC LIMIT 1", (name,)
        ).fetchone()
        if last is None or bytes(last[0]) != data:
            connection.execute("INSERT OR REPLACE INTO blobs VALUES (?, ?, ?)", (name, number, data))


class _Publishing:
    """People and grants of one publication."""

    def __init__(self, connection: sqlite3.Connection, number: int, ahead: int) -> None:
        self._connection = connection
        self._ahead = ahead
        self._number = number
        self._first = number == 1
        self._winners = winners(connection)
        self._aliases: dict[int, int] = {}
        self._closed: set[int] = set()
        self._begun: dict[int, array[int]] = defaultdict(lambda: array("I"))
        self._ended: list[tuple[int, int]] = []
        """(Fact, principal)."""
        self._doubtful: set[int] = set()
        """People whose facts are not those that their record tells."""
        self.finished: dict[ListKey, int] = {
            ListKey(part, target): number
            for number, part, target in connection.execute("SELECT id, part, target FROM stage_lists WHERE finished")
        }
        self.tally: Counter[str] = Counter()
        """What `SyncInfo.changes` tells."""
        self._grant_change: Counter[int] = Counter()

    def pages(self, wanted: Any) -> Iterator[Page]:  # Any: a predicate on ListKey
        """Yield the pages of finished lists whose key is `wanted`, oldest first."""
        numbers = {number for key, number in self.finished.items() if wanted(key)}
        for page, number in self._connection.execute("SELECT id, list FROM stage_pages ORDER BY id").fetchall():
            if number in numbers:
                yield staged_page(self._connection, page)

    def _grants_on(self, number: int) -> bytes:
        row = self._connection.execute("SELECT grants FROM stage_pages WHERE id = ?", (number,)).fetchone()
        return bytes(row[0])

    def _winner(self, number: int) -> int:
        return self._winners[number] if number < len(self._winners) else 0

    # People

    def users(self) -> None:
        self._close_users()
        for page in user_pages(self._connection, pending=False):
            # what is written ahead are all people on the page but those who go by a new key
            content = Page() if page <= self._ahead else staged_page(self._connection, page)
            content.users += renamed_people(self._connection, page)
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
        """End the versions of people whose list was finished without them."""
        done = [status for part, status in STATUS_OF_PART.items() if ListKey(part) in self.finished]
        known = list(STATUS_OF_PART.values())
        marks = ",".join("?" * len(done)) or "NULL"
        unknown = f" OR status NOT IN ({','.join('?' * len(known))})" if len(done) == len(known) else ""
        gone = [
            number
            for (number,) in self._connection.execute(
                f"SELECT id FROM users WHERE status IN ({marks}){unknown}", done + (known if unknown else [])
            )
            if not self._winner(number)
        ]
        self._connection.executemany(_KEEP_USER, ((self._number, number) for number in gone))
        self._connection.executemany("DELETE FROM users WHERE id = ?", ((number,) for number in gone))
        self._doubtful.update(gone)
        self._closed.update(gone)
        self.tally["users_removed"] += len(gone)

    def _apply_users(self, page: int, content: Page) -> None:
        seen_from = self._number
        mine = [user for user in content.users if self._winner(user.id) == page and user.id not in self._aliases]
        for user in mine:
            if user.flags & RENAMED:
                self._rename(user)
        new = [user for user in mine if user.flags & NEW]
        changed = [(seen_from, *user.content, _search(user), user.id) for user in mine if not user.flags & NEW]
        insert_people(self._connection, seen_from, new)
        self._connection.executemany(_KEEP_USER, ((seen_from, row[-1]) for row in changed))
        self._connection.executemany(_UPDATE_USER, changed)
        logins = [login for login in content.logins if self._winner(login[0]) == page and login[0] not in self._aliases]
        logins += [
            (user.id, user.last_login_time, user.last_client_version, user.record)
            for user in mine
            if not user.flags & NEW
        ]
        keep_logins(self._connection, logins)
        self.tally["users_added"] += len(new)
        self.tally["users_changed"] += len(changed)

    def _rename(self, user: StagedUser) -> None:
        """The person known by address so far goes by Zoom's id from now on."""
        staged = self._connection.execute("SELECT replaces FROM stage_keys WHERE key = ?", (user.key,)).fetchone()
        if staged and staged[0] is not None:
            self._aliases[staged[0]] = user.id
            self._connection.execute("DELETE FROM things WHERE id = ?", staged)
        self._connection.execute("UPDATE things SET key = ? WHERE id = ?", (user.key, user.id))

    def _drop_invitations(self, page: int, content: Page) -> None:
        """An invitation read beside the account it became is the same person."""
        for user in content.users:
            if user.flags & NEW and self._winner(user.id) == page:
                account = self._connection.execute(
                    "SELECT id FROM users WHERE email = ? COLLATE NOCASE AND status <> 'pending'", user.content[:1]
                ).fetchone()
                if account is not None and account[0] != user.id:
                    self._aliases[user.id] = account[0]
                    self._winners[user.id] = 0

    def _alias_addresses(self) -> None:
        """Principals known by address only are the users of that address, or else those who were so last."""
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
        self._aliases.update((number, person) for number, person, _ in former)
        self._aliases.update(
            self._connection.execute(
                "SELECT t.id, u.id FROM things t CROSS JOIN users u ON u.email = substr(t.key, 7) COLLATE NOCASE "
                f"WHERE {unknown}",
                (USER,),
            )
        )

    # Grants

    def grants(self, closed_targets: set[int]) -> None:
        covered = self._covered()
        self._grants_of_people(covered)
        self._grants_of_lists(covered)
        self._grants_of_closed_targets(closed_targets, covered)
        self._write_grants()
        self._connection.executemany("UPDATE logins SET record = NULL WHERE id = ?", ((n,) for n in self._doubtful))

    def _covered(self) -> dict[int, list[int]]:
        """Facts of things whose own list of members or admins is finished, and the pages of that list."""
        lists = {number: key for key, number in self.finished.items() if key.part in LIST_CODES}
        targets = {
            (kind, key): number
            for kind in {TARGET_KINDS[LIST_CODES[key.part]] for key in lists.values()}
            for key, number in self._connection.execute("SELECT key, id FROM things WHERE kind = ?", (kind,))
        }
        by_list: dict[int, int] = {}
        for number, key in lists.items():
            code = LIST_CODES[key.part]
            target = targets.get((TARGET_KINDS[code], key.target))
            if target is not None:
                by_list[number] = fact_of(code, target)
        found: dict[int, list[int]] = {fact: [] for fact in by_list.values()}
        for page, number in self._connection.execute("SELECT id, list FROM stage_pages ORDER BY id"):
            if number in by_list:
                found[by_list[number]].append(page)
        return found

    def _grants_of_people(self, covered: dict[int, list[int]]) -> None:
        for page in (*user_pages(self._connection, pending=False), *user_pages(self._connection, pending=True)):
            told = [
                (number, facts)
                for number, facts in grants_of(self._grants_on(page))
                if self._winner(number) == page and number not in self._aliases
            ]
            current = self._current([number for number, _ in told])
            for number, facts in told:
                held = current.get(number)
                for fact in facts:
                    if fact in covered:
                        self._doubtful.add(number)
                    if held is not None and fact in held:
                        held.discard(fact)
                    elif fact not in covered:
                        self._begun[fact].append(number)
            self._end_rest(current, covered)
        self._end_rest(self._current(sorted(self._closed)), covered)

    def _current(self, people: Sequence[int]) -> dict[int, set[int]]:
        """What user records told of `people` so far."""
        found: dict[int, set[int]] = {}
        if not self._first:
            for principal, fact in select_in(
                self._connection,
                "SELECT principal, target * 8 + kind FROM grants WHERE kind IN (1, 3) AND principal IN ({})",
                people,
            ):
                found.setdefault(principal, set()).add(fact)
        return found

    def _end_rest(self, current: dict[int, set[int]], covered: dict[int, list[int]]) -> None:
        for principal, facts in current.items():
            self._ended += [(fact, principal) for fact in facts if fact not in covered]

    def _grants_of_lists(self, covered: dict[int, list[int]]) -> None:
        for fact, pages in covered.items():
            listed: set[int] = set()
            for page in pages:
                people, _, _ = unpack_grants(self._grants_on(page))
                listed.update(self._aliases.get(principal, principal) for principal in people)
            rows = self._connection.execute(
                "SELECT principal FROM grants WHERE target = ? AND kind = ?", (fact >> 3, fact & 7)
            )
            held = {principal for (principal,) in rows}
            if fact & 7 in _USER_BORNE:
                self._doubtful |= listed ^ held
            if listed - held:
                self._begun[fact] = array("I", listed - held)
            self._ended += [(fact, principal) for principal in held - listed]

    def _grants_of_closed_targets(self, closed: set[int], covered: dict[int, list[int]]) -> None:
        """What was deleted cannot be had any longer, unless a list of this sync says so all the same."""
        already = set(self._ended) if closed else set()
        for target in closed:
            for fact, principal in self._connection.execute(
                "SELECT target * 8 + kind, principal FROM grants WHERE target = ?", (target,)
            ):
                told = fact in covered or (fact & 7 in _USER_BORNE and self._winner(principal))
                if not told and (fact, principal) not in already:
                    self._ended.append((fact, principal))

    def _write_grants(self) -> None:
        number = self._number
        ended = sorted((fact >> 3, fact & 7, principal) for fact, principal in self._ended)
        self._connection.executemany(
            "INSERT INTO grants_past SELECT target, kind, principal, seen_from, ? FROM grants "
            "WHERE target = ? AND kind = ? AND principal = ?",
            ((number, *grant) for grant in ended),
        )
        self._connection.executemany("DELETE FROM grants WHERE target = ? AND kind = ? AND principal = ?", ended)
        for _, code, _ in ended:
            self._grant_change[code] -= 1
        self.tally["grants_lost"] += len(ended)
        for fact in sorted(self._begun):
            principals = sorted(self._begun.pop(fact))
            self._grant_change[fact & 7] += len(principals)
            self.tally["grants_gained"] += len(principals)
            # as one JSON array: half the time of a row at a time
            self._connection.execute(
                "INSERT INTO grants SELECT ?, ?, value, ? FROM json_each(?)",
                (fact >> 3, fact & 7, number, str(principals)),
            )

    def counts(self, previous: SyncInfo | None) -> dict[str, int]:
        found = {
            table: int(self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in _TABLES
        }
        for kind in GrantKind:
            before = previous.counts.get(str(kind), 0) if previous else 0
            found[str(kind)] = before + self._grant_change[GRANT_CODES[kind]]
        return found
