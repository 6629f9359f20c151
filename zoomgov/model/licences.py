"""Licences bought, used and held, and when people last logged in: of one sync, and over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Tier(NamedTuple):
    """Who holds one licence tier."""

    name: str
    active: int
    inactive: int
    pending: int

    @property
    def people(self) -> int:
        return self.active + self.inactive + self.pending


class Plan(NamedTuple):
    """Seats of one thing bought from Zoom."""

    name: str
    bought: int
    used: int
    pending: int
    """Taken by people who were invited."""
    is_base: bool = False
    """Whether it is what people of the Licensed tier use."""

    @property
    def free(self) -> int:
        """Seats left; below 0 where more are taken than were bought."""
        return self.bought - self.used - self.pending


class Logins(NamedTuple):
    """People who last logged in so many days before the sync."""

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
    """None when it was never read."""
    logins: tuple[Logins, ...]
    never: int


@dataclass(frozen=True, slots=True)
class Charts:
    """Numbers over time, up to one sync."""

    logins: tuple[int, ...]
    """People who last logged in so many weeks before the sync: the first is the week before it."""
    earlier: int
    """Those who last logged in before that."""
    never: int
    licensed: tuple[tuple[int, str, int], ...]
    """(Number, when it was finished, people with a licence) of each sync that is kept, oldest first."""
