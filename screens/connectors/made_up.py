"""The page that fills the made-up account, then shows it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from zoomgov.services.demonstration import SYNCS
from zoomgov.services.problems import as_problem
from zoomgov.sync.events import ListFinished
from zoomgov.text import printable
from zoomgov.widgets.banner import Banner
from zoomgov.widgets.busy import Busy
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.terminal.key_queue import OPENS

from ..shared.page import Page

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.worker import Worker

    from zoomgov.services.demonstration import Demonstration
    from zoomgov.sync.events import SyncEvent

_ABOUT = (
    "A simulated Zoom on this computer is read twice, as a real one would be. Some of its people change in between,"
    " so that there is something to compare."
)


class MadeUpScreen(Page[None]):
    """Syncs the demo's account, and opens what was read. Esc stops it; what is finished stays in the list."""

    HELP = """
# Made-up data

The account is simulated: its people do not exist, and nothing leaves this computer. It is read through the same
requests as a real account, twice, and then shown.

`esc` stops. When you leave the demo, all of it is deleted.
"""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Stop", tooltip="Back to the list")]

    def __init__(self, demonstration: Demonstration) -> None:
        super().__init__()
        self._demonstration = demonstration
        self._sync = 1
        self._lists = 0
        self._filling: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        yield Banner("Made-up data")
        with Vertical(id="page"):
            yield Static(Content(_ABOUT), classes="lead")
            yield Busy(id="state")
            yield Static(id="problem")
        yield KeyFooter()

    def on_mount(self) -> None:
        self._say()
        self._filling = self.fill()

    def _say(self) -> None:
        self.query_one(Busy).waiting(f"Sync {self._sync} of {SYNCS}: {self._lists} lists read")

    def _began(self, number: int) -> None:
        self._sync, self._lists = number, 0
        self._say()

    def _take(self, event: SyncEvent) -> None:
        if isinstance(event, ListFinished):
            self._lists += 1
            self._say()

    @work(exclusive=True, group="fill")
    async def fill(self) -> None:
        """Read the account, then open it in place of this page."""
        try:
            connector = await self._demonstration.fill(self._began, self._take)
        except Exception as error:
            problem = as_problem(error)
            self.query_one(Busy).done(Content.styled("✗ The made-up account could not be read", "$text-error"))
            shown = self.query_one("#problem", Static)
            shown.update(Content(printable(" ".join((problem.text, *problem.next_steps)))))
            shown.add_class("-shown")
        else:
            if self.is_current:
                self.host.switch_to_overview(connector)

    async def settle(self) -> None:
        from textual.worker import WorkerCancelled, WorkerFailed

        if self._filling is not None:
            self._filling.cancel()
            with suppress(WorkerCancelled, WorkerFailed):
                await self._filling.wait()

    @work(exclusive=True, group=OPENS)
    async def action_back(self) -> None:
        """Stop, and go back to the list."""
        await self.settle()
        if self.is_current:
            self.app.pop_screen()
