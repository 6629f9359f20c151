"""Publishes grants: opens the validity range of those that began, closes that of those that ended."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from zoomgov.disk.database import select_in
from zoomgov.store.grant_codes import (
    FACT_SQL,
    LIST_CODES,
    OF_FACT_SQL,
    RECORD_GRANTS_SQL,
    RECORD_KINDS,
    TARGET_KINDS,
    fact_of,
    grant_kind,
    target_and_kind,
)
from zoomgov.store.schema import GRANT_INDEXES
from zoomgov.store.write.pages import grants_of, unpack_grants
from zoomgov.store.write.staged_pages import grants_on, user_pages

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from zoomgov.model.syncs import ListKey
    from zoomgov.store.write.publish_people import PeoplePublisher
    from zoomgov.store.write.untold import Untold


def insert_grants(connection: sqlite3.Connection, number: int, fact: int, principals: Iterable[int]) -> None:
    """Insert the grants of one fact, of `principals`, valid from sync `number` on."""
    # as one JSON array: half the time of a row at a time
    connection.execute(
        "INSERT INTO grants SELECT ?, ?, value, ? FROM json_each(?)",
        (*target_and_kind(fact), number, str(sorted(principals))),
    )


class GrantPublisher:
    """The grants of one publication, after its people."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        number: int,
        people: PeoplePublisher,
        finished: Mapping[ListKey, int],
        tally: Counter[str],
        early: Mapping[str, int] | None,
        untold: Untold,
    ) -> None:
        """`early`: grants of people with an account that are written already, by kind code; None: none are."""
        self._untold = untold
        self._connection = connection
        self._number = number
        self._early = early
        self._first = number == 1
        self._people = people
        self._finished = finished
        self._tally = tally
        self._begun: dict[int, array[int]] = defaultdict(lambda: array("I"))
        self._ended: list[tuple[int, int]] = []
        """(Fact, principal)."""
        self._doubtful = set(people.gone)
        """People whose grants are not just what their record names: the digest of their record is dropped."""
        self.change: Counter[int] = Counter()
        """Grants more than before, by kind."""

    def publish(self, closed_targets: set[int]) -> None:
        """Write what began and ended; `closed_targets`: ids of the resources that are gone."""
        covered = self._covered()
        if self._first:
            self._take_over(covered)
        self._grants_of_people(covered)
        self._grants_of_lists(covered)
        self._keep_untold(closed_targets)
        self._grants_of_closed_targets(closed_targets, covered)
        self._write_grants()
        for statement in GRANT_INDEXES:
            self._connection.execute(statement)
        self._connection.executemany("UPDATE logins SET record = NULL WHERE id = ?", ((n,) for n in self._doubtful))

    def _covered(self) -> dict[int, list[int]]:
        """Facts whose own list (of members, or of admins) is finished, with the staged pages of that list."""
        lists = {number: key for key, number in self._finished.items() if key.part in LIST_CODES}
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

    def _take_over(self, covered: dict[int, list[int]]) -> None:
        """Count early grants as begun, and delete those of facts whose own list decides."""
        if self._early is None:
            self._connection.execute("DELETE FROM grants")  # the early writing was not completed
            return
        self.change.update({int(code): count for code, count in self._early.items()})
        for fact in covered:
            told = self._connection.execute(
                f"DELETE FROM grants WHERE {OF_FACT_SQL} RETURNING principal", target_and_kind(fact)
            ).fetchall()
            self.change[grant_kind(fact)] -= len(told)
            self._doubtful.update(principal for (principal,) in told)
        self._tally["grants_gained"] += self.change.total()

    def _grants_of_people(self, covered: dict[int, list[int]]) -> None:
        accounts = user_pages(self._connection, pending=False) if self._early is None else []
        for page in (*accounts, *user_pages(self._connection, pending=True)):
            told = [
                (number, facts)
                for number, facts in grants_of(grants_on(self._connection, page))
                if self._people.winner(number) == page and number not in self._people.aliases
            ]
            current = self._current([number for number, _ in told])
            for number, facts in told:
                self._untold.take_record(number, facts)
                held = current.get(number)
                for fact in facts:
                    if fact in covered:
                        self._doubtful.add(number)
                    if held is not None and fact in held:
                        held.discard(fact)
                    elif fact not in covered:
                        self._begun[fact].append(number)
                if held is not None and not held.isdisjoint(covered):
                    self._doubtful.add(number)  # a list says what the record does not
            self._end_rest(current, covered)
        self._end_rest(self._current(sorted(self._people.gone)), covered)

    def _current(self, people: Sequence[int]) -> dict[int, set[int]]:
        """Published grants of `people` that user records name, by person."""
        found: dict[int, set[int]] = {}
        if not self._first:
            for principal, fact in select_in(
                self._connection,
                f"SELECT principal, {FACT_SQL} FROM grants WHERE {RECORD_GRANTS_SQL} AND principal IN ({{}})",
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
                people, _, _ = unpack_grants(grants_on(self._connection, page))
                listed.update(self._people.aliases.get(principal, principal) for principal in people)
            self._untold.take_list(fact, listed)
            rows = self._connection.execute(f"SELECT principal FROM grants WHERE {OF_FACT_SQL}", target_and_kind(fact))
            held = {principal for (principal,) in rows}
            if grant_kind(fact) in RECORD_KINDS:
                self._doubtful |= listed ^ held
            if listed - held:
                self._begun[fact] = array("I", listed - held)
            self._ended += [(fact, principal) for principal in held - listed]

    def _keep_untold(self, closed: set[int]) -> None:
        """Keep what nothing that was read could have told."""
        kept = self._untold.among(self._ended, closed)
        if kept:
            self._ended = [grant for grant in self._ended if grant not in kept]
            self._doubtful.update(person for _, person in kept)

    def _grants_of_closed_targets(self, closed: set[int], covered: dict[int, list[int]]) -> None:
        """End the grants of deleted resources, unless a list of this sync still names them."""
        already = set(self._ended) if closed else set()
        for target in closed:
            for fact, principal in self._connection.execute(
                f"SELECT {FACT_SQL}, principal FROM grants WHERE target = ?", (target,)
            ):
                told = fact in covered or (grant_kind(fact) in RECORD_KINDS and self._people.winner(principal))
                if not told and (fact, principal) not in already:
                    self._ended.append((fact, principal))

    def _write_grants(self) -> None:
        number = self._number
        ended = sorted((*target_and_kind(fact), principal) for fact, principal in self._ended)
        self._connection.executemany(
            "INSERT INTO grants_past SELECT target, kind, principal, seen_from, ? FROM grants "
            f"WHERE {OF_FACT_SQL} AND principal = ?",
            ((number, *grant) for grant in ended),
        )
        self._connection.executemany(f"DELETE FROM grants WHERE {OF_FACT_SQL} AND principal = ?", ended)
        for _, code, _ in ended:
            self.change[code] -= 1
        self._tally["grants_lost"] += len(ended)
        for fact in sorted(self._begun):
            principals = self._begun.pop(fact)
            insert_grants(self._connection, number, fact, principals)
            self.change[grant_kind(fact)] += len(principals)
            self._tally["grants_gained"] += len(principals)
