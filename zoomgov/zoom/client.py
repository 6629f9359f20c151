"""Zoom's API for the rest of the program: one token, rate limits, retries, pages, typed errors.

Importing this module does not import the HTTP library: the first request does.
"""

from __future__ import annotations

import asyncio
import random as random_module
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

from zoomgov.secret import sent_forms
from zoomgov.zoom.answers import Answer, Circumstances, read_answer
from zoomgov.zoom.auth import TOKEN_ENDPOINT, TokenInfo, TokenSource
from zoomgov.zoom.endpoints import Label
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.learnt_limits import LearntLimits
from zoomgov.zoom.limits import LabelUse, Limits, RateMeter, Tier
from zoomgov.zoom.paging import Place, Sizes, count_rows
from zoomgov.zoom.retry import gives_up, retry_delay
from zoomgov.zoom.scopes import app_kind, scope_to_add
from zoomgov.zoom.transport import HttpxTransport, Request

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping

    from zoomgov.secret import Credentials, Secret
    from zoomgov.zoom.clouds import Cloud
    from zoomgov.zoom.endpoints import Endpoint
    from zoomgov.zoom.scopes import ScopeKind
    from zoomgov.zoom.transport import Response, Transport

__all__ = ["Answer", "LearntLimits", "Stats", "TokenInfo", "ZoomClient"]


_MOST_RENEWALS: Final = 100
"""Tokens that one request may be refused with before it fails: its turn should have come long before."""
_ABOUT_THE_CALL: Final = frozenset(
    {ErrorKind.SCOPE, ErrorKind.PRIVILEGE, ErrorKind.PLAN, ErrorKind.NOT_FOUND, ErrorKind.PAGE_TOKEN, ErrorKind.REQUEST}
)
"""Refusals that show that the token was accepted."""


@dataclass(slots=True)
class Stats:
    """Counters since the client was made."""

    by_endpoint: Counter[str] = field(default_factory=Counter)
    """Requests sent, by endpoint template, e.g. `GET /users`; retries count again, token requests do not."""
    refused: int = 0
    """Answers 429."""
    retried: int = 0
    under_way: int = 0
    """Calls of `get` that wait for a slot, an answer or another attempt."""
    in_flight: int = 0
    most_in_flight: int = 0

    @property
    def made(self) -> int:
        """Requests sent, token requests left out."""
        return self.by_endpoint.total()


