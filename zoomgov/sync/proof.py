"""Proving that a sync is complete: what was read, held against the numbers Zoom counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zoomgov.model.syncs import Disagreement, ListKey
from zoomgov.sync import parts, rows
from zoomgov.sync.membership import member_list_differences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zoomgov.model.kinds import GrantKind
    from zoomgov.sync.background_writer import BackgroundWriter
    from zoomgov.sync.outcome import ListedResource
    from zoomgov.sync.part_reader import PartReader
    from zoomgov.sync.parts import Part
    from zoomgov.sync.people_reader import PeopleReader

_CONVENTIONS: Final = (
    frozenset({"active", "inactive", "pending"}),
    frozenset({"active", "inactive"}),
    frozenset({"active", "pending"}),
    frozenset({"active"}),
)
"""Statuses `total_members` may count. Zoom does not say whether deactivated and invited people are in it."""


class Proof:
    """Reads whatever it takes to explain a difference, and notes those that stay."""

    def __init__(self, writer: BackgroundWriter, reader: PartReader, people: PeopleReader, *, thorough: bool) -> None:
        """`thorough`: read every member list, not only those of resources whose count differs."""
        self.disagreements: list[Disagreement] = []
        self._writer = writer
        self._reader = reader
        self._people = people
        self._thorough = thorough

    async def prove(self, owner: Part, members: Part, kind: GrantKind, what: str) -> None:
        """Compare the membership read off the user lists with Zoom's counts; read member lists where they differ.

        Args:
            owner: groups or roles, whose list has `total_members`.
            members: the part with a member list for each of them.
            what: names a disagreement, before the name of the resource: `members of group`.
        """
        finished = self._writer.finished
        if ListKey(owner.name) not in finished or ListKey(parts.USERS["active"].name) not in finished:
            return
        compared = await self._compare(owner, kind)
        if compared.differing:
            # counted at another moment than the users were read: ask for the counts of now before anything longer
            if not await self._reader.again(owner, rows.group_rows if owner is parts.GROUPS else rows.role_rows):
                return
            compared = await self._compare(owner, kind)
        if compared.differing and await self._people.read_again("drifted"):
            compared = await self._compare(owner, kind)
        resources = await self._writer.resources(owner.name)
        wanted = [resource for resource in resources if self._thorough or resource.id in compared.differing]
        if wanted:
            await self._people.read_again("unheard")
            await self._read_members(members, wanted, kind, compared.counted)
            compared = await self._compare(owner, kind)
        names = {resource.id: resource.name for resource in resources}
        source = f"total_members of {owner.endpoint.template}"
        self.disagreements += [
            Disagreement(f"{what} {names.get(target, target)}", read, expected, source)
            for target, (read, expected) in compared.differing.items()
            if ListKey(members.name, target) not in self._reader.deleted
        ]

    async def _read_members(
        self, part: Part, resources: list[ListedResource], kind: GrantKind, counted: frozenset[str]
    ) -> None:
        """Read member lists, and keep beside each of them the people of the user lists it leaves out."""
        membership = self._people.membership

        async def read(resource: ListedResource) -> int:
            beside = membership.beside(kind, resource.id, counted)
            outcome = await self._reader.principals(part, resource, kind, beside)
            if self._thorough:
                told = membership.of(kind, resource.id, counted)
                self.disagreements += member_list_differences(part, resource, told, outcome)
            return outcome.read

        await self._reader.each(part, resources, read)

    async def _compare(self, owner: Part, kind: GrantKind) -> CountComparison:
        resources = await self._writer.resources(owner.name)
        totals = {resource.id: resource.total for resource in resources}
        return compare_counts(totals, await self._writer.member_counts(kind))

    async def note_unequal_lists(self) -> None:
        """Note the lists that are not as long as Zoom says, those of an interrupted run too."""
        names: dict[str, str] = {}
        for owner in (parts.GROUPS, parts.CONTACT_GROUPS, parts.ROLES):
            names |= {resource.id: resource.name for resource in await self._writer.resources(owner.name)}
        for key, (read, expected) in (await self._writer.unequal_lists()).items():
            title = parts.BY_NAME[key.part].title.format(names.get(key.target, key.target))
            self.disagreements.append(Disagreement(title, read, expected, parts.source_of(key.part)))


@dataclass(frozen=True, slots=True)
class CountComparison:
    """Membership as it was read beside Zoom's counts."""

    counted: frozenset[str] = _CONVENTIONS[0]
    """Statuses of the people Zoom's counts include."""
    differing: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By id: members read, and the number Zoom gives."""


def compare_counts(totals: Mapping[str, int | None], counts: Mapping[str, Mapping[str, int]]) -> CountComparison:
    """Compare the members read of each resource with Zoom's number.

    One convention is chosen for the whole account: the one that explains the most. Were each resource free to
    choose, a missing member and a deactivated one could hide each other.

    Args:
        totals: `total_members` by id; None where Zoom gave no number, which proves nothing either way.
        counts: members read, by id and user status; "" is somebody in no user list.
    """
    best: CountComparison | None = None
    for convention in _CONVENTIONS:
        found: dict[str, tuple[int, int]] = {}
        for target, total in totals.items():
            if total is None:
                continue
            read = sum(count for status, count in counts.get(target, {}).items() if status in convention or not status)
            if read != total:
                found[target] = (read, total)
        if best is None or len(found) < len(best.differing):
            best = CountComparison(convention, found)
    return best or CountComparison()
