"""Lines with aligned cells for short lists, cut to the width there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content

if TYPE_CHECKING:
    from collections.abc import Sequence


def fit(text: str, width: int) -> str:
    """`text` in exactly `width` cells; what does not fit ends in `…`."""
    if width <= 0:
        return ""
    if cell_len(text) > width:
        return set_cell_size(text, width - 1) + "…"
    return set_cell_size(text, width)


def share(width: int, wanted: Sequence[tuple[int, int]], gap: int = 2) -> list[int]:
    """Widths of columns within `width` cells: each `(least, weight)` gets its least, the rest goes by weight."""
    rest = max(0, width - sum(least for least, _ in wanted) - gap * (len(wanted) - 1))
    total = sum(weight for _, weight in wanted) or 1
    return [least + rest * weight // total for least, weight in wanted]


def cells(parts: Sequence[tuple[str, str, int]], gap: int = 2) -> Content:
    """One line of `(text, style, width)` cells; it ends where its text does."""
    line: list[str | tuple[str, str]] = []
    for number, (text, style, width) in enumerate(parts, start=1):
        shown = fit(text, width) + " " * gap if number < len(parts) else fit(text, width).rstrip()
        line.append((shown, style) if style else shown)
    return Content.assemble(*line)
