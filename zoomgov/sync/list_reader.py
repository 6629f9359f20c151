"""Reading one list from Zoom into staging, whatever happens on the way."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from zoomgov.model.syncs import ListKey, NotRead
from zoomgov.sync.outcome import ListOutcome
from zoomgov.sync.rows import Rows
from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence
    from typing import Any

    from zoomgov.sync.background_writer import BackgroundWriter
    from zoomgov.sync.outcome import Decode, Identity, Query, Split
    from zoomgov.sync.parts import Part
    from zoomgov.sync.reporter import Reporter
    from zoomgov.zoom.client import ZoomClient

MAX_RESTARTS: Final = 3
"""How often a list may lose its page token before it is given up."""

MAX_IDLE_PAGES: Final = 20
"""Pages one after the other with nothing new on them, each with a new token, after which a list is given up."""

SPLIT_FROM: Final = 12
"""Pages still to come from which it is worth reading a list in several chains."""

ENDS_THE_SYNC: Final = frozenset(
    {ErrorKind.CREDENTIALS, ErrorKind.TOKEN, ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT, ErrorKind.DAILY_LIMIT}
)
"""Nothing else can be read either: stop, keep what is staged, go on from there next time."""

CLOSES_THE_PART: Final = frozenset({ErrorKind.SCOPE, ErrorKind.PLAN, ErrorKind.PRIVILEGE})
"""No other list of the part can be read either."""


def ends_the_sync(error: ZoomError) -> bool:
    """Whether nothing else can be read either. A web page or a redirect that stays, in place of an answer, is not
    Zoom's: a captive portal, or a proxy that wants a login."""
    return error.kind in ENDS_THE_SYNC or error.is_from_elsewhere


class ListReader:
    """Reads lists one after the other or side by side; each ends staged and finished, or raises."""

    def __init__(self, client: ZoomClient, staging: BackgroundWriter, report: Reporter) -> None:
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
        split: Split | None = None,
        beside: Rows | None = None,
    ) -> ListOutcome:
        """Read a list until its end. A list that loses its page token, or does not add up, starts again.

        Args:
            split: asked after the first page of a long list for queries that together give all of it, to be read
                side by side; if they turn out not to, the list is read again in one chain.
            beside: rows that belong to the list though Zoom leaves them out.

        Raises:
            ZoomError: it could not be read; what was staged of it is dropped when it is read again.
        """
        key = key or ListKey(part.name)
        self._report.started(part, key, title or part.title)
        lost = 0
        counted_again = drifted = False
        while True:
            await self._staging.restart(key)
            one = _Pass(self._client, self._staging, self._report, part, decode, key, path)
            try:
                await one.chain(query, urgent, split, finishes=beside is None)
            except ZoomError as error:
                lost += 1
                if error.kind is not ErrorKind.PAGE_TOKEN or lost > MAX_RESTARTS:
                    raise
                self._report.restarted(key, f"Zoom no longer knows the page that was next ({error.message})")
                continue
            except asyncio.CancelledError:
                if one.ended and one.adds_up:  # all is there: the run that goes on need not ask again
                    await self._finish(key, one.outcome(), beside)
                raise
            outcome = one.outcome()
            drifted = drifted or outcome.drifted
            if counted_again or one.adds_up:
                break
            counted_again, split = True, None
            why = f"{outcome.read} rows where Zoom counts {outcome.expected}"
            if one.shrank:  # whoever came after moved up, one of them perhaps onto a page already read
                why = "Somebody left while it was read, and somebody else may be missing"
            self._report.restarted(key, f"{why}: read once more")
        await self._finish(key, outcome, beside)
        self._report.finished(key, outcome.read, outcome.expected)
        return replace(outcome, moved=drifted or counted_again or lost > 0)

    async def _finish(self, key: ListKey, outcome: ListOutcome, beside: Rows | None) -> None:
        if key in self._staging.finished:
            return
        apart = [grant for grant in beside.grants if f"user{grant.principal_key}" not in outcome.seen] if beside else []
        if apart:
            await self._staging.stage_rows(key, Rows(grants=apart))
        expected = None if outcome.expected is None else outcome.expected + len(apart)
        await self._staging.finish(key, expected)


