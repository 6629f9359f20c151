"""Columns, sorting by several, marking, copying and Zoom's own pages, by keys alone at 80x24."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.widgets.table.row_table import RowTable

if TYPE_CHECKING:
    from tests.screens.company import Company, Settled, TwoSyncs

from typing import Any

import pytest

from tests.screens.company import SIZE, press
from tests.screens.stage import no_browser
from zoomgov.preferences.views import read_preferences
from zoomgov.screens.browse.browse import BrowseScreen
from zoomgov.screens.browse.column_choice import ColumnsScreen
from zoomgov.screens.synced.portal import LinkScreen
from zoomgov.widgets.terminal import browser


def header(app: Any) -> str:
    (line,) = [line for line in app.lines() if line.lstrip().startswith("Name")]
    return str(line)


async def test_columns_are_chosen_and_remembered(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "E-mail" in header(app)
        await press(pilot, settled, "o")
        assert isinstance(app.screen, ColumnsScreen)
        assert "[✓] E-mail" in app.text()
        await press(pilot, settled, "space", "down", "space", "enter")
        assert isinstance(app.screen, BrowseScreen)
        assert "E-mail" not in header(app)
        assert "Department" in header(app)
        assert "email" not in read_preferences(app.store.path.with_name("kept.json")).columns["users"]
        await press(pilot, settled, "o", "escape", "2", "1")
        assert "E-mail" not in header(app)
    again = type(app)(app.store)
    async with again.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "E-mail" not in header(again)


async def test_rows_that_are_alike_are_sorted_by_one_column_more(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "right", "right", "s", "left", "S", "S")
        query = app.in_focus(RowTable).displayed_query
        assert (query.sort, query.then) == ("status", (("email", True),))
        assert "E-mail ▼2" in header(app)
        assert "Status ▲" in header(app)
        shown = [line.split() for line in app.lines() if "@acme.example" in line and " active" in line]
        emails = [word for words in shown for word in words if "@" in word]
        assert emails == sorted(emails, reverse=True)
        assert len(emails) > 5
        await press(pilot, settled, "s")
        assert app.in_focus(RowTable).displayed_query.then == ()


async def test_marked_rows_and_cells_are_copied_as_safe_text(company: Company, settled: Settled) -> None:
    app = company(60, rename={0: "Evil \x1b[31m\tname\nof all"})
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "y")
        assert app.clipboard.startswith("Ana García")
        assert "\n" not in app.clipboard
        await press(pilot, settled, "slash", *"evil", "enter", "space")
        await press(pilot, settled, "escape", "home", "space")
        assert sum("✓" in line for line in app.lines()) == 1
        await press(pilot, settled, "y")
        lines = app.clipboard.split("\n")
        assert len(lines) == 2
        assert {line.split("\t")[1] for line in lines} == {"person000@acme.example", "person010@acme.example"}
        assert "\x1b" not in app.clipboard
        await press(pilot, settled, "home", "right", "Y")
        assert app.clipboard == "person010@acme.example"


async def test_zooms_own_page_is_opened_for_each_kind(
    company: Company, settled: Settled, opened_pages: list[str]
) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        for kind in "1234":
            await press(pilot, settled, kind, "w")
        assert opened_pages == [
            "https://zoom.us/account/user#/?searchKey=person000@acme.example",
            "https://zoom.us/account/group#/detail/g2/detail",
            "https://zoom.us/account/contacts#/",
            "https://zoom.us/role",
        ]
        await press(pilot, settled, "1", "enter", "w", "escape", "2", "enter", "w")
        assert opened_pages[4:] == [opened_pages[0], opened_pages[1]]


async def test_without_a_browser_the_link_is_shown_and_copied(
    company: Company, settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "opened", no_browser)
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "w")
        assert isinstance(app.screen, LinkScreen)
        assert "https://zoom.us/account/user#/?searchKey=person000@acme.example" in app.text()
        await press(pilot, settled, "escape", "2", "w")
        assert "https://zoom.us/account/group#/detail/g2/detail" in app.text()
        await press(pilot, settled, "escape", "1", "w")
        await press(pilot, settled, "c", "escape")
        assert app.clipboard == "https://zoom.us/account/user#/?searchKey=person000@acme.example"
        assert isinstance(app.screen, BrowseScreen)


async def test_widths_and_order_are_remembered(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        before = header(app).index("E-mail")
        await press(pilot, settled, *["greater_than_sign"] * 4)
        wider = header(app).index("E-mail")
        assert wider > before
        await press(pilot, settled, "right", "right", "s", "s", "left", "S")
        assert "Status ▼" in header(app)
        kept = read_preferences(app.store.path.with_name("kept.json"))
        assert kept.orders["users"] == [("status", True), ("email", False)]
        assert set(kept.widths["users"]) == {"name"}
    again = type(app)(app.store)
    async with again.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert header(again).index("E-mail") == wider
        assert "Status ▼" in header(again)
        assert "E-mail ▲2" in header(again)
        await press(pilot, settled, "home", "left", "left", "left", "equals_sign")
        assert header(again).index("E-mail") < wider
        assert read_preferences(app.store.path.with_name("kept.json")).widths["users"] == {}


async def test_marks_survive_search_and_order_and_are_counted(company: Company, settled: Settled) -> None:
    app = company(60, rename={0: "=cmd()", 1: "@evil"})
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "slash", *"person000", "enter", "space", "escape")
        assert "1 marked · 60 users" in app.text()
        await press(pilot, settled, "s", "slash", *"person001", "enter", "a", "y")
        assert "2 marked · 1 of 60 users" in app.text()
        lines = [line.split("\t") for line in app.clipboard.split("\n")]
        assert [line[0] for line in lines] == ["'@evil", "'=cmd()"]
        assert [line[1] for line in lines] == ["person001@acme.example", "person000@acme.example"]
        await press(pilot, settled, "A")
        assert "marked" not in "\n".join(app.lines()[:6])


async def test_the_mouse_drags_the_gap_after_a_title_and_sorts_by_titles(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        table, before = app.in_focus(RowTable), header(app).index("E-mail")
        await pilot.mouse_down(table, offset=(before - 2, 0))
        await pilot.hover(table, offset=(before + 2, 0))
        await pilot.mouse_up(table, offset=(before + 2, 0))
        await settled(pilot)
        assert header(app).index("E-mail") == before + 4
        assert table.displayed_query.keys == (("name", False),)
        await pilot.click(table, offset=(before + 5, 0))
        await settled(pilot)
        assert table.displayed_query.keys == (("email", False),)


async def test_hiding_the_column_that_is_sorted_by_sorts_by_name(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "right", "s")
        assert "E-mail ▲" in header(app)
        await press(pilot, settled, "o", "space", "enter")
        assert "E-mail" not in header(app)
        assert "Name ▲" in header(app)
        assert any("sorted by name now" in note.message for note in app._notifications)


async def test_marking_all_while_rows_are_loading_says_so(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        table = app.rows()
        table.search("ana")
        table.action_mark_all()
        assert not table.marked
        await pilot.pause()
        assert any("still loading" in note.message for note in app._notifications)
        await settled(pilot)
        table.action_mark_all()
        assert len(table.marked) == table.row_count > 0


@pytest.mark.parametrize(
    ("keys", "preferences_key"),
    [
        (["2", "enter"], "people-in-groups"),
        (["enter"], "access"),
        (["5"], "syncs"),
        (["6"], "licences"),
        (["c"], "changes-items"),
        (["c", "3"], "changes-things"),
        (["c", "2", "enter"], "access-changes-persons"),
        (["c", "3", "enter"], "access-changes-things"),
        (["f"], "findings"),
        (["f", "enter"], "finding"),
    ],
)
async def test_other_tables_remember_widths_and_order_as_well(
    two_syncs: TwoSyncs, settled: Settled, keys: list[str], preferences_key: str
) -> None:
    app = two_syncs()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        for key in keys:
            await press(pilot, settled, key)
        await press(pilot, settled, "right", "greater_than_sign", "s")
        table = app.rows()
        key, cells = next(iter(read_preferences(app.store.path.with_name("kept.json")).widths[preferences_key].items()))
        assert table.requested_query.keys == ((key, False),)
    again = type(app)(app.store)
    async with again.run_test(size=SIZE) as pilot:
        await settled(pilot)
        for one in keys:
            await press(pilot, settled, one)
        table = again.rows()
        assert table.requested_query.keys == ((key, False),)
        assert table._viewport.widths == {key: cells}
