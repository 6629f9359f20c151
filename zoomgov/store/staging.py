"""What one page of a list becomes in staging, and the numbers people and things go by.

A page is staged as one compact row: the ids on it, and of people only what differs from the last published sync.
So an unchanged account stages next to nothing, publishing need not compare again, and dropping a list is dropping
its pages.
"""

from __future__ import annotations

import sqlite3
import zlib
from array import array
from itertools import chain, repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from zoomgov.store.codes import EMAIL_PREFIX, FACT_SQL, GRANT_CODES, TARGET_KINDS, fact_of
from zoomgov.store.database import select_in
from zoomgov.store.model import ContactGroupRow, GrantKind, GrantRow, GroupRow, Held, RoleDetail, RoleRow, UserRow
from zoomgov.store.schema import GROUP, USER, USER_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

NEW, RENAMED = 1, 2
"""Flags of a staged person: there is no current version; the person goes by another key from now on."""

_content = itemgetter(*(UserRow._fields.index(name) for name in USER_FIELDS))


class StagedUser(msgspec.Struct, array_like=True, gc=False):
    """A person who differs from their current version, in the shape they are published in."""

    id: int
    flags: int
    key: str
    content: tuple[Any, ...]
    """As `user_content` gives it. Any: texts, numbers and bytes."""
    last_login_time: str
    last_client_version: str
    record: int | None
    """Digest of Zoom's record."""


class Page(msgspec.Struct, array_like=True, gc=False):
    """One page as it lies in `stage_pages.payload`. Ids are those of `things`."""

    users: list[StagedUser] = []
    """But for those who go by a new key: they lie in `stage_pages.renamed`."""
    logins: list[tuple[int, str, str, int | None]] = []
    """Last login, client and digest of the others, where they may differ."""
    groups: list[tuple[int, GroupRow]] = []
    contact_groups: list[tuple[int, ContactGroupRow]] = []
    roles: list[tuple[int, RoleRow]] = []
    role_details: list[tuple[int, RoleDetail]] = []
    blobs: dict[str, bytes] = {}


NOTHING: Final = Held("", ())

PAGE_FORMAT: Final = 6
"""Written beside what is staged; a page of another format is read from Zoom again."""

_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Page)
_renamed: Final = msgspec.msgpack.Decoder(list[StagedUser])


_EMPTY: Final = zlib.compress(_encoder.encode(Page()), 1)


def pack(page: Page) -> bytes:
    """Return the page as it is stored: a third of its size, for 1 ms a page of 300 people."""
    return _EMPTY if page == Page() else zlib.compress(_encoder.encode(page), 1)


def unpack(payload: bytes) -> Page:
    return _decoder.decode(zlib.decompress(payload))


def pack_renamed(people: list[StagedUser]) -> bytes:
    """Return people who go by a new key as `stage_pages.renamed` has them: nothing for nobody."""
    return _encoder.encode(people) if people else b""


def unpack_renamed(blob: bytes) -> list[StagedUser]:
    return _renamed.decode(blob) if blob else []


def ids_of(blob: bytes) -> array[int]:
    """Return the ids packed in `blob`."""
    ids = array("I")
    ids.frombytes(blob)
    return ids


def pack_grants(people: Sequence[int], facts: Sequence[Sequence[int]]) -> bytes:
    """Return principals and the facts of each as `stage_pages.grants` has them: how many there are, who they are,
    how many facts each has, and the facts, one after the other.
    """
    counts = [len(listed) for listed in facts]
    return array("I", [len(people), *people, *counts, *chain.from_iterable(facts)]).tobytes()


def unpack_grants(blob: bytes) -> tuple[array[int], array[int], array[int]]:
    """Return principals, how many facts each has, and the facts, one after the other."""
    packed = ids_of(blob)
    size = packed[0]
    return packed[1 : size + 1], packed[size + 1 : 2 * size + 1], packed[2 * size + 1 :]


