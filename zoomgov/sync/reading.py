"""Reading one list from Zoom into staging, whatever happens on the way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zoomgov.store.model import Disagreement, ListKey, NotRead
from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zoomgov.sync.parts import Part
    from zoomgov.sync.progress import Reporter
    from zoomgov.sync.rows import Rows
    from zoomgov.sync.staging import Staging
    from zoomgov.zoom.client import ZoomClient
    from zoomgov.zoom.records import Record

    Decode = Callable[[list[Record]], Rows]

MAX_RESTARTS: Final = 3
"""How often a list may lose its page token before it is given up."""

ENDS_THE_SYNC: Final = frozenset(
    {ErrorKind.CREDENTIALS, ErrorKind.TOKEN, ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT, ErrorKind.DAILY_LIMIT}
)
"""Nothing else can be read either: stop, keep what is staged, go on from there next time."""
CLOSES_THE_PART: Final = frozenset({ErrorKind.SCOPE, ErrorKind.PLAN, ErrorKind.PRIVILEGE})
"""No other list of the part can be read either."""


@dataclass(frozen=True, slots=True)
class ListOutcome:
    """A list that was read to its end."""

    read: int
    expected: int | None


class Reading:
    """Reads lists one after the other or side by side; each ends staged and finished, or raises."""

    def __init__(self, client: ZoomClient, staging: Staging, report: Reporter) -> None:
        self._client = client
        self._staging = staging
        self._report = report

    async def read(
        self,
        part: Part,
        decode: Decode,
        *,
        key: ListKey | None = None,
        path: Mapping[str, str] = {},
        query: Mapping[str, str | int] = {},
        title: str = "",
        urgent: bool = False,
    ) -> ListOutcome:
        """Read a list until its end. A list that loses its page token, or does not add up, starts again.

        Raises:
            ZoomError: it could not be read; what was staged of it is dropped when it is read again.
        """
        key = key or ListKey(part.name)
        self._report.started(part, key, title or part.title)
        outcome = None
        for attempt in range(MAX_RESTARTS + 1):
            await self._staging.restart(key)
            try:
                outcome, adds_up = await self._once(part, decode, key, path, query, urgent)
            except ZoomError as error:
                if error.kind is not ErrorKind.PAGE_TOKEN or attempt == MAX_RESTARTS:
                    raise
                self._report.restarted(key, f"Zoom no longer knows the page that was next ({error.message})")
                continue
            if adds_up or attempt > 0:
                break
            self._report.restarted(key, f"{outcome.read} rows where Zoom counts {outcome.expected}: read once more")
        assert outcome is not None
        await self._staging.finish(key, outcome.expected)
        self._report.finished(key, outcome.read, outcome.expected)
        return outcome

    async def _once(
        self,
        part: Part,
        decode: Decode,
        key: ListKey,
        path: Mapping[str, str],
        query: Mapping[str, str | int],
        urgent: bool,
    ) -> tuple[ListOutcome, bool]:
        """One pass; the second value tells whether the rows are as many as Zoom counts.

        While a page is decoded and stored on the worker thread, the next one is under way: one page ahead, no
        more, so that a slow disk holds the reading back instead of filling the memory.
        """
        seen: set[str] = set()
        totals: list[int] = []
        staging: asyncio.Future[int] | None = None
        async for page in self._client.pages(part.endpoint, path=path, query=query, urgent=urgent):
            if page.total_records is not None:
                totals.append(page.total_records)
            if staging is not None:
                self._report.advanced(key, await staging, totals[-1] if totals else None)
            staging = self._staging.stage(key, part.endpoint, page.body, decode, seen)
        read = await staging if staging is not None else 0
        # people come and go while a long list is read: its first count is as true as its last
        expected = read if read in totals else totals[-1] if totals else None
        self._report.advanced(key, read, expected)
        return ListOutcome(read, expected), expected in (None, read)


def unread(part: Part, error: ZoomError, target: str = "") -> NotRead:
    """Why a part, or one list of it, is missing: Zoom's own words."""
    evidence = [f"HTTP {error.status}"] if error.status else []
    if error.code is not None:
        evidence.append(f"code {error.code}")
    reason = f"{error.message} ({', '.join(evidence)})" if evidence else error.message
    return NotRead(part.name, target, reason, error.missing_scopes, required=part.required)


def count_disagreement(what: str, outcome: ListOutcome, source: str) -> list[Disagreement]:
    """Nothing, or that a list is not as long as Zoom says."""
    if outcome.expected is None or outcome.expected == outcome.read:
        return []
    return [Disagreement(what, outcome.read, outcome.expected, f"total_records of {source}")]
