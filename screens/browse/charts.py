"""Charts: last logins by week and licences by sync, each with its numbers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from zoomgov.widgets.banner import Banner
from zoomgov.widgets.chart import Chart
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.table.table_source import SourceError
from zoomgov.widgets.terminal.key_queue import FILLS
from zoomgov.words.times import day

from ..shared.page import Page

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from zoomgov.model.licences import Charts

    from ..synced.opened_sync import OpenedSync


class ChartsScreen(Page[None]):
    """Two charts, one under the other."""

    HELP = """
# Charts

Above, how many people last logged in in each of the 52 weeks before the sync: a cliff or a long tail is seen at once.
Zoom moves the recorded login only after three days. Below, how many people had a licence at each sync that is kept.
The numbers are in the line under each chart, and in the list before this page.
"""
    CSS_PATH = "charts.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back", key_display="esc")]

    def __init__(self, opened_sync: OpenedSync) -> None:
        super().__init__()
        self._opened_sync = opened_sync

    def compose(self) -> ComposeResult:
        yield Banner(f"{self._opened_sync.name}  ›  Licences and logins  ›  Charts")
        yield VerticalScroll(Static("Counting …", id="counting"), id="charts")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.load()

    @work(exclusive=True, group=FILLS)
    async def load(self) -> None:
        """Count, then draw."""
        try:
            found = await asyncio.to_thread(self._opened_sync.charts)
        except SourceError as error:
            self.query_one("#counting", Static).update(Content(f"✗ {error}"))
            return
        place = self.query_one("#charts", VerticalScroll)
        await place.remove_children()
        await place.mount(
            Static("Last logins, by week before the sync", classes="heading"),
            Chart(found.logins[::-1], [(0, "52 weeks ago"), (25, "26"), (38, "13"), (51, "now")], id="logins"),
            Static(Content(login_words(found)), classes="numbers"),
            Static("People with a licence, by sync", classes="heading"),
        )
        if len(found.licensed) > 1:
            last = len(found.licensed) - 1
            marks = [(0, f"sync {found.licensed[0][0]}"), (last, f"sync {found.licensed[-1][0]}")]
            await place.mount(Chart([number for _, _, number in found.licensed], marks, line=True, id="licences"))
        await place.mount(Static(Content(licence_words(found)), classes="numbers"))

    def action_back(self) -> None:
        """Go back."""
        self.app.pop_screen()


def login_words(found: Charts) -> str:
    """Return the numbers of the first chart."""
    month, quarter, year = (sum(found.logins[:weeks]) for weeks in (4, 13, 52))
    return (
        f"Within 4 weeks {month:,}, 13 weeks {quarter:,}, 52 weeks {year:,}; "
        f"earlier {found.earlier:,}, never {found.never:,}."
    )


def licence_words(found: Charts) -> str:
    """Return the numbers of the second chart."""
    if not found.licensed:
        return "Nothing was synced yet."
    _, last, now = found.licensed[-1]
    if len(found.licensed) == 1:
        return f"{now:,} on {day(last)}. The next sync makes it a line."
    _, first, then = found.licensed[0]
    numbers = [number for _, _, number in found.licensed]
    return (
        f"{then:,} on {day(first)}, {now:,} on {day(last)} ({now - then:+,}); "
        f"least {min(numbers):,}, most {max(numbers):,}."
    )
