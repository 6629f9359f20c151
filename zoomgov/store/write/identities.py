"""Ids of people and resources in the store (`things.id`), found by Zoom's key or given."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from zoomgov.disk.database import select_in
from zoomgov.model.kinds import GrantKind
from zoomgov.model.rows import UserRow
from zoomgov.store.grant_codes import EMAIL_PREFIX, GRANT_CODES, TARGET_KINDS, fact_of
from zoomgov.store.schema import USER, USER_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class CurrentVersion(NamedTuple):
    """What the last published sync has of a person."""

    login: str | None
    client: str | None
    content: tuple[Any, ...]


class Identities:
    """Finds the id of a person or resource, or gives a new one, which no published fact uses before publishing.

    A person known by address only (invited, or a group admin whom Zoom names by address) who now has Zoom's id stays
    the same person: the new key waits in `stage_keys` until it is published.
    """

    def __init__(self, connection: sqlite3.Connection, first_new: int) -> None:
        self._connection = connection
        self._first_new = first_new
        self.next = int(connection.execute("SELECT coalesce(max(id), 0) + 1 FROM things").fetchone()[0])
        self.next = max(self.next, first_new)
        """The next id to give; all that are given from now on are this or above."""
        self._targets: dict[tuple[int, str], int] = {}
        self._facts: dict[GrantKind, dict[str, int]] = {kind: {} for kind in GrantKind}
        self.published = bool(connection.execute("SELECT EXISTS (SELECT 1 FROM syncs)").fetchone()[0])
        """Whether there is an earlier sync."""
        self._keys: dict[str, int] = dict(connection.execute("SELECT key, id FROM stage_keys"))
        self._claimed = set(self._keys.values())
        self._addresses: dict[str, int] = {}
        for key, number in connection.execute(
            "SELECT key, id FROM things WHERE kind = ? AND key >= 'email:' AND key < 'email;'", (USER,)
        ):
            self._addresses[key.removeprefix(EMAIL_PREFIX)] = number
        for email, number in connection.execute("SELECT email, id FROM users WHERE status = 'pending'"):
            self._addresses[email.lower()] = number

    def _new(self, kind: int, keys: Sequence[str]) -> dict[str, int]:
        """Give ids to `keys`, none of which has one."""
        given, inserted = self._give(kind, keys)
        assert inserted == len(keys)
        if kind == USER:
            for key, number in given.items():
                if key.startswith(EMAIL_PREFIX):
                    self._addresses.setdefault(key.removeprefix(EMAIL_PREFIX), number)
        return given

    def _mostly_new(self, keys: Sequence[str]) -> dict[str, int]:
        """Ids of people with an id of Zoom's in a first sync: inserts first and looks only for those who were there."""
        given, inserted = self._give(USER, keys)
        if inserted < len(keys):
            given.update(select_in(self._connection, _IDS, keys))
        return given

    def _give(self, kind: int, keys: Sequence[str]) -> tuple[dict[str, int], int]:
        """Insert `keys` with new ids; returns an id for each, and how many were inserted: the others had one."""
        given = {key: self.next + place for place, key in enumerate(keys)}
        self.next += len(keys)
        inserted = self._connection.executemany(
            "INSERT INTO things (id, kind, key) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            ((number, kind, key) for key, number in given.items()),
        )
        return given, inserted.rowcount

    def things(self, kind: int, keys: Iterable[str]) -> dict[str, int]:
        """Ids of groups, contact groups, roles or principals by key; unknown ones get a new id."""
        wanted = dict.fromkeys(keys)
        found: dict[str, int] = {}
        unknown: list[str] = []
        for key in wanted:
            number = self._keys.get(key) if kind == USER else self._targets.get((kind, key))
            if number is None:
                unknown.append(key)
            else:
                found[key] = number
        read = dict(
            select_in(
                self._connection, "SELECT key, id FROM things WHERE kind = ? AND key IN ({})", unknown, before=(kind,)
            )
        )
        read.update(self._new(kind, [key for key in unknown if key not in read]))
        if kind != USER:
            self._targets.update({(kind, key): number for key, number in read.items()})
        found.update(read)
        return found

    def facts(self, kind: GrantKind, targets: Iterable[str]) -> dict[str, int]:
        """Facts (`fact_of`) by target, of at least these targets; a live cache, not to be changed."""
        known = self._facts[kind]
        if unknown := [target for target in targets if target not in known]:
            code = GRANT_CODES[kind]
            numbers = self.things(TARGET_KINDS[code], unknown)
            known.update({key: fact_of(code, number) for key, number in numbers.items()})
        return known

    def users(self, rows: Iterable[UserRow]) -> list[tuple[UserRow, int, CurrentVersion | None, bool]]:
        """Return for each person: row, id, current version, and whether they had another key before.

        The version is None for a person who is not among the users of the last published sync.
        """
        wanted = {row.key: row for row in rows}
        found: dict[str, tuple[int, CurrentVersion | None]]
        if self.published:
            doubtful = list(wanted)
            versions = select_in(self._connection, _VERSIONS.format(f"t.kind = {USER} AND t.key"), doubtful)
            found = {key: _version(version) for key, *version in versions}
        else:
            doubtful = [key for key, row in wanted.items() if self._may_be_another(row)]
            found = {key: (number, None) for key, number in select_in(self._connection, _IDS, doubtful)}
        renamed: set[str] = set()
        if self._addresses or self._keys:
            renamed = {key for key in doubtful if self._takes_over(wanted[key], found.get(key))}
        elsewhere = {key: self._keys[key] for key in renamed}
        if self.published:
            elsewhere |= self._invited_again(wanted, found)
            versions = select_in(self._connection, _VERSIONS.format("t.id"), list(set(elsewhere.values())))
            current = {version[0]: _version(version) for _, *version in versions}
            found.update({key: current[number] for key, number in elsewhere.items()})
            given = self._new(USER, [key for key in wanted if key not in found])
        else:  # who is written ahead is not published
            found.update({key: (number, None) for key, number in elsewhere.items()})
            given = self._new(USER, [key for key in doubtful if key not in found])
            given |= self._mostly_new([key for key in wanted if key not in found and key not in given])
        found.update({key: (number, None) for key, number in given.items()})
        return [(row, *found[key], key in renamed) for key, row in wanted.items()]

    def _invited_again(
        self, wanted: Mapping[str, UserRow], found: Mapping[str, tuple[int, CurrentVersion | None]]
    ) -> dict[str, int]:
        """Invited people whose address is that of a user: key to the id of that user, who is the same person."""
        again: dict[str, int] = {}
        for key, row in wanted.items():
            if key.startswith(EMAIL_PREFIX) and (key not in found or found[key][1] is None):
                person = self._connection.execute(
                    "SELECT id FROM users WHERE email = ? COLLATE NOCASE", (row.email,)
                ).fetchone()
                if person:
                    again[key] = person[0]
        return again

    def _may_be_another(self, row: UserRow) -> bool:
        """Whether a person of a first sync may be known under another key already."""
        return row.key.startswith(EMAIL_PREFIX) or row.key in self._keys or row.email.lower() in self._addresses

    def _takes_over(self, row: UserRow, found: tuple[int, CurrentVersion | None] | None) -> bool:
        """Whether this key is the new one of a person so far known by address; if so it is put into `stage_keys`."""
        if row.key in self._keys:
            return True
        person = self._addresses.get(row.email.lower())
        if person is None or person in self._claimed or row.key.startswith(EMAIL_PREFIX):
            return False
        if found is not None and (found[1] is not None or found[0] < self._first_new):
            return False
        if found is not None and not self._connection.execute("SELECT 1 FROM users WHERE id = ?", (person,)).fetchone():
            return False  # neither was a user before: nothing to carry on
        replaces = None if found is None else found[0]
        self._connection.execute("INSERT INTO stage_keys VALUES (?, ?, ?)", (row.key, person, replaces))
        self._keys[row.key] = person
        self._claimed.add(person)
        return True


_IDS: Final = f"SELECT key, id FROM things WHERE kind = {USER} AND key IN ({{}})"
"""Of people."""
_VERSIONS: Final = (
    "SELECT t.key, t.id, u.id, l.last_login_time, l.last_client_version, "
    + ", ".join(f"u.{name}" for name in USER_FIELDS)
    + " FROM things t LEFT JOIN users u ON u.id = t.id LEFT JOIN logins l ON l.id = t.id WHERE {} IN ({{}})"
)


def _version(row: Sequence[Any]) -> tuple[int, CurrentVersion | None]:
    number, published, login, client, *content = row
    return number, None if published is None else CurrentVersion(login, client, tuple(content))
