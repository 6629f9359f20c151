"""Finds the sync a person means by a number, a date, `yesterday` or `7d`. All times are UTC, as they are shown."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zoomgov.model.syncs import SyncInfo

HINT: Final = "2026-11-20, yesterday, monday, 7d, or a sync's number"
"""What can be typed, for those who ask."""

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_AGO: Final = re.compile(
    r"-?(?P<count>\d{1,4}|an?)\s*(?P<unit>min(?:ute)?s?|h(?:our)?s?|d(?:ay)?s?|w(?:eek)?s?|m(?:onth)?s?|y(?:ear)?s?)"
    r"(?:\s+ago)?"
)
_UNITS: Final = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "m": timedelta(days=30),
    "y": timedelta(days=365),
}
_NUMBER: Final = re.compile(r"(?:sync\s*|#)?(\d{1,9})")


class SyncTimeError(ValueError):
    """The text names no sync; the message says why, and what can be typed."""


class ChosenSync(NamedTuple):
    """A sync, and what to know about the choice."""

    sync: SyncInfo
    note: str
    """A sentence; empty when the sync is just what was asked for."""


def sync_at(syncs: Sequence[SyncInfo], text: str, now: datetime, *, end: bool) -> ChosenSync:
    """Return the sync of a number, or the one that shows how things were at a time: the last finished by then.

    Args:
        syncs: those that are kept, oldest first; at least one.
        text: what was typed.
        now: an aware time.
        end: a day means its end; otherwise its beginning, and a time before the oldest sync means that one.

    Raises:
        SyncTimeError: it is no time, or there is no such sync.
    """
    typed = " ".join(text.lower().split())
    oldest, latest = syncs[0], syncs[-1]
    if typed in ("first", "oldest"):
        return ChosenSync(oldest, "")
    if typed in ("latest", "last", "newest", "now"):
        return ChosenSync(latest, "")
    if number := _NUMBER.fullmatch(typed):
        found = next((sync for sync in syncs if sync.number == int(number[1])), None)
        if found is not None:
            return ChosenSync(found, "")
        if len(typed) != len("20261120"):
            kept = f"There are syncs {oldest.number} to {latest.number}"
            if oldest.number == latest.number:
                kept = f"There is only sync {oldest.number}"
            raise SyncTimeError(f"There is no sync {number[1]} here (any longer). {kept}.")
    moment = _time_meant(typed, now.astimezone(UTC), end=end)
    if moment is None:
        raise SyncTimeError(f"“{printable(text.strip())}” is no date that can be read: give {HINT}.")
    if moment > now and not end:
        raise SyncTimeError(f"{_shown(moment)} is yet to come. Give {HINT}.")
    earlier = [sync for sync in syncs if datetime.fromisoformat(sync.finished_at) <= moment]
    if earlier:
        return ChosenSync(earlier[-1], "")
    early = f"Nothing was synced by {_shown(moment)}"
    first = f"{oldest.number}, of {_shown(datetime.fromisoformat(oldest.finished_at))}"
    if end:
        raise SyncTimeError(f"{early}: the oldest sync to choose from is {first}.")
    return ChosenSync(oldest, f"{early}; compared with the oldest sync, {first}.")


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _time_meant(typed: str, now: datetime, *, end: bool) -> datetime | None:
    """The time that `typed` means; None when it is no time."""
    if ago := _AGO.fullmatch(typed):
        count = int(ago["count"]) if ago["count"].isdigit() else 1
        unit = "min" if ago["unit"].startswith("min") else ago["unit"][0]
        try:
            return now - count * _UNITS[unit]
        except OverflowError:  # before the year 1
            return datetime.min.replace(tzinfo=UTC)
    if typed in ("last week", "last month", "last year"):
        return now - _UNITS[typed.split()[1][0]]
    day = _day(typed, now.date())
    if day is not None:
        return datetime.combine(day, time.max if end else time.min, UTC)
    try:
        moment = datetime.fromisoformat(typed.upper())
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _day(typed: str, today: date) -> date | None:
    if typed in ("today", "yesterday"):
        return today - timedelta(days=typed == "yesterday")
    name = typed.removeprefix("last ").removeprefix("on ")
    if len(name) >= 3:
        for place, weekday in enumerate(_DAYS):
            if weekday.startswith(name):
                return today - timedelta(days=(today.weekday() - place - 1) % 7 + 1)
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
