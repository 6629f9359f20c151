"""One access token per process, shared by every call, kept in memory only (Zoom's Server-to-Server OAuth docs)."""

from __future__ import annotations

import asyncio
import base64
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import msgspec

from zoomgov.secret import Secret, scrubbed, sent_forms
from zoomgov.zoom.answers import UNREADABLE, Circumstances, token_refusal
from zoomgov.zoom.errors import ZoomError
from zoomgov.zoom.hosts import choose_api_base
from zoomgov.zoom.retry import retry_delay
from zoomgov.zoom.transport import Request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from zoomgov.secret import Credentials
    from zoomgov.zoom.clouds import Cloud
    from zoomgov.zoom.transport import Response, Transport

TOKEN_ENDPOINT: Final = "POST /oauth/token"
EARLY: Final = 300.0
"""Seconds before it expires at which a token is renewed."""
_BETWEEN_SCOPES: Final = re.compile(r"[\s,;]+")
"""Zoom writes a blank between scopes, and a comma has been seen."""
_LIFETIME: Final = 3600.0
_ATTEMPTS: Final = 4
_YOUNG: Final = 60.0
"""Seconds; a token that Zoom refuses before was most likely ended by another program of the same app."""
_LONGEST_TURN: Final = 4.0
"""Seconds that are left to other programs before a token is taken from them again, at most, before jitter."""
_TOKENS_REFUSED: Final = 4
"""Tokens in a row that may be refused, while none ever worked, before the reason is taken to be the app itself."""
_TOKENS_LOST: Final = 12
"""The same where tokens worked before: then somebody else ends them, and a turn will come."""


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """What may be shown of a token. The token itself is not in it."""

    scopes: frozenset[str]
    api_base: str
    """Ends in `/v2`."""
    expires_in: int
    """Seconds, as Zoom said."""
    note: str = ""
    """Why the answer's `api_url` was ignored, if it was."""


class _Answer(msgspec.Struct, gc=False):
    access_token: object = None
    expires_in: object = None
    scope: object = None
    api_url: object = None


