"""The table at 80x24, by keyboard and mouse."""

from __future__ import annotations

import asyncio
import threading
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len
from textual.app import App
from textual.pilot import Pilot

from tests.widgets.conftest import People, TableApp
from zoomgov.widgets.table.identity_table import IdentityTable
from zoomgov.widgets.table.table_layout import TableColumn
from zoomgov.widgets.table.table_source import ListSource, Row, SourceError, TableQuery

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.strip import Strip

SIZE = (80, 24)
BY_NAME = TableQuery(sort="name")


async def settled(pilot: Pilot[Any]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def lines(app: App[None]) -> list[str]:
    return ["".join(segment.text for segment in line) for line in app.screen._compositor.render_strips()]


def cursor_line(app: App[None]) -> str:
    (line,) = [line for line in lines(app) if line.startswith("▌")]
    return line[1:].strip()


async def test_only_what_is_on_screen_is_fetched(people: type[People], table_app: type[TableApp]) -> None:
    source = people(200_000)
    app = table_app(IdentityTable(source))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert app.table.row_count == 200_000
        assert sum(source.fetched) == 128
        await pilot.press("end")
        assert cursor_line(app).startswith("Chloé 199999")
        assert sum(source.fetched) <= 128 + 2 * 128


async def test_keys_move_the_cursor_and_tell_the_row(people: type[People], table_app: type[TableApp]) -> None:
    app = table_app(IdentityTable(people(1000)))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        seen = [app.table.cursor_index]
        for key in ("down", "down", "up", "pagedown", "pagedown", "pageup", "end", "down", "home", "up", "ctrl+end"):
            await pilot.press(key)
            seen.append(app.table.cursor_index)
        page = 22
        assert seen == [0, 1, 2, 1, 1 + page, 1 + 2 * page, 1 + page, 999, 999, 0, 0, 999]
        await pilot.press("ctrl+home", "j", "j", "enter")
        assert app.selected == [20]
        assert app.highlighted[-1] == 20


async def test_the_header_stays_when_rows_scroll(people: type[People], table_app: type[TableApp]) -> None:
    app = table_app(IdentityTable(people(1000), BY_NAME))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        header = lines(app)[0]
        assert "Name ▲" in header
        await pilot.press("end")
        assert lines(app)[0] == header


async def test_a_column_is_chosen_with_arrows_and_sorted_with_s(
    people: type[People], table_app: type[TableApp]
) -> None:
    app = table_app(IdentityTable(people(100), BY_NAME))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("right", "right", "s")
        await settled(pilot)
        assert app.table.requested_query == TableQuery(sort="status")
        assert "Status ▲" in lines(app)[0]
        await pilot.press("s")
        await settled(pilot)
        assert app.table.requested_query == TableQuery(sort="status", descending=True)
        assert "Status ▼" in lines(app)[0]
        assert "pending" in lines(app)[1]
        await pilot.press("r")
        await settled(pilot)
        assert app.table.requested_query == TableQuery(sort="status")


async def test_columns_that_do_not_fit_are_reached_beside_the_first_one(
    people: type[People], table_app: type[TableApp]
) -> None:
    app = table_app(IdentityTable(people(5)))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        header = lines(app)[0]
        assert "Created" not in header
        assert header.rstrip().endswith("›")
        await pilot.press(*["right"] * 5)
        header = lines(app)[0]
        assert header.split()[:2] == ["Name", "‹"]
        assert header.rstrip().endswith("Created")
        assert "Ana 000000" in lines(app)[1]
        assert "2026-01-02" in lines(app)[1]
        await pilot.press(*["left"] * 4)
        assert "E-mail" in lines(app)[0]
        assert "‹" not in lines(app)[0]


async def test_all_columns_show_on_a_wide_screen(people: type[People], table_app: type[TableApp]) -> None:
    app = table_app(IdentityTable(people(5)))
    async with app.run_test(size=(160, 48)) as pilot:
        await settled(pilot)
        assert lines(app)[0].split() == ["Name", "E-mail", "Status", "Department", "Logins", "Created"]


async def test_the_cursor_follows_its_person_through_sorting_and_search(
    people: type[People], table_app: type[TableApp]
) -> None:
    app = table_app(IdentityTable(people(2000), BY_NAME))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("pagedown", "pagedown", "down")
        person = app.table.cursor_id
        above = app.table.cursor_index - app.table.scroll_offset.y
        await pilot.press("r")
        await settled(pilot)
        assert app.table.cursor_id == person
        assert app.table.cursor_index > 1000
        assert app.table.cursor_index - app.table.scroll_offset.y == above
        app.table.search("ana")
        await settled(pilot)
        assert app.table.cursor_id == person
        app.table.search("zoe")
        await settled(pilot)
        assert app.table.cursor_id is None
        assert app.highlighted[-1] is None


async def test_a_cursor_nobody_moved_stays_on_top(people: type[People], table_app: type[TableApp]) -> None:
    app = table_app(IdentityTable(people(50), BY_NAME))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("r")
        await settled(pilot)
        assert app.table.cursor_index == 0
        assert cursor_line(app).startswith("Grace 000048")


async def test_the_mouse_chooses_opens_and_sorts(people: type[People], table_app: type[TableApp]) -> None:
    app = table_app(IdentityTable(people(500), BY_NAME))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.click(IdentityTable, offset=(5, 4))
        assert app.table.cursor_index == 3
        assert app.selected == []
        await pilot.click(IdentityTable, offset=(5, 6), times=2)
        assert app.selected == [app.table.cursor_id]
        status = lines(app)[0].index("Status")
        await pilot.click(IdentityTable, offset=(status + 1, 0))
        await settled(pilot)
        assert app.table.requested_query.sort == "status"
        await pilot.click(IdentityTable, offset=(status + 1, 0))
        await settled(pilot)
        assert app.table.requested_query == TableQuery(sort="status", descending=True)


async def test_the_wheel_scrolls_without_moving_the_cursor(people: type[People], table_app: type[TableApp]) -> None:
    app = table_app(IdentityTable(people(500)))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        for _ in range(20):
            app.table._on_mouse_scroll_down(_wheel(app.table))
        await pilot.pause()
        assert app.table.scroll_offset.y > 20
        assert app.table.cursor_index == 0
        await pilot.press("down")
        assert app.table.scroll_offset.y <= 1
        assert cursor_line(app).startswith("Bob 000001")


def _wheel(table: IdentityTable) -> Any:
    from textual.events import MouseScrollDown

    return MouseScrollDown(table, 1, 1, 0, 1, 0, False, False, False)


HOSTILE = {
    0: "[bold red]not markup[/] [/]",
    10: "日本語の名前がとても長い人はどこまでも続く",
    20: "שלום עולם \u202eevil\u202c",
    30: "e\u0301tu\u0301de\u0301 \x1b[31mred\x1b[0m",
    40: "a\u200db\u200dc\u200dd\u200de family 👨\u200d👩\u200d👧",
    50: "line\nbreak\ttab",
    60: "",
    70: "x" * 300,
}


@pytest.mark.parametrize("width", [30, 80, 133])
async def test_hostile_names_are_shown_as_text_and_keep_the_columns_aligned(
    people: type[People], table_app: type[TableApp], width: int
) -> None:
    app = table_app(IdentityTable(people(8, HOSTILE)))
    async with app.run_test(size=(width, 24)) as pilot:
        await settled(pilot)
        drawn = lines(app)
        assert all(cell_len(line) == width for line in drawn)
        assert all("\x1b" not in line and "\u202e" not in line for line in drawn)
        assert drawn[1][2:].startswith("[bold red]n")
        if width > 60:
            at = cell_len(drawn[0][: drawn[0].index("E-mail")])
            for place, line in enumerate(drawn[1:9]):
                assert cell_len(line[: line.index(f"p{place}@")]) == at


class Slow:
    """A source that answers one query at a time, when the test lets it."""

    columns: tuple[TableColumn, ...] = (TableColumn("name", "Name", 10),)

    def __init__(self) -> None:
        self.go = threading.Semaphore(0)
        self.asked: list[str] = []
        self.threads: set[int] = set()
        self.asked_again = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def order(self, query: TableQuery) -> array[int]:
        self.asked.append(query.text)
        self.threads.add(threading.get_ident())
        if len(self.asked) == 2:
            self._loop.call_soon_threadsafe(self.asked_again.set)
        assert self.go.acquire(timeout=60)
        return array("q", range(3 + len(query.text)))

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        return [(f"row {row_id}",) * len(self.columns) for row_id in ids]


async def test_the_old_view_stays_while_the_next_is_made_and_only_the_last_question_is_answered(
    table_app: type[TableApp],
) -> None:
    source = Slow()
    app = table_app(IdentityTable(source))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "Loading" in "".join(lines(app))
        source.go.release()
        await settled(pilot)
        for text in ("a", "ab", "abc", "abcd"):
            app.table.search(text)
        await asyncio.wait_for(source.asked_again.wait(), 60)
        await pilot.pause()
        assert app.table.row_count == 3
        assert "row 2" in "".join(lines(app))
        source.go.release(2)
        await settled(pilot)
        assert source.asked[1:] in (["a", "abcd"], ["abcd"])
        assert app.table.row_count == 7
        assert threading.get_ident() not in source.threads


class Found(Slow):
    """A source that finds one row, whose id is the length of the text."""

    def order(self, query: TableQuery) -> array[int]:
        super().order(query)
        return array("q", [len(query.text)])


@pytest.mark.parametrize("then", ["", "moves on", "searches on"])
async def test_enter_after_a_search_opens_what_it_finds(table_app: type[TableApp], then: str) -> None:
    source = Found()
    source.go.release()
    app = table_app(IdentityTable(source))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        app.table.action_select()
        app.table.search("abc")
        app.table.action_select()
        await pilot.pause()
        assert app.selected == [0], "it opened what was found before"
        if then == "moves on":
            app.table.action_first()
        elif then == "searches on":
            app.table.search("abcd")
        source.go.release(2)
        await settled(pilot)
        await pilot.pause()
        assert app.selected == ([0] if then else [0, 3])


class Watched(IdentityTable):
    """A table that records which of its lines were drawn."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._drawn_lines: set[int] = set()

    def render_line(self, y: int) -> Strip:
        self._drawn_lines.add(y)
        return super().render_line(y)

    def drawn(self) -> set[int]:
        drawn, self._drawn_lines = self._drawn_lines, set()
        return drawn


async def test_only_the_header_is_drawn_again_where_only_it_changes(table_app: type[TableApp]) -> None:
    source = Slow()
    source.columns = (TableColumn("name", "Name", 10), TableColumn("email", "E-mail", 10))
    source.go.release()
    table = Watched(source)
    async with table_app(table).run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert table.drawn() == set(range(24))
        await pilot.press("right")
        await pilot.pause()
        assert table.drawn() == {0}
        await pilot.press("s")  # its rows are not there yet
        await pilot.pause()
        assert "E-mail ▲" in lines(pilot.app)[0]
        assert table.drawn() == {0}
        source.go.release()
        await settled(pilot)
        assert table.drawn() == set(range(24))


class Broken(Slow):
    def order(self, query: TableQuery) -> array[int]:
        if query.text:
            raise SourceError("The store was removed. Press r to open it again.")
        return array("q", range(5))


async def test_a_source_that_fails_says_so_and_works_again_afterwards(table_app: type[TableApp]) -> None:
    app = table_app(IdentityTable(Broken()))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        app.table.search("x")
        await settled(pilot)
        assert app.failures == ["The store was removed. Press r to open it again."]
        assert "The store was removed." in "".join(lines(app))
        app.table.search("")
        await settled(pilot)
        assert "row 4" in "".join(lines(app))


async def test_an_empty_table_says_why_and_takes_keys(people: type[People], table_app: type[TableApp]) -> None:
    app = table_app(IdentityTable(people(0), empty="Nobody matches. Esc clears the search."))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "Nobody matches. Esc clears the search." in "".join(lines(app))
        await pilot.press("down", "end", "pageup", "enter", "right", "s")
        await settled(pilot)
        assert app.selected == []


def shown_ids(app: TableApp) -> list[int]:
    view = app.table._view
    assert view is not None
    return list(view.ids)


async def test_a_fixed_list_can_be_searched_and_sorted_too(table_app: type[TableApp]) -> None:
    columns = (TableColumn("kind", "Kind", 12), TableColumn("n", "Members", 8, align="right"))
    source = ListSource(columns, [("Role", 10), ("Group", 9), ("Group", None), ("Contact group", 100)])
    app = table_app(IdentityTable(source, TableQuery(sort="n")))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert shown_ids(app) == [1, 0, 3, 2]
        await pilot.press("r")
        await settled(pilot)
        assert shown_ids(app) == [3, 0, 1, 2]
        app.table.search("GROUP 9")
        await settled(pilot)
        assert shown_ids(app) == [1]


async def test_resizing_keeps_the_cursor_on_screen(people: type[People], table_app: type[TableApp]) -> None:
    app = table_app(IdentityTable(people(500)))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press(*["down"] * 20)
        await pilot.resize_terminal(60, 10)
        await pilot.pause()
        assert cursor_line(app).startswith("Grace 000020")


class _Slow:
    """A source that finds the first rows at once, and all when the test lets it."""

    columns = (TableColumn("name", "Name", 12),)

    def __init__(self) -> None:
        self.go = threading.Event()
        self.hurried = 0

    def first(self, query: TableQuery) -> tuple[array[int], bool] | None:
        return array("q", range(100)), False

    def order(self, query: TableQuery) -> array[int]:
        if not self.go.wait(60):
            raise SourceError("never let")
        return array("q", range(1000))

    def interrupt(self) -> None:
        self.hurried += 1

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        return [(f"row {number}",) for number in ids]


async def test_first_rows_are_shown_and_end_means_the_end_of_all() -> None:
    source = _Slow()
    table = IdentityTable(source)

    class Small(App[None]):
        def compose(self) -> ComposeResult:
            yield table

    async with Small().run_test(size=(40, 10)) as pilot:
        while not table.row_count:
            await pilot.pause()
        assert table.row_count == 100
        table.focus()
        await pilot.press("end")
        assert table.cursor_id == 99
        assert source.hurried == 0
        source.go.set()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert table.row_count == 1000
        assert table.cursor_id == 999
        source.go.clear()
        table.search("x")
        table.search("xy")
        assert source.hurried == 1
        source.go.set()
        await pilot.app.workers.wait_for_complete()
        assert table.displayed_query.text == "xy"
