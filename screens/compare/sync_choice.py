"""The dialog that chooses a sync, from a list or by a date."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from zoomgov.model.sync_times import SyncTimeError, sync_at
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.paged_list import PagedList
from zoomgov.words.times import moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from textual.app import ComposeResult

    from zoomgov.model.syncs import SyncInfo

_HINT = "A date: 2026-11-20, yesterday, monday, 7d; or choose with ↑ ↓"


class SyncChoiceScreen(ModalScreen[int | None]):
    """Returns the number of the sync that is chosen. Typing a date moves the cursor to the sync of that time."""

    CSS_PATH = "sync_choice.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Newer", show=False, priority=True),
        Binding("down", "move(1)", "Older", show=False, priority=True),
        Binding("enter", "choose", "Choose", priority=True),
        Binding("escape", "dismiss", "Close", key_display="esc"),
    ]

    def __init__(self, title: str, syncs: Sequence[SyncInfo], current: int, now: datetime, *, end: bool) -> None:
        """`syncs` are the oldest first. A day that is typed means its end with `end`, otherwise its beginning."""
        super().__init__()
        self._title = title
        self._oldest_first = tuple(syncs)
        self._syncs = tuple(reversed(syncs))
        self._current = current
        self._end = end
        self._now = now
        self._problem = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content(self._title), classes="dialog-title")
            yield Input(placeholder=_HINT, compact=True, id="date")
            yield Static(id="told")
            yield PagedList(
                *(
                    Option(
                        Content(
                            f"sync {sync.number:<5} {moment(sync.finished_at)}  {sync.counts.get('users', 0):>9,} users"
                            f"  {'● complete' if sync.complete else '▲ not complete'}"
                        )
                    )
                    for sync in self._syncs
                ),
                classes="lines", compact=True, markup=False,
            )  # fmt: skip
        yield KeyFooter()

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.can_focus = False
        numbers = [sync.number for sync in self._syncs]
        options.highlighted = numbers.index(self._current) if self._current in numbers else 0
        self._tell("Times are UTC.")

    def _tell(self, text: str, *, warning: bool = False) -> None:
        told = self.query_one("#told", Static)
        told.update(Content(text))
        told.set_class(warning, "-problem")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._problem = ""
        if not event.value.strip():
            self._tell("Times are UTC.")
            return
        try:
            found = sync_at(self._oldest_first, event.value, self._now, end=self._end)
        except SyncTimeError as error:
            self._problem = str(error)  # shown at Enter: the date may be half typed
            self._tell("")
            return
        self.query_one(OptionList).highlighted = self._syncs.index(found.sync)
        by_then = f"Sync {found.sync.number}, the last one finished by then. Enter takes it."
        self._tell(found.note or by_then)

    def action_move(self, rows: int) -> None:
        """Move in the list; the date keeps the focus."""
        options = self.query_one(OptionList)
        (options.action_cursor_down if rows > 0 else options.action_cursor_up)()

    def action_choose(self) -> None:
        """Take the sync under the cursor."""
        place = self.query_one(OptionList).highlighted
        if self._problem:
            self._tell(f"▲ {self._problem}", warning=True)
        elif place is not None:
            self.dismiss(self._syncs[place].number)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._syncs[event.option_index].number)
