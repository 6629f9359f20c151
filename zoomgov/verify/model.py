"""The result of a verification: lines with evidence and advice, and the verdict they add up to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from zoomgov.zoom.scopes import NEEDS, Capability, Importance, ScopeKind

if TYPE_CHECKING:
    from datetime import datetime

    from zoomgov.advice.knowledge import Advice
    from zoomgov.secret import Credentials


class CheckStatus(StrEnum):
    """How a line ended."""

    WAITING = "waiting"
    """Planned, not finished; never in a report."""
    OK = "ok"
    WARNING = "warning"
    """Worth knowing; never makes the verdict fail."""
    PROBLEM = "problem"
    SKIPPED = "skipped"
    """Not tried, not needed, or left out by choice; the result says which."""


class Section(StrEnum):
    """Groups of lines, in the order shown."""

    CONNECTION = "Connection"
    CREDENTIALS = "Credentials"
    SCOPES = "Scopes"
    CALLS = "Live calls"
    PLAN = "Plan"
    OWNER = "Owner"
    CAPABILITIES = "What you get"


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What is known about a connector beside its client."""

    credentials: Credentials
    owners: tuple[str, ...] = ()
    """E-mail addresses of the connector's owners."""
    without: frozenset[str] = frozenset()
    """Capabilities the person left out (values of `Capability`)."""
    scope_kind: ScopeKind = ScopeKind.GRANULAR
    ticked: frozenset[str] = frozenset()
    """Scopes the person says to have ticked in Zoom."""
    held_before: frozenset[str] = frozenset()
    """Scopes the token had when everything was last ready."""
    activated: bool = True
    """Whether the person says to have activated the app in Zoom."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One answer that a line is based on. Holds no secret: the client removes them from what servers send back."""

    endpoint: str
    """E.g. `GET /groups`, or `POST /oauth/token`."""
    status: int | None = None
    code: int | str | None = None
    text: str = ""
    """Zoom's own words, or what happened on the way."""
    tracking_id: str | None = None
    milliseconds: float | None = None
    excerpt: str | None = None
    """The beginning of an answer that could not be read."""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check."""

    id: str
    """Stable, e.g. `probe.list_groups`."""
    section: Section
    title: str
    status: CheckStatus = CheckStatus.WAITING
    result: str = ""
    """What was found, in a few words."""
    evidence: tuple[Evidence, ...] = ()
    advice: tuple[Advice, ...] = ()
    """Likeliest cause first."""
    importance: Importance | None = None
    """Of the need behind the line, where there is one."""
    scopes: tuple[str, ...] = ()
    """Scopes to add or to remove because of this line."""
    endpoint: str = ""
    """The call a live check makes; empty for other lines."""

    @property
    def full_title(self) -> str:
        """The title with the call, for reports, where lines stand on their own."""
        return f"{self.title}: {self.endpoint}" if self.endpoint else self.title


class CapabilityState(StrEnum):
    """What users get of one capability."""

    READY = "ready"
    WITHOUT = "chosen to go without"
    MISSING_SCOPE = "missing scope"
    ROLE = "role lacks privilege"
    PLAN = "plan too low"
    FAILED = "could not be read"
    NOT_OFFERED = "not offered to this app"
    """IM groups, which only apps with classic scopes can ask for."""
    UNKNOWN = "not checked"


@dataclass(frozen=True, slots=True)
class CapabilityVerdict:
    """The result for one capability."""

    capability: Capability
    state: CapabilityState
    scopes: tuple[str, ...] = ()
    """The scopes to tick to open it, when MISSING_SCOPE."""


@dataclass(frozen=True, slots=True)
class Report:
    """All lines of one verification, in the order of the plan."""

    cloud: str
    started_at: datetime
    seconds: float
    lines: tuple[CheckLine, ...]
    capabilities: tuple[CapabilityVerdict, ...] = ()
    held: tuple[str, ...] | None = None
    """Scopes of the token, sorted; None when there was no token."""
    scope_kind: ScopeKind = ScopeKind.GRANULAR
    account_id: str = field(default="", repr=False)
    """For redaction only."""
    client_id: str = field(default="", repr=False)

    @property
    def ready(self) -> bool:
        """Whether Zoom gave a token and everything required works or was left out by choice."""
        token = self.line("credentials.token")
        return token is not None and token.status is CheckStatus.OK and not self.problems

    @property
    def verdict(self) -> str:
        """The report in a sentence."""
        problems, warnings = len(self.problems), len(self.warnings)
        remarks = f" {warnings} warning{'' if warnings == 1 else 's'}." if warnings else ""
        if self.ready:
            return f"Ready: everything required works.{remarks}"
        plan = self.line("plan.name")
        if plan is not None and plan.status is CheckStatus.PROBLEM and plan.advice and problems == 1:
            return f"Not ready: {plan.advice[0].title}.{remarks}"
        if problems:
            return f"Not ready: {problems} problem{'' if problems == 1 else 's'}.{remarks}"
        return f"Not ready: not everything was checked.{remarks}"

    @property
    def problems(self) -> tuple[CheckLine, ...]:
        return tuple(line for line in self.lines if line.status is CheckStatus.PROBLEM)

    @property
    def warnings(self) -> tuple[CheckLine, ...]:
        return tuple(line for line in self.lines if line.status is CheckStatus.WARNING)

    @property
    def missing_scopes(self) -> tuple[str, ...]:
        """The lines to paste into *Add Scopes*: required and recommended, without what was chosen to go without."""
        return self._missing(Importance.REQUIRED, Importance.RECOMMENDED)

    @property
    def optional_scopes(self) -> tuple[str, ...]:
        """Optional scopes the app does not hold."""
        wanted = set(self.missing_scopes)
        return tuple(scope for scope in self._missing(Importance.OPTIONAL) if scope not in wanted)

    def _missing(self, *importances: Importance) -> tuple[str, ...]:
        found = (
            scope
            for line in self.lines
            if line.section is Section.SCOPES and line.importance in importances
            for scope in line.scopes
        )
        return tuple(dict.fromkeys(found))

    def line(self, line_id: str) -> CheckLine | None:
        """The line with this id, if the report has it."""
        return next((line for line in self.lines if line.id == line_id), None)

    def failed_ids(self) -> frozenset[str]:
        """Lines that *repeat the failed ones* repeats: problems, warnings and skipped ones."""
        return frozenset(
            line.id
            for line in self.lines
            if line.status in (CheckStatus.PROBLEM, CheckStatus.WARNING, CheckStatus.SKIPPED)
        )

    def updated(self, newer: Report) -> Self:
        """This report with the lines that `newer` repeated."""
        lines = {line.id: line for line in self.lines}
        lines.update({line.id: line for line in newer.lines})
        verdicts = {verdict.capability: verdict for verdict in (*self.capabilities, *newer.capabilities)}
        return replace(
            self,
            started_at=newer.started_at,
            seconds=newer.seconds,
            lines=tuple(lines.values()),
            capabilities=tuple(verdicts.values()),
            held=newer.held,
            scope_kind=newer.scope_kind,
            account_id=newer.account_id,
            client_id=newer.client_id,
        )


def slug(capability: Capability) -> str:
    """The capability's part of a line id, e.g. `contact_groups`."""
    return capability.name.lower()


