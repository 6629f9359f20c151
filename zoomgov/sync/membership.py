"""Member lists beside what the records of users say: the union of both, and where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zoomgov.model.kinds import GrantKind
from zoomgov.model.syncs import Disagreement
from zoomgov.sync.list_reader import ends_the_sync
from zoomgov.sync.records import decode_object
from zoomgov.zoom import endpoints
from zoomgov.zoom.errors import ZoomError
from zoomgov.zoom.values import as_strings, as_text

if TYPE_CHECKING:
    from zoomgov.model.syncs import ListKey
    from zoomgov.sync.background_writer import BackgroundWriter
    from zoomgov.sync.outcome import Beside, ListedResource
    from zoomgov.sync.parts import Part
    from zoomgov.zoom.client import ZoomClient

MOST_ASKED_FOR: Final = 20
"""Single users asked for in a sync at most, to decide between a list and their record, or to see what one holds."""


class SingleUsers:
    """Records of single users, each asked for once: what a list leaves out, they may tell."""

    def __init__(self, client: ZoomClient) -> None:
        self._client = client
        self._known: dict[str, dict[str, Any] | None] = {}  # Any: whatever JSON Zoom sends

    async def record(self, user: str) -> dict[str, Any] | None:
        """The record of a user by Zoom's id; None when it cannot be read, or too many were asked for.

        Raises:
            ZoomError: nothing else could be read either.
        """
        if user not in self._known:
            if len(self._known) >= MOST_ASKED_FOR:
                return None
            self._known[user] = await self._read(user)
        return self._known[user]

    async def _read(self, user: str) -> dict[str, Any] | None:
        endpoint = endpoints.READ_USER
        try:
            answer = await self._client.get(endpoint, path={"userId": user})
            return decode_object(endpoint, answer.body)
        except ZoomError as error:
            if ends_the_sync(error):
                raise
            return None

    async def names(self, user: str, kind: GrantKind, target: str) -> bool | None:
        """Whether a user's own record names a group or role; None when it does not tell."""
        record = await self.record(user)
        if record is None:
            return None
        if kind is GrantKind.ROLE:
            role = as_text(record.get("role_id"))
            return role == target if role else None
        return target in as_strings(record["group_ids"]) if "group_ids" in record else None


class Union:
    """Keeps beside a member list the users whose record names the group or role, and whom it leaves out.

    Zoom's member lists may leave out deactivated and invited people. An active person may have left between the two
    lists: their own record decides, as it is now.
    """

    def __init__(self, writer: BackgroundWriter, singles: SingleUsers) -> None:
        self._writer = writer
        self._singles = singles
        self.found: dict[ListKey, Beside] = {}
        """By list, without the users who have left since."""

    async def stage(self, key: ListKey, kind: GrantKind) -> int:
        """Stage the users whom a list leaves out, and return how many there are."""
        beside = await self._writer.beside(key, kind)
        left_out = dict(beside.left_out)
        for number, (user, status) in beside.left_out.items():
            if status == "active" and await self._has_left(user, kind, key.target):
                del left_out[number]
        self.found[key] = beside._replace(left_out=left_out)
        if left_out:
            await self._writer.stage_people(key, kind, left_out)
        return len(left_out)

    async def _has_left(self, user: str, kind: GrantKind, target: str) -> bool:
        return await self._singles.names(user, kind, target) is False


def contradicted(beside: Beside) -> int:
    """How many users whose record names the group or role a list leaves out, though it has others of their status."""
    return sum(status in {"active", *beside.statuses} for _, status in beside.left_out.values())


def differences(
    part: Part, resource: ListedResource, beside: Beside, read: int, *, thorough: bool
) -> list[Disagreement]:
    """Where a member list names other people than their records do.

    Args:
        beside: what was found when the list was read.
        read: people on the list.
        thorough: tell also of people whose record does not name the group or role: it may leave that out.
    """
    title = part.title.format(resource.name)
    by_record = read - beside.only_listed - beside.strangers
    found = []
    if thorough and beside.only_listed:
        source = f"{beside.only_listed} of {part.endpoint.template} whose user record does not say so"
        found.append(Disagreement(title, by_record, read, source))
    if missing := contradicted(beside):
        source = f"{missing} whose user record says so, missing in {part.endpoint.template}"
        found.append(Disagreement(title, by_record + missing, read, source))
    return found
