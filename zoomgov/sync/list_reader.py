"""Reading one list from Zoom into staging: pages, lost page tokens, counts that change meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from zoomgov.model.syncs import ListKey, NotRead
from zoomgov.sync.outcome import ListOutcome
from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
    from typing import Any

    from zoomgov.sync.background_writer import BackgroundWriter
    from zoomgov.sync.outcome import Decode, Identity, Query, Split
    from zoomgov.sync.parts import Part
    from zoomgov.sync.reporter import Reporter
    from zoomgov.zoom.client import ZoomClient

    Beside = Callable[[ListKey], Awaitable[int]]

MAX_RESTARTS: Final = 3
"""Restarts of a list whose page token Zoom no longer knows, before it is given up."""

MAX_REFUSED: Final = 1
"""Restarts of a list after a page in the middle of it was refused: a firewall may dislike one page token."""

MAX_ROWS: Final = 1_000_000
"""Rows after which a list that Zoom gives no total for has no end."""
MAX_PAGES: Final = 20_000
"""Pages after which it has none either."""
MORE_THAN_COUNTED: Final = 1_000
"""Rows beyond twice Zoom's total after which a list has no end: people may join while it is read, but not so many."""

MAX_READINGS: Final = 4
"""Readings of a list without a total until two are the same."""

MAX_IDLE_PAGES: Final = 20
"""Consecutive pages with nothing new on them, each with a new token, after which a list is given up."""

SPLIT_FROM: Final = 12
"""Pages still to come from which a list is worth reading by several queries in parallel."""

ENDS_THE_SYNC: Final = frozenset(
    {ErrorKind.CREDENTIALS, ErrorKind.TOKEN, ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT, ErrorKind.DAILY_LIMIT}
)
"""Nothing else can be read either: the sync ends, and the next run resumes from what is staged."""

CLOSES_THE_PART: Final = frozenset({ErrorKind.SCOPE, ErrorKind.PLAN, ErrorKind.PRIVILEGE})
"""No other list of the part can be read either."""

_NOT_THIS_PAGE: Final = frozenset(
    {ErrorKind.CREDENTIALS, ErrorKind.TOKEN, ErrorKind.PAGE_TOKEN, ErrorKind.SCOPE, ErrorKind.PLAN}
    | {ErrorKind.RATE_LIMIT, ErrorKind.DAILY_LIMIT}
)
"""Errors that no other page token would mend."""


def ends_the_sync(error: ZoomError) -> bool:
    """Whether nothing else can be read either.

    True also for an answer that is not Zoom's, a web page or a redirect: a captive portal, or a proxy's login.
    """
    return error.kind in ENDS_THE_SYNC or error.is_from_elsewhere


class ListReader:
    """Reads lists, several at once if asked to; each ends staged and finished, or raises."""

    def __init__(self, client: ZoomClient, writer: BackgroundWriter, report: Reporter) -> None:
        self._client = client
        self._writer = writer
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
        beside: Beside | None = None,
        most: Callable[[], int | None] = lambda: None,
    ) -> ListOutcome:
        """Read a list to its end.

        It starts again when Zoom loses the page token, once when a later page is refused, and once when it does not
        add up. A list of several pages for which Zoom gives no total is read until it is twice the same.

        Args:
            key: the list; by default that of the whole account.
            path: ids in the path, by name.
            title: what the log calls it; by default the part's.
            urgent: its requests go ahead of others at the rate limiter.
            split: called after the first page of a long list for queries that together give all of it, to be read
                in parallel; if they turn out not to, the list is read again by one query.
            beside: called when all is read and before the list is finished: stages what belongs to the list though
                Zoom leaves it out, and gives the number of rows that adds.
            most: rows after which it has no end where Zoom gives no total of its own.

        Raises:
            ZoomError: it could not be read; what was staged of it is dropped when it is read again.
        """
        key = key or ListKey(part.name)
        self._report.started(part, key, title or part.title)
        lost = refused = 0
        counted_again = drifted = False
        before: frozenset[Identity] | None = None
        readings = 0
        while True:
            await self._writer.restart(key)
            attempt = _Attempt(self._client, self._writer, self._report, part, decode, key, path, most, before)
            try:
                await attempt.read_pages(query, urgent, split, finishes=beside is None)
            except ZoomError as error:
                if error.kind is ErrorKind.PAGE_TOKEN and lost < MAX_RESTARTS:
                    lost += 1
                    self._report.restarted(key, f"Zoom no longer knows the page that was next ({error.message})")
                elif attempt.under_way and _may_be_this_page(error) and refused < MAX_REFUSED:
                    refused += 1
                    self._report.restarted(key, f"A page in the middle of it was refused ({error.message})")
                else:
                    raise
                continue
            except asyncio.CancelledError:
                if attempt.ended and attempt.proved:  # it is all there: the next run need not read it again
                    await self._finish(key, attempt.outcome(), beside)
                raise
            attempt.raise_if_no_list()
            outcome = attempt.outcome()
            drifted = drifted or outcome.drifted
            if attempt.may_have_moved:
                readings += 1
                if readings == MAX_READINGS:
                    raise ZoomError(
                        ErrorKind.UNEXPECTED,
                        part.endpoint.template,
                        f"Zoom does not say how long it is, and it was another list each of {readings} times.",
                    )
                why = "Zoom does not say how long it is" if before is None else "It is another list than before"
                before, split = attempt.seen, None
                self._report.restarted(key, f"{why}: read once more, to see that nobody was missed")
                continue
            if counted_again or attempt.adds_up:
                break
            counted_again, split = True, None
            why = f"{outcome.read} rows where Zoom counts {outcome.expected}"
            if attempt.shrank:  # those after them moved up, one perhaps onto a page already read
                why = "Somebody left while it was read, and somebody else may be missing"
            self._report.restarted(key, f"{why}: read once more")
        await self._finish(key, outcome, beside)
        self._report.finished(key, outcome.read, outcome.expected)
        moved = drifted or counted_again or lost + refused > 0 or readings > 1
        return replace(outcome, moved=moved)

    async def _finish(self, key: ListKey, outcome: ListOutcome, beside: Beside | None) -> None:
        if key in self._writer.finished:
            return
        apart = await beside(key) if beside is not None else 0
        expected = None if outcome.expected is None else outcome.expected + apart
        await self._writer.finish(key, expected)


