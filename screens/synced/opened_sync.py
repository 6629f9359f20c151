"""One sync, opened for pages to read. Safe to use from the event loop and from worker threads at once."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from zoomgov.disk.errors import StoreError
from zoomgov.model.filters import parse_filter
from zoomgov.model.kinds import Kind
from zoomgov.model.parts import PartKey
from zoomgov.model.queries import Query, Target
from zoomgov.widgets.table.table_source import SourceError

from .column_widths import table_columns

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from zoomgov.model.access import HistoryEntry, Person, Resource
    from zoomgov.model.changes import Changes
    from zoomgov.model.licences import Charts, Licences
    from zoomgov.model.queries import Column
    from zoomgov.model.syncs import NotRead, SyncInfo
    from zoomgov.preferences.views import ViewPreferencesFile
    from zoomgov.services.stores import Reader
    from zoomgov.widgets.table.table_source import Row, TableQuery


class OpenedSync:
    """One published sync, opened for looking at it: a `Reader`, its errors told as `SourceError`.

    `rows` is for the event loop, everything else for worker threads; the reader has a connection for each.
    """

    def __init__(
        self,
        name: str,
        open_reader: Callable[[], Reader],
        number: int | None = None,
        *,
        cloud: str = "zoom.us",
        preferences: ViewPreferencesFile | None = None,
    ) -> None:
        """`name` is the connector's; `open_reader` gives a new reader of the latest sync at each call.

        `number`: stay with this older sync.
        """
        self.name = name
        self.cloud = cloud
        """The connector's, for links to Zoom's pages."""
        self.preferences = preferences
        """The file of the connector's view preferences; None: nothing is saved."""
        self.number = number
        self._open_reader = open_reader
        self._lock = threading.Lock()
        self._reader: Reader | None = None
        self._use_lock = threading.Lock()
        """Of `_in_use`; held for a moment only, as the event loop takes it too."""
        self._in_use: Counter[Reader] = Counter()
        """Questions that are asked of each reader now."""
        self._columns: Callable[[Kind, Query], tuple[Column, ...]] | None = None
        """Of the sync opened last; columns are known while a newer one is being opened."""
        self._closed = False
        self.sync: SyncInfo | None = None
        """What is known of the sync; None before `open`, and when there is no sync yet."""

    def open(self) -> None:
        """Open the latest sync, in place of an older one.

        Raises:
            SourceError: the store cannot be read.
        """
        with self._lock, _as_source_error():
            if self._closed:
                return
            reader, older = self._opened(), self._reader
            self._reader, self._columns, self.sync = reader, reader.columns, reader.sync
        if older is not None:
            with self._use_lock:
                idle = not self._in_use[older]
            if idle:  # else whoever asks it last closes it
                older.close()

    def _opened(self) -> Reader:
        latest = self._open_reader()
        if self.number is None:
            return latest
        with latest:
            return latest.another(self.number)

    @contextmanager
    def long_reader(self, number: int | None = None) -> Iterator[Reader]:
        """Open one more reader, of this sync or of sync `number`, for what takes long: nothing else waits for it."""
        with _as_source_error(), self._opened() as reader:
            if number is None:
                yield reader
                return
            with reader.another(number) as other:  # the latest may be a newer one by now
                yield other

    def at(self, number: int) -> OpenedSync:
        """Open another sync of the same connector. The caller closes it. For a worker thread.

        Raises:
            SourceError: it is no longer kept.
        """
        name = f"{self.name}  ›  as of sync {number}"
        other = OpenedSync(name, self._open_reader, number, cloud=self.cloud, preferences=self.preferences)
        other.open()
        return other

    def has(self, kind: Kind, key: str) -> bool:
        """Return whether the list of `kind` has this person or resource. For a worker thread."""
        with self._reading() as reader:
            if kind is Kind.USERS:
                person = reader.person(key)
                return person is not None and person.since is not None
            resource = reader.resource(kind, key)
            return resource is not None and resource.known

    def is_outdated(self) -> bool:
        """Return whether a newer sync was published since `open`. For a worker thread."""
        if self.number is not None:
            return False
        with self._reading() as reader:
            latest = reader.latest()
        return latest is not None and (self.sync is None or latest.number != self.sync.number)

    def close(self) -> None:
        """Wait for calls that run, then close the readers. `open` does nothing from then on."""
        with self._lock:
            self._closed = True
            reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    @contextmanager
    def _reading(self) -> Iterator[Reader]:
        with self._use_lock:
            if (reader := self._reader) is None:
                raise SourceError("The store was closed. Go back and open it again.")
            self._in_use[reader] += 1
        try:
            with _as_source_error():
                yield reader
        finally:
            with self._use_lock:
                self._in_use[reader] -= 1
                replaced = reader is not self._reader and not self._in_use[reader]
                if not self._in_use[reader]:
                    del self._in_use[reader]
            if replaced:
                reader.close()

    def source(self, kind: Kind, within: Target | None = None, columns: Sequence[str] = ()) -> StoreSource:
        """Make the source of a table: all of `kind`, or the people in a resource; with `columns`, or all there are."""
        return StoreSource(self, kind, within, columns)

    def columns(self, kind: Kind, within: Target | None = None) -> tuple[Column, ...]:
        """Return the columns of `kind`; of the people in a resource, also how they have it."""
        if self._columns is None:
            raise SourceError("The store was closed. Go back and open it again.")
        return self._columns(kind, Query(within=within))

    def order(self, kind: Kind, query: Query) -> array[int]:
        """Return the row ids `query` finds, in its order."""
        with self._reading() as reader:
            return reader.order(kind, query)

    def interrupt(self) -> None:
        """Interrupt an `order` that runs; it then raises `SourceError`. For the event loop."""
        if (reader := self._reader) is not None:
            reader.interrupt()

    def first(self, kind: Kind, query: Query) -> tuple[array[int], bool] | None:
        """Return the first row ids of `query`, and whether these are all; None where that takes long."""
        with self._reading() as reader:
            return reader.first(kind, query)

    def rows(self, kind: Kind, ids: Sequence[int], query: Query, columns: Sequence[str]) -> Sequence[Row]:
        """Return the rows of `ids`. For the event loop."""
        with self._reading() as reader:
            return reader.rows(kind, ids, query=query, columns=columns)

    def prepare(self) -> None:
        """Read what searching by fields needs, ahead of it. Takes no lock."""
        with _as_source_error():
            if (reader := self._reader) is not None:
                reader.prepare()

    def count_grants(self) -> None:
        """Count what the tables of groups and roles show, ahead of them. Takes no lock."""
        with _as_source_error():
            if (reader := self._reader) is not None:
                reader.count_grants()

    def offered_values(self) -> dict[str, list[str]]:
        """Return the roles, departments and licences there are, by field. Takes no lock."""
        with _as_source_error():
            return reader.offered_values() if (reader := self._reader) is not None else {}

    def key(self, row: int) -> str:
        """Return Zoom's id of a row. For a worker thread."""
        with self._reading() as reader:
            return reader.key(row)

    def row_identity(self, kind: Kind, row: int) -> tuple[str, str, str]:
        """Return Zoom's id of a row, its name, and the e-mail address of a person."""
        with self._reading() as reader:
            columns = ["name", "email"] if kind is Kind.USERS else ["name"]
            name, *email = reader.rows(kind, [row], columns=columns)[0]
            return reader.key(row), str(name or ""), str(email[0] or "") if email else ""

    def person(self, key: str) -> Person:
        """Return everything of one person."""
        with self._reading() as reader:
            person = reader.person(key)
        if person is None:
            raise SourceError("They are not in this sync. Go back and look for them again.")
        return person

    def privileges(self, person: Person) -> Sequence[str] | None:
        """Return what the role of `person` may do; None when they have none or that was not read."""
        role = next((path.target_id for path in person.access if path.target_kind is Kind.ROLES), None)
        if role is None:
            return None
        with self._reading() as reader:
            resource = reader.resource(Kind.ROLES, role)
        return resource.privileges if resource is not None else None

    def syncs(self) -> list[SyncInfo]:
        """Return all syncs that are kept, oldest first."""
        with self._reading() as reader:
            return reader.syncs()

    def diff(self, older: int, newer: int, *, in_effect: bool = False) -> Changes:
        """Return what is different between two syncs; `in_effect`, what people reach through user groups, too."""
        with self._reading() as reader:
            return reader.diff(older, newer, in_effect=in_effect)

    def history(self, kind: Kind, key: str) -> list[HistoryEntry]:
        """Return the history of a person or resource, newest first."""
        with self._reading() as reader:
            return reader.history(kind, key)

    def licences(self) -> tuple[Licences, tuple[NotRead, ...]]:
        """Return the counts of licences and logins, and why the plan was not read."""
        with self._reading() as reader:
            return reader.licences(), reader.not_read(PartKey.PLAN_USAGE)

    def charts(self) -> Charts:
        """Return last logins by week and licences by sync."""
        with self._reading() as reader:
            return reader.charts()

    def resource(self, kind: Kind, key: str) -> Resource:
        """Return everything of one group, contact group or role."""
        with self._reading() as reader:
            resource = reader.resource(kind, key)
        if resource is None:
            raise SourceError("It is not in this sync. Go back and look for it again.")
        return resource

    def names(self, targets: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Return the names of (part, Zoom's id), by id; ids without a name are left out."""
        found = {}
        with self._reading() as reader:
            for part, target in targets:
                resource = reader.resource(_kind_of(part), target)
                if resource is not None:
                    found[target] = resource.name
        return found


def _kind_of(part: str) -> Kind:
    kinds = ((Kind.CONTACT_GROUPS, "contact-group"), (Kind.ROLES, "role"))
    return next((kind for kind, start in kinds if part.startswith(start)), Kind.GROUPS)


def store_query(kind: Kind, query: TableQuery, within: Target | None = None) -> Query:
    """Return the store's query for that of a table: its words and fields are taken apart."""
    by_name = query.sort == "name" and not query.descending  # the store keeps this order: nothing is sorted
    sort = query.keys if not by_name or query.then else ()
    found = parse_filter(query.text, kind)
    return Query(found.text, sort, found.conditions, within)


class StoreSource:
    """A table source: all of one kind in a sync, or the people in one resource."""

    def __init__(self, opened_sync: OpenedSync, kind: Kind, within: Target | None, columns: Sequence[str]) -> None:
        self._opened_sync = opened_sync
        self._kind = kind
        self._query = Query(within=within)
        self.all_columns = table_columns(opened_sync.columns(kind, within))
        chosen = tuple(column for column in self.all_columns[1:] if column.key in columns)
        self.columns = (self.all_columns[0], *chosen) if chosen else self.all_columns
        self._keys = [column.key for column in self.columns]

    def first(self, query: TableQuery) -> tuple[array[int], bool] | None:
        return self._opened_sync.first(self._kind, self._asked(query))

    def order(self, query: TableQuery) -> array[int]:
        return self._opened_sync.order(self._kind, self._asked(query))

    def interrupt(self) -> None:
        self._opened_sync.interrupt()

    def _asked(self, query: TableQuery) -> Query:
        return store_query(self._kind, query, self._query.within)

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        return self._opened_sync.rows(self._kind, ids, self._query, self._keys)


@contextmanager
def _as_source_error() -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        raise SourceError(str(error)) from error
