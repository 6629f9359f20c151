"""Members by group and role as the staged user lists give them, to compare with Zoom's own counts."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from zoomgov.disk.database import select_in
from zoomgov.model.kinds import GrantKind
from zoomgov.model.parts import USER_PARTS_LIKE
from zoomgov.store.grant_codes import (
    EMAIL_PREFIX,
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
    from collections.abc import Collection, Iterable, Iterator


_JOINED: Final = ("active", "inactive")
"""Statuses of the people who have a role; an invitation need not name one."""


class MembersBeside(NamedTuple):
    """One list of members beside what the records of users say."""

    only_recorded: frozenset[int]
    """Ids of those whose record names the group or role, and whom the list leaves out."""
    only_listed: int
    """How many users are on the list whose record does not name it."""
    strangers: int
    """How many on the list are in no list of users."""
    statuses: frozenset[str]
    """Statuses of the people on the list."""


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

        Where the group's or role's own member list is finished, that counts, with those staged beside it; people who
        are in no list of users count under the status "".
        """
        code = GRANT_CODES[kind]
        keys = dict(self._connection.execute("SELECT id, key FROM things WHERE kind = ?", (TARGET_KINDS[code],)))
        counts = {
            keys[target_of(fact)]: by_status for fact, by_status in self._counts.items() if grant_kind(fact) == code
        }
        counts.update(
            {target: dict(Counter(map(self.status, people))) for target, people in self._listed(code).items()}
        )
        return counts

    def _listed(self, code: int) -> dict[str, set[int]]:
        """People on each finished list of a kind of grants, by key of the group or role."""
        listed: dict[str, set[int]] = {}
        for part in (part for part, of in LIST_CODES.items() if of == code):
            for target, blob in self._connection.execute(
                "SELECT l.target, p.grants FROM stage_lists l LEFT JOIN stage_pages p ON p.list = l.id "
                "WHERE l.part = ? AND l.finished",
                (part,),
            ):
                listed.setdefault(target, set()).update(unpack_grants(blob)[0] if blob is not None else ())
        return listed

    def people(self) -> dict[str, int]:
        """People in the finished lists of users, each once, by status."""
        found: Counter[str] = Counter()
        for page, number in Counter(self._winners).items():
            if page:
                found[self._status_of_page[page]] += number
        return dict(found)

    def recorded(self, kind: GrantKind) -> dict[str, int]:
        """Grants of a kind that the records of users name, by the status of the users."""
        found: Counter[str] = Counter()
        for fact, by_status in self._counts.items():
            if grant_kind(fact) == GRANT_CODES[kind]:
                found.update(by_status)
        return dict(found)

    def without_role(self) -> dict[str, int]:
        """People who joined of whom neither their record nor a finished list of holders names a role, by status."""
        people, held = self.people(), self.recorded(GrantKind.ROLE)
        if all(people.get(status, 0) == held.get(status, 0) for status in _JOINED):
            return {}  # a record names one role at most
        code = GRANT_CODES[GrantKind.ROLE]
        holders: set[int] = set()
        for fact, named in self._named.items():
            if grant_kind(fact) == code:
                holders.update(named)
        for listed in self._listed(code).values():
            holders |= listed
        statuses = (self.status(number) for number, page in enumerate(self._winners) if page and number not in holders)
        return {status: number for status, number in Counter(statuses).items() if status in _JOINED}

    def silent(self, status: str) -> list[int]:
        """People of a status of whom neither their record nor a finished list of members names a group."""
        known = self._named_members | self._listed_members
        return [number for number, page in enumerate(self._winners) if page and number not in known
                and self.status(number) == status]  # fmt: skip

    def omitted(self) -> list[int]:
        """People on a finished list of members whose record names no group at all: it leaves their groups out."""
        return sorted(number for number in self._listed_members - self._named_members if self.status(number))

    @property
    def _named_members(self) -> set[int]:
        facts = (fact for fact in self._named if grant_kind(fact) == GRANT_CODES[GrantKind.GROUP_MEMBER])
        return set().union(*(self._named[fact] for fact in facts))

    @property
    def _listed_members(self) -> set[int]:
        return set().union(*self._listed(GRANT_CODES[GrantKind.GROUP_MEMBER]).values())

    def outside(self, facts: Iterable[int]) -> int:
        """People of whom the records name groups and none of `facts`; one that names none may leave them out."""
        inside = set().union(*(self._named.get(fact, ()) for fact in facts))
        return sum(1 for number in self._named_members - inside if self.winner(number))

    def beside(self, fact: int, listed: Collection[int]) -> MembersBeside:
        """Compare the people on the list of one fact with those whose records name it."""
        recorded = set(self._named.get(fact, ()))
        on_list = set(listed)
        strangers = [number for number in on_list if not self.status(number)]
        for stranger, person in select_in(
            self._connection,
            "SELECT t.id, u.id FROM things t JOIN users u ON u.email = substr(t.key, 7) COLLATE NOCASE "
            f"WHERE t.key LIKE '{EMAIL_PREFIX}%' AND t.id IN ({{}})",
            strangers,
        ):
            on_list.remove(stranger)
            on_list.add(person)
        return MembersBeside(
            frozenset(recorded - on_list),
            sum(1 for number in on_list - recorded if self.status(number)),
            sum(1 for number in on_list if not self.status(number)),
            frozenset(self.status(number) for number in on_list),
        )

    @cached_property
    def _named(self) -> dict[int, array[int]]:
        """The people whose records name each fact. Reads all grants of people: for the few syncs that need it."""
        found: dict[int, array[int]] = defaultdict(lambda: array("I"))
        if self._published:
            special, same = self._special()
            for fact, principal in self._connection.execute(
                f"SELECT {FACT_SQL}, principal FROM grants WHERE {RECORD_GRANTS_SQL}"
            ):
                if principal not in special or principal in same:
                    found[fact].append(principal)
        for page, _, blob in self._pages():
            for number, facts in grants_of(blob):
                if self._winners[number] == page:
                    for fact in facts:
                        found[fact].append(number)
        return found

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
