"""One reading of the whole account: what runs beside what, what may fail alone, and when it is proved complete."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from zoomgov.model.kinds import GrantKind
from zoomgov.model.syncs import Disagreement, ListKey, NotRead
from zoomgov.sync import parts, rows
from zoomgov.sync.background_writer import BackgroundWriter
from zoomgov.sync.list_reader import CLOSES_THE_PART, ListReader, ends_the_sync, together, unread
from zoomgov.sync.membership import UserListMembership
from zoomgov.sync.outcome import ListOutcome
from zoomgov.sync.proof import Proof, prove
from zoomgov.sync.reporter import Reporter
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.limits import Tier, tier_of_plan
from zoomgov.zoom.records import decode_object, text

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
    from typing import Any

    from zoomgov.sync.outcome import Decode, ListedResource, Query, Split
    from zoomgov.sync.parts import Part
    from zoomgov.zoom.client import TokenInfo, ZoomClient

LISTS_IN_FLIGHT: Final = 24
"""Lists of one part read side by side; the limiter decides how fast."""
WORTH_SPLITTING: Final = 0.7
"""Largest part of the active users one role may have for the list to be read role by role."""
MAX_RECOUNTS: Final = 3
"""How often the lists of people are read again because their numbers change: a very busy account has no calm moment."""
MAX_FAILURES: Final = 5
"""Lists lost to server errors before the whole sync is put off."""


class Run:
    """One sync: what has been read, what could not be, and what does not add up."""

    def __init__(
        self,
        client: ZoomClient,
        staging: BackgroundWriter,
        report: Reporter,
        token: TokenInfo,
        *,
        thorough: bool,
        without: frozenset[str],
    ) -> None:
        self.not_read: list[NotRead] = []
        self.disagreements: list[Disagreement] = []
        self._client = client
        self._staging = staging
        self._report = report
        self._reading = ListReader(client, staging, report)
        self._scopes = token.scopes
        self._thorough = thorough
        self._without = without
        self._members = UserListMembership(everyone=thorough)
        staging.recognises = not thorough
        self._counted: dict[GrantKind, frozenset[str]] = {}
        self._roles_read = asyncio.Event()
        self._user_lists: dict[str, ListOutcome] = {}
        self._closed: set[str] = set()
        self._gone: set[ListKey] = set()
        self._failures = 0
        self._errors: dict[str, ZoomError] = {}
        """The first of each part."""

    async def everything(self) -> None:
        """Read all lists, the active users first: their chain of pages takes the longest."""
        await together(
            self._people(),
            self._groups(),
            self._contact_groups(),
            self._roles(),
            self._plan_usage(),
            self._im_groups(),
        )
        if not self._staging.finished and self._errors:
            # whichever answer came first: that of the part that comes first
            raise next(self._errors[part.name] for part in parts.ALL if part.name in self._errors)
        await self._count_people_again()
        await self._prove(parts.GROUPS, parts.GROUP_MEMBERS, GrantKind.GROUP_MEMBER, "members of group")
        await self._prove(parts.ROLES, parts.ROLE_MEMBERS, GrantKind.ROLE, "holders of role")
        await self._note_unequal_lists()

    # The lists of the account

    async def _people(self) -> None:
        await together(*(self._users(status) for status in parts.USERS))
        if not any(outcome.drifted for outcome in self._user_lists.values()):  # or they may be read again
            await self._staging.write_ahead()

    async def _users(self, status: str) -> None:
        part = parts.USERS[status]
        read_before = ListKey(part.name) in self._staging.finished
        outcome = await self._whole(
            part,
            self._members.pages(status),
            query={"status": status},
            urgent=True,  # the longest chains of pages; and once all people are read, they are written beside the rest
            split=self._by_role if status == "active" else None,
        )
        if outcome is not None:
            self._user_lists[status] = outcome
            if not read_before:
                self._members.heard.add(status)

    async def _by_role(self, total: int) -> list[Query] | None:
        """Queries that cut a long list of active users into chains, one a role; None when one role has most people."""
        await self._roles_read.wait()
        if ListKey(parts.ROLES.name) not in self._staging.finished:
            return None
        roles = await self._staging.things(parts.ROLES.name)
        if not roles or max(role.total or 0 for role in roles) > total * WORTH_SPLITTING:
            return None
        self._report.note(f"Reading {total} active users role by role, side by side.")
        return [{"status": "active", "role_id": role.id} for role in roles]

    async def _count_people_again(self) -> None:
        """Ask how many people there are by now, where somebody came or went while they were listed, or an interrupted
        run listed some of them. Who is deactivated between the reading of two lists is in neither; the counts tell."""
        lists = {status: ListKey(part.name) for status, part in parts.USERS.items()}
        finished = self._staging.finished
        for _ in range(MAX_RECOUNTS):
            here = [status for status, key in lists.items() if key in finished]
            if not any(status not in self._members.heard or self._user_lists[status].moved for status in here):
                return
            totals = await asyncio.gather(*map(self._count, here))
            again = [
                status
                for status, total in zip(here, totals, strict=True)
                if total is not None and total != finished[lists[status]]
            ]
            for status in again:
                self._report.restarted(lists[status], "The number of people in it has changed: read once more")
                del finished[lists[status]]
                await self._users(status)
            if not again:
                return

    async def _count(self, status: str) -> int | None:
        try:
            answer = await self._client.get(parts.USERS[status].endpoint, query={"status": status})
        except ZoomError as error:
            if ends_the_sync(error):
                raise
            return None
        return answer.total_records

    async def _groups(self) -> None:
        outcome = await self._whole(parts.GROUPS, rows.group_rows)
        if outcome is None:
            return
        await self._each(parts.GROUP_ADMINS, await self._staging.things(parts.GROUPS.name), GrantKind.GROUP_ADMIN)

    async def _contact_groups(self) -> None:
        if await self._whole(parts.CONTACT_GROUPS, rows.contact_group_rows) is not None:
            things = await self._staging.things(parts.CONTACT_GROUPS.name)
            await self._each(parts.CONTACT_GROUP_MEMBERS, things, GrantKind.CONTACT_GROUP_MEMBER)

    async def _roles(self) -> None:
        try:
            outcome = await self._whole(parts.ROLES, rows.role_rows)
        finally:
            self._roles_read.set()
        if outcome is not None:
            await self._each(parts.ROLE, await self._staging.things(parts.ROLES.name), None)

    async def _plan_usage(self) -> None:
        """Seats; and the plan, which tells how fast Zoom lets us go when no header does."""

        async def read(key: ListKey) -> ListOutcome:
            endpoint = parts.PLAN_USAGE.endpoint
            answer = await self._client.get(endpoint, path={"accountId": "me"})
            usage = decode_object(endpoint, answer.body)
            base = usage.get("plan_base")
            base = base[0] if isinstance(base, list) and base else base
            tier = tier_of_plan(text(base, "type")) if isinstance(base, dict) else None
            if tier is not None and not self._client.limits.learnt:
                self._client.set_tier(tier)
            await self._staging.stage_rows(key, rows.blob_rows(key.part, usage))
            await self._staging.finish(key, None)
            return ListOutcome(1, None)

        await self._guarded(parts.PLAN_USAGE, read)

    async def _im_groups(self) -> None:
        part = parts.IM_GROUPS
        if not any(scope in self._scopes for scope in part.need.classic):
            return  # granular apps have no IM groups to read, and miss nothing

        async def read(key: ListKey) -> ListOutcome:
            answer = await self._client.get(part.endpoint)
            await self._staging.stage_rows(key, rows.blob_rows(key.part, decode_object(part.endpoint, answer.body)))
            await self._staging.finish(key, None)
            return ListOutcome(1, None)

        await self._guarded(part, read)

    async def _whole(
        self,
        part: Part,
        decode: Decode,
        *,
        query: Mapping[str, str | int] = {},
        urgent: bool = False,
        split: Split | None = None,
    ) -> ListOutcome | None:
        async def read(key: ListKey) -> ListOutcome:
            return await self._reading.read(part, decode, key=key, query=query, urgent=urgent, split=split)

        return await self._guarded(part, read)

    async def _guarded(
        self, part: Part, read: Callable[[ListKey], Coroutine[Any, Any, ListOutcome]]
    ) -> ListOutcome | None:
        """Read a list of the whole account unless it is read already, unwanted or out of reach; None when not read."""
        key = ListKey(part.name)
        if part.capability in self._without:
            self._miss(NotRead(part.name, "", "You chose to go on without it.", required=False))
            return None
        if (done := self._staging.finished.get(key)) is not None:
            self._report.started(part, key, part.title)
            self._report.finished(key, done, done)
            return ListOutcome(done, done)
        if self._scopes and not part.required and not part.allowed(self._scopes):
            self._miss(_no_scope(part))
            return None
        try:
            return await read(key)
        except ZoomError as error:
            self._bear(part, error)
            return None

    async def _note_unequal_lists(self) -> None:
        names = {part.name: part for part in parts.ALL}
        things: dict[str, str] = {}
        for owner in (parts.GROUPS, parts.CONTACT_GROUPS, parts.ROLES):
            things |= {thing.id: thing.name for thing in await self._staging.things(owner.name)}
        for key, (read, expected) in (await self._staging.unequal_lists()).items():
            part = names[key.part]
            title = part.title.format(things.get(key.target, key.target))
            self.disagreements.append(Disagreement(title, read, expected, parts.source_of(part.name)))

    # The lists of each thing

    async def _each(self, part: Part, things: Sequence[ListedResource], kind: GrantKind | None) -> None:
        """Read a list for each thing, side by side. If the scope is in doubt, one goes first to find out."""
        if part.capability in self._without:
            self._miss(NotRead(part.name, "", "You chose to go on without it.", required=False))
            return
        if self._scopes and not part.required and not part.allowed(self._scopes):
            if part is parts.ROLE:
                self._miss(_no_scope(part))
            self._closed.add(part.name)
            return
        finished = self._staging.finished
        todo = [thing for thing in things if ListKey(part.name, thing.id) not in finished]
        rows_there = sum(finished.get(ListKey(part.name, thing.id), 0) for thing in things)
        self._report.planned(part, len(things), len(things) - len(todo), rows_there)
        waiting = iter(todo)
        if todo and not part.allowed(self._scopes):
            await self._one(part, next(waiting), kind)
        workers = min(LISTS_IN_FLIGHT, len(todo))
        await together(*(self._work_off(part, waiting, kind) for _ in range(workers)))

    async def _work_off(self, part: Part, waiting: Iterator[ListedResource], kind: GrantKind | None) -> None:
        for thing in waiting:
            if part.name in self._closed:
                return
            await self._one(part, thing, kind)

    async def _one(self, part: Part, thing: ListedResource, kind: GrantKind | None) -> None:
        key = ListKey(part.name, thing.id)
        path = {part.path_key: thing.id}
        try:
            if kind is None:
                answer = await self._client.get(part.endpoint, path=path)
                detail = rows.role_detail(thing.id, decode_object(part.endpoint, answer.body))
                await self._staging.stage_rows(key, detail)
                await self._staging.finish(key, None)
                read = 1
            else:
                decode = partial(rows.principal_rows, kind, thing.id)
                beside = self._members.beside(kind, thing.id, self._counted[kind]) if kind in self._counted else None
                title = part.title.format(thing.name)
                outcome = await self._reading.read(part, decode, key=key, path=path, title=title, beside=beside)
                if self._thorough and kind in self._counted:
                    self._note_differences(part, thing, kind, outcome)
                read = outcome.read
        except ZoomError as error:
            if error.kind is not ErrorKind.NOT_FOUND:
                self._bear(part, error, thing)
                return
            self._gone.add(key)
            await self._staging.restart(key)
            await self._staging.finish(key, None)
            self._report.note(f"{part.title.format(thing.name)}: it was deleted while the sync ran.")
            read = 0
        self._report.one_done(part, read)

    # What may fail alone

    def _bear(self, part: Part, error: ZoomError, thing: ListedResource | None = None) -> None:
        """Go on without a list that cannot be read, or raise when nothing else could be read either."""
        self._errors.setdefault(part.name, error)
        if ends_the_sync(error) and (part.required or error.kind is not ErrorKind.DAILY_LIMIT):
            raise error
        if error.kind is ErrorKind.PLAN and not self._client.limits.learnt:
            self._client.set_tier(Tier.FREE)
        if error.kind in CLOSES_THE_PART or thing is None:
            if part.name in self._closed:
                return
            self._closed.add(part.name)
            self._miss(unread(part, error))
            return
        self._failures += 1
        if self._failures > MAX_FAILURES:
            raise error
        self._miss(unread(part, error, thing.id))

    def _miss(self, not_read: NotRead) -> None:
        self.not_read.append(not_read)
        self._report.not_read(ListKey(not_read.part, not_read.target), not_read)

    # Proof

    async def _prove(self, owner: Part, members: Part, kind: GrantKind, what: str) -> None:
        """Hold the membership read off the user list against Zoom's own counts; read member lists where they differ."""
        finished = self._staging.finished
        if ListKey(owner.name) not in finished or ListKey(parts.USERS["active"].name) not in finished:
            return
        proof = await self._compare(owner, kind)
        if proof.differing:
            # counted at another moment than the users were read: ask for the counts of now before anything longer
            decode = rows.group_rows if owner is parts.GROUPS else rows.role_rows
            try:
                await self._reading.read(owner, decode)
            except ZoomError as error:
                self._bear(owner, error)
                return
            proof = await self._compare(owner, kind)
        if proof.differing and await self._read_again("drifted"):
            proof = await self._compare(owner, kind)
        things = await self._staging.things(owner.name)
        wanted = [thing for thing in things if self._thorough or thing.id in proof.differing]
        if wanted:
            await self._read_again("unheard")
            self._counted[kind] = proof.counted
            await self._each(members, wanted, kind)
            proof = await self._compare(owner, kind)
        names = {thing.id: thing.name for thing in things}
        source = f"total_members of {owner.endpoint.template}"
        self.disagreements += [
            Disagreement(f"{what} {names.get(thing, thing)}", read, expected, source)
            for thing, (read, expected) in proof.differing.items()
            if ListKey(members.name, thing) not in self._gone
        ]

    async def _compare(self, owner: Part, kind: GrantKind) -> Proof:
        things = await self._staging.things(owner.name)
        return prove({thing.id: thing.total for thing in things}, await self._staging.member_counts(kind))

    def _note_differences(self, part: Part, thing: ListedResource, kind: GrantKind, outcome: ListOutcome) -> None:
        """Say where a member list names others than the user list does; only a thorough sync has both."""
        told = {f"user{key}" for key in self._members.of(kind, thing.id, self._counted[kind])}
        title = part.title.format(thing.name)
        if only := len(outcome.seen - told):
            source = f"{only} of {part.endpoint.template} whose user record does not say so"
            self.disagreements.append(Disagreement(title, len(told & outcome.seen), outcome.read, source))
        if missing := len(told - outcome.seen):
            source = f"{missing} whose user record says so, missing in {part.endpoint.template}"
            self.disagreements.append(Disagreement(title, len(told), outcome.read, source))

    async def _read_again(self, why: Literal["drifted", "unheard"]) -> bool:
        """Read some lists of users once more: those during which people came or went, or those an interrupted run
        read, when it matters who of them is in what. True when there was one."""
        again = [
            status
            for status in parts.USERS
            if ListKey(parts.USERS[status].name) in self._staging.finished
            and (
                self._user_lists[status].drifted
                if why == "drifted"
                else status not in self._members.heard and (status != "active" or self._thorough)
            )
        ]
        for status in again:
            key = ListKey(parts.USERS[status].name)
            reason = "People came or went while it was read" if why == "drifted" else "It has to be compared"
            self._report.restarted(key, f"{reason}: read once more")
            del self._staging.finished[key]
            await self._users(status)
            if why == "drifted" and status in self._user_lists:
                self._user_lists[status] = replace(self._user_lists[status], drifted=False)
        return bool(again)


def _no_scope(part: Part) -> NotRead:
    return NotRead(part.name, "", f"The app has no scope for {part.endpoint.template}.", part.need.accepted, False)
