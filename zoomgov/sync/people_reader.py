"""Reading the lists of users, one for each status, and reading them again when somebody moved between them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zoomgov.model.syncs import ListKey
from zoomgov.sync import parts
from zoomgov.sync.list_reader import ends_the_sync, together
from zoomgov.sync.rows import UserPages
from zoomgov.zoom.errors import ZoomError

if TYPE_CHECKING:
    from zoomgov.sync.background_writer import BackgroundWriter
    from zoomgov.sync.outcome import ListOutcome, Query
    from zoomgov.sync.part_reader import PartReader
    from zoomgov.sync.reporter import Reporter
    from zoomgov.zoom.client import ZoomClient

WORTH_SPLITTING: Final = 0.7
"""Largest fraction of the active users that one role may have for the list to be read role by role."""
MAX_RECOUNTS: Final = 3
"""How often user lists are read again because their counts change: a very busy account has no calm moment."""


class PeopleReader:
    """Reads users of all statuses."""

    def __init__(self, client: ZoomClient, writer: BackgroundWriter, report: Reporter, reader: PartReader) -> None:
        self.heard: set[str] = set()
        """Statuses whose list was read in this run; an interrupted run read the others."""
        self.most: int | None = None
        """The most people there can be, for a list without a total; None while nothing tells."""
        self.roles_tried = asyncio.Event()
        """To be set when the list of roles is read, or cannot be: a split by role waits for it."""
        self._client = client
        self._writer = writer
        self._report = report
        self._reader = reader
        self._outcomes: dict[str, ListOutcome] = {}
        """By status."""

    async def read(self) -> None:
        """Read the lists of all statuses, concurrently."""
        await together(*(self._read_status(status) for status in parts.USERS))
        if not any(outcome.drifted for outcome in self._outcomes.values()):  # or they may be read again
            await self._writer.write_ahead()

    async def _read_status(self, status: str) -> None:
        part = parts.USERS[status]
        read_before = ListKey(part.name) in self._writer.finished
        outcome = await self._reader.whole(
            part,
            UserPages(status),
            query={"status": status},
            urgent=True,  # the longest chains of pages; and once all people are read, they are written beside the rest
            split=self._by_role if status == "active" else None,
            most=lambda: self.most,
        )
        if outcome is not None:
            self._outcomes[status] = outcome
            if not read_before:
                self.heard.add(status)

    async def _by_role(self, total: int) -> list[Query] | None:
        """One query for each role, to read a long list of active users in parallel; None when one role has most."""
        await self.roles_tried.wait()
        if ListKey(parts.ROLES.name) not in self._writer.finished:
            return None
        roles = await self._writer.resources(parts.ROLES.name)
        if not roles or max(role.total or 0 for role in roles) > total * WORTH_SPLITTING:
            return None
        self._report.note(f"Reading {total} active users role by role, side by side.")
        return [{"status": "active", "role_id": role.id} for role in roles]

    async def read_changed(self, *, always: bool = False) -> bool:
        """Ask how many people there are by now and read again the lists whose count differs; True when one did.

        Only where somebody came or went while they were listed, or an interrupted run read some of them: who is
        deactivated after one list was read and before the other is in neither, and only the counts tell.

        Args:
            always: ask once in any case.
        """
        found = False
        lists = {status: ListKey(part.name) for status, part in parts.USERS.items()}
        finished = self._writer.finished
        for _ in range(MAX_RECOUNTS):
            here = [status for status, key in lists.items() if key in finished]
            moved = (status not in self.heard or self._outcomes[status].moved for status in here)
            if not always and not any(moved):
                break
            always = False
            totals = await asyncio.gather(*map(self._count, here))
            changed = [
                status
                for status, total in zip(here, totals, strict=True)
                if total is not None and total != finished[lists[status]]
            ]
            for status in changed:
                await self._read_again(status, "The number of people in it has changed")
            if not changed:
                break
            found = True
        return found

    async def _count(self, status: str) -> int | None:
        """Zoom's count of people with `status`; None when it cannot be asked for."""
        try:
            answer = await self._client.get(parts.USERS[status].endpoint, query={"status": status})
        except ZoomError as error:
            if ends_the_sync(error):
                raise
            return None
        return answer.total_records

    async def read_drifted(self) -> bool:
        """Read the lists once more during which people came or went; False when there was none."""
        again = [status for status, outcome in self._outcomes.items() if outcome.drifted]
        for status in again:
            if ListKey(parts.USERS[status].name) in self._writer.finished:
                await self._read_again(status, "People came or went while it was read")
            self._outcomes[status] = replace(self._outcomes[status], drifted=False)
        return bool(again)

    async def _read_again(self, status: str, reason: str) -> None:
        key = ListKey(parts.USERS[status].name)
        self._report.restarted(key, f"{reason}: read once more")
        del self._writer.finished[key]
        await self._read_status(status)
