"""Lines of short lists: columns of a width in cells, cut with an ellipsis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content

if TYPE_CHECKING:
    from collections.abc import Sequence


def fit(text: str, width: int) -> str:
    """Return `text` in exactly `width` cells: padded, or cut with `…`."""
    if width <= 0:
        return ""
    if cell_len(text) > width:
        return set_cell_size(text, width - 1) + "…"
    return set_cell_size(text, width)


def share(width: int, wanted: Sequence[tuple[int, int]], gap: int = 2) -> list[int]:
    """Divide `width` cells among columns `(least, weight)`: each gets its least, and the rest by weight."""
    rest = max(0, width - sum(least for least, _ in wanted) - gap * (len(wanted) - 1))
    total = sum(weight for _, weight in wanted) or 1
    return [least + rest * weight // total for least, weight in wanted]


def cells(parts: Sequence[tuple[str, str, int]], gap: int = 2) -> Content:
    """Return one line of `(text, style, width)` columns, without blanks at its end."""
    line: list[str | tuple[str, str]] = []
    for number, (text, style, width) in enumerate(parts, start=1):
        shown = fit(text, width) + " " * gap if number < len(parts) else fit(text, width).rstrip()
        line.append((shown, style) if style else shown)
    return Content.assemble(*line)
