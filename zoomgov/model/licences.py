"""Licences bought, used and held, and when people last logged in: of one sync, and over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Tier(NamedTuple):
    """People with one licence tier, by status."""

    name: str
    active: int
    inactive: int
    pending: int

    @property
    def people(self) -> int:
        return self.active + self.inactive + self.pending


class Plan(NamedTuple):
    """Seats of one plan bought from Zoom."""

    name: str
    bought: int
    used: int
    pending: int
    """Seats reserved for invited people."""
    is_base: bool = False
    """Whether this is the plan whose seats the Licensed tier uses."""

    @property
    def free(self) -> int:
        """Seats left; below 0 where more are taken than were bought."""
        return self.bought - self.used - self.pending


class Logins(NamedTuple):
    """Number of people whose last login was `least` to `most` days before the sync."""

    least: int
    most: int | None
    """Exclusive; None without end."""
    people: int


@dataclass(frozen=True, slots=True)
class Licences:
    """Of one sync."""

    tiers: tuple[Tier, ...]
    """The most frequent first."""
    plans: tuple[Plan, ...] | None
    """None when `plan-usage` was never read."""
    logins: tuple[Logins, ...]
    never: int


@dataclass(frozen=True, slots=True)
class Charts:
    """Numbers over time, up to one sync."""

    logins: tuple[int, ...]
    """People by the week of their last login; the first is the week before the sync."""
    earlier: int
    """People who last logged in before these weeks."""
    never: int
    licensed: tuple[tuple[int, str, int], ...]
    """(Number, when it was finished, people with a licence) of each sync that is kept, oldest first."""


def is_for_people(key: str) -> bool:
    """Whether a key of Zoom's plan usage is a plan whose seats people take: the base plan, or a bundle with it."""
    bundle = any(word in key for word in ("united", "zoom_one", "bundle", "workplace"))
    return key == "plan_base" or (bundle and key.startswith("plan_"))


def seats(usage: object) -> tuple[int | None, int | None]:
    """Licences bought and used, by Zoom's plan usage; None for what it does not tell.

    Each plan is an object, or an array of objects (zoom-api 3.9). Numbers may be text.
    """
    bought = used = None
    for key, value in usage.items() if isinstance(usage, dict) else ():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and isinstance(key, str) and is_for_people(key):
                bought, used = _sum(bought, one.get("hosts")), _sum(used, one.get("usage"))
    return bought, used


def seats_number(value: object) -> int | None:
    """A number of seats, which may be text; None for anything else."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 12:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _sum(total: int | None, value: object) -> int | None:
    number = seats_number(value)
    return total if number is None else (total or 0) + number