def grants_of(blob: bytes) -> Iterator[tuple[int, array[int]]]:
    """Yield (principal, facts)."""
    people, counts, facts = unpack_grants(blob)
    place = 0
    for principal, count in zip(people, counts, strict=True):
        yield principal, facts[place : place + count]
        place += count


def user_content(row: UserRow) -> tuple[Any, ...]:
    """The fields that open a new version, in the order of `USER_FIELDS`."""
    content: tuple[Any, ...] = _content(row)
    return content


class Current(NamedTuple):
    """The current version of a person."""

    login: str | None
    client: str | None
    content: tuple[Any, ...]


class Names:
    """Finds or gives the id of a person or thing; ids given here are in no published fact until publishing.

    A person who had only an address (invited, or admin of a group that Zoom names by address) and now has an id
    stays the same person: the new key waits in `stage_keys` until it is published.
    """

    def __init__(self, connection: sqlite3.Connection, first_new: int) -> None:
        self._connection = connection
        self._first_new = first_new
        self.next = int(connection.execute("SELECT coalesce(max(id), 0) + 1 FROM things").fetchone()[0])
        self.next = max(self.next, first_new)
        """All ids that are given from now on are this or above."""
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
        """Give ids to keys that have none."""
        given, inserted = self._give(kind, keys)
        assert inserted == len(keys)
        if kind == USER:
            for key, number in given.items():
                if key.startswith(EMAIL_PREFIX):
                    self._addresses.setdefault(key.removeprefix(EMAIL_PREFIX), number)
        return given

    def _mostly_new(self, keys: Sequence[str]) -> dict[str, int]:
        """Ids of people with an id of Zoom's; nobody is looked for where, as in a first sync, nobody is known."""
        given, inserted = self._give(USER, keys)
        if inserted < len(keys):
            given.update(select_in(self._connection, _IDS, keys))
        return given

    def _give(self, kind: int, keys: Sequence[str]) -> tuple[dict[str, int], int]:
        """Give new ids to the keys that have none; returns one for each key, and how many are given."""
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
        """Return what holds at least the facts of having `targets`, by target."""
        known = self._facts[kind]
        if unknown := [target for target in targets if target not in known]:
            code = GRANT_CODES[kind]
            numbers = self.things(TARGET_KINDS[code], unknown)
            known.update({key: fact_of(code, number) for key, number in numbers.items()})
        return known

    def users(self, rows: Iterable[UserRow]) -> list[tuple[UserRow, int, Current | None, bool]]:
        """Tell for each person: id, current version, whether the key is a new one.

        No version: the person is not among the users of the last published sync.
        """
        wanted = {row.key: row for row in rows}
        found: dict[str, tuple[int, Current | None]]
        if self.published:
            doubtful = list(wanted)
            versions = select_in(self._connection, _VERSIONS.format("t.kind = 1 AND t.key"), doubtful)
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
        self, wanted: Mapping[str, UserRow], found: Mapping[str, tuple[int, Current | None]]
    ) -> dict[str, int]:
        """People known by address only who are users by an id: the same person under the id they had."""
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
        """Whether someone of a first sync may be known by another key."""
        return row.key.startswith(EMAIL_PREFIX) or row.key in self._keys or row.email.lower() in self._addresses

    def _takes_over(self, row: UserRow, found: tuple[int, Current | None] | None) -> bool:
        """Whether this id belongs to a person so far known by address; remembers it."""
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


_IDS: Final = "SELECT key, id FROM things WHERE kind = 1 AND key IN ({})"
"""Of people."""
_VERSIONS: Final = (
    "SELECT t.key, t.id, u.id, l.last_login_time, l.last_client_version, "
    + ", ".join(f"u.{name}" for name in USER_FIELDS)
    + " FROM things t LEFT JOIN users u ON u.id = t.id LEFT JOIN logins l ON l.id = t.id WHERE {} IN ({{}})"
)


