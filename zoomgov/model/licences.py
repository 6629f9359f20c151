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
