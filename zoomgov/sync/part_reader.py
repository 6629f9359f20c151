"""Reading the parts of a sync, and deciding what may be missing: one list, one part, or nothing."""

from __future__ import annotations

from collections import Counter
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from zoomgov.model.syncs import ListKey, NotRead
from zoomgov.sync import parts, rows
from zoomgov.sync.list_reader import CLOSES_THE_PART, ListReader, ends_the_sync, together, unread
from zoomgov.sync.outcome import ListOutcome
from zoomgov.sync.records import decode_list
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.limits import Tier
from zoomgov.zoom.scopes import ScopeKind, app_kind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

    from zoomgov.model.kinds import GrantKind
    from zoomgov.sync.background_writer import BackgroundWriter
    from zoomgov.sync.list_reader import Beside
    from zoomgov.sync.outcome import Decode, ListedResource, Split
    from zoomgov.sync.parts import Part
    from zoomgov.sync.reporter import Reporter
    from zoomgov.zoom.client import TokenInfo, ZoomClient

    ReadResource = Callable[[ListedResource], Awaitable[int]]
    """Reads what belongs to one resource and gives the number of rows."""

LISTS_IN_FLIGHT: Final = 24
"""Lists of one part read concurrently; the rate limiter decides how fast."""
MAX_FAILURES: Final = 5
"""Lists that may be lost to server errors; with one more the whole sync is put off. With one more refused list of a
part of which none could be read, no further one is asked for."""
HIDDEN: Final = 5_000
"""People more than the app sees, or than anything counts, who may be on one list."""
MOST_RESOURCES: Final = 5_000
"""Groups that an account may have (Zoom's API docs); for contact groups and roles no limit is published."""
_MAY_PASS: Final = frozenset({ErrorKind.SERVER, ErrorKind.RATE_LIMIT})
"""Errors that the next sync need not meet."""


_OWNERS: Final[Mapping[str, tuple[Part, Decode]]] = {
    parts.GROUP_ADMINS.name: (parts.GROUPS, rows.group_rows),
    parts.GROUP_MEMBERS.name: (parts.GROUPS, rows.group_rows),
    parts.CONTACT_GROUP_MEMBERS.name: (parts.CONTACT_GROUPS, rows.contact_group_rows),
    parts.ROLE.name: (parts.ROLES, rows.role_rows),
    parts.ROLE_MEMBERS.name: (parts.ROLES, rows.role_rows),
}
"""The list of the resources that each part has a list for."""
_MEMBERS: Final = {parts.GROUPS.name: parts.GROUP_MEMBERS, parts.ROLES.name: parts.ROLE_MEMBERS}
"""The part with the members of groups, or of roles, whose user records name them too."""


