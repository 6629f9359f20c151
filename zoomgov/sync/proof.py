"""Proving that a sync is complete: what was read, held against the numbers Zoom counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zoomgov.model.kinds import GrantKind
from zoomgov.model.syncs import Disagreement, ListKey, NotRead
from zoomgov.sync import parts, rows
from zoomgov.sync.membership import SingleUsers, Union, contradicted, differences
from zoomgov.zoom.values import as_strings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from zoomgov.sync.background_writer import BackgroundWriter
    from zoomgov.sync.outcome import ListedResource
    from zoomgov.sync.part_reader import PartReader, ReadResource
    from zoomgov.sync.parts import Part
    from zoomgov.sync.people_reader import PeopleReader
    from zoomgov.zoom.client import ZoomClient

_CONVENTIONS: Final = (
    frozenset({"active"}),
    frozenset({"active", "inactive"}),
    frozenset({"active", "pending"}),
    frozenset({"active", "inactive", "pending"}),
)
"""Statuses `total_members` may count. Zoom does not say whether deactivated and invited people are in it."""
_FEW: Final = 2
"""So few equal counts do not prove that deactivated or invited people are counted: a missing active one may hide
behind one of them."""


_ASKED: Final = 5
"""Users asked for one by one to see whether their own record names groups that a list leaves out."""
_MOST_ASKED: Final = 15
"""The same where records of a list are known to leave groups out."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A sort of membership to prove."""

    owner: Part
    """Groups or roles, whose list has `total_members`."""
    members: Part
    """The part with a member list for each of them."""
    kind: GrantKind
    what: str
    """Names a disagreement, before the name of the resource: `members of group`."""


GROUPS: Final = Subject(parts.GROUPS, parts.GROUP_MEMBERS, GrantKind.GROUP_MEMBER, "members of group")
ROLES: Final = Subject(parts.ROLES, parts.ROLE_MEMBERS, GrantKind.ROLE, "holders of role")


