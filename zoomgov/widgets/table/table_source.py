"""Where a table's rows come from: ids in order, and rows by id, a page at a time."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, runtime_checkable

from zoomgov.text import fold
from zoomgov.widgets.table.table_layout import TableColumn

PAGE: Final = 128
"""Rows fetched at once: a screenful or two, 0.2 ms of SQLite."""
_PAGES_KEPT: Final = 32

Row = Sequence[object]


class SourceError(Exception):
    """The rows cannot be read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class TableQuery:
    """What to show and in which order."""

    text: str = ""
    sort: str | None = None
    """Key of a column; None for the source's own order."""
    descending: bool = False
    then: tuple[tuple[str, bool], ...] = ()
    """(Column, descending) for rows alike in `sort`, the more important first."""

    @property
    def keys(self) -> tuple[tuple[str, bool], ...]:
        """All of the sorting."""
        return ((self.sort, self.descending), *self.then) if self.sort is not None else ()

    def sorted_by(self, keys: Sequence[tuple[str, bool]]) -> TableQuery:
        """Return the same in another order, with `keys` as above."""
        sort, descending = keys[0] if keys else (None, False)
        return replace(self, sort=sort, descending=descending, then=tuple(keys[1:]))


class TableSource(Protocol):
    """The model of a table."""

    @property
    def columns(self) -> Sequence[TableColumn]: ...

    def order(self, query: TableQuery) -> array[int]:
        """Return the row ids that `query` finds, in its order, as `array('q')`.

        Called on a worker thread, never two at a time for one table.
        """
        ...

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """Return one row for each id, in that order, one value for each column.

        Called on the event loop, possibly while `order` runs: it must take a few milliseconds at most.
        """
        ...


@runtime_checkable
class QuickSource(Protocol):
    """A source that can tell the first rows of an order long before the whole of it."""

    def first(self, query: TableQuery) -> tuple[array[int], bool] | None:
        """Return the beginning of what `order` will return, at least a screenful, and whether it is all of it.

        None when that takes as long as everything. Called on a worker thread, right before `order`.
        """
        ...

    def hurry(self) -> None:
        """Give up the `order` that runs, which may then raise `SourceError`: its answer is no longer wanted."""
        ...


class View:
    """One order of one source, with the pages of it that were looked at last."""

    def __init__(self, source: TableSource, query: TableQuery, ids: array[int]) -> None:
        self.source = source
        self.query = query
        self.ids = ids
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, index: int) -> Row:
        """Return the row at `index`, fetching its page when it is not at hand."""
        number, offset = divmod(index, PAGE)
        page = self._pages.get(number)
        if page is None:
            start = number * PAGE
            page = self._pages[number] = self.source.rows(self.ids[start : start + PAGE])
            if len(self._pages) > _PAGES_KEPT:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page[offset]

    def find(self, row_id: int | None) -> int | None:
        """Return the index of `row_id`, or None."""
        try:
            return self.ids.index(row_id) if row_id is not None else None
        except ValueError:
            return None


class ListSource:
    """A short fixed list as a table, e.g. what one person has. Row ids are the places in the list."""

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
        """Sort by one column; what is empty comes last either way."""
        known = [index for index in found if self._rows[index][place] not in (None, "")]
        known.sort(key=lambda index: _sort_key(self._rows[index][place]), reverse=descending)
        return known + [index for index in found if self._rows[index][place] in (None, "")]

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        return [self._rows[index] for index in ids]


def _sort_key(value: object) -> tuple[bool, float, str]:
    """Numbers before text."""
    if isinstance(value, int | float):
        return (False, value, "")
    return (True, 0, fold(str(value)))
