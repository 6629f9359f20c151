"""Sources of a table's rows: ids in order, and rows by id; and the view that caches pages of them."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, runtime_checkable

from zoomgov.text import fold
from zoomgov.widgets.table.table_layout import TableColumn

PAGE: Final = 128
"""Rows read at once: one or two screenfuls, 0.2 ms in SQLite."""
_CACHED_PAGES: Final = 32

Row = Sequence[object]
"""One value for each column."""


class SourceError(Exception):
    """The rows cannot be read. Its text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class TableQuery:
    """What to search for, and how to sort."""

    text: str = ""
    sort: str | None = None
    """Key of a column; None: the source's own order."""
    descending: bool = False
    then: tuple[tuple[str, bool], ...] = ()
    """Further sort keys as (column key, descending), the most important first."""

    @property
    def keys(self) -> tuple[tuple[str, bool], ...]:
        """All sort keys as (column key, descending)."""
        return ((self.sort, self.descending), *self.then) if self.sort is not None else ()

    def sorted_by(self, keys: Sequence[tuple[str, bool]]) -> TableQuery:
        """Return the same search sorted by `keys`, as in `keys` above."""
        sort, descending = keys[0] if keys else (None, False)
        return replace(self, sort=sort, descending=descending, then=tuple(keys[1:]))


class TableSource(Protocol):
    """What a table shows."""

    @property
    def columns(self) -> Sequence[TableColumn]: ...

    def order(self, query: TableQuery) -> array[int]:
        """Return the ids of the rows that `query` finds, in its order, as `array('q')`.

        Called on a worker thread, one call at a time for each table. Raises SourceError.
        """
        ...

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """Return one row for each id, in the same order.

        Called on the event loop, also while `order` runs: it must return within a few milliseconds. Raises SourceError.
        """
        ...


@runtime_checkable
class QuickSource(Protocol):
    """A source that finds the first rows of a query long before all of them."""

    def first(self, query: TableQuery) -> tuple[array[int], bool] | None:
        """Return the first ids that `order` will return, at least a screenful, and whether these are all.

        None: that would take as long as `order`. Called on a worker thread, right before `order`.
        """
        ...

    def interrupt(self) -> None:
        """Interrupt a running `order`, whose result is not needed any more; it may raise SourceError then."""
        ...


class View:
    """The rows of one query, with an LRU cache of pages."""

    def __init__(self, source: TableSource, query: TableQuery, ids: array[int]) -> None:
        self.source = source
        self.query = query
        self.ids = ids
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, index: int) -> Row:
        """Return the row at `index`, reading its page unless it is cached; raises SourceError."""
        number, offset = divmod(index, PAGE)
        page = self._pages.get(number)
        if page is None:
            start = number * PAGE
            page = self._pages[number] = self.source.rows(self.ids[start : start + PAGE])
            if len(self._pages) > _CACHED_PAGES:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page[offset]

    def find(self, row_id: int | None) -> int | None:
        """Return the index of `row_id`; None: it is not among the rows."""
        try:
            return self.ids.index(row_id) if row_id is not None else None
        except ValueError:
            return None


class ListSource:
    """A short list in memory as a source, e.g. the access of one person. Row ids are indexes of the list."""

    def __init__(self, columns: Sequence[TableColumn], rows: Iterable[Row]) -> None:
        self.columns = columns
        self._rows = list(rows)

    def order(self, query: TableQuery) -> array[int]:
        texts = [[column.text(value) for column, value in zip(self.columns, row, strict=True)] for row in self._rows]
        words = fold(query.text).split()
        folded = [fold(" ".join(row)) for row in texts] if words else []
        found = [index for index, text in enumerate(folded) if all(word in text for word in words)]
        if not words:
            found = list(range(len(texts)))
        places = {column.key: place for place, column in enumerate(self.columns)}
        for key, descending in reversed(query.keys):
            if (place := places.get(key)) is not None:
                found = self._sorted(found, place, descending)
        return array("q", found)

    def _sorted(self, found: list[int], place: int, descending: bool) -> list[int]:
        """Sort by one column; empty values come last in both directions."""
        filled = [index for index in found if self._rows[index][place] not in (None, "")]
        filled.sort(key=lambda index: _sort_key(self._rows[index][place]), reverse=descending)
        return filled + [index for index in found if self._rows[index][place] in (None, "")]

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        return [self._rows[index] for index in ids]


def _sort_key(value: object) -> tuple[bool, float, str]:
    """Return a sort key that puts numbers before text, and folds text."""
    if isinstance(value, int | float):
        return (False, value, "")
    return (True, 0, fold(str(value)))
