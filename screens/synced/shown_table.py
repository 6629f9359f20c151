"""What a table shows at the moment, for whoever writes it to a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from .opened_sync import store_query

if TYPE_CHECKING:
    from zoomgov.model.kinds import Kind
    from zoomgov.model.queries import Query, Target
    from zoomgov.widgets.table.search_table import SearchTable


@dataclass(frozen=True, slots=True)
class ShownTable:
    """The rows of a table, by what finds them."""

    kind: Kind
    query: Query
    typed: str
    rows: int
    within: str = ""
    """Name of the thing whose people these are."""
    marked: frozenset[int] = frozenset()
    """Ids of rows."""

    @classmethod
    def of(cls, kind: Kind, table: SearchTable, within: Target | None = None, called: str = "") -> Self:
        """What a table shows: its search, its order and its number of rows."""
        query = store_query(kind, table.table.displayed_query, within)
        return cls(kind, query, table.text.strip(), table.table.row_count, called, table.table.marked)

    @property
    def narrowed(self) -> bool:
        """Whether these are some rows only."""
        return bool(self.typed or self.query.within or self.marked)
