"""Lines of a report that went wrong, grouped by their likeliest cause: one cause may fail many lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zoomgov.verify.model import CheckLine, CheckStatus


class Cause(NamedTuple):
    """One cause, and the lines it explains."""

    id: str
    """Stable within a report."""
    title: str
    lines: tuple[CheckLine, ...]


def causes(lines: Iterable[CheckLine], status: CheckStatus) -> list[Cause]:
    """Group the lines of one status, in the order of each cause's first line. A line without advice stands alone."""
    groups: dict[str, list[CheckLine]] = {}
    for line in lines:
        if line.status is status:
            key = f"{status}:{line.advice[0].id}" if line.advice else f"{status}:line:{line.id}"
            groups.setdefault(key, []).append(line)
    return [
        Cause(key, found[0].advice[0].title if found[0].advice else found[0].title, tuple(found))
        for key, found in groups.items()
    ]