class Proof:
    """Reads whatever it takes to explain a difference, and notes those that stay.

    The records of users name groups and roles, but Zoom leaves `group_ids` out for people in no group, and may leave
    out any field. So they prove nothing by what they do not name: a count of Zoom's or a member list has to agree.
    """

    def __init__(
        self, client: ZoomClient, writer: BackgroundWriter, reader: PartReader, people: PeopleReader, *, thorough: bool
    ) -> None:
        """`thorough`: read every member list, not only those of resources whose count differs."""
        self.disagreements: list[Disagreement] = []
        self.cut_short = 0
        """Member lists that were read to their end and hold fewer than Zoom counts of the group or role."""
        self.singles = SingleUsers(client)
        self._union = Union(writer, self.singles)
        self._writer = writer
        self._reader = reader
        self._people = people
        self._thorough = thorough

    async def strangers(self) -> int:
        """The most people that one member list has who are in no list of users."""
        kinds: dict[str, GrantKind] = {GROUPS.members.name: GROUPS.kind, ROLES.members.name: ROLES.kind}
        counts = [(await self._writer.beside(key, kinds[key.part])).strangers for key in self._union.found]
        return max(counts, default=0)

    async def prove(self, subject: Subject) -> None:
        """Compare the membership read off the user lists with Zoom's counts; read member lists where they differ."""
        finished = self._writer.finished
        owner = subject.owner
        if ListKey(owner.name) not in finished:
            return
        compared = await self._compare(subject)
        if subject is GROUPS and not await self._writer.resources(owner.name):
            await self._note_no_list()
        if ListKey(parts.USERS["active"].name) not in finished:  # numbers of members prove nothing without them
            await (self._note_roles() if subject is ROLES else self._note_silence(compared, all_read=False))
            return
        before = {resource.id for resource in await self._writer.resources(owner.name)}
        if compared.differing or compared.unlisted:
            # counted at another moment than the users were read: ask for the counts of now before anything longer
            if not await self._reader.again(owner, rows.group_rows if owner is parts.GROUPS else rows.role_rows):
                return
            compared = await self._compare(subject)
        if (compared.differing or compared.unlisted) and await self._people.read_drifted():
            compared = await self._compare(subject)
        resources = await self._writer.resources(owner.name)
        needed = await self._needed(subject, resources, compared)
        wanted = [resource for resource in resources if self._thorough or resource.id in needed]
        if wanted:
            await self._reader.each(subject.members, wanted, self._read(subject))
            compared = await self._compare(subject)
        self._note(subject, resources, compared)
        for target, people in compared.unlisted.items():
            if target in before:
                await self._reader.take_as_deleted(owner, target)
            elif target not in self._reader.deleted:
                self._reader.note_unlisted(owner, target, people)
        for resource in wanted:
            key = ListKey(subject.members.name, resource.id)
            if resource.total is None and key not in finished and resource.id in needed:
                reason = f"Zoom gives no number of its members, and the app has no scope for {_template(subject)}."
                self._reader.require(subject.members, resource, reason)
        await (self._note_roles() if subject is ROLES else self._note_silence(compared))

    async def _needed(
        self, subject: Subject, resources: Collection[ListedResource], compared: CountComparison
    ) -> set[str]:
        """Ids of the resources whose membership is not proved without their member list."""
        doubtful = {*compared.differing, *compared.leaning}
        without_total = {resource.id for resource in resources if resource.total is None}
        if subject is GROUPS:
            # where no record names a group, nothing but numbers says that there is nobody in any
            return doubtful | without_total if compared.members else {resource.id for resource in resources}
        # everybody has exactly one role: where each record names it, nobody is missing
        return doubtful | without_total if await self._writer.without_role() else set(compared.differing)

    def _read(self, subject: Subject) -> ReadResource:
        """Reads one member list, with the people beside it."""

        async def read(resource: ListedResource) -> int:
            async def beside(key: ListKey) -> int:
                return await self._union.stage(key, subject.kind)

            return (await self._reader.principals(subject.members, resource, subject.kind, beside)).read

        return read

    def _note(self, subject: Subject, resources: Collection[ListedResource], compared: CountComparison) -> None:
        source = f"total_members of {subject.owner.endpoint.template}"
        for resource in resources:
            key = ListKey(subject.members.name, resource.id)
            read, expected = compared.differing.get(resource.id, (0, 0))
            beside = self._union.found.get(key)
            left_out = 0
            if beside is not None and (self._thorough or resource.total is None or read != expected):
                on_list = self._writer.finished[key] - len(beside.left_out)
                self.disagreements += differences(subject.members, resource, beside, on_list, thorough=self._thorough)
                left_out = contradicted(beside)
            if read != expected and read - left_out != expected and resource.id not in self._reader.deleted:
                what = f"{subject.what} {resource.name}"
                self.disagreements.append(Disagreement(what, read, expected, source, *key))
                self.cut_short += key in self._writer.finished and read < expected

    async def _note_roles(self) -> None:
        for status, people in (await self._writer.without_role()).items():
            everyone = (await self._writer.people()).get(status, 0)
            source = f"{status} users, each of whom has a role"
            self.disagreements.append(Disagreement(f"roles of {status} users", everyone - people, everyone, source))

    async def _note_no_list(self) -> None:
        """Note that groups are not read where GET /groups answers without a list, and single users are in some."""
        if ListKey(parts.GROUPS.name) not in self._writer.without_list:
            return
        for user in await self._writer.some_of("active", _ASKED) or ("me",):
            record = await self.singles.record(user)
            if record is not None and as_strings(record.get("group_ids")):
                reason = "Zoom's answer holds no list, and the records of single users name groups."
                self._reader.note_gap(NotRead(parts.GROUPS.name, "", reason))
                return

    async def _note_silence(self, compared: CountComparison, *, all_read: bool = True) -> None:
        """Note statuses of which records name no groups, where nothing else tells that they are in none.

        Args:
            all_read: whether the list of active users was read.
        """
        recorded, people = await self._writer.recorded(GrantKind.GROUP_MEMBER), await self._writer.people()
        listed = {status for beside in self._union.found.values() for status in beside.statuses}
        if all_read and not compared.members:
            return
        omitted = await self._writer.omitted(_ASKED) if self._union.found else (0, [])
        for status in ("inactive", "pending"):
            if not people.get(status) or status in listed:
                continue
            if recorded.get(status) and not (omitted[0] and status == "inactive"):
                continue
            if status == "pending" and recorded:  # invitations hold hardly anything
                continue
            silent = await self._writer.silent(status, _MOST_ASKED if omitted[0] else _ASKED)
            if not silent[0] or (recorded and await self._say_none(silent, omitted)):
                continue
            named = people[status] - silent[0]
            source = f"{status} users: no record names a group, and Zoom's member lists leave them out"
            self.disagreements.append(Disagreement(f"groups of {status} users", named, people[status], source))

    async def _say_none(self, silent: tuple[int, list[str]], omitted: tuple[int, list[str]]) -> bool:
        """Whether the records of single users name no group either, as far as they are asked for.

        Args:
            silent: how many users nothing names a group of, and some of them.
            omitted: the same of users whose records leave out groups that they are in: are these in the records of
                single users, which then are to be believed?
        """
        for user in omitted[1]:
            record = await self.singles.record(user)
            if record is None or not as_strings(record.get("group_ids")):
                return False
        for user in silent[1]:
            record = await self.singles.record(user)
            if record is None or record.get("group_ids"):
                return False
        return omitted[0] <= _FEW or silent[0] <= len(silent[1])

    async def _compare(self, subject: Subject) -> CountComparison:
        resources = await self._writer.resources(subject.owner.name)
        totals = {resource.id: resource.total for resource in resources}
        return compare_counts(totals, await self._writer.member_counts(subject.kind))

    async def note_unequal_lists(self) -> None:
        """Note the lists that are not as long as Zoom says, those of an interrupted run too."""
        names: dict[str, str] = {}
        for owner in (parts.GROUPS, parts.CONTACT_GROUPS, parts.ROLES):
            names |= {resource.id: resource.name for resource in await self._writer.resources(owner.name)}
        for key, (read, expected) in (await self._writer.unequal_lists()).items():
            title = parts.BY_NAME[key.part].title.format(names.get(key.target, key.target))
            self.disagreements.append(Disagreement(title, read, expected, parts.source_of(key.part), *key))