class PartReader:
    """Reads parts, and keeps account of those that are not read."""

    def __init__(
        self,
        client: ZoomClient,
        writer: BackgroundWriter,
        report: Reporter,
        token: TokenInfo,
        without: frozenset[str],
    ) -> None:
        """`without`: capabilities (values of `Capability`) to leave out."""
        self.not_read: list[NotRead] = []
        self.deleted: set[str] = set()
        """Ids of resources that were deleted in Zoom during the sync."""
        self.unlisted = 0
        """Groups and roles that records of users name and Zoom's lists leave out."""
        self._missing: dict[ListKey, tuple[ListedResource, ZoomError]] = {}
        """Lists of which Zoom says that their resource does not exist, until the list of resources is asked again."""
        self._client = client
        self._writer = writer
        self._report = report
        self._lists = ListReader(client, writer, report)
        self._scopes = token.scopes
        self._without = without
        self.held: int | None = None
        """People that Zoom's roles count; None while that is not known."""
        self.most_people: Callable[[], int | None] = lambda: None
        """The most people there can be, as far as anything tells, while not all lists of users are read."""
        self._closed: set[str] = set()
        """Parts of which no further list is asked for."""
        self._failures = 0
        """Lists lost to server errors."""
        self._refused: Counter[str] = Counter()
        """Lists that Zoom refused or answered with something else, of each part."""
        self._given_up: dict[str, ZoomError] = {}
        """Parts of which one list after the other was refused and none read, and the last of the refusals."""
        self._errors: dict[str, ZoomError] = {}
        """The first of each part."""

    def raise_if_nothing_was_read(self) -> None:
        """Raise the first error, in the order of `parts.ALL`, when no list at all could be read.

        Raises:
            ZoomError: whichever answer came first, the same one is raised.
        """
        if not self._writer.finished and self._errors:
            raise next(self._errors[part.name] for part in parts.ALL if part.name in self._errors)

    # Lists of the whole account

    async def whole(
        self,
        part: Part,
        decode: Decode,
        *,
        query: Mapping[str, str | int] = {},
        urgent: bool = False,
        split: Split | None = None,
        most: Callable[[], int | None] = lambda: MOST_RESOURCES,
    ) -> ListOutcome | None:
        """Read a paged list of the account, as `guarded` does. The arguments are those of `ListReader.read`."""

        async def read(key: ListKey) -> ListOutcome:
            return await self._lists.read(part, decode, key=key, query=query, urgent=urgent, split=split, most=most)

        return await self.guarded(part, read)

    async def guarded(self, part: Part, read: Callable[[ListKey], Awaitable[ListOutcome]]) -> ListOutcome | None:
        """Read a list of the account unless it is read already, unwanted or out of reach; None when not read."""
        key = ListKey(part.name)
        if self._is_unwanted(part):
            return None
        if (done := self._writer.finished.get(key)) is not None:
            self._report.started(part, key, part.title)
            self._report.finished(key, done, done)
            return ListOutcome(done, done)
        if self._lacks_scope(part):
            self._miss(_no_scope(part, self._scopes))
            return None
        try:
            return await read(key)
        except ZoomError as error:
            self.go_on_without(part, error)
            return None

    async def again(self, part: Part, decode: Decode) -> bool:
        """Read a list of the account once more; False when that failed and what was read before is gone."""
        try:
            await self._lists.read(part, decode, most=lambda: MOST_RESOURCES)
        except ZoomError as error:
            self.go_on_without(part, error)
            return False
        return True

    # A list for each resource

    async def each(self, part: Part, resources: Sequence[ListedResource], read: ReadResource) -> None:
        """Read `part` of each resource, concurrently. If the scope is in doubt, one goes first to find out."""
        if self._is_unwanted(part):
            return
        if self._lacks_scope(part):
            if part is parts.ROLE:
                self._miss(_no_scope(part, self._scopes))
            self._closed.add(part.name)
            return
        finished = self._writer.finished
        todo = self._unread(part, resources)
        rows_before = sum(finished.get(ListKey(part.name, resource.id), 0) for resource in resources)
        self._report.planned(part, len(resources), len(resources) - len(todo), rows_before)
        waiting = iter(todo)
        if todo and not part.allowed(self._scopes):
            await self._one(part, next(waiting), read)
        workers = min(LISTS_IN_FLIGHT, len(todo))
        await together(*(self._read_waiting(part, waiting, read) for _ in range(workers)))
        await self._look_for_missing(part)

    def _unread(self, part: Part, resources: Sequence[ListedResource]) -> list[ListedResource]:
        """Those whose list is neither read nor known to be unreadable."""
        known = {*self._writer.finished, *(ListKey(gap.part, gap.target) for gap in self.not_read)}
        return [resource for resource in resources if ListKey(part.name, resource.id) not in known]

    async def each_list(
        self, part: Part, resources: Sequence[ListedResource], kind: GrantKind, *, only_new: bool = False
    ) -> None:
        """Read the list of principals of each resource, as `each` does.

        Args:
            only_new: do nothing when each of these lists is read, or noted as not read.
        """
        if only_new and not (part.name not in self._closed and self._unread(part, resources)):
            return

        async def read(resource: ListedResource) -> int:
            return (await self.principals(part, resource, kind)).read

        await self.each(part, resources, read)

    async def principals(
        self, part: Part, resource: ListedResource, kind: GrantKind, beside: Beside | None = None
    ) -> ListOutcome:
        """Read the members, admins or holders of one resource. `beside` is that of `ListReader.read`."""
        return await self._lists.read(
            part,
            partial(rows.principal_rows, kind, resource.id),
            key=ListKey(part.name, resource.id),
            path={part.path_key: resource.id},
            title=part.title.format(resource.name),
            beside=beside,
            most=self._most_principals,
        )

    def _most_principals(self) -> int | None:
        """The most people and groups that one list of members, admins or holders can have; None while nothing tells."""
        finished = self._writer.finished
        lists = [ListKey(part.name) for part in parts.USERS.values()]
        read = sum(finished[key] for key in lists) if all(key in finished for key in lists) else self.most_people()
        if read is None:
            return None
        return max(read, self.held or 0) + finished.get(ListKey(parts.GROUPS.name), 0) + HIDDEN

    async def _read_waiting(self, part: Part, waiting: Iterator[ListedResource], read: ReadResource) -> None:
        for resource in waiting:
            if part.name in self._closed:
                return
            if (error := self._given_up.get(part.name)) is not None:
                self._miss(unread(part, error, resource.id, resource.name))
                continue
            await self._one(part, resource, read)

    async def _one(self, part: Part, resource: ListedResource, read: ReadResource) -> None:
        try:
            rows_read = await read(resource)
        except ZoomError as error:
            if error.kind is not ErrorKind.NOT_FOUND:
                self.go_on_without(part, error, resource)
                return
            key = ListKey(part.name, resource.id)
            self._missing[key] = (resource, error)
            await self._writer.restart(key)
            rows_read = 0
        self._report.one_done(part, rows_read)

    async def _look_for_missing(self, part: Part) -> None:
        """Ask for the list of resources once more, where Zoom said that some of them do not exist.

        Those that are gone were deleted meanwhile. One that is still listed has a list that cannot be read.
        """
        missing = {key: found for key, found in self._missing.items() if key.part == part.name}
        if not missing:
            return
        self._missing = {key: found for key, found in self._missing.items() if key.part != part.name}
        owner, decode = _OWNERS[part.name]
        listed = await self._ids(owner, decode)
        for key, (resource, error) in missing.items():
            if listed is None or resource.id in listed:
                self._errors.setdefault(part.name, error)
                self._miss(unread(part, error, resource.id, resource.name))
                continue
            await self.take_as_deleted(owner, resource.id)
            await self._writer.finish(key, None)
            self._report.note(f"{part.title.format(resource.name)}: it was deleted while the sync ran.")
        if listed is not None and any(key.target not in listed for key in missing):
            await self.again(owner, decode)

    async def take_as_deleted(self, owner: Part, target: str) -> None:
        """Take it that nobody is in a group or role that is no longer listed, though records read before name it."""
        self.deleted.add(target)
        if (members := _MEMBERS.get(owner.name)) is not None:
            key = ListKey(members.name, target)
            await self._writer.restart(key)
            await self._writer.finish(key, None)

    async def _ids(self, owner: Part, decode: Decode) -> set[str] | None:
        """Ids of the resources that are listed now; None when that cannot be read."""
        found: set[str] = set()
        try:
            async with aclosing(self._client.pages(owner.endpoint)) as pages:
                async for page in pages:
                    found.update(map(str, decode(decode_list(owner.endpoint, page.body)).identities()))
        except ZoomError as error:
            if ends_the_sync(error):
                raise
            return None
        return found

    def note_unlisted(self, owner: Part, target: str, people: int) -> None:
        """Note a group or role that records of users name and its list leaves out."""
        self.unlisted += 1
        reason = f"The records of {people:,} users name it, and {owner.endpoint.template} leaves it out."
        self._miss(NotRead(owner.name, target, reason))

    def note_gap(self, gap: NotRead) -> None:
        """Note what the sync could not read, found out by somebody else."""
        self._miss(gap)

    def require(self, part: Part, resource: ListedResource, reason: str) -> None:
        """Note that the sync is not complete without one list that was not read."""
        for place, gap in enumerate(self.not_read):
            if gap.part == part.name and gap.target in ("", resource.id):
                self.not_read[place] = replace(gap, required=True)
                return
        self._miss(NotRead(part.name, resource.id, reason, (_scope_of(part, self._scopes),), name=resource.name))

    # What may fail alone

    def go_on_without(self, part: Part, error: ZoomError, resource: ListedResource | None = None) -> None:
        """Go on without a list that cannot be read, or raise when nothing else could be read either.

        Args:
            resource: the one whose list failed; None when it is the list of the whole account.
        """
        self._errors.setdefault(part.name, error)
        if ends_the_sync(error) and (part.required or error.kind is not ErrorKind.DAILY_LIMIT):
            raise error
        if error.kind is ErrorKind.PLAN and not self._client.limits.learnt:
            self._client.set_tier(Tier.FREE)
        if error.kind in CLOSES_THE_PART or resource is None:
            if part.name in self._closed:
                return
            self._closed.add(part.name)
            self._miss(unread(part, error))
            return
        self._miss(unread(part, error, resource.id, resource.name))
        if error.kind in _MAY_PASS:
            self._failures += 1
            if self._failures > MAX_FAILURES:
                raise error
            return
        # an answer, and the same one next time: what else there is must not be lost for it
        self._refused[part.name] += 1
        if self._refused[part.name] > MAX_FAILURES and not any(key.part == part.name for key in self._writer.finished):
            self._given_up[part.name] = error

    def _is_unwanted(self, part: Part) -> bool:
        if part.capability not in self._without:
            return False
        self._miss(NotRead(part.name, "", "You chose to go on without it.", required=False))
        return True

    def _lacks_scope(self, part: Part) -> bool:
        """Whether the token names its scopes and none of them is for an optional part; required parts are tried."""
        return bool(self._scopes) and not part.required and not part.need.may_be_met_by(self._scopes)

    def _miss(self, not_read: NotRead) -> None:
        self.not_read.append(not_read)
        self._report.not_read(ListKey(not_read.part, not_read.target), not_read)


def _no_scope(part: Part, held: frozenset[str]) -> NotRead:
    reason = f"The app has no scope for {part.endpoint.template}."
    return NotRead(part.name, "", reason, (_scope_of(part, held),), False)


def _scope_of(part: Part, held: frozenset[str]) -> str:
    """The one scope to add for a part, of the kind of those the app holds."""
    return part.need.tick(app_kind(held) or ScopeKind.GRANULAR)
