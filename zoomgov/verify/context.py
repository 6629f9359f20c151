"""What checks have in common: the answers, how an outcome is made, and which line an error belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zoomgov.advice.knowledge import Advice, advice, explain
from zoomgov.verify.answers import CallResult, NotTried, SharedAnswers
from zoomgov.verify.model import CheckStatus, Evidence, KnownFacts
from zoomgov.zoom.client import Answer
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.scopes import Importance

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from zoomgov.zoom.client import ZoomClient
    from zoomgov.zoom.clouds import Cloud


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a check; becomes the second half of a line."""

    status: CheckStatus
    result: str
    evidence: tuple[Evidence, ...] = ()
    advice: tuple[Advice, ...] = ()
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What every check is given."""

    answers: SharedAnswers
    facts: KnownFacts
    client: ZoomClient
    now: Callable[[], datetime]

    @property
    def cloud(self) -> Cloud:
        return self.client.cloud

    def advise(self, *entry_ids: str, scopes: Collection[str] = ()) -> tuple[Advice, ...]:
        """Entries of the knowledge base by id, without repeats."""
        return tuple(advice(entry_id, cloud=self.cloud, scopes=scopes) for entry_id in dict.fromkeys(entry_ids))

    def explain(self, error: ZoomError, *first: str, scopes: Collection[str] = ()) -> tuple[Advice, ...]:
        """What the error may mean; `first` are ids of entries the check knows to be likelier."""
        known = self.advise(*first, scopes=scopes)
        others = explain(error, cloud=self.cloud, scopes=scopes)
        return known + tuple(other for other in others if other.id not in first)

    def best(self, error: ZoomError) -> str:
        """The id of the likeliest cause."""
        return explain(error, cloud=self.cloud)[0].id

    def failed(self, error: ZoomError, status: CheckStatus = CheckStatus.PROBLEM) -> Outcome:
        """The outcome for an error that belongs to this line."""
        causes = self.explain(error)
        return Outcome(status, causes[0].title, (evidence_of(error),), causes)


def evidence_of(found: Answer | ZoomError, endpoint: str = "") -> Evidence:
    """The answer as evidence; `endpoint` for answers, which do not know theirs."""
    if isinstance(found, ZoomError):
        return Evidence(
            found.endpoint,
            found.status,
            found.code,
            found.message,
            found.tracking_id,
            found.milliseconds,
            found.body_excerpt,
        )
    return Evidence(endpoint, found.status, None, "", found.tracking_id, found.milliseconds)


def evidence(found: CallResult, endpoint: str) -> tuple[Evidence, ...]:
    """Like `evidence_of`; nothing for a call that was not made."""
    return () if isinstance(found, NotTried) else (evidence_of(found, endpoint),)


def skipped(result: str, *advice: Advice) -> Outcome:
    """The outcome of a check that was not made, and why."""
    return Outcome(CheckStatus.SKIPPED, result, advice=advice)


def ok(result: str, *evidence: Evidence) -> Outcome:
    """The outcome of a check that found nothing wrong."""
    return Outcome(CheckStatus.OK, result, evidence)


def severity(importance: Importance) -> CheckStatus:
    """How bad it is that something of this importance does not work."""
    return CheckStatus.PROBLEM if importance is Importance.REQUIRED else CheckStatus.WARNING


_BY_CAUSE = {
    "tls-failed": "connection.tls",
    "proxy-page": "connection.proxy",
    "proxy-sign-in": "connection.proxy",
    "proxy-unusable": "connection.proxy",
    "app-disabled": "credentials.app",
    "app-not-active": "credentials.app",
    "wrong-cloud": "credentials.cloud",
}
"""By cause: the line that shows it."""


def line_of_token_failure(context: Context, error: ZoomError) -> str:
    """The line that shows why there is no token; others are skipped."""
    line = _BY_CAUSE.get(context.best(error))
    if line is not None:
        return line
    return "connection.host" if error.kind in (ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT) else "credentials.token"


def line_of_api_failure(context: Context, error: ZoomError) -> str:
    """The line that shows why no call is answered though there is a token; others are skipped."""
    line = _BY_CAUSE.get(context.best(error))
    if line is not None:
        return line
    return "credentials.token" if error.kind is ErrorKind.TOKEN else "connection.api"
