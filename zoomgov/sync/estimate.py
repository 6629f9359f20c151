"""Estimates the requests and the time of a sync from a few small requests."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zoomgov.sync import parts
from zoomgov.sync.records import decode_list
from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from zoomgov.sync.parts import Part
    from zoomgov.zoom.client import ZoomClient

USERS_A_PAGE: Final = 300
"""What Zoom took of everyone before it documented 2,000: assumed until a sync has tried."""
_NOTHING: Final = frozenset({ErrorKind.SCOPE, ErrorKind.PLAN, ErrorKind.PRIVILEGE, ErrorKind.NOT_FOUND})


@dataclass(frozen=True, slots=True)
class Estimate:
    """A lower bound: further pages of the lists of each resource, and refusals, come on top."""

    people: int
    groups: int
    contact_groups: int
    roles: int
    requests: dict[str, int]
    """By label: light, medium, heavy."""
    seconds: float
    bound_by: str
    """What takes the time, for people."""
    left_today: dict[str, int]
    """Requests left of the daily limit, by label, where the plan has one."""
    used: int
    """Requests the estimate itself has made."""


class _Counter:
    def __init__(self, client: ZoomClient, without: frozenset[str]) -> None:
        self._client = client
        self._without = without
        self.milliseconds: list[float] = []

    async def count(self, part: Part, **query: str | int) -> int:
        """How many rows a list has; 0 when it may not be read, which a sync will report."""
        if part.capability in self._without:
            return 0
        try:
            rest = {key: value for key, value in query.items() if key != "page_size"}
            size = query.get("page_size")
            answer = await self._client.first_page(part.endpoint, query=rest, page_size=int(size) if size else None)
        except ZoomError as error:
            if error.kind in _NOTHING:
                return 0
            raise
        self.milliseconds.append(answer.milliseconds)
        rows = len(decode_list(part.endpoint, answer.body))
        if answer.total_records is None and (answer.next_page_token or (answer.page_count or 0) > 1):
            pages = self._client.pages(part.endpoint, query=rest)
            return sum([len(decode_list(part.endpoint, page.body)) async for page in pages])
        return max(rows, answer.total_records or 0)


async def estimate(client: ZoomClient, *, without: frozenset[str] = frozenset()) -> Estimate:
    """Ask Zoom how much there is to read, and work out the requests and the time it takes.

    Raises:
        ZoomError: Zoom cannot be asked.
    """
    token = await client.authenticate()
    counter = _Counter(client, without)
    people = {
        status: await counter.count(part, status=status, page_size=1 if status == "active" else USERS_A_PAGE)
        for status, part in parts.USERS.items()
    }
    groups = await counter.count(parts.GROUPS, page_size=300)
    contact_groups = await counter.count(parts.CONTACT_GROUPS, page_size=10)
    roles = await counter.count(parts.ROLES)

    size = client.learnt.page_sizes.get(parts.USERS["active"].endpoint.page_size_key, USERS_A_PAGE)
    chain = math.ceil(people["active"] / size)
    requests = Counter(
        {
            "medium": sum(max(1, math.ceil(count / size)) for count in people.values())
            + max(1, math.ceil(groups / 300))
            + groups
            + max(1, math.ceil(contact_groups / 50))
            + contact_groups
            + 1
        }
    )
    if parts.ROLE.allowed(token.scopes):
        requests["light"] = roles
    if parts.PLAN_USAGE.allowed(token.scopes):
        requests["heavy"] = 1
    round_trip = sum(counter.milliseconds) / max(1, len(counter.milliseconds)) / 1000
    by_label = {str(label): limiter for label, limiter in client.limits.by_label.items()}
    bounds = [(count / by_label[label].rate, f"Zoom's limit for {label} requests") for label, count in requests.items()]
    bounds.append((chain * round_trip, f"the list of active users: {chain} pages, one after the other"))
    seconds, bound_by = max(bounds)
    left = {str(use.label): use.left_today for use in client.used() if use.left_today is not None}
    return Estimate(
        people=sum(people.values()),
        groups=groups,
        contact_groups=contact_groups,
        roles=roles,
        requests=dict(requests),
        seconds=seconds,
        bound_by=bound_by,
        left_today=left,
        used=client.stats.made,
    )
