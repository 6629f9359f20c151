"""What every check works on, and what it says of data that was not read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from zoomgov.findings.model import Level, Subject
from zoomgov.model.kinds import Kind
from zoomgov.model.parts import USER_PARTS, PartKey
from zoomgov.store.read import audit
from zoomgov.store.read.table_rows import grant_counts
from zoomgov.words.parts import PART_SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zoomgov.findings.model import Fix, Thresholds
    from zoomgov.model.syncs import NotRead, SyncInfo
    from zoomgov.store.read.audit import People, ResourceFacts, RoleFacts, Someone
    from zoomgov.store.snapshot import Snapshot

BUFFER_DAYS: Final = 3
"""A login within three days of the recorded one does not move it (Zoom's docs, `last_login_time`)."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found."""

    count: int
    title: str = ""
    subjects: tuple[Subject, ...] = ()
    level: Level | None = None
    """Set where it differs from the check's."""
    more: str = ""
    """Added to the check's `why`."""
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One check."""

    id: str
    level: Level
    title: str
    """Shown when the check cannot tell."""
    why: str
    needs: tuple[str, ...]
    """Parts of a sync (`PartKey`) without which the result may be wrong."""
    fix: Fix
    """Its link begins with `{portal}`."""
    look: Callable[[Context], Found]
    by_absence: bool = False
    """Whether it concludes from what is not there: nothing is said, and nobody told to remove anything, while some of
    what it needs was not read, or the app may not see everyone."""


@dataclass(frozen=True)
class Context:
    """One sync, and what several checks read of it."""

    at: Snapshot
    sync: SyncInfo
    now: datetime
    thresholds: Thresholds
    plan_usage: bytes | None

    @cached_property
    def as_of(self) -> datetime:
        """The time from which idle days are counted back: what happened after the sync is not known."""
        return min(self.now, datetime.fromisoformat(self.sync.finished_at))

    def before(self, days: int, *, buffered: bool) -> str:
        """The time `days` before `as_of`, as Zoom writes it; `buffered`: earlier by `BUFFER_DAYS`."""
        moment = self.as_of - timedelta(days=days + (BUFFER_DAYS if buffered else 0))
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @cached_property
    def counts(self) -> dict[tuple[int, int], int]:
        """Number of grants, by resource and kind of grant."""
        return grant_counts(self.at)

    @cached_property
    def domains(self) -> dict[str, int]:
        """Number of users, by domain of their address."""
        return audit.domains(self.at)

    @cached_property
    def roles(self) -> list[RoleFacts]:
        """All roles, with what the checks need of them."""
        return audit.roles(self.at, self.counts)

    @cached_property
    def groups(self) -> list[ResourceFacts]:
        """All groups, with what the checks need of them."""
        return audit.resources(self.at, Kind.GROUPS, self.counts)

    @cached_property
    def admin_roles(self) -> list[RoleFacts]:
        """Roles with a privilege to change something; those whose privileges were never read are included."""
        return [role for role in self.roles if role.id != audit.MEMBER_ROLE and role.edits is not False]

    def never_read(self, part: str, target: str = "") -> NotRead | None:
        """Why the part was never read by any sync; None when it was."""
        for gap in self.sync.not_read:
            if gap.part == part and gap.target in ("", target) and gap.last_read is None:
                return gap
        return None

    def not_seen(self, parts: Iterable[str]) -> bool:
        """Whether this sync did not read one of the lists of users among `parts`, or may not see everyone."""
        wanted = {PartKey.UNSEEN_USERS, *USER_PARTS.values()}.intersection((*parts, PartKey.UNSEEN_USERS))
        return any(gap.part in wanted and not gap.target for gap in self.sync.not_read)

    @cached_property
    def logins_known(self) -> bool:
        """Whether Zoom sent anybody's last login: it may leave that field out for everyone."""
        return audit.any_login(self.at)

    def limits(self, parts: Iterable[str]) -> tuple[list[str], bool]:
        """Sentences on what of `parts` was not read, and whether one of them was never read at all."""
        sentences, blind = [], False
        for part in parts:
            gaps = [gap for gap in self.sync.not_read if gap.part == part]
            whole = next((gap for gap in gaps if not gap.target), None)
            name = PART_SUBJECTS.get(part, part)
            if whole is not None and whole.last_read is None:
                sentences.append(f"{name} were never read ({whole.reason.rstrip('.')}).")
                blind = True
            elif whole is not None:
                sentences.append(f"{name} were not read this time; shown as of sync {whole.last_read}.")
            elif gaps:
                cases = many(len(gaps), "case", "cases")
                sentences.append(f"{name} were not read in {cases} ({gaps[0].reason.rstrip('.')}).")
        return sentences, blind


def many(count: int, one: str, several: str) -> str:
    """Return a count with its noun."""
    return f"{count:,} {one if count == 1 else several}"


def last_login(user: Someone) -> str:
    """Return the last login in words."""
    return f"last login {user.last_login_time[:10]}" if user.last_login_time else "never logged in"


def people(found: People, detail: Callable[[Someone], str]) -> tuple[Subject, ...]:
    """Return people as subjects."""
    return tuple(Subject("users", user.id, user.name, user.email, detail(user)) for user in found.first)


def in_words(thresholds: Thresholds) -> str:
    """Return who counts as idle, in a sentence."""
    admins, licences = thresholds.admin_idle_days, thresholds.licence_idle_days
    idle = f"{admins:,} days" if admins == licences else f"{admins:,} days as an admin, {licences:,} with a licence"
    return f"Idle: no login for {idle}, plus {BUFFER_DAYS} by which Zoom may be late."
