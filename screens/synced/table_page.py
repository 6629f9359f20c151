"""What the browse screens have in common: a search table, its keys, and Esc that goes one step back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from zoomgov.widgets.table.search_table import SearchTable

from ..shared.page import Page

if TYPE_CHECKING:
    from textual.app import ComposeResult

TABLE_HELP = """
**In a table** `↑ ↓ PgUp PgDn Home End` move; `Enter` or a double click opens. `← →` choose a column, also those that
do not fit on the screen; `s` sorts by it, again turns the order round, and so does a click on its title; `S` sorts
rows that are alike by one column more. `<` and `>` make the column narrower or wider, `=` lets it fit again; the mouse
drags the gap after a title.

**Copy** `space` marks rows, `a` all that were found, `A` takes the marks away; marks stay while you search and sort.
`y` copies the marked rows or the row under the cursor for a spreadsheet, `Y` a cell. Where there is an export, it can
write the marked rows alone.

**Search** `/` goes to the search line. Results change as you type; `Esc` clears it.
"""


class TablePage(Page[None]):
    """A page around one search table at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash,ctrl+f", "search", "Search", key_display="/", tooltip="Find by any word of a row"),
        Binding("escape", "back", "Back", tooltip="Clear the search, or go back"),
    ]

    @property
    def search_table(self) -> SearchTable | None:
        """The table on screen; None when there is nothing to search."""
        return next(iter(self.query(SearchTable)), None)

    def compose(self) -> ComposeResult:
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "search" and self.is_mounted:
            return (table := self.search_table) is not None and not table.is_searching
        return super().check_action(action, parameters)

    def action_search(self) -> None:
        """Put the cursor into the search line."""
        if (table := self.search_table) is not None:
            table.search.focus()

    def action_back(self) -> None:
        """Clear the search; from an empty search line to the rows; from there, leave."""
        table = self.search_table
        if table is not None and (table.clear() or table.search.has_focus):
            table.table.focus()
        elif len(self.app.screen_stack) > 1:
            self.app.pop_screen()
