"""Whether the app sees everyone: lists that a limited role cuts short are as long as Zoom says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zoomgov.model.kinds import GrantKind
from zoomgov.model.parts import PartKey
from zoomgov.model.syncs import ListKey, NotRead
from zoomgov.sync import parts
from zoomgov.zoom.values import as_text, seats_used

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zoomgov.sync.background_writer import BackgroundWriter
    from zoomgov.sync.part_reader import PartReader
    from zoomgov.sync.people_reader import PeopleReader
    from zoomgov.sync.proof import Proof

OWNER_ROLE: Final = "0"
UNLIMITED: Final = frozenset({OWNER_ROLE, "1"})
"""Roles that see everyone: those of owners and of admins."""


class Unseen:
    """Looks for people whom the lists of users leave out without an error.

    The app has the role of its owner. One that is limited to some groups makes every list shorter, and perhaps the
    totals with it, so each sign is looked for that does not come from the lists themselves.
    """

    def __init__(self, writer: BackgroundWriter, reader: PartReader, people: PeopleReader, proof: Proof) -> None:
        self._writer = writer
        self._reader = reader
        self._people = people
        self._proof = proof

    async def note(self, usage: Mapping[str, Any] | None) -> None:
        """Note users the app may not see as not read, with every sign of them.

        Args:
            usage: Zoom's plan usage; None when it was not read.
        """
        found = []
        # where a list of users was not read, numbers prove nothing: that is told, and reason enough to differ
        if all(ListKey(parts.USERS[status].name) in self._writer.finished for status in ("active", "inactive")):
            found = await self._numbers(usage)
        if role := await self._limiting_role():
            found.append(role)
        if found:
            seen = sum((await self._writer.people()).values())
            reason = f"The app sees {seen:,} people, but {' and '.join(found)}."
            self._reader.note_gap(NotRead(PartKey.UNSEEN_USERS, "", reason))

    async def _numbers(self, usage: Mapping[str, Any] | None) -> list[str]:
        found = await self._counted_more()
        if found and await self._people.read_changed(always=True):  # or they came while the sync ran
            found = await self._counted_more()
        seen = sum((await self._writer.people()).values())
        if usage is not None and (used := seats_used(usage)) > seen:
            found.append(f"Zoom's plan usage counts {used:,} seats in use")
        if await self._no_owner():
            found.append("nobody among them holds the role Owner")
        return found

    async def _counted_more(self) -> list[str]:
        seen = sum((await self._writer.people()).values())
        found = []
        totals = [role.total for role in await self._writer.resources(parts.ROLES.name)]
        held = sum(total or 0 for total in totals)
        if held > seen:  # everybody has one role
            found.append(f"Zoom's roles count {held:,}")
        if self._proof.cut_short:
            found.append(f"Zoom counts more members than it lists, of {self._proof.cut_short:,} groups and roles")
        strangers = await self._proof.strangers()
        if strangers:
            found.append(f"{strangers:,} in the lists of members are in no list of users")
        return found

    async def _no_owner(self) -> bool:
        holders = await self._writer.member_counts(GrantKind.ROLE)
        return bool(holders) and not holders.get(OWNER_ROLE)

    async def _limiting_role(self) -> str:
        """Words about the role that limits what the app sees; empty when no role does.

        A role limited to groups shows the people of these groups, and its own holder. It is not the app's if there is
        anybody else; otherwise the app's owner is asked for.
        """
        limited = await self._writer.limited_roles()
        for role, groups in limited.items():
            holders = sum((await self._writer.member_counts(GrantKind.ROLE)).get(role, {}).values())
            if await self._writer.outside_groups(groups) > holders:
                continue
            owner = await self._proof.singles.record("me")
            if owner is None or as_text(owner.get("role_id")) in ("", role):
                names = {one.id: one.name for one in await self._writer.resources(parts.ROLES.name)}
                whose = "the role" if owner is not None else "what may be the role"
                return f"{whose} of the app's owner, {names.get(role, role)}, is limited to some groups"
        if unlisted := self._reader.unlisted:
            owner = await self._proof.singles.record("me")
            if owner is None or as_text(owner.get("role_id")) not in UNLIMITED:
                return f"their records name {unlisted:,} groups or roles that Zoom's lists leave out"
        return ""
