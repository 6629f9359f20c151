"""Paging a list before its lines are measured."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import OptionList

from zoomgov.widgets.check_lines import CheckLines
from zoomgov.widgets.paged_list import PagedList
from zoomgov.widgets.tick_list import Item, TickList


class ListApp(App[None]):
    def __init__(self, made: OptionList) -> None:
        super().__init__()
        self.made = made

    def compose(self) -> ComposeResult:
        yield self.made


@pytest.mark.parametrize("kind", [PagedList, TickList])
async def test_it_may_be_paged_before_its_lines_were_drawn(kind: type[PagedList]) -> None:
    numbers = [str(number) for number in range(60)]
    made = TickList([Item(one, one) for one in numbers]) if kind is TickList else PagedList(*numbers)
    made.display, made.highlighted = False, 0
    app = ListApp(made)
    async with app.run_test(size=(80, 24)) as pilot:
        made.action_page_down()
        made.action_page_up()
        assert made.highlighted == 0
        made.display = True
        made.focus()
        await pilot.pause()
        await pilot.press("pagedown")
        assert (made.highlighted or 0) > 10


def test_lines_of_checks_are_such_a_list() -> None:
    assert issubclass(CheckLines, PagedList)