class ZoomClient:
    """An async client of one account. Use it as a context manager, or call `aclose`.

    `on_wait(seconds, reason)` and `on_note(text)` may be set: called when requests are held back, and with a line for
    the log when it retries, renews the token or learns a limit.
    """

    def __init__(
        self,
        cloud: Cloud,
        credentials: Credentials,
        *,
        transport: Transport | None = None,
        learnt: LearntLimits | None = None,
        scope_kind: ScopeKind | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] = random_module.random,
    ) -> None:
        self.cloud = cloud
        self.learnt = learnt or LearntLimits()
        self.stats = Stats()
        self.on_wait: Callable[[float, str], None] | None = None
        self.on_note: Callable[[str], None] | None = None
        self._transport = transport or HttpxTransport()
        self._clock = clock
        self._now = now
        self._sleep = sleep
        self._random = random
        self._tokens = TokenSource(
            cloud, credentials, self._transport, clock=clock, now=now, sleep=sleep, random=random
        )
        self._sent = sent_forms(credentials)
        self._scope_kind = scope_kind
        self.account = f"{cloud.name} {credentials.account_id}"
        """Identifies the account: what was staged or learnt of another one must not be used."""
        self.limits = Limits(clock, sleep, self.learnt.tier or Tier.PRO, self.learnt.budget)
        self._meter = RateMeter(clock)
        self._last_second = {label: RateMeter(clock, 1.0) for label in Label}

    def __repr__(self) -> str:
        return f"ZoomClient({self.cloud.name})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._tokens.aclose()
        await self._transport.aclose()

    @property
    def per_second(self) -> float:
        """Requests sent per second, over the last few seconds."""
        return self._meter.per_second

    def used(self) -> tuple[LabelUse, ...]:
        """The labels used so far, and how much of their limits."""
        budget, tier, now = self.learnt.budget, self.limits.tier, self._now()
        return tuple(
            LabelUse(
                label,
                self._last_second[label].count_in_span,
                round(self.limits.by_label[label].rate, 1),
                budget.used(label, now),
                budget.left(label, tier, now),
            )
            for label in Label
            if budget.used(label, now)
        )

    @property
    def token_requests(self) -> int:
        return self._tokens.requests

    async def authenticate(self, *, fresh: bool = False) -> TokenInfo:
        """Get a token, or with `fresh` a new one (scopes added since are only in tokens issued since).

        Raises:
            ZoomError: CREDENTIALS, UNREACHABLE, ... when there is none to be had.
        """
        if fresh:
            self._tokens.forget()
        await self._tokens.token()
        assert self._tokens.info is not None
        return self._tokens.info

    def start_with(self, learnt: LearntLimits) -> None:
        """Start with what an earlier client of this account learnt. To be called before the first request."""
        self.learnt = learnt
        self.limits.budget = learnt.budget
        if learnt.tier is not None:
            self.limits.assume(learnt.tier)

    def set_tier(self, tier: Tier) -> None:
        """Pace for `tier`, which the plan told, and keep it in `learnt`."""
        if self.limits.set_tier(tier):
            self._note(f"Zoom's limits for this account: {tier.title}.")
        self.learnt.tier = tier

    async def get(
        self,
        endpoint: Endpoint,
        *,
        path: Mapping[str, str] = {},
        query: Mapping[str, str | int] = {},
        retry: bool = True,
        urgent: bool = False,
    ) -> Answer:
        """Send one GET within the rate limits, with retries for transient errors unless `retry` is False.

        `urgent` requests go ahead of others that wait for the same limit.

        Raises:
            ZoomError: Zoom's refusal, or what is in the way.
        """
        attempt, renewals = 0, 0
        self.stats.under_way += 1
        try:
            while True:
                attempt += 1
                await self._tokens.token()
                used: list[Secret] = []
                try:
                    answer = await self._attempt(endpoint, path, query, used, attempt, urgent)
                except ZoomError as error:
                    failure = error
                else:
                    self._tokens.accepted()
                    return answer
                if not used and failure.endpoint == TOKEN_ENDPOINT:
                    raise failure  # there is no token, which was tried patiently
                if failure.kind is ErrorKind.TOKEN:
                    renewals += 1
                    failure.token_worked = self._tokens.worked
                    if self._tokens.gives_up or renewals > _MOST_RENEWALS:
                        raise failure
                    await self._renew(used[0])
                    continue
                if failure.kind in _ABOUT_THE_CALL:
                    self._tokens.accepted()
                now = self._now()
                if gives_up(failure, now):
                    failure.kind = ErrorKind.DAILY_LIMIT
                delay = retry_delay(failure, attempt - renewals, now, self._random) if retry else None
                if delay is None:
                    raise failure
                self.stats.retried += 1
                if failure.kind is not ErrorKind.RATE_LIMIT:
                    self._note(f"Trying again: {failure}")
                if delay >= 1.0 and self.on_wait is not None:
                    self.on_wait(delay, f"{failure.endpoint}: {failure.message}")
                await self._sleep(delay)
        finally:
            self.stats.under_way -= 1

    async def _renew(self, refused: Secret) -> None:
        """Replace a token that Zoom refused, and tell why where it can be told."""
        self._note(
            "Another program takes tokens of this app, which ends ours: asked for a new one."
            if self._tokens.shared
            else "Zoom no longer takes the access token: asked for a new one."
        )
        await self._tokens.renew(refused)

    async def pages(
        self,
        endpoint: Endpoint,
        *,
        path: Mapping[str, str] = {},
        query: Mapping[str, str | int] = {},
        page_size: int | None = None,
        urgent: bool = False,
    ) -> AsyncGenerator[Answer, None]:
        """Yield a list's pages, asking for the largest Zoom takes, until one is the last.

        Every other parameter stays the same while a token is followed (Zoom's pagination docs). Where Zoom counts more
        pages than it gives tokens for, the next one is asked for by its number, as older servers want it.

        Raises:
            ZoomError: PAGE_TOKEN when the list must start again, UNEXPECTED when a token repeats or nothing tells
                whether the list has ended, and all of `get`.
        """
        answer, size = await self._first_page(endpoint, path, query, page_size, urgent)
        following: dict[str, str | int] = {**query, "page_size": size} if size else dict(query)
        seen: set[str] = set()
        place = Place(endpoint, size)
        while True:
            token = answer.next_page_token
            if token in seen:
                raise ZoomError(
                    ErrorKind.UNEXPECTED,
                    endpoint.template,
                    "Zoom gave the same next page token twice: the list has no end.",
                )
            more = place.more(answer)
            if more is False and not token:
                yield answer if place.at_least is None else replace(answer, at_least=place.at_least)
                return
            yield answer if token else replace(answer, by_number=True, at_least=place.at_least)
            if token:
                seen.add(token)
            page: dict[str, str | int] = {"next_page_token": token} if token else {"page_number": place.read + 1}
            before = answer
            answer = await self.get(endpoint, path=path, query={**following, **page}, urgent=urgent)
            if not token and place.is_same(before, answer):
                if more is None:
                    raise ZoomError(
                        ErrorKind.UNEXPECTED,
                        endpoint.template,
                        "Zoom says neither how many there are nor whether more follow: the list may go on.",
                    )
                return

    async def first_page(
        self,
        endpoint: Endpoint,
        *,
        path: Mapping[str, str] = {},
        query: Mapping[str, str | int] = {},
        page_size: int | None = None,
    ) -> Answer:
        """The first page of a list, of `page_size` rows or of the largest size Zoom takes.

        Raises:
            ZoomError: all of `get`.
        """
        return (await self._first_page(endpoint, path, query, page_size, urgent=False))[0]

    async def _first_page(
        self,
        endpoint: Endpoint,
        path: Mapping[str, str],
        query: Mapping[str, str | int],
        wanted: int | None,
        urgent: bool,
    ) -> tuple[Answer, int | None]:
        """The first page and the size it was asked with, falling back while Zoom refuses the size.

        Returns:
            The size is 0 when Zoom took none, and None for a call that is not paged.
        """
        if not endpoint.page_sizes and wanted is None:
            return await self.get(endpoint, path=path, query=query, urgent=urgent), None
        sizes = Sizes(endpoint, wanted, self.learnt.page_sizes.get(endpoint.page_size_key))
        while True:
            size = sizes.next
            try:
                asked = {**query, "page_size": size} if size else query
                answer = await self.get(endpoint, path=path, query=asked, urgent=urgent, retry=not sizes.failed)
            except ZoomError as error:
                sizes.refused_with(error)
                continue
            if wanted is None and sizes.refused is not None:
                self._set_page_size(endpoint, size)
            if wanted is None and answer.next_page_token and size:
                self._notice_cap(endpoint, answer, size)
            return answer, size

    def _notice_cap(self, endpoint: Endpoint, answer: Answer, asked: int) -> None:
        """Learn the page size when Zoom gave a shorter page than asked for though more follow."""
        rows = count_rows(endpoint, answer)
        if rows is not None and (caps := [size for size in endpoint.page_sizes if rows <= size < asked]):
            self._set_page_size(endpoint, min(caps))

    def _set_page_size(self, endpoint: Endpoint, size: int) -> None:
        if self.learnt.set_page_size(endpoint.page_size_key, size, self._now().date()):
            takes = f"takes pages of {size} here" if size else "takes no page size here"
            self._note(f"{endpoint.template}: Zoom {takes}.")

    async def _attempt(
        self,
        endpoint: Endpoint,
        path: Mapping[str, str],
        query: Mapping[str, str | int],
        used: list[Secret],
        attempt: int,
        urgent: bool,
    ) -> Answer:
        """Send one request when its turn has come; the token it went with is added to `used`."""
        limiter = self.limits.by_label[endpoint.label]
        self.learnt.budget.spend(endpoint.label, self.limits.tier, endpoint.template, self._now())
        await limiter.slot(self.limits.in_flight, self.on_wait, urgent=urgent)
        stats = self.stats
        stats.by_endpoint[endpoint.template] += 1
        stats.in_flight += 1
        stats.most_in_flight = max(stats.most_in_flight, stats.in_flight)
        self._meter.count()
        self._last_second[endpoint.label].count()
        started = self._clock()
        try:
            # Only now: another caller may have renewed it while this one waited for its turn.
            token = await self._tokens.token()
            assert self._tokens.info is not None
            url = endpoint.url(self._tokens.info.api_base, path, query)
            request = Request("GET", url, endpoint.template, {"authorization": f"Bearer {token.reveal()}"})
            used.append(token)
            started = self._clock()
            response = await self._transport.send(request)
        except ZoomError as error:
            if used:  # otherwise it is about the token, and says so itself
                error.attempts = attempt
                error.milliseconds = (self._clock() - started) * 1000
            raise
        finally:
            stats.in_flight -= 1
            self.limits.in_flight.release()
        milliseconds = (self._clock() - started) * 1000
        self._learn(endpoint, response)
        hide = (token, *self._sent)
        try:
            answer = read_answer(
                endpoint, response, Circumstances(endpoint.template, milliseconds, attempt, self._now(), hide)
            )
        except ZoomError as error:
            if error.kind is ErrorKind.SCOPE:
                kind = app_kind(self._tokens.info.scopes) or self._scope_kind
                wanted = scope_to_add(error.missing_scopes, kind, endpoint.template)
                error.missing_scopes = (wanted,) if wanted is not None else ()
            if error.kind is ErrorKind.RATE_LIMIT and not gives_up(error, self._now()):
                asked = (error.retry_at - self._now()).total_seconds() if error.retry_at is not None else None
                limiter.refused(asked)
            if error.kind in (ErrorKind.RATE_LIMIT, ErrorKind.DAILY_LIMIT):
                stats.refused += 1
            raise
        for name, shown in answer.no_counts.items():
            self._note(f"{endpoint.template}: Zoom's {name} is {shown}, which is ignored.")
        return answer

    def _learn(self, endpoint: Endpoint, response: Response) -> None:
        tier = self.limits.learn(endpoint.label, response.headers)
        if self.limits.learnt:
            self.learnt.tier = self.limits.tier
        if tier is not None:
            self._note(f"Zoom's limits for this account: {tier.title}.")

    def _note(self, text: str) -> None:
        if self.on_note is not None:
            self.on_note(text)
