"""Proving membership: what the user list says against what Zoom counts."""

from __future__ import annotations

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


def disagreeing(
    totals: Mapping[str, int | None], counts: Mapping[str, Mapping[str, int]]
) -> dict[str, tuple[int, int]]:
    """The things whose members as read are not as many as Zoom counts.

    One convention is chosen for the whole account: the one that explains the most. Were each thing free to
    choose, a missing member and a deactivated one could hide each other.

    Args:
        totals: `total_members` by id; None where Zoom gave no number, which proves nothing either way.
        counts: members read, by id and user status.

    Returns:
        By id: members read under the chosen convention, and the number Zoom gives.
    """
    best: dict[str, tuple[int, int]] | None = None
    for convention in _CONVENTIONS:
        found: dict[str, tuple[int, int]] = {}
        for thing, total in totals.items():
            if total is None:
                continue
            read = sum(count for status, count in counts.get(thing, {}).items() if status in convention)
            if read != total:
                found[thing] = (read, total)
        if best is None or len(found) < len(best):
            best = found
    return best or {}
