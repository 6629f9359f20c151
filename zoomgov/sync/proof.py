"""Proving membership: what the user list says against what Zoom counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONVENTIONS: Final = (
    frozenset({"active", "inactive", "pending"}),
    frozenset({"active", "inactive"}),
    frozenset({"active", "pending"}),
    frozenset({"active"}),
)
"""Whom `total_members` may count. Zoom does not say whether deactivated and invited people are in it."""


EVERYONE: Final = _CONVENTIONS[0]


@dataclass(frozen=True, slots=True)
class Proof:
    """How membership as read stands to Zoom's counts."""

    counted: frozenset[str] = EVERYONE
    """Statuses of the people Zoom's counts include."""
    differing: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By id: members read, and the number Zoom gives."""


def prove(totals: Mapping[str, int | None], counts: Mapping[str, Mapping[str, int]]) -> Proof:
    """Compare the members read of each thing with Zoom's number.

    One convention is chosen for the whole account: the one that explains the most. Were each thing free to
    choose, a missing member and a deactivated one could hide each other.

    Args:
        totals: `total_members` by id; None where Zoom gave no number, which proves nothing either way.
        counts: members read, by id and user status; "" is somebody in no user list.
    """
    best: Proof | None = None
    for convention in _CONVENTIONS:
        found: dict[str, tuple[int, int]] = {}
        for thing, total in totals.items():
            if total is None:
                continue
            read = sum(count for status, count in counts.get(thing, {}).items() if status in convention or not status)
            if read != total:
                found[thing] = (read, total)
        if best is None or len(found) < len(best.differing):
            best = Proof(convention, found)
    return best or Proof()
