"""Checks of the connection: token host, TLS, proxy, API host, clock."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from zoomgov.verify.answers import SENTINELS
from zoomgov.verify.context import (
    Context,
    Outcome,
    evidence,
    line_of_api_failure,
    line_of_token_failure,
    ok,
    skipped,
)
from zoomgov.verify.model import CheckStatus
from zoomgov.zoom.client import Answer
from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from zoomgov.zoom.auth import TokenInfo

CLOCK_TOLERANCE: Final = 120.0
"""Seconds a clock may be off without a warning. The answer itself may be some seconds old."""
_NOT_REACHED: Final = (ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT)


async def host(context: Context) -> Outcome:
    """Whether the token host answers."""
    token = await context.answers.token()
    name = _host(context.cloud.token_url)
    if not isinstance(token, ZoomError):
        return ok(f"{name} answered")
    line = line_of_token_failure(context, token)
    if line == "connection.host":
        return context.failed(token)
    if line == "connection.proxy" and token.kind in _NOT_REACHED:
        return skipped("Not known: the proxy does not lead there")
    return ok(f"{name} was reached")


async def tls(context: Context) -> Outcome:
    """Whether the certificates of both hosts are trusted."""
    if context.cloud.token_url.startswith("http:"):
        return ok("Not used: nothing leaves this computer")
    error = await _first_failure(context, "connection.tls")
    if error is not None:
        return context.failed(error)
    token = await context.answers.token()
    if isinstance(token, ZoomError) and token.kind in _NOT_REACHED:
        return skipped("Zoom was not reached")
    return ok("The certificate is trusted")


async def proxy(context: Context) -> Outcome:
    """Whether Zoom answers, and not a proxy or gateway."""
    error = await _first_failure(context, "connection.proxy")
    if error is not None:
        return context.failed(error)
    token = await context.answers.token()
    if isinstance(token, ZoomError) and token.kind in _NOT_REACHED:
        return skipped("Zoom was not reached")
    if isinstance(token, ZoomError) and token.kind is ErrorKind.UNEXPECTED:
        return skipped("The answer does not say who sent it")
    return ok("Zoom's own answers arrive")


async def api(context: Context) -> Outcome:
    """Whether the API host answers; it may differ from the token host."""
    token = await context.answers.token()
    if isinstance(token, ZoomError):
        return skipped("No token to ask with")
    name = _host(token.api_base)
    error = await context.answers.in_the_way()
    if error is None:
        found = await context.answers.api()
        return Outcome(CheckStatus.OK, f"{name} answered", evidence(found, _endpoint(found)))
    if line_of_api_failure(context, error) == "connection.api":
        return context.failed(error)
    return skipped(f"{name} was reached") if error.kind is not ErrorKind.UNREACHABLE else skipped("Not reached")


async def clock(context: Context) -> Outcome:
    """Compares this computer's clock with the Date header."""
    token: TokenInfo | ZoomError = await context.answers.token()
    if isinstance(token, ZoomError):
        return skipped("No answer to compare with")
    for need_id in SENTINELS:
        found = await context.answers.probe(need_id)
        sent = _date(found.headers.get("date", "")) if isinstance(found, Answer) else None
        if sent is None:
            continue
        off = (context.now() - sent).total_seconds()
        if abs(off) <= CLOCK_TOLERANCE:
            return ok("Agrees with Zoom's")
        direction = "ahead of" if off > 0 else "behind"
        result = f"{_span(abs(off))} {direction} Zoom's"
        return Outcome(CheckStatus.WARNING, result, evidence(found, _endpoint(found)), context.advise("clock-wrong"))
    return skipped("No answer to compare with")


async def _first_failure(context: Context, line: str) -> ZoomError | None:
    """The token's or the API's failure, if it belongs to `line`."""
    token = await context.answers.token()
    if isinstance(token, ZoomError):
        return token if line_of_token_failure(context, token) == line else None
    error = await context.answers.in_the_way()
    return error if error is not None and line_of_api_failure(context, error) == line else None


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _endpoint(found: object) -> str:
    return found.endpoint if isinstance(found, ZoomError) else "Zoom's API"


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _span(seconds: float) -> str:
    for size, name in ((86400.0, "days"), (3600.0, "hours"), (60.0, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} seconds"
