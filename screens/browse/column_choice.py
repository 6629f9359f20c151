"""The dialog that chooses the columns of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.tick_list import Item, TickList

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from textual.app import ComposeResult

    from zoomgov.widgets.table.table_layout import TableColumn


class ColumnsScreen(ModalScreen[list[str] | None]):
    """Returns the keys of the columns to show, in their order; None when it is closed with Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Show these"),
        Binding("escape", "dismiss", "Leave as it was", key_display="esc"),
    ]

    def __init__(self, columns: Sequence[TableColumn], shown: Collection[str]) -> None:
        """`columns` are all there are; the first is always shown."""
        super().__init__()
        self._columns = columns
        self._shown = shown

    def compose(self) -> ComposeResult:
        items = [Item(column.key, column.title) for column in self._columns[1:]]
        with Vertical(classes="dialog"):
            yield Static(f"Columns beside {self._columns[0].title}: space takes one in or out", classes="dialog-title")
            yield TickList(items, ticked=self._shown)
        yield KeyFooter()

    def on_mount(self) -> None:
        self.set_focus(self.query_one(TickList))
        self.query_one(TickList).action_first()

    def action_take(self) -> None:
        """Show the ticked columns."""
        ticked = self.query_one(TickList).ticked
        first, *others = (column.key for column in self._columns)
        self.dismiss([first, *(key for key in others if key in ticked)])
