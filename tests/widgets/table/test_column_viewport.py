"""Which columns are on screen, whatever is resized."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zoomgov.widgets.table.column_viewport import ColumnViewport
from zoomgov.widgets.table.table_layout import MARGIN, TableColumn

COLUMNS = tuple(TableColumn(f"c{n}", f"Title {n}", 10 + n, least=9, most=30) for n in range(6))


@given(
    st.integers(40, 200),
    st.lists(st.tuples(st.integers(0, 5), st.one_of(st.none(), st.integers(-50, 500))), max_size=8),
)
def test_the_aimed_column_stays_on_screen_and_lines_fit(room: int, steps: list[tuple[int, int | None]]) -> None:
    shown = ColumnViewport()
    shown.show(COLUMNS, "c0")
    shown.fit(room)
    for column, cells in steps:
        shown.aim_at(column)
        shown.resize(column, cells)
        assert column in {slot.column for slot in shown.slots}
        assert shown.slots[0].column == 0
        assert all(slot.width >= len("Title 0") + 2 for slot in shown.slots)
        assert shown.slots[-1].x + shown.slots[-1].width <= room - MARGIN


def test_a_width_is_kept_while_others_share_the_room() -> None:
    shown = ColumnViewport({"c1": 25})
    shown.show(COLUMNS, None)
    shown.fit(80)
    assert shown.width(1) == 25
    shown.resize(1, None)
    assert shown.widths == {}
    assert shown.width(1) != 25


def test_the_gap_after_a_title_is_what_the_mouse_drags() -> None:
    shown = ColumnViewport()
    shown.show(COLUMNS, None)
    shown.fit(80)
    first = shown.slots[0]
    assert shown.edge_at(first.x + first.width - 1) is None
    assert shown.edge_at(first.x + first.width) == first
