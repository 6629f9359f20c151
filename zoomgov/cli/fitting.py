"""Which columns of a table fit the terminal, and how wide each is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

GAP: Final = 3
"""Cells between two columns."""
ENOUGH: Final = 12
"""Cells that suffice for what can be cut: below it, values can no longer be told from one another."""


def fitted(wanted: Sequence[int], room: int, whole: frozenset[int] = frozenset()) -> list[int]:
    """The widths of the columns that fit, from the left; the first always does.

    A column that wants more than `ENOUGH` may be cut to that, rather than that another one is left out.

    Args:
        wanted: cells that each column would take.
        room: cells of the terminal.
        whole: indexes of columns that are not cut, such as numbers.
    """
    widths: list[int] = []
    used = 0
    for index, cells in enumerate(wanted):
        width = cells if index in whole else min(cells, ENOUGH)
        if widths and used + GAP + width > room:
            break
        width = width if widths else min(width, max(room, 1))
        used += width + (GAP if widths else 0)
        widths.append(width)
    hungry = [index for index, width in enumerate(widths) if width < wanted[index] and index not in whole]
    while hungry and used < room:  # what is left goes to those that want more, in equal shares
        share = max((room - used) // len(hungry), 1)
        for index in list(hungry):
            more = min(share, wanted[index] - widths[index], room - used)
            widths[index] += more
            used += more
            if widths[index] == wanted[index]:
                hungry.remove(index)
    return widths