def _template(subject: Subject) -> str:
    return subject.members.endpoint.template


@dataclass(frozen=True, slots=True)
class CountComparison:
    """Membership as it was read beside Zoom's counts."""

    differing: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By id: members read, and the number Zoom gives."""
    leaning: frozenset[str] = frozenset()
    """Ids whose number is right only if deactivated or invited people are counted, where hardly any other shows it."""
    unlisted: dict[str, int] = field(default_factory=dict)
    """Ids that records of users name and Zoom's list leaves out: how many people name them."""
    members: int = 0
    """Members read, of all."""


def compare_counts(totals: Mapping[str, int | None], counts: Mapping[str, Mapping[str, int]]) -> CountComparison:
    """Compare the members read of each resource with Zoom's number.

    One convention is chosen for the whole account: the one that explains the most. Were each resource free to
    choose, a missing member and a deactivated one could hide each other.

    Args:
        totals: `total_members` by id; None where Zoom gave no number, which proves nothing either way.
        counts: members read, by id and user status; "" is somebody in no user list.
    """
    by_convention: list[dict[str, tuple[int, int]]] = []
    for convention in _CONVENTIONS:
        found: dict[str, tuple[int, int]] = {}
        for target, total in totals.items():
            if total is None:
                continue
            read = sum(count for status, count in counts.get(target, {}).items() if status in convention or not status)
            if read != total:
                found[target] = (read, total)
        by_convention.append(found)
    # of equally good ones the last: who is counted in most ways is missed in none
    differing = min(reversed(by_convention), key=lambda found: (len(found), sum(abs(n - m) for n, m in found.values())))
    leaning = by_convention[0].keys() - differing.keys()
    return CountComparison(
        differing=differing,
        leaning=frozenset(leaning) if len(leaning) <= _FEW else frozenset(),
        unlisted={target: sum(found.values()) for target, found in counts.items() if target not in totals and found},
        members=sum(sum(found.values()) for found in counts.values()),
    )
