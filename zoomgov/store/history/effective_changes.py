"""Changes of effective access: contact groups that people reach, or reached, through a user group.

Derived from the grants that began and ended, not from all grants: the state before is the state now, without what was
gained and with what was lost. So it claims nothing that the comparison cannot know.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from zoomgov.disk.database import select_in
from zoomgov.store.grant_codes import CONTACT, MEMBER, OF_FACT_SQL, fact_of, grant_kind, target_and_kind
from zoomgov.store.schema import GROUP
from zoomgov.store.snapshot import facts_at

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Set

    from zoomgov.store.history.unread import Holders, NeverRead

ViaGroups = dict[tuple[int, int], tuple[int, ...]]
"""(Fact, person) to the user groups through which alone they have it, or had it."""

_NOBODY: frozenset[int] = frozenset()


def effective_changes(
    connection: sqlite3.Connection, number: int, gained: Holders, lost: Holders, unseen: NeverRead
) -> tuple[Holders, Holders, ViaGroups]:
    """Return what was gained and lost up to sync `number` by effective access.

    A person who reaches a contact group both before and after has neither gained nor lost it. User groups that were
    put into a contact group, or taken out of it, are among the changes.
    """
    reach = _ContactGroupReach(connection, number, gained, lost)
    via: ViaGroups = {}
    plain = [{fact: who for fact, who in some.items() if grant_kind(fact) != CONTACT} for some in (gained, lost)]
    for target, people in reach.affected().items():
        fact = fact_of(CONTACT, target)
        if unseen.hides(fact):
            continue
        now, then = reach.now(target, people), reach.then(target, people)
        for found, groups, has, had in ((plain[0], gained, now, then), (plain[1], lost, then, now)):
            changed = has.keys() - had.keys()
            if told := changed | (groups.get(fact, _NOBODY) & reach.groups):
                found[fact] = told
            via.update({(fact, person): has[person] for person in changed if has[person]})
    return plain[0], plain[1], via


class _ContactGroupReach:
    """Who reaches contact groups, now and before the changes, and through which user groups; () when directly."""

    def __init__(self, connection: sqlite3.Connection, number: int, gained: Holders, lost: Holders) -> None:
        self._connection, self._gained, self._lost = connection, gained, lost
        self._grants = facts_at("grants", number)
        self.groups = {one for (one,) in connection.execute("SELECT id FROM things WHERE kind = ?", (GROUP,))}
        """Ids of user groups."""
        self._now: dict[int, set[int]] = defaultdict(set)
        """By contact group, the user groups in it."""
        for target, group in select_in(
            connection,
            f"SELECT target, principal FROM {self._grants} WHERE kind = {CONTACT} AND principal IN ({{}})",
            sorted(self.groups),
        ):
            self._now[target].add(group)

    def _groups_then(self, target: int) -> Set[int]:
        fact = fact_of(CONTACT, target)
        return (self._now[target] - self._gained.get(fact, _NOBODY)) | (self._lost.get(fact, _NOBODY) & self.groups)

    def affected(self) -> dict[int, set[int]]:
        """By contact group, the people whose access to it may have changed."""
        found: dict[int, set[int]] = defaultdict(set)
        moved: dict[int, set[int]] = defaultdict(set)
        for some in (self._gained, self._lost):
            for fact, principals in some.items():
                target, kind = target_and_kind(fact)
                if kind == MEMBER:
                    moved[target] |= principals
                elif kind == CONTACT:
                    found[target] |= principals - self.groups
                    for group in principals & self.groups:
                        found[target].update(self._members(group))
        for target in {*self._now, *found}:
            for group in (self._now[target] | self._groups_then(target)) & moved.keys():
                found[target] |= moved[group]
        return found

    def _members(self, group: int) -> list[int]:
        sql = f"SELECT principal FROM {self._grants} WHERE target = ? AND kind = {MEMBER}"
        return [person for (person,) in self._connection.execute(sql, (group,))]

    def now(self, target: int, people: Set[int]) -> dict[int, tuple[int, ...]]:
        """Return who of `people` reaches a contact group, and through which groups."""
        return self._reaching(target, self._now[target], people, self._among)

    def then(self, target: int, people: Set[int]) -> dict[int, tuple[int, ...]]:
        """Return the same for before the changes."""
        return self._reaching(target, self._groups_then(target), people, self._among_then)

    def _reaching(
        self, target: int, groups: Set[int], people: Set[int], among: Callable[[int, Set[int]], Set[int]]
    ) -> dict[int, tuple[int, ...]]:
        found: dict[int, tuple[int, ...]] = {}
        for group in sorted(groups):
            for person in among(fact_of(MEMBER, group), people):
                found[person] = (*found.get(person, ()), group)
        found.update(dict.fromkeys(among(fact_of(CONTACT, target), people), ()))
        return found

    def _among(self, fact: int, people: Set[int]) -> Set[int]:
        sql = f"SELECT principal FROM {self._grants} WHERE {OF_FACT_SQL} AND principal IN ({{}})"
        rows = select_in(self._connection, sql, sorted(people), before=target_and_kind(fact))
        return {principal for (principal,) in rows}

    def _among_then(self, fact: int, people: Set[int]) -> Set[int]:
        gained, lost = self._gained.get(fact, _NOBODY), self._lost.get(fact, _NOBODY)
        return (self._among(fact, people) - gained) | (lost & people)