class _Pass:
    """One attempt at a list."""

    def __init__(
        self,
        client: ZoomClient,
        staging: BackgroundWriter,
        report: Reporter,
        part: Part,
        decode: Decode,
        key: ListKey,
        path: Mapping[str, str],
    ) -> None:
        self._client = client
        self._staging = staging
        self._report = report
        self._part = part
        self._decode = decode
        self._key = key
        self._path = path
        self._seen: set[Identity] = set()
        self._totals: list[int] = []
        self.ended = False
        """Whether the last page was read and staged; never when it is read in several chains."""

    async def chain(
        self,
        query: Query,
        urgent: bool,
        split: Split | None = None,
        *,
        counts: bool = True,
        finishes: bool = False,
    ) -> None:
        """Follow the pages of one query; with `finishes` a list that is all there is finished with its last page.

        While a page is decoded and stored on the worker thread, the next one is under way: one page ahead, no
        more, so that a slow disk holds the reading back instead of filling the memory. Whether to split is decided
        meanwhile, too; then that next one was read in vain.
        """
        staging: asyncio.Future[int] | None = None
        splitting: asyncio.Task[Sequence[Query] | None] | None = None
        read = idle = 0
        last = False
        pages = self._client.pages(self._part.endpoint, path=self._path, query=query, urgent=urgent)
        try:
            async with aclosing(pages):
                async for page in pages:
                    if splitting is not None:
                        queries, splitting = await splitting, None
                        if queries:
                            await together(*(self.chain(query, urgent, counts=False) for query in queries))
                            break
                    if counts and page.total_records is not None:
                        self._totals.append(page.total_records)
                    if staging is not None:
                        before, read = read, await asyncio.shield(staging)
                        self._advanced(read)
                        idle = idle + 1 if read == before else 0
                        if counts and idle >= MAX_IDLE_PAGES:
                            raise ZoomError(
                                ErrorKind.UNEXPECTED,
                                self._part.endpoint.template,
                                f"Zoom gave {idle} pages without anything new: the list has no end.",
                            )
                    last = counts and not page.next_page_token
                    ends = self._whole if last and finishes else None
                    staging = self._staging.stage(
                        self._key, self._part.endpoint, page.body, self._decode, self._seen, ends
                    )
                    if not self._client.stats.under_way:  # nobody comes whom small pages could wait for
                        self._staging.hurry()
                    if split is not None and page.next_page_token and self._totals:
                        splitting = asyncio.create_task(self._queries(staging, split))
                        split = None
            if staging is not None:
                self._advanced(await asyncio.shield(staging))
        finally:
            if splitting is not None:
                splitting.cancel()
                await asyncio.gather(splitting, return_exceptions=True)
            if staging is not None:
                await asyncio.wait([staging])
                # looked at in any case, or asyncio complains of an exception nobody asked for
                self.ended = staging.exception() is None and last

    async def _queries(self, staging: asyncio.Future[int], split: Split) -> Sequence[Query] | None:
        rows, total = await asyncio.shield(staging), self._totals[0]
        if rows == 0 or (total - rows) / rows < SPLIT_FROM:
            return None
        return await split(total)

    def _advanced(self, read: int) -> None:
        self._report.advanced(self._key, read, self._totals[-1] if self._totals else None)

    @property
    def shrank(self) -> bool:
        """Whether Zoom's count went down from one page to a later one."""
        return any(later < earlier for earlier, later in pairwise(self._totals))

    @property
    def adds_up(self) -> bool:
        """Whether as much was read as Zoom counts, and nobody moved up onto a page already read."""
        outcome = self.outcome()
        return outcome.expected in (None, outcome.read) and not self.shrank

    def _whole(self) -> ListOutcome | None:
        return self.outcome() if self.adds_up else None

    def outcome(self) -> ListOutcome:
        """People come and go while a long list is read: its first count is as true as its last."""
        read = len(self._seen)
        expected = read if read in self._totals else self._totals[-1] if self._totals else None
        if expected is None and (unreadable := self._staging.unreadable[self._key]):
            expected = read + unreadable
        seen: frozenset[Identity] = frozenset(self._seen) if self._key.target else frozenset()
        return ListOutcome(read, expected, seen, drifted=len(set(self._totals)) > 1)


async def together(*jobs: Coroutine[Any, Any, None]) -> None:
    """Run side by side; the first failure stops the others and is raised as it is."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            if not task.cancelling():  # once is enough, and lets it finish what it has
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def unread(part: Part, error: ZoomError, target: str = "") -> NotRead:
    """Why a part, or one list of it, is missing: Zoom's own words."""
    evidence = [f"HTTP {error.status}"] if error.status else []
    if error.code is not None:
        evidence.append(f"code {error.code}")
    reason = f"{error.message} ({', '.join(evidence)})" if evidence else error.message
    return NotRead(part.name, target, reason, error.missing_scopes, required=part.required)
