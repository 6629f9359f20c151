"""The viewport of a table: columns stay within the screen, whatever is resized."""

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
def test_the_current_column_stays_on_screen_and_lines_fit(room: int, steps: list[tuple[int, int | None]]) -> None:
    viewport = ColumnViewport()
    viewport.show(COLUMNS, "c0")
    viewport.fit(room)
    for column, cells in steps:
        viewport.select(column)
        viewport.resize(column, cells)
        assert column in {slot.column for slot in viewport.slots}
        assert viewport.slots[0].column == 0
        assert all(slot.width >= len("Title 0") + 2 for slot in viewport.slots)
        assert viewport.slots[-1].x + viewport.slots[-1].width <= room - MARGIN


def test_a_width_is_kept_while_others_share_the_room() -> None:
    viewport = ColumnViewport({"c1": 25})
    viewport.show(COLUMNS, None)
    viewport.fit(80)
    assert viewport.width(1) == 25
    viewport.resize(1, None)
    assert viewport.widths == {}
    assert viewport.width(1) != 25


def test_the_gap_after_a_title_is_what_the_mouse_drags() -> None:
    viewport = ColumnViewport()
    viewport.show(COLUMNS, None)
    viewport.fit(80)
    first = viewport.slots[0]
    assert viewport.edge_at(first.x + first.width - 1) is None
    assert viewport.edge_at(first.x + first.width) == first