def _version(row: Sequence[Any]) -> tuple[int, Current | None]:
    number, published, login, client, *content = row
    return number, None if published is None else Current(login, client, tuple(content))


def user_page(
    connection: sqlite3.Connection,
    names: Names,
    users: Sequence[UserRow],
    held: Sequence[Held],
    digests: Mapping[str, int],
) -> tuple[array[int], bytes, Page, list[StagedUser]]:
    """Compare a page of people, and the groups and roles they name, with what was published last.

    Args:
        held: what the record of each of `users` names; nothing when it is empty.
        digests: of the records, by the person's key.

    Returns:
        The ids on the page; the grants, packed, of those whose grants differ; the rest that differs; and the people
        who go by a new key from now on.
    """
    roles = names.facts(GrantKind.ROLE, {one.role_id for one in held if one.role_id})
    groups = names.facts(GrantKind.GROUP_MEMBER, set(chain.from_iterable(one.groups for one in held)))
    # of two records of one key the last, as with the people below
    told = dict(zip((row.key for row in users), held or repeat(NOTHING), strict=False))
    # should two records on one page be the same person, the one with an id tells more than the one without
    people = names.users(users)
    if any(person[0].key.startswith(EMAIL_PREFIX) for person in people):
        people.sort(key=lambda person: not person[0].key.startswith(EMAIL_PREFIX))
    page = Page()
    under_new_key: list[StagedUser] = []
    last = {number: row for row, number, *_ in people}
    wanted: dict[int, list[int]] = {number: [] for number in last}
    known: list[int] = []
    for row, number, current, renamed in people:
        role, named = told[row.key]
        facts = [groups[group] for group in named]
        if role:
            facts.append(roles[role])
        wanted[number] += facts
        if last[number] is not row:
            continue
        if current is not None:
            known.append(number)
        content = user_content(row)
        record = digests.get(row.key)
        if current is None or renamed or content != current.content:
            flags = (NEW if current is None else 0) | (RENAMED if renamed else 0)
            person = StagedUser(number, flags, row.key, content, row.last_login_time, row.last_client_version, record)
            (under_new_key if renamed else page.users).append(person)
        elif digests or (current.login, current.client) != (row.last_login_time, row.last_client_version):
            page.logins.append((number, row.last_login_time, row.last_client_version, record))
    current_facts = dict.fromkeys(known, "")
    current_facts.update(
        select_in(
            connection,
            f"SELECT principal, group_concat({FACT_SQL}) FROM grants WHERE kind IN (1, 3) AND principal IN ({{}}) "
            "GROUP BY principal",
            known,
        )
    )
    differing = {
        number: list(dict.fromkeys(facts))
        for number, facts in wanted.items()
        if _differ(current_facts.get(number), facts)
    }
    return array("I", wanted), pack_grants([*differing], [*differing.values()]), page, under_new_key


def _differ(current: str | None, facts: list[int]) -> bool:
    """Tell whether the facts are others than those listed in `current`; its order is that of the index."""
    if current is None:
        return True
    if current == ",".join(map(str, sorted(facts))):
        return False
    return set(map(int, filter(None, current.split(",")))) != set(facts)


def grant_page(names: Names, grants: Iterable[GrantRow]) -> tuple[array[int], bytes]:
    """Return the principals of a page of members or admins, and their grants, packed."""
    rows = list(grants)
    targets: dict[GrantKind, list[str]] = {}
    for row in rows:
        targets.setdefault(row.kind, []).append(row.target_id)
    facts = {kind: names.facts(kind, listed) for kind, listed in targets.items()}
    strangers = names.things(USER, (row.principal_key for row in rows if row.principal_kind == "user"))
    groups = names.things(GROUP, (row.principal_key for row in rows if row.principal_kind != "user"))
    people = [(strangers if row.principal_kind == "user" else groups)[row.principal_key] for row in rows]
    return array("I", people), pack_grants(people, [(facts[row.kind][row.target_id],) for row in rows])
