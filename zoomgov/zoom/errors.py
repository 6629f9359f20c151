"""`ZoomError`, the only exception that `zoomgov.zoom` raises."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class ErrorKind(StrEnum):
    """What went wrong, as far as Zoom's answer tells. Advice and retries are decided on it."""

    CREDENTIALS = "credentials"
    """The token endpoint refused: wrong id, secret or Account ID, wrong app type, app not active."""
    TOKEN = "token"
    """Code 124 even with a fresh token: wrong cloud, or the app is in a stuck state."""
    SCOPE = "scope"
    """The app lacks a scope; see `missing_scopes`."""
    PRIVILEGE = "privilege"
    """The role of the app's owner lacks the right, though the scope may be there."""
    PLAN = "plan"
    """Paid accounts only."""
    NOT_FOUND = "not found"
    PAGE_TOKEN = "page token"
    """The next page token is invalid or expired (15 minutes): the list must start again."""
    RATE_LIMIT = "rate limit"
    """Still refused per second after every retry."""
    DAILY_LIMIT = "daily limit"
    """The account's budget for the day is used up; see `retry_at`."""
    UNREACHABLE = "unreachable"
    """No connection: name, network, TLS or proxy."""
    TIMEOUT = "timeout"
    SERVER = "server"
    """Zoom answered 5xx after every retry."""
    UNEXPECTED = "unexpected"
    """An answer that is not Zoom's: HTML, empty, broken JSON."""
    REQUEST = "request"
    """Any other refusal; see `code` and `message`."""


@dataclass(eq=False)
class ZoomError(Exception):
    """A call failed, at Zoom or on the way to it. Carries evidence, never a secret or a token."""

    kind: ErrorKind
    endpoint: str
    """Method and path template, e.g. `GET /groups/{groupId}/members`, or `POST /oauth/token`."""
    message: str
    """Zoom's own text where there is one, else what happened to the connection; one line."""
    status: int | None = None
    code: int | str | None = None
    """Zoom's number, or the OAuth `error` word of the token endpoint."""
    tracking_id: str | None = None
    """Header `x-zm-trackingid`; Zoom's support asks for it."""
    missing_scopes: tuple[str, ...] = ()
    """Any one of these would do (zoom-api 5.4)."""
    retry_at: datetime | None = None
    """When Zoom said to come back, aware, UTC."""
    token_worked: bool = False
    """For TOKEN: whether Zoom had answered other calls with such tokens, so that app and cloud are right."""
    milliseconds: float | None = None
    attempts: int = 1
    body_excerpt: str | None = field(default=None, repr=False)
    """The first few hundred characters of an answer that could not be read, for the report."""

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether it is a redirect, or a web page that claims success: something on the way answered, not Zoom."""
        if self.kind is not ErrorKind.UNEXPECTED or self.status is None:
            return False
        page = (self.body_excerpt or "").lstrip().startswith("<")
        return 300 <= self.status < 400 or (self.status < 300 and page)

    def __str__(self) -> str:
        status = f"HTTP {self.status}" if self.status else "no answer"
        code = f", code {self.code}" if self.code is not None else ""
        return f"{self.endpoint}: {status}{code}: {self.message}"
