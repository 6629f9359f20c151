"""Widths in cells: every line is exactly as wide as the screen, whatever the names."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from zoomgov.widgets.table.table_layout import GAP, MARGIN, TableColumn, cell_text, cut, lay_out

NAMES = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from("aé日本語한글שלוםعلى\u0301\u200d\u200c\u202e\ufe0f👩👨🏽🇫🇷\x1b[]/\n\t"),
    ),
    max_size=60,
)


@given(NAMES, st.integers(0, 40), st.sampled_from(["left", "right"]))
def test_a_cut_cell_is_exactly_as_wide_as_its_column(name: str, width: int, align: str) -> None:
    assert cell_len(cut(cell_text(name), width, align)) == width  # type: ignore[arg-type]


@given(NAMES, st.integers(1, 40))
def test_cutting_keeps_the_beginning_and_marks_what_is_missing(name: str, width: int) -> None:
    text = cell_text(name)
    result = cut(text, width)
    if cell_len(text) <= width:
        assert result.startswith(text)
    else:
        kept, mark, rest = result.rpartition("…")
        assert mark == "…"
        assert rest.strip() == ""
        assert text.startswith(kept)


@given(NAMES)
def test_no_cell_carries_a_character_that_acts_on_the_terminal(name: str) -> None:
    for character in cell_text(name):
        assert unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def test_each_character_has_the_width_it_has_alone() -> None:
    # rich counts what follows a joiner as nothing, terminals do not: such a name would push the line off the screen
    assert cell_len(cell_text("a\u200db\u200dc")) == 3
    assert cut(cell_text("日本語"), 4) == "日… "
    assert cut(cell_text("e\u0301tude"), 3) == "e\u0301t…"


COLUMNS = st.lists(
    st.builds(
        lambda title, least, width, most: TableColumn(title, title, width, least=least, most=most),
        st.sampled_from(["Id", "Name", "E-mail", "Department", "Last login"]),
        st.integers(0, 20),
        st.integers(1, 30),
        st.integers(0, 60),
    ),
    min_size=1,
    max_size=9,
)


@given(COLUMNS, st.integers(10, 240), st.integers(0, 9))
def test_columns_never_overlap_nor_leave_the_line(columns: list[TableColumn], width: int, first: int) -> None:
    slots = lay_out(columns, width, first)
    assert slots[0].column == 0
    end = MARGIN - GAP
    for slot in slots:
        assert slot.x == end + GAP
        assert slot.width > 0
        end = slot.x + slot.width
    assert end <= max(width, MARGIN + 1)
    shown = [slot.column for slot in slots[1:]]
    assert shown == list(range(max(first, 1), max(first, 1) + len(shown)))
    for slot in slots[1:]:
        assert columns[slot.column].narrowest <= slot.width <= columns[slot.column].widest


def test_room_goes_to_usual_widths_first_then_to_the_widest() -> None:
    columns = [TableColumn("a", "A", 20, least=10, most=40), TableColumn("b", "B", 10, least=5, most=30)]
    assert [slot.width for slot in lay_out(columns, 10 + 5 + GAP + 2 * MARGIN)] == [10, 5]
    assert [slot.width for slot in lay_out(columns, 20 + 10 + GAP + 2 * MARGIN)] == [20, 10]
    assert [slot.width for slot in lay_out(columns, 200)] == [40, 30]
    assert [slot.column for slot in lay_out(columns, 10 + GAP + 2 * MARGIN)] == [0]