def _may_be_this_page(error: ZoomError) -> bool:
    """Whether an error may be about one page token, so that others would be taken: a firewall may refuse just that."""
    answered = error.status is not None or error.kind in (ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT)
    return answered and error.kind not in _NOT_THIS_PAGE


class _Attempt:
    """One attempt at a list, from its first page."""

    def __init__(
        self,
        client: ZoomClient,
        writer: BackgroundWriter,
        report: Reporter,
        part: Part,
        decode: Decode,
        key: ListKey,
        path: Mapping[str, str],
        most: Callable[[], int | None],
        before: frozenset[Identity] | None,
    ) -> None:
        """`before`: what an earlier reading of the list gave; None where there was none."""
        self._client = client
        self._writer = writer
        self._report = report
        self._part = part
        self._decode = decode
        self._key = key
        self._path = path
        self._seen: set[Identity] = set()
        self._totals: list[int] = []
        self._at_least = 0
        self._most = most
        self._before = before
        self._pages = 0
        self.under_way = False
        """Whether a page of it was read."""
        self.ended = False
        """Whether the last page was read and staged; stays False for a list read by several queries."""

    async def read_pages(
        self,
        query: Query,
        urgent: bool,
        split: Split | None = None,
        *,
        counts: bool = True,
        finishes: bool = False,
    ) -> None:
        """Follow the page tokens of one query.

        While a page is decoded and stored on the worker thread, the next one is requested: one page ahead, no more,
        so that a slow disk slows the reading instead of filling the memory. Whether to split is decided meanwhile;
        if so, the page requested ahead is dropped.

        Args:
            counts: whether the pages' totals count the whole list; False for one query of several.
            finishes: mark the list as finished with its last page, if nothing is missing.
        """
        staged: asyncio.Future[int] | None = None
        splitting: asyncio.Task[Sequence[Query] | None] | None = None
        read = idle = 0
        last = False
        pages = self._client.pages(self._part.endpoint, path=self._path, query=query, urgent=urgent)
        try:
            async with aclosing(pages):
                async for page in pages:
                    self.under_way = True
                    self._pages += 1
                    if splitting is not None:
                        queries, splitting = await splitting, None
                        if queries:
                            await together(*(self.read_pages(query, urgent, counts=False) for query in queries))
                            break
                    if counts and page.total_records is not None:
                        self._totals.append(page.total_records)
                    if counts and page.at_least is not None:
                        self._at_least = page.at_least
                    if staged is not None:
                        before, read = read, await asyncio.shield(staged)
                        self._advanced(read)
                        idle = idle + 1 if read == before else 0
                        if counts and idle >= MAX_IDLE_PAGES:
                            raise ZoomError(
                                ErrorKind.UNEXPECTED,
                                self._part.endpoint.template,
                                f"Zoom gave {idle} pages without anything new: the list has no end.",
                            )
                        self._raise_if_endless(read)
                    last = counts and not page.next_page_token and not page.by_number
                    complete = self._complete_outcome if last and finishes else None
                    staged = self._writer.stage(
                        self._key, self._part.endpoint, page.body, self._decode, self._seen, complete
                    )
                    if not self._client.stats.under_way:  # no page will come to fill the batch
                        self._writer.flush()
                    if split is not None and page.next_page_token and self._totals:
                        splitting = asyncio.create_task(self._queries(staged, split))
                        split = None
            if staged is not None:
                self._advanced(await asyncio.shield(staged))
        finally:
            if splitting is not None:
                splitting.cancel()
                await asyncio.gather(splitting, return_exceptions=True)
            if staged is not None:
                await asyncio.wait([staged])
                # `exception()` is called in any case, or asyncio logs that it was never retrieved
                self.ended = staged.exception() is None and last

    def _raise_if_endless(self, read: int) -> None:
        """Raise when there are more rows than a list of this sort can have."""
        counted = self._totals[0] if self._totals else None
        likely = self._most() if counted is None else counted
        most = MAX_ROWS if likely is None else 2 * likely + MORE_THAN_COUNTED
        if read > most or (likely is None and self._pages > MAX_PAGES):
            of = "" if counted is None else f" where it counts {counted:,}"
            raise ZoomError(
                ErrorKind.UNEXPECTED,
                self._part.endpoint.template,
                f"Zoom gave {read:,} rows{of}, and always says that more follow: the list has no end.",
            )

    async def _queries(self, staged: asyncio.Future[int], split: Split) -> Sequence[Query] | None:
        rows, total = await asyncio.shield(staged), self._totals[0]
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
        """Whether as many rows were read as Zoom counts, and its count never went down meanwhile."""
        outcome = self.outcome()
        return outcome.expected in (None, outcome.read) and not self.shrank

    @property
    def seen(self) -> frozenset[Identity]:
        """What identifies each row that was read."""
        return frozenset(self._seen)

    @property
    def may_have_moved(self) -> bool:
        """Whether somebody may be missing who moved onto a page already read, because somebody before them left.

        A total would show that. Without, only a second reading that gives the same does.
        """
        return not self._totals and self._pages > 1 and self.seen != self._before

    @property
    def proved(self) -> bool:
        """Whether it adds up, and is a list at all."""
        return self.adds_up and not self._is_no_list and not self.may_have_moved

    def _complete_outcome(self) -> ListOutcome | None:
        return self.outcome() if self.proved else None

    @property
    def _is_no_list(self) -> bool:
        missing = not self._totals and self._key in self._writer.without_list
        return missing and not self._part.may_be_no_list

    def raise_if_no_list(self) -> None:
        """Raise when an answer held neither the list nor a total: it may be empty, or left out.

        Raises:
            ZoomError: UNEXPECTED.
        """
        if self._is_no_list:
            raise ZoomError(
                ErrorKind.UNEXPECTED,
                self._part.endpoint.template,
                "Zoom's answer holds no list, and no total: whether there is anything in it is not known.",
            )

    def outcome(self) -> ListOutcome:
        """What was read so far. Any count Zoom gave meanwhile may prove it complete: people come and go."""
        read = len(self._seen)
        expected = read if read in self._totals else self._totals[-1] if self._totals else None
        if expected is None and read < self._at_least:
            expected = self._at_least
        if expected is None and (unreadable := self._writer.unreadable[self._key]):
            expected = read + unreadable
        seen: frozenset[Identity] = frozenset(self._seen) if self._key.target else frozenset()
        return ListOutcome(read, expected, seen, drifted=len(set(self._totals)) > 1)


async def together(*jobs: Coroutine[Any, Any, None]) -> None:
    """Run concurrently. The first failure cancels the others and is raised as it is, not in an `ExceptionGroup`."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            if not task.cancelling():  # a second cancellation would interrupt its cleanup
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def unread(part: Part, error: ZoomError, target: str = "", name: str = "") -> NotRead:
    """The note that a part, or one list of it, is missing, with Zoom's own words as the reason."""
    evidence = [f"HTTP {error.status}"] if error.status else []
    if error.code is not None:
        evidence.append(f"code {error.code}")
    reason = f"{error.message} ({', '.join(evidence)})" if evidence else error.message
    return NotRead(part.name, target, reason, error.missing_scopes, required=part.required, name=name)
