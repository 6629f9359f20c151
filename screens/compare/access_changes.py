"""Access that one person gained and lost, or that people gained and lost to one resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from ..synced.list_page import ListPage
from ..synced.sync_page import TABLE_HELP
from .changes_words import PERSONS, grant_columns, grant_row, principal_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zoomgov.model.kinds import Kind
    from zoomgov.widgets.table.table_layout import TableColumn
    from zoomgov.widgets.table.table_source import Row

    from ..synced.opened_sync import OpenedSync
    from .changes_words import Line


class AccessChangesScreen(ListPage):
    """The grants behind one line of the changes. Enter opens the other end of a grant, `o` the line's own item."""

    HELP = f"""
# Access gained and lost

All that this person gained and lost between the two syncs; or, of a thing, everyone who gained or lost it. Enter opens
the thing or the person of a line, `o` the one this page is about.
{TABLE_HELP}
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "open_it", "Open it", tooltip="The page of the person or thing itself"),
    ]
    NOUN = "changes"
    PLACEHOLDER = "Search changes …"

    def __init__(
        self, opened_sync: OpenedSync, title: str, view: str, line: Line, show: Callable[[Kind, str], object]
    ) -> None:
        """`title` says which syncs, `view` is one of `VIEWS`; `show` opens a person or resource."""
        super().__init__(opened_sync, f"{title}  ›  {line.row[0]}")
        self._view, self._line, self._show = view, line, show

    @property
    def columns(self) -> Sequence[TableColumn]:
        return grant_columns(self._view, self._line.grants)

    @property
    def preferences_key(self) -> str:
        return f"access-changes-{self._view}"

    def read(self) -> Sequence[Row]:
        return [grant_row(self._view, grant) for grant in self._line.grants]

    def opened(self, index: int) -> None:
        grant = self._line.grants[index]
        if self._view == PERSONS:
            self._show(grant.target_kind, grant.target_id)
        else:
            self._show(*principal_of(grant))

    def action_open_it(self) -> None:
        """Open the person or resource this page is about."""
        self._show(self._line.kind, self._line.key)
