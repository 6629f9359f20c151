"""Draws the lines of a table: header, rows, and the text in place of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from rich.segment import Segment
from textual.strip import Strip

from zoomgov.widgets.table.table_layout import GAP, MARGIN, Slot, TableColumn, cell_text, cut

if TYPE_CHECKING:
    from rich.style import Style

    from zoomgov.widgets.table.table_source import Row, TableQuery

_CURSOR_MARK: Final = "▌".ljust(MARGIN)
_CURSOR_AND_MARK: Final = "▌✓".ljust(MARGIN)
_MARK: Final = " ✓".ljust(MARGIN)
_NO_MARK: Final = " " * MARGIN
_GAP: Final = " " * GAP

PARTS: Final = ("header", "sorted", "current", "cursor", "mark", "note", "good", "muted", "warning", "error")
"""Parts with a style of their own: CSS component classes `identity-table--<part>`."""
TABLE_CSS: Final = """
RowTable {
    height: 1fr;
    background: $background;
    color: $foreground;
    overflow: hidden auto;
    scrollbar-gutter: stable;
    scrollbar-size-vertical: 1;

    & > .identity-table--header { color: $text-muted; background: $surface; }
    & > .identity-table--sorted { color: $text-primary; text-style: bold; }
    & > .identity-table--current { text-style: underline; }
    & > .identity-table--cursor {
        background: $block-cursor-blurred-background;
        color: $block-cursor-blurred-foreground;
    }
    & > .identity-table--mark { color: $text-muted; }
    & > .identity-table--note { color: $text-muted; }
    & > .identity-table--good { color: $text-success; }
    & > .identity-table--muted { color: $text-muted; }
    & > .identity-table--warning { color: $text-warning; }
    & > .identity-table--error { color: $text-error; }
    &:focus > .identity-table--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    &:focus > .identity-table--mark { color: $primary; }
}
"""

Styler = Callable[..., "Style"]
"""Returns the style of the named parts, later ones over earlier ones."""


def draw_row(
    columns: Sequence[TableColumn],
    slots: Sequence[Slot],
    row: Row,
    is_cursor: bool,
    width: int,
    style: Styler,
    is_marked: bool = False,
) -> Strip:
    """Draw one row in `width` cells. Neighbouring cells of one style are one segment, as each segment takes time."""
    row_parts = ("cursor",) if is_cursor else ()
    base = style(*row_parts)
    cursor_mark = _CURSOR_AND_MARK if is_marked else _CURSOR_MARK
    segments = [Segment(cursor_mark, style("cursor", "mark"))] if is_cursor else []
    plain: list[str] = [] if is_cursor else [_MARK if is_marked else _NO_MARK]
    for slot in slots:
        column = columns[slot.column]
        text = column.text(row[slot.column])
        cell = column.fitted(text, slot.width)
        tone = column.tones.get(text)
        if tone is None:
            plain += (cell, _GAP)
        else:
            if plain:
                segments.append(Segment("".join(plain), base))
            segments.append(Segment(cell, style(*row_parts, tone)))
            plain = [_GAP]
    segments.append(Segment("".join(plain), base))
    return Strip(segments).adjust_cell_length(width, base)


def draw_header(
    columns: Sequence[TableColumn],
    slots: Sequence[Slot],
    query: TableQuery,
    current: int | None,
    width: int,
    style: Styler,
) -> Strip:
    """Draw the titles: arrows at sort keys, the current column underlined, ‹ and › where there are more columns."""
    base = style("header")
    segments = [Segment(_NO_MARK, base)]
    for slot in slots:
        column = columns[slot.column]
        parts = ["header"]
        title = column.title
        for rank, (key, descending) in enumerate(query.keys, start=1):
            if key == column.key:
                parts.append("sorted")
                title += (" ▼" if descending else " ▲") + (str(rank) if query.then and rank > 1 else "")
        if slot.column == current:
            parts.append("current")
        cell = cut(title, slot.width, column.align)
        label = cell.strip(" ") or cell
        before, _, after = cell.partition(label)
        segments += (Segment(before, base), Segment(label, style(*parts)), Segment(after + _GAP, base))
    strip = Strip([segment for segment in segments if segment.text]).adjust_cell_length(width, base)
    if slots and slots[-1].column < len(columns) - 1:
        strip = Strip.join([strip.crop(0, width - 2), Strip([Segment(" ›", base)], 2)])
    if len(slots) > 1 and slots[1].column > 1:
        edge = slots[0].x + slots[0].width
        strip = Strip.join([strip.crop(0, edge), Strip([Segment("‹ ", base)], 2), strip.crop(edge + 2, width)])
    return strip


def draw_note(text: str, y: int, width: int, style: Style) -> Strip:
    """Draw line `y` of a table that shows `text` in place of rows, from its third line on."""
    lines = wrap(cell_text(text), max(width - 2 * MARGIN, 20)) if text else []
    if not 2 <= y < 2 + len(lines):
        return Strip.blank(width, style)
    return Strip([Segment(_NO_MARK + lines[y - 2], style)]).adjust_cell_length(width, style)
