"""Reading what was published, as of one sync."""

from __future__ import annotations

from array import array
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Self

from zoomgov.disk.database import SharedConnection, select_in
from zoomgov.disk.errors import StoreError
from zoomgov.model.access import PersonHit
from zoomgov.model.kinds import Kind
from zoomgov.model.parts import PartKey
from zoomgov.model.queries import Query
from zoomgov.store.damage import explained_reading
from zoomgov.store.history import diff, timeline
from zoomgov.store.read import details
from zoomgov.store.read.access_labels import access_labels
from zoomgov.store.read.matching import has_search, offered_values
from zoomgov.store.read.ordering import UserOrder, exact_people, order_resources
from zoomgov.store.read.table_rows import columns_of, grant_counts, picker, resource_rows, role_names, user_rows
from zoomgov.store.snapshot import KIND_CODES, NAME_SQL, TABLES, Snapshot
from zoomgov.store.sync_info import all_info, info_of
from zoomgov.text import fold

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from zoomgov.model.access import HistoryEntry, Person, Resource
    from zoomgov.model.changes import Changes
    from zoomgov.model.licences import Charts, Licences
    from zoomgov.model.queries import Column
    from zoomgov.model.syncs import NotRead, SyncInfo

_ANYTHING: Final = Query()


class Reader:
    """Reads one published sync, and stays with it while newer ones are published.

    Threads: it has two connections, each with a lock. `rows`, `key`, `keys`, `row` and `blob` share the one for
    drawing; they take a few milliseconds at most, so they may be called on the event loop. Everything else shares the
    one for questions and belongs on a worker thread, or opens a connection of its own, as its docstring says. A call
    waits only for another call on the same connection.
    """

    def __init__(self, path: Path, sync: int | None = None) -> None:
        """Open the latest published sync of the store at `path`, or the one numbered `sync`.

        Raises:
            StoreError: there is no such sync, or the file cannot be read.
        """
        self.path: Final = path
        self._drawing = SharedConnection(path)
        try:
            self._asking = SharedConnection(path)
        except BaseException:
            self._drawing.close()
            raise
        self._ordering = False
        self._users = UserOrder()
        self._counts: dict[tuple[int, int], int] | None = None
        self._roles: dict[str, str] | None = None
        try:
            with self._connection(self._drawing) as connection:
                self.sync = info_of(connection, sync)
            if sync is not None and self.sync is None:
                raise StoreError(f"There is no sync {sync} here (any longer); zoomgov syncs NAME lists all.")
        except BaseException:
            self.close()
            raise
        self.number = self.sync.number if self.sync else 0
        """The sync that is read; 0 while none was published."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close both connections."""
        self._drawing.close()
        self._asking.close()

    @contextmanager
    def _connection(self, shared: SharedConnection) -> Iterator[sqlite3.Connection]:
        with explained_reading(self.path), shared.lock, shared.unchanged() as connection:
            yield connection

    @contextmanager
    def _at(self, shared: SharedConnection, number: int | None = None) -> Iterator[Snapshot]:
        """One read transaction at this sync, or at the one numbered `number`."""
        with self._connection(shared) as connection:
            connection.execute("BEGIN")
            try:
                wanted = self.number if number is None else number
                first, last = connection.execute("SELECT min(number), max(number) FROM syncs").fetchone()
                if wanted and (first is None or not first <= wanted <= last):
                    raise StoreError(f"Sync {wanted} is no longer kept. Open the latest one instead.")
                yield Snapshot(connection, wanted, wanted == last, self.sync)
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One long read on a connection of its own, for exports and findings: pages and searches go on meanwhile.

        For a worker thread.

        Raises:
            StoreError: the sync is no longer kept.
        """
        own = SharedConnection(self.path)
        try:
            with self._at(own) as at:
                yield at
        finally:
            own.close()

    def another(self, sync: int) -> Reader:
        """Open another sync of the same store; the caller closes it.

        Raises:
            StoreError: there is no such sync.
        """
        return Reader(self.path, sync)

    # Syncs

    def syncs(self) -> list[SyncInfo]:
        """All published syncs that are kept, oldest first."""
        with self._connection(self._asking) as connection:
            return all_info(connection)

    def latest(self) -> SyncInfo | None:
        """The newest published sync, which may be newer than the one this reader reads."""
        with self._connection(self._asking) as connection:
            return info_of(connection)

    def blob(self, name: str) -> bytes | None:
        """What a sync read as it came, e.g. `plan-usage`: as of this sync, or the last one that had it."""
        with self._at(self._drawing) as at:
            row = at.connection.execute(
                "SELECT data FROM blobs WHERE name = ? AND seen_from <= ? ORDER BY seen_from DESC LIMIT 1",
                (name, at.number),
            ).fetchone()
        return None if row is None else bytes(row[0])

    def not_read(self, *parts: str) -> tuple[NotRead, ...]:
        """What this sync did not read of `parts`, each with the sync that last did."""
        return tuple(one for one in self.sync.not_read if one.part in parts) if self.sync else ()

    # Tables

    def columns(self, kind: Kind, query: Query = _ANYTHING) -> tuple[Column, ...]:
        """The columns of a kind, in the order of `rows`; `how` comes last where `query` looks within a thing."""
        return columns_of(kind, within=query.within is not None)

    def order(self, kind: Kind, query: Query = _ANYTHING) -> array[int]:
        """Return the ids of the rows `query` asks for, in its order, as `array("I")`. For a worker thread.

        Raises:
            KeyError: it sorts by a column that is not there.
        """
        known = {column.key for column in self.columns(kind, query)}
        for key, _ in query.sort:
            if key not in known:
                raise KeyError(key)
        with self._at(self._asking) as at:
            self._ordering = True
            try:
                if kind is not Kind.USERS:
                    return order_resources(at, kind, query, self._grant_counts(at))
                if query.within is None:
                    return self._users.order(at, query, None)
                target = _row(at, query.within.kind, query.within.id)
                return array("I") if target is None else self._users.order(at, query, target)
            finally:
                self._ordering = False

    def first(self, kind: Kind, query: Query = _ANYTHING) -> tuple[array[int], bool] | None:
        """Return the first ids of what `order` will return, and whether they are all; None when that saves nothing.

        For a worker thread. People only: everyone, by name or as an index orders them; and by name those of a search
        or of a thing that many have.
        """
        if kind is not Kind.USERS:
            return None
        with self._at(self._asking) as at:
            if query.within is None:
                return self._users.first(at, query, None)
            target = _row(at, query.within.kind, query.within.id)
            return (array("I"), True) if target is None else self._users.first(at, query, target)

    def interrupt(self) -> None:
        """Stop the `order` that runs on another thread: it raises `StoreError`. Any other call goes on."""
        if self._ordering:
            self._asking.connection.interrupt()

    def prepare(self) -> None:
        """Read what most conditions start from, on a connection of its own. For a worker thread."""
        with self.snapshot() as at:
            self._users.ranks.facets(at)

    def count_grants(self) -> None:
        """Count who has each thing before that is asked for, on a connection of its own. For a worker thread."""
        if self._counts is None:
            with self.snapshot() as at:
                self._counts = grant_counts(at)

    def offered_values(self) -> dict[str, list[str]]:
        """What roles, departments and licences there are, to complete what is typed. For a worker thread.

        Reads on a connection of its own, so that no search waits for it.
        """
        with self.snapshot() as at:
            return offered_values(at, self._users.ranks)

    def licences(self) -> Licences:
        """Licences held and bought, and last logins, counted. For a worker thread."""
        from zoomgov.store.read.licences import licences  # as below: `zoomgov list` starts sooner without

        usage = self.blob(PartKey.PLAN_USAGE)
        with self._at(self._asking) as at:
            return licences(at, usage, self._users.ranks)

    def charts(self) -> Charts:
        """Last logins by week and licences by sync. For a worker thread."""
        from zoomgov.store.read.charts import charts

        with self._at(self._asking) as at:
            return charts(at)

    def count(self, kind: Kind, query: Query = _ANYTHING) -> int:
        """Return how many rows `query` finds. For a worker thread."""
        if not query.text and not query.conditions and query.within is None and self.sync is not None:
            return self.sync.counts[TABLES[kind]]
        return len(self.order(kind, query))

    def rows(
        self, kind: Kind, ids: Sequence[int], columns: Sequence[str] | None = None, *, query: Query = _ANYTHING
    ) -> list[tuple[Any, ...]]:
        """Return one row for each id, in their order: numbers and text as stored, not made safe to print.

        Args:
            columns: keys of the columns wanted; all by default.
            query: the one `ids` came from; it decides whether there is a column `how`.
        """
        with self._at(self._drawing) as at:
            if kind is Kind.USERS:
                if self._roles is None:
                    self._roles = role_names(at)
                found = user_rows(at, ids, self._roles)
                if query.within is not None:
                    target = _row(at, query.within.kind, query.within.id)
                    ways = {} if target is None else access_labels(at, query.within.kind, target, ids)
                    found = {number: (*row, ways.get(number, "")) for number, row in found.items()}
            else:
                found = resource_rows(at, kind, self._grant_counts(at), ids)
            listed = [found[number] for number in ids]
        if columns is None:
            return listed
        pick = picker(self.columns(kind, query), columns)
        return [pick(row) for row in listed]

    def _grant_counts(self, at: Snapshot) -> dict[tuple[int, int], int]:
        if self._counts is None:
            self._counts = grant_counts(at)
        return self._counts

    # From a row to a key and back

    def key(self, row: int) -> str:
        """Zoom's id of a row (`email:` and the address for people who have none)."""
        with self._at(self._drawing) as at:
            found = at.connection.execute("SELECT key FROM things WHERE id = ?", (row,)).fetchone()
        return "" if found is None else str(found[0])

    def keys(self, rows: Sequence[int]) -> list[str]:
        """Zoom's ids of many rows, in their order."""
        with self._at(self._drawing) as at:
            found = dict(select_in(at.connection, "SELECT id, key FROM things WHERE id IN ({})", rows))
        return [str(found.get(row, "")) for row in rows]

    def row(self, kind: Kind, key: str) -> int | None:
        """The row id of Zoom's id `key`."""
        with self._at(self._drawing) as at:
            return _row(at, kind, key)

    # Pages

    def person(self, key: str) -> Person | None:
        """Everything of one person, by Zoom's id or by address in any case; None when there is nobody."""
        with self._at(self._asking) as at:
            return details.person(at, key)

    def resource(self, kind: Kind, key: str) -> Resource | None:
        """Everything of a group, contact group or role by Zoom's id, but for the people; None when there is none."""
        with self._at(self._asking) as at:
            return details.resource(at, kind, key)

    def find_people(self, text: str, limit: int = 50) -> list[PersonHit]:
        """People by address, or words of name, address or department; an exact address comes first."""
        ids = list(self.order(Kind.USERS, Query(text=text)))[: limit + 1] if text.strip() else []
        with self._at(self._asking) as at:
            first = exact_people(at, text.strip())
            ids = [*first, *(number for number in ids if number not in first)][:limit]
            rows = {
                row[0]: PersonHit(*row)
                for number in ids
                for row in at.connection.execute(
                    f"SELECT u.id, t.key, {NAME_SQL}, u.email, u.status FROM {at.facts('users')} u "
                    "JOIN things t ON t.id = u.id WHERE u.id = ?",
                    (number,),
                )
            }
            return [rows[number] for number in ids]

    def find_resources(self, kind: Kind, text: str) -> list[tuple[str, str]]:
        """(Id, name) of the things with this id, else with this name in any case, else with a name like it."""
        wanted = fold(text.strip())
        with self._at(self._asking) as at:
            rows = at.connection.execute(
                f"SELECT t.key, f.name FROM {at.facts(TABLES[kind])} f JOIN things t ON t.id = f.id ORDER BY f.name"
            ).fetchall()
        for matches in (
            [row for row in rows if row[0] == text],
            [row for row in rows if fold(row[1]) == wanted],
            [row for row in rows if wanted in fold(row[1])],
        ):
            if matches:
                return matches
        return []

    # Across syncs

    def history(self, kind: Kind, key: str) -> list[HistoryEntry]:
        """What changed about a person or thing up to this sync, newest first. For a worker thread."""
        with self._at(self._asking) as at:
            row = details.find_person(at, key) if kind is Kind.USERS else _row(at, kind, key)
            return [] if row is None else timeline.entries(at, kind, row)

    def diff(self, from_sync: int, to_sync: int | None = None, *, in_effect: bool = False) -> Changes:
        """What is different at `to_sync` (by default this one) from `from_sync`. For a worker thread.

        Args:
            in_effect: tell contact groups as people reach them: through user groups, too, and not where they still
                do, or did before, another way.

        Raises:
            StoreError: one of them is not kept, or they are the wrong way round.
        """
        after = self.number if to_sync is None else to_sync
        if not 0 < from_sync <= after:
            raise StoreError(f"Sync {from_sync} is not before sync {after}: give the older one first.")
        with self._at(self._asking, from_sync) as at:
            older, newer = info_of(at.connection, from_sync), info_of(at.connection, after)
            if older is None or newer is None:
                raise StoreError(f"There is no sync {after if newer is None else from_sync} here (any longer).")
            return diff.changes(at.connection, older, newer, in_effect=in_effect)

    def has_search(self) -> bool:
        """Whether words are looked up in the trigram index; `Store.build_search` makes it."""
        with self._at(self._drawing) as at:
            return has_search(at)


def _row(at: Snapshot, kind: Kind, key: str) -> int | None:
    found = at.connection.execute(
        "SELECT id FROM things WHERE kind = ? AND key = ?", (KIND_CODES[kind], key)
    ).fetchone()
    return None if found is None else int(found[0])
