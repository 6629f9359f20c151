"""Choosing one of the syncs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from .browse_words import moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from zoomgov.store.model import SyncInfo


class SyncChoiceScreen(ModalScreen[int | None]):
    """Gives the number of the sync chosen, the newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Close", key_display="esc")]

    def __init__(self, title: str, syncs: Sequence[SyncInfo], current: int) -> None:
        super().__init__()
        self._title = title
        self._syncs = tuple(reversed(syncs))
        self._current = current

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content(self._title), classes="dialog-title")
            yield OptionList(
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
        yield Footer()

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        numbers = [sync.number for sync in self._syncs]
        options.highlighted = numbers.index(self._current) if self._current in numbers else 0
        self.set_focus(options)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._syncs[event.option_index].number)