def planned_lines() -> tuple[CheckLine, ...]:
    """Every line a full verification has, waiting, in the order shown."""
    connection, credentials = Section.CONNECTION, Section.CREDENTIALS
    return (
        CheckLine("connection.host", connection, "Zoom's sign-in host answers"),
        CheckLine("connection.tls", connection, "The connection is secure"),
        CheckLine("connection.proxy", connection, "No proxy in the way"),
        CheckLine("connection.api", connection, "Zoom's API answers"),
        CheckLine("connection.clock", connection, "This computer's clock is right"),
        CheckLine("credentials.shape", credentials, "The three values look like Zoom's"),
        CheckLine("credentials.token", credentials, "Zoom accepts the credentials"),
        CheckLine("credentials.app", credentials, "The app is activated"),
        CheckLine("credentials.cloud", credentials, "The app belongs to this Zoom cloud"),
        *(CheckLine(f"scope.{need.id}", Section.SCOPES, need.title, importance=need.importance) for need in NEEDS),
        CheckLine("scope.excess", Section.SCOPES, "No more scopes than needed"),
        *(
            CheckLine(f"probe.{need.id}", Section.CALLS, need.title, importance=need.importance, endpoint=need.endpoint)
            for need in NEEDS
        ),
        CheckLine("plan.name", Section.PLAN, "The plan is high enough"),
        CheckLine("plan.rate", Section.PLAN, "How fast Zoom lets this account ask"),
        CheckLine("owner.role", Section.OWNER, "The app's owner is the Account Owner"),
        CheckLine("owner.sees", Section.OWNER, "The app sees everyone"),
        CheckLine("owner.connector", Section.OWNER, "An owner here is the Account Owner"),
        *(
            CheckLine(f"capability.{slug(capability)}", Section.CAPABILITIES, capability.value)
            for capability in Capability
        ),
    )
