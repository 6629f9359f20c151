"""Search line, count and notice of a table."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input, Static

from tests.widgets.conftest import People
from zoomgov.widgets.table.identity_table import IdentityTable
from zoomgov.widgets.table.search_table import SearchTable
from zoomgov.widgets.table.table_source import TableQuery, TableSource


class SearchApp(App[None]):
    def __init__(self, source: TableSource, notice: str = "") -> None:
        super().__init__()
        self.source = source
        self.notice = notice

    def compose(self) -> ComposeResult:
        yield SearchTable(
            self.source, TableQuery(sort="name"), noun="users", empty="The account has no users.", notice=self.notice
        )


def count(app: App[None]) -> str:
    return str(app.query_one(".count", Static).render())


@pytest.fixture(autouse=True)
def still_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Input, "_toggle_cursor", lambda self: None)


async def test_typing_narrows_the_rows_and_the_count_says_by_how_much(people: type[People]) -> None:
    app = SearchApp(people(1400))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert count(app) == "1,400 users"
        app.query_one(SearchTable).search.focus()
        await pilot.press("a", "n", "a")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert count(app) == "200 of 1,400 users"
        await pilot.press("down")
        assert isinstance(app.focused, IdentityTable)
        app.query_one(SearchTable).clear()
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert count(app) == "1,400 users"


async def test_keys_find_the_search_line_before_it_is_on_screen(people: type[People]) -> None:
    app = SearchApp(people(5))
    async with app.run_test(size=(80, 24)):
        table = SearchTable(people(5), noun="users")
        assert (table.text, table.clear(), table.is_searching) == ("", False, False)


@pytest.mark.parametrize(("size", "text"), [(0, "The account has no users."), (5, "No users match “[/] zoe”.")])
async def test_an_empty_table_says_whether_it_is_the_account_or_the_search(
    people: type[People], size: int, text: str
) -> None:
    app = SearchApp(people(size))
    async with app.run_test(size=(80, 24)) as pilot:
        if size:
            app.query_one(SearchTable).search.value = "[/] zoe"
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        drawn = "".join(segment.text for line in app.screen._compositor.render_strips() for segment in line)
        assert text in drawn


async def test_a_notice_is_text_not_markup(people: type[People]) -> None:
    app = SearchApp(people(3), notice="Not read: [bold]group admins[/bold]")
    async with app.run_test(size=(80, 24)):
        notice = app.query_one(".notice", Static)
        assert notice.display
        assert str(notice.render()) == "▲ Not read: [bold]group admins[/bold]"