class TokenSource:
    """Gives the access token; renews it before it expires, and when told that Zoom refused it.

    Concurrent callers share one renewal: 32 requests that meet an expired token cost one token request.
    """

    def __init__(
        self,
        cloud: Cloud,
        credentials: Credentials,
        transport: Transport,
        *,
        clock: Callable[[], float],
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        random: Callable[[], float],
    ) -> None:
        self._cloud = cloud
        self._credentials = credentials
        self._transport = transport
        self._clock = clock
        self._now = now
        self._sleep = sleep
        self._random = random
        self._token: Secret | None = None
        self._renew_at = 0.0
        self._renewal: asyncio.Task[Secret] | None = None
        self._given_at = 0.0
        self._died_young = 0
        self._refused = 0
        self.info: TokenInfo | None = None
        self.requests = 0
        self.worked = False
        """Whether Zoom's API accepted a token of this source."""

    def __repr__(self) -> str:
        return f"TokenSource({self._cloud.name})"

    async def token(self) -> Secret:
        """The token to use now.

        Raises:
            ZoomError: no token can be had.
        """
        if self._token is not None and self._clock() < self._renew_at:
            return self._token
        return await self._shared_renewal()

    async def renew(self, stale: Secret) -> Secret:
        """A token other than `stale`, which Zoom refused; no request if another caller renewed it meanwhile.

        Where tokens die young one after the other, programs that share the app take turns: each waits a while before
        it ends the token of the others, longer each time.
        """
        if self._token is None or self._token != stale:
            return await self.token()
        self._token = None  # so that nobody uses it while we wait
        self._refused += 1
        self._died_young = self._died_young + 1 if self._clock() - self._given_at < _YOUNG else 1
        turn = min(0.125 * 2**self._died_young, _LONGEST_TURN) if self._died_young > 1 else 0.0
        return await self._shared_renewal(turn * (0.5 + self._random()))

    def accepted(self) -> None:
        """Note that Zoom's API answered a call with a token."""
        self.worked = True
        self._refused = 0

    @property
    def gives_up(self) -> bool:
        """Whether so many tokens were refused, with no call answered between, that another one would not help."""
        return self._refused >= (_TOKENS_LOST if self.worked else _TOKENS_REFUSED)

    @property
    def shared(self) -> bool:
        """Whether another program seems to take tokens of the same app, which ends ours."""
        return self.worked and self._died_young > 1

    def forget(self) -> None:
        """Drop the token, so that the next call asks for one with the scopes the app has by then."""
        self._token = None

    async def aclose(self) -> None:
        self._token = None
        if self._renewal is not None:
            self._renewal.cancel()
            await asyncio.gather(self._renewal, return_exceptions=True)

    async def _shared_renewal(self, turn: float = 0.0) -> Secret:
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._request_patiently(turn), name="zoom-token")
            self._renewal.add_done_callback(_retrieve)
        try:
            return await asyncio.shield(self._renewal)
        except ZoomError as error:
            raise replace(error) from None  # each caller its own: a shared one would collect everybody's traceback

    async def _request_patiently(self, turn: float) -> Secret:
        attempt = 0
        if turn > 0:
            await self._sleep(turn)
        while True:
            attempt += 1
            try:
                return await self._request(attempt)
            except ZoomError as error:
                delay = retry_delay(error, attempt, self._now(), self._random) if attempt < _ATTEMPTS else None
                if delay is None:
                    raise
            await self._sleep(delay)

    async def _request(self, attempt: int) -> Secret:
        credentials = self._credentials
        basic = _basic(credentials)
        body = urlencode({"grant_type": "account_credentials", "account_id": credentials.account_id})
        request = Request(
            "POST",
            self._cloud.token_url,
            TOKEN_ENDPOINT,
            {"authorization": f"Basic {basic.reveal()}", "content-type": "application/x-www-form-urlencoded"},
            body.encode(),
        )
        self.requests += 1
        started = self._clock()
        response = await self._transport.send(request)
        token, info, lifetime = self._read(response)
        if token is None or info is None:
            milliseconds = (self._clock() - started) * 1000
            hide = sent_forms(credentials)
            raise token_refusal(response, Circumstances(TOKEN_ENDPOINT, milliseconds, attempt, self._now(), hide))
        self._token, self.info = token, info
        self._given_at = started
        self._renew_at = started + lifetime - min(EARLY, lifetime / 2)
        return token

    def _read(self, response: Response) -> tuple[Secret | None, TokenInfo | None, float]:
        try:
            answer = msgspec.json.decode(response.body, type=_Answer)
        except UNREADABLE:
            return None, None, 0.0
        token = answer.access_token
        if response.status != 200 or not isinstance(token, str) or not _fits_a_header(token):
            return None, None, 0.0
        seconds = answer.expires_in
        if isinstance(seconds, str) and seconds.isascii() and seconds.isdigit():
            seconds = int(seconds[:9])
        if isinstance(seconds, bool):
            seconds = None
        # cut before it becomes a float, which a whole number may be too large for
        lifetime = float(min(max(seconds, 0), 86400)) if isinstance(seconds, int | float) else _LIFETIME
        scope = " ".join(map(str, answer.scope)) if isinstance(answer.scope, list) else answer.scope
        scopes = frozenset(_BETWEEN_SCOPES.split(scope)) - {""} if isinstance(scope, str) else frozenset()
        base, note = choose_api_base(answer.api_url, self._cloud)
        forms = sent_forms(self._credentials)
        scopes, note = frozenset(scrubbed(name, forms) for name in scopes), scrubbed(note, forms)
        return Secret(token), TokenInfo(scopes, base, int(lifetime), note), lifetime


def _basic(credentials: Credentials) -> Secret:
    pair = f"{credentials.client_id}:{credentials.client_secret.reveal()}"
    return Secret(base64.b64encode(pair.encode()).decode())


def _fits_a_header(token: str) -> bool:
    return bool(token) and token.isascii() and token.isprintable() and " " not in token


def _retrieve(task: asyncio.Task[Secret]) -> None:
    """Retrieve the exception even if every caller was cancelled, or asyncio logs that nobody did."""
    if not task.cancelled():
        task.exception()
