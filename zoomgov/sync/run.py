"""One reading of the whole account: which lists are read concurrently, and what follows from which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zoomgov.model.kinds import GrantKind
from zoomgov.model.syncs import ListKey
from zoomgov.sync import parts, proof, rows
from zoomgov.sync.list_reader import together
from zoomgov.sync.outcome import ListOutcome
from zoomgov.sync.part_reader import PartReader
from zoomgov.sync.people_reader import PeopleReader
from zoomgov.sync.proof import Proof
from zoomgov.sync.records import decode_object, text
from zoomgov.sync.unseen import Unseen
from zoomgov.zoom.limits import tier_of_plan
from zoomgov.zoom.values import seats_used

if TYPE_CHECKING:
    from zoomgov.model.syncs import Disagreement, NotRead
    from zoomgov.sync.background_writer import BackgroundWriter
    from zoomgov.sync.outcome import ListedResource
    from zoomgov.sync.reporter import Reporter
    from zoomgov.zoom.client import TokenInfo, ZoomClient


PEOPLE_A_SEAT: Final = 500
"""People for each seat in use that an account may have at most: those on Basic need none."""


class Run:
    """One sync: what has been read, what could not be, and what does not add up.

    Four readers, each handed the one below: `Run` knows the order, `Proof` the totals, `PeopleReader` the user
    lists, `PartReader` what may fail alone.
    """

    def __init__(
        self,
        client: ZoomClient,
        writer: BackgroundWriter,
        report: Reporter,
        token: TokenInfo,
        *,
        thorough: bool,
        without: frozenset[str],
    ) -> None:
        """`thorough` and `without` are those of `run_sync`."""
        self._client = client
        self._writer = writer
        self._scopes = token.scopes
        self._reader = PartReader(client, writer, report, token, without)
        self._people = PeopleReader(client, writer, report, self._reader)
        self._reader.most_people = lambda: self._people.most
        self._proof = Proof(client, writer, self._reader, self._people, thorough=thorough)
        writer.skips_unchanged = not thorough

    @property
    def not_read(self) -> list[NotRead]:
        """Parts and lists that could not be read, in the order in which that was found out."""
        return self._reader.not_read

    @property
    def disagreements(self) -> list[Disagreement]:
        """Numbers that should be equal and are not."""
        return self._proof.disagreements

    async def everything(self) -> None:
        """Read all lists, the active users first: their chain of pages takes the longest.

        Raises:
            ZoomError: nothing more can be read.
        """
        await together(
            self._people.read(),
            self._groups(),
            self._contact_groups(),
            self._roles(),
            self._plan_usage(),
            self._im_groups(),
        )
        self._reader.raise_if_nothing_was_read()
        await self._people.read_changed()
        await self._proof.prove(proof.GROUPS)
        await self._proof.prove(proof.ROLES)
        await self._lists_of_new_resources()
        await self._proof.note_unequal_lists()
        usage = await self._writer.staged_blob(parts.PLAN_USAGE.name)
        told = decode_object(parts.PLAN_USAGE.endpoint, usage) if usage else None
        await Unseen(self._writer, self._reader, self._people, self._proof).note(told)

    async def _lists_of_new_resources(self) -> None:
        """Read the lists of groups that were made after the groups were first listed, if these were listed again."""
        for owner, part, kind in (
            (parts.GROUPS, parts.GROUP_ADMINS, GrantKind.GROUP_ADMIN),
            (parts.CONTACT_GROUPS, parts.CONTACT_GROUP_MEMBERS, GrantKind.CONTACT_GROUP_MEMBER),
        ):
            if ListKey(owner.name) in self._writer.finished:
                await self._reader.each_list(part, await self._writer.resources(owner.name), kind, only_new=True)

    async def _groups(self) -> None:
        if await self._reader.whole(parts.GROUPS, rows.group_rows) is not None:
            groups = await self._writer.resources(parts.GROUPS.name)
            await self._reader.each_list(parts.GROUP_ADMINS, groups, GrantKind.GROUP_ADMIN)

    async def _contact_groups(self) -> None:
        if await self._reader.whole(parts.CONTACT_GROUPS, rows.contact_group_rows) is not None:
            groups = await self._writer.resources(parts.CONTACT_GROUPS.name)
            await self._reader.each_list(parts.CONTACT_GROUP_MEMBERS, groups, GrantKind.CONTACT_GROUP_MEMBER)

    async def _roles(self) -> None:
        try:
            outcome = await self._reader.whole(parts.ROLES, rows.role_rows)
        finally:
            self._people.roles_tried.set()
        if outcome is not None:
            totals = [role.total for role in await self._writer.resources(parts.ROLES.name)]
            if totals and None not in totals:  # everybody has one role
                self._people.most = self._reader.held = sum(total for total in totals if total is not None)
            roles = await self._writer.resources(parts.ROLES.name)
            await self._reader.each(parts.ROLE, roles, self._read_role)

    async def _read_role(self, role: ListedResource) -> int:
        """The privileges of one role."""
        part = parts.ROLE
        answer = await self._client.get(part.endpoint, path={part.path_key: role.id})
        key = ListKey(part.name, role.id)
        await self._writer.stage_rows(key, rows.role_detail(role.id, decode_object(part.endpoint, answer.body)))
        await self._writer.finish(key, None)
        return 1

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
            if self._people.most is None and (used := seats_used(usage)):
                self._people.most = used * PEOPLE_A_SEAT
            await self._writer.stage_rows(key, rows.blob_rows(key.part, usage))
            await self._writer.finish(key, None)
            return ListOutcome(1, None)

        await self._reader.guarded(parts.PLAN_USAGE, read)

    async def _im_groups(self) -> None:
        part = parts.IM_GROUPS
        if not any(scope in self._scopes for scope in part.need.classic):
            return  # granular apps have no IM groups to read, and miss nothing

        async def read(key: ListKey) -> ListOutcome:
            answer = await self._client.get(part.endpoint)
            await self._writer.stage_rows(key, rows.blob_rows(key.part, decode_object(part.endpoint, answer.body)))
            await self._writer.finish(key, None)
            return ListOutcome(1, None)

        await self._reader.guarded(part, read)
