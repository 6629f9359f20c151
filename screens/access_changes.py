"""Access that one person gained and lost, or that people gained to one thing and lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from zoomgov.widgets.banner import Banner
from zoomgov.widgets.identity_table import IdentityTable
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.search_table import SearchTable
from zoomgov.widgets.table_source import ListSource

from .changes_words import GRANT_COLUMNS, PERSONS, grant_row, principal_of
from .table_page import TABLE_HELP, TablePage

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from zoomgov.store.model import Kind

    from .changes_words import Line


class AccessChangesScreen(TablePage):
    """Every grant of one line of the changes; Enter opens its other end, `o` the person or thing itself."""

    HELP = f"""
# Access gained and lost

All that this person gained and lost between the two syncs; or, of a thing, everyone who gained or lost it. Enter opens
the thing or the person of a line, `o` the one this page is about.
{TABLE_HELP}
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "open_it", "Open it", tooltip="The page of the person or thing itself"),
    ]

    def __init__(self, place: str, view: str, line: Line, show: Callable[[Kind, str], object]) -> None:
        """`place` says which syncs; `show` opens a person or thing."""
        super().__init__()
        self._place, self._view, self._line, self._show = place, view, line, show

    def compose(self) -> ComposeResult:
        yield Banner(f"{self._place}  ›  {self._line.row[0]}")
        rows = [grant_row(self._view, grant) for grant in self._line.grants]
        yield SearchTable(
            ListSource(GRANT_COLUMNS[self._view], rows), noun="changes", placeholder="Search changes …"
        )  # fmt: skip
        yield KeyFooter(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(IdentityTable).focus()

    @property
    def search_table(self) -> SearchTable | None:
        return next(iter(self.query(SearchTable)), None)

    @on(IdentityTable.RowSelected)
    def _row_selected(self, event: IdentityTable.RowSelected) -> None:
        grant = self._line.grants[event.row_id]
        if self._view == PERSONS:
            self._show(grant.target_kind, grant.target_id)
        else:
            self._show(*principal_of(grant))

    def action_open_it(self) -> None:
        """Open the person or thing this is about."""
        self._show(self._line.kind, self._line.key)
