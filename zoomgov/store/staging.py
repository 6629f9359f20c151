"""What one page of a list becomes in staging, and the numbers people and things go by.

A page is staged as one compact row: the ids on it, and of people only what differs from the last published sync.
So an unchanged account stages next to nothing, publishing need not compare again, and dropping a list is dropping
its pages.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from array import array
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import msgspec

from zoomgov.store.codes import EMAIL_PREFIX, GRANT_CODES, TARGET_KINDS
from zoomgov.store.database import select_in
from zoomgov.store.model import ContactGroupRow, GrantKind, GrantRow, GroupRow, RoleDetail, RoleRow, UserRow
from zoomgov.store.schema import GROUP, USER, USER_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

NEW, RENAMED = 1, 2
"""Flags of a staged person: there is no current version; the person goes by another key from now on."""

_content = itemgetter(*(UserRow._fields.index(name) for name in USER_FIELDS))


class Page(msgspec.Struct, array_like=True, gc=False):
    """One page as it lies in `stage_pages.payload`. Ids are those of `things`."""

    users: list[tuple[int, int, int, UserRow, int | None]] = []
    """Id, flags, content hash, row and digest of people who differ from their current version."""
    logins: list[tuple[int, str, str, int | None]] = []
    """Last login, client and digest of the others, where they may differ."""
    groups: list[tuple[int, GroupRow]] = []
    contact_groups: list[tuple[int, ContactGroupRow]] = []
    roles: list[tuple[int, RoleRow]] = []
    role_details: list[tuple[int, RoleDetail]] = []
    blobs: dict[str, bytes] = {}


PAGE_FORMAT: Final = 2
"""Written beside what is staged; a page of another format is read from Zoom again."""

_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Page)


def pack(page: Page) -> bytes:
    """Return the page as it is stored: a third of its size, for 1 ms a page of 300 people."""
    return zlib.compress(_encoder.encode(page), 1)


def unpack(payload: bytes) -> Page:
    return _decoder.decode(zlib.decompress(payload))


def ids_of(blob: bytes) -> array[int]:
    """Return the ids packed in `blob`."""
    ids = array("I")
    ids.frombytes(blob)
    return ids


def fact_of(code: int, target: int) -> int:
    """Return a grant kind and its target as one number."""
    return target * 8 + code


def pack_grants(grants: Iterable[tuple[int, Sequence[int]]]) -> bytes:
    """Return (principal, facts) as `stage_pages.grants` has them: the number of principals, ids, counts, facts."""
    people, counts, facts = array("I"), array("I"), array("I")
    for principal, listed in grants:
        people.append(principal)
        counts.append(len(listed))
        facts.extend(listed)
    return array("I", [len(people)]).tobytes() + people.tobytes() + counts.tobytes() + facts.tobytes()


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


def user_content(row: UserRow) -> tuple[object, ...]:
    """The fields that open a new version, in the order of `USER_FIELDS`."""
    content: tuple[object, ...] = _content(row)
    return content


def user_hash(content: tuple[object, ...]) -> int:
    """64 bits that tell one content from another, as SQLite's signed integer."""
    digest = hashlib.blake2b(_encoder.encode(content), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


class Names:
    """Finds or gives the id of a person or thing; ids given here are in no published fact until publishing.

    A person who had only an address (invited, or admin of a group that Zoom names by address) and now has an id
    stays the same person: the new key waits in `stage_keys` until it is published.
    """

    def __init__(self, connection: sqlite3.Connection, first_new: int) -> None:
        self._connection = connection
        self._first_new = first_new
        self._next = int(connection.execute("SELECT coalesce(max(id), 0) + 1 FROM things").fetchone()[0])
        self._next = max(self._next, first_new)
        self._targets: dict[tuple[int, str], int] = {}
        self._facts: dict[tuple[GrantKind, str], int] = {}
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
        given = {key: self._next + place for place, key in enumerate(keys)}
        self._next += len(keys)
        self._connection.executemany(
            "INSERT INTO things (id, kind, key) VALUES (?, ?, ?)",
            ((number, kind, key) for key, number in given.items()),
        )
        if kind == USER:
            for key, number in given.items():
                if key.startswith(EMAIL_PREFIX):
                    self._addresses.setdefault(key.removeprefix(EMAIL_PREFIX), number)
        return given

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

    def facts(self, grants: Sequence[GrantRow]) -> dict[tuple[GrantKind, str], int]:
        """Return what at least holds the facts of `grants` by their kind and target."""
        unknown = {grant[:2] for grant in grants} - self._facts.keys()
        for kind in {kind for kind, _ in unknown}:
            code = GRANT_CODES[kind]
            targets = self.things(TARGET_KINDS[code], (target for of, target in unknown if of == kind))
            self._facts.update({(kind, key): fact_of(code, number) for key, number in targets.items()})
        return self._facts

    def users(self, rows: Iterable[UserRow]) -> list[tuple[UserRow, int, int | None, tuple[str, str] | None, bool]]:
        """Tell for each person: id, hash of the current version, current login, whether the key is a new one.

        No version: the person is not among the users of the last published sync.
        """
        wanted = {row.key: row for row in rows}
        facts: dict[str, tuple[int, int | None, tuple[str, str] | None]] = {}
        for key, *fact in select_in(
            self._connection,
            "SELECT t.key, t.id, u.hash, l.last_login_time, l.last_client_version FROM things t "
            "LEFT JOIN users u ON u.id = t.id LEFT JOIN logins l ON l.id = t.id WHERE t.kind = 1 AND t.key IN ({})",
            list(wanted),
        ):
            facts[key] = _fact(fact)
        renamed = {key for key, row in wanted.items() if self._takes_over(row, facts.get(key))}
        elsewhere: dict[str, int] = {key: self._keys[key] for key in renamed}
        for key, row in wanted.items():
            if key.startswith(EMAIL_PREFIX) and (key not in facts or facts[key][1] is None):
                person = self._connection.execute(
                    "SELECT id FROM users WHERE email = ? COLLATE NOCASE", (row.email,)
                ).fetchone()
                if person:  # invited again: the same person under the id they had
                    elsewhere[key] = person[0]
        if elsewhere:
            current = {
                fact[0]: _fact(fact)
                for fact in select_in(
                    self._connection,
                    "SELECT t.id, u.hash, l.last_login_time, l.last_client_version FROM things t "
                    "LEFT JOIN users u ON u.id = t.id LEFT JOIN logins l ON l.id = t.id WHERE t.id IN ({})",
                    list(set(elsewhere.values())),
                )
            }
            facts.update({key: current[number] for key, number in elsewhere.items()})
        given = self._new(USER, [key for key in wanted if key not in facts])
        facts.update({key: (number, None, None) for key, number in given.items()})
        return [(row, *facts[key], key in renamed) for key, row in wanted.items()]

    def _takes_over(self, row: UserRow, fact: tuple[int, int | None, object] | None) -> bool:
        """Whether this id belongs to a person so far known by address; remembers it."""
        if row.key in self._keys:
            return True
        if row.key.startswith(EMAIL_PREFIX) or (
            fact is not None and (fact[1] is not None or fact[0] < self._first_new)
        ):
            return False
        person = self._addresses.get(row.email.lower())
        if person is None or person in self._claimed:
            return False
        if fact is not None and not self._connection.execute("SELECT 1 FROM users WHERE id = ?", (person,)).fetchone():
            return False  # neither was a user before: nothing to carry on
        replaces = None if fact is None else fact[0]
        self._connection.execute("INSERT INTO stage_keys VALUES (?, ?, ?)", (row.key, person, replaces))
        self._keys[row.key] = person
        self._claimed.add(person)
        return True


def _fact(row: Sequence[object]) -> tuple[int, int | None, tuple[str, str] | None]:
    number, digest, login, client = row
    return number, digest, None if login is None else (login, client)  # type: ignore[return-value]


def user_page(
    connection: sqlite3.Connection,
    names: Names,
    users: Iterable[UserRow],
    grants: Iterable[GrantRow],
    digests: Mapping[str, int],
) -> tuple[array[int], bytes, Page]:
    """Compare a page of people, and the groups and roles they name, with what was published last.

    Args:
        digests: of the records, by the person's key.

    Returns:
        The ids on the page; the grants, packed, of those whose grants differ; and the rest that differs.
    """
    # should two records on one page be the same person, the one with an id tells more than the one without
    people = names.users(users)
    if any(person[0].key.startswith(EMAIL_PREFIX) for person in people):
        people.sort(key=lambda person: not person[0].key.startswith(EMAIL_PREFIX))
    last = {number: row for row, number, *_ in people}
    page = Page()
    ids: dict[str, int] = {}
    wanted: dict[int, list[int]] = {}
    known: list[int] = []
    for row, number, digest, login, renamed in people:
        ids[row.key] = number
        if last[number] is not row:
            continue
        wanted[number] = []
        if digest is not None:
            known.append(number)
        content = user_content(row)
        content_hash = user_hash(content)
        if content_hash != digest or renamed:
            flags = (NEW if digest is None else 0) | (RENAMED if renamed else 0)
            page.users.append((number, flags, content_hash, row, digests.get(row.key)))
        elif digests or login != (row.last_login_time, row.last_client_version):
            page.logins.append((number, row.last_login_time, row.last_client_version, digests.get(row.key)))
    for fact, principal in _coded(names, grants, ids):
        wanted[principal].append(fact)
    current = dict.fromkeys(known, "")
    current.update(
        select_in(
            connection,
            "SELECT principal, group_concat(target * 8 + kind) FROM grants WHERE kind IN (1, 3) AND principal IN ({}) "
            "GROUP BY principal",
            known,
        )
    )
    differing = (
        (number, dict.fromkeys(facts)) for number, facts in wanted.items() if _differ(current.get(number), facts)
    )
    return array("I", wanted), pack_grants((number, tuple(facts)) for number, facts in differing), page


def _differ(current: str | None, facts: list[int]) -> bool:
    """Tell whether the facts are others than those listed in `current`; its order is that of the index."""
    if current is None:
        return True
    if current == ",".join(map(str, sorted(facts))):
        return False
    return set(map(int, filter(None, current.split(",")))) != set(facts)


def grant_page(names: Names, grants: Iterable[GrantRow]) -> tuple[array[int], bytes]:
    """Return the principals of a page of members or admins, and their grants, packed."""
    coded = _coded(names, grants, None)
    return array("I", (principal for _, principal in coded)), pack_grants((who, (fact,)) for fact, who in coded)


def _coded(names: Names, grants: Iterable[GrantRow], people: dict[str, int] | None) -> list[tuple[int, int]]:
    """Return (fact, principal) for each grant; `people`: those of the page, the only principals there can be."""
    rows = list(grants)
    if people is not None:
        known = names.facts(())
        try:
            return [(known[row[:2]], people[row.principal_key]) for row in rows]
        except KeyError:  # a group or role met for the first time
            known = names.facts(rows)
            return [(known[row[:2]], people[row.principal_key]) for row in rows]
    facts = names.facts(rows)
    strangers = names.things(USER, (row.principal_key for row in rows if row.principal_kind == "user"))
    groups = names.things(GROUP, (row.principal_key for row in rows if row.principal_kind != "user"))
    return [
        (facts[row[:2]], (strangers if row.principal_kind == "user" else groups)[row.principal_key]) for row in rows
    ]
