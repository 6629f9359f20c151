"""How far a sync is, at what rate, and how long it will take. Fed by its events, read by screens and commands."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zoomgov.sync import parts
from zoomgov.sync.events import (
    ListAdvanced,
    ListFinished,
    ListNotRead,
    ListRestarted,
    ListStarted,
    PartAdvanced,
    PuttingTogether,
    RequestsCounted,
    Waiting,
)
from zoomgov.words.parts import part_title
from zoomgov.words.syncs import time_left
from zoomgov.words.times import duration
from zoomgov.zoom.errors import ErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from zoomgov.sync.events import SyncEvent
    from zoomgov.zoom.errors import ZoomError

SPAN: Final = 15.0
"""Seconds over which a rate is measured: long enough not to jump with each page."""
KNOWN_AFTER: Final = 2.0
"""Seconds of progress from which a rate is told; before, it would be a guess."""
TOLERANCE: Final = 0.2
"""Fraction by which the remaining time shown may differ from the one worked out before it is corrected."""
LEAD_TO_MORE: Final = frozenset({parts.GROUPS.name, parts.CONTACT_GROUPS.name, parts.ROLES.name})
"""Each resource in them has a list of its own: until they are read, nobody knows how many lists follow."""
_LABELS: Final[Mapping[str, str]] = {part.name: str(part.endpoint.label) for part in parts.ALL}


@dataclass
class PartProgress:
    """One list of the account, or all lists of a part together."""

    title: str
    done: int = 0
    total: int | None = None
    rows: int | None = None
    """Rows read, where `done` counts lists; else None."""
    finished: bool = False
    problem: str = ""
    per_second: float | None = None
    """Rate of `done`; None while unknown."""
    left: float | None = None
    """Seconds to its end; None while unknown."""
    samples: deque[tuple[float, int]] = field(default_factory=deque, repr=False)
    """(Time, `done`) of the last `SPAN` seconds."""

    def sample(self, now: float) -> None:
        """Keep `done` for the rate, at most eight times a second."""
        if len(self.samples) > 1 and now - self.samples[-2][0] < 0.25:
            self.samples[-1] = (now, self.done)
        else:
            self.samples.append((now, self.done))
        while len(self.samples) > 2 and self.samples[1][0] < now - SPAN:
            self.samples.popleft()


class Countdown:
    """A remaining time that counts down by the clock, and is corrected only when it is clearly wrong (hysteresis)."""

    def __init__(self) -> None:
        self._end: float | None = None

    def show(self, left: float | None, now: float) -> float | None:
        """Seconds to show at `now` when `left` are worked out."""
        if left is None:
            self._end = None
            return None
        shown = None if self._end is None else self._end - now
        if shown is None or abs(shown - left) > max(TOLERANCE * left, 2.0):
            self._end, shown = now + left, left
        return max(shown, 0.0)


class Progress:
    """What a sync has told so far. `take` is cheap, for every event; `update` works out rates and times."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._countdowns: dict[str, Countdown] = {}
        self._waiting = (0.0, "")
        self.parts: dict[str, PartProgress] = {}
        """By `ListKey.part`, in the order in which they began."""
        self.counted = RequestsCounted(0, 0, 0, 0, 0.0)
        self.left: float | None = None
        """Seconds until everything is read; None while unknown."""
        self.at_least = False
        """Whether `left` is a lower bound, since more lists may follow."""
        self.together_since: float | None = None
        """When publishing began, by the clock; None before."""

    def take(self, event: SyncEvent) -> None:
        """Note one event."""
        match event:
            case ListStarted(key=key, title=title, expected=expected) if not key.target:
                self._part(key.part, title).total = expected
            case ListAdvanced(key=key, read=read, expected=expected) if not key.target:
                part = self._part(key.part)
                part.done, part.total = read, expected
                part.sample(self._clock())
            case ListFinished(key=key, read=read) if not key.target:
                part = self._part(key.part)
                part.done, part.finished = read, True
            case ListRestarted(key=key) if not key.target:
                part = self._part(key.part)
                part.done, part.finished = 0, False
                part.samples.clear()
            case ListNotRead(key=key, not_read=not_read) if not key.target:
                self._part(key.part).problem = not_read.reason
            case PartAdvanced(part=name, title=title, done=done, planned=planned, rows=rows):
                part = self._part(name, title)
                part.done, part.total, part.rows, part.finished = done, planned, rows, done >= planned
                part.sample(self._clock())
            case RequestsCounted():
                self.counted = event
            case Waiting(seconds=seconds, reason=reason):
                self._waiting = (self._clock() + seconds, reason)
            case PuttingTogether():
                self.together_since = self._clock()
            case _:
                pass

    def _part(self, name: str, title: str = "") -> PartProgress:
        return self.parts.setdefault(name, PartProgress(title or part_title(name)))

    @property
    def waiting(self) -> str:
        """`waiting 12 s: why`, counting down; empty when no request is held back."""
        until, reason = self._waiting
        left = until - self._clock()
        return f"waiting {left:.0f} s: {reason}" if left >= 0.5 else ""

    @property
    def together_for(self) -> float | None:
        """Seconds since publishing began; None before."""
        return None if self.together_since is None else self._clock() - self.together_since

    def update(self) -> None:
        """Work out rates and remaining times as of now.

        A list takes its remaining rows at the rate of the last `SPAN` seconds. All together take as long as the
        longest of them, and at least as long as the rate limiter needs for the requests that many short lists cost.
        """
        now = self._clock()
        running = [(name, part) for name, part in self.parts.items() if not part.finished and not part.problem]
        paces = {str(use.label): use.per_second for use in self.counted.labels}
        requests: Counter[str] = Counter()
        longest: float | None = 0.0
        for name, part in running:
            part.per_second = _rate(part, now)
            left = None
            if part.total is not None:
                to_do = max(part.total - part.done, 0)
                if part.rows is not None:
                    requests[_LABELS.get(name, "")] += to_do
                if part.per_second:
                    left = to_do / part.per_second
                elif not to_do:
                    left = 0.0
            part.left = self._countdowns.setdefault(name, Countdown()).show(left, now)
            longest = None if longest is None or left is None else max(longest, left)
        for part in self.parts.values():
            if part.finished or part.problem:
                part.per_second = part.left = None
        if longest is not None:
            longest = max([longest, *(count / paces[label] for label, count in requests.items() if paces.get(label))])
            longest = max(longest, self._waiting[0] - now)
        self.at_least = any(name in LEAD_TO_MORE for name, _ in running)
        self.left = self._countdowns.setdefault("", Countdown()).show(longest if running else None, now)

    @property
    def left_words(self) -> str:
        """`about 40 s left`; empty while unknown."""
        return time_left(self.left, at_least=self.at_least)


def _rate(part: PartProgress, now: float) -> float | None:
    if len(part.samples) < 2:
        return None
    (began, first), (_, last) = part.samples[0], part.samples[-1]
    span = now - began
    return (last - first) / span if span >= KNOWN_AFTER and last > first else None


def opens_again(error: ZoomError, now: datetime) -> str:
    """When Zoom's daily limit reopens, in UTC and from `now` on; empty after other errors."""
    if error.kind is not ErrorKind.DAILY_LIMIT or error.retry_at is None:
        return ""
    left = max((error.retry_at - now).total_seconds(), 0)
    return f"Zoom answers again at {error.retry_at:%Y-%m-%d %H:%M} UTC, in {duration(left)}."


def limit_lines(counted: RequestsCounted) -> list[tuple[str, str, str]]:
    """(Label, used of this second, used of this day) for each of Zoom's rate-limit labels in use, columns aligned."""
    lines = []
    for use in counted.labels:
        second = f"{use.last_second:>3} of {use.per_second:>3.0f} this second"
        today = f"{use.today:>7,} today"
        today += ", no daily limit" if use.left_today is None else f", {max(use.left_today, 0):,} left"
        lines.append((f"{use.label!s:<7}", second, today))
    return lines
