"""Finds and orders rows: vectors of ids, made off the event loop."""

from __future__ import annotations

from array import array
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from zoomgov.model.kinds import Kind
from zoomgov.store.read.access_labels import access_label_ranks, access_labels
from zoomgov.store.read.effective_access import paths_to_target, people_of_target
from zoomgov.store.read.id_vectors import both, ids_of, mask_of, masked, sorted_by, span
from zoomgov.store.read.matching import PeopleMatching, has_search, phrase, row_matches
from zoomgov.store.read.ranks import FACETS, PeopleRanks
from zoomgov.store.read.table_rows import CODES, columns_of, resource_rows, role_names, stranger_names, user_rows
from zoomgov.store.schema import SEARCH_TABLE, USER
from zoomgov.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zoomgov.model.filters import Condition
    from zoomgov.model.queries import Query
    from zoomgov.store.read.id_vectors import Mask
    from zoomgov.store.snapshot import Snapshot

_TRIGRAM: Final = 3
_FIRST: Final = 128
"""Number of first rows: a screenful of the tallest terminals."""
_LOOKED_AT: Final = 2048
"""People, by name, among whom the first ones who meet conditions are looked for."""
_LOOKED_AT_IN_RESOURCE: Final = 512
_WALKS: Final = {
    ("name", True): "SELECT id FROM users ORDER BY search DESC, id DESC",
    ("email", False): "SELECT id FROM users ORDER BY email COLLATE NOCASE",
    ("email", True): "SELECT id FROM users ORDER BY email COLLATE NOCASE DESC",
    ("created", False): "SELECT id FROM users ORDER BY created_at, search, id",
    ("created", True): "SELECT id FROM users ORDER BY created_at DESC, search, id",
    ("last_login", True): "SELECT u.id AS id FROM logins l CROSS JOIN users u ON u.id = l.id "
    "WHERE l.last_login_time <> '' ORDER BY l.last_login_time DESC, u.search, u.id",
}
"""Orders that an index gives, by (column, descending); ties by name."""
_FEW: Final = 2000
"""Up to so many rows are sorted by their values; for more, ranks of everyone are used."""


def order_resources(snapshot: Snapshot, kind: Kind, query: Query, counts: dict[tuple[int, int], int]) -> array[int]:
    """Order groups, contact groups or roles: a few thousand at most, so all rows are at hand."""
    words = fold(query.text).split()
    places = {column.key: place for place, column in enumerate(columns_of(kind, within=False))}
    rows = sorted(
        (fold(row[0]), number, row)
        for number, row in resource_rows(snapshot, kind, counts).items()
        if (not words or _has_all(fold(" ".join(str(cell) for cell in row if cell is not None)), words))
        and row_matches(kind, columns_of(kind, within=False), row, query.conditions)
    )
    for key, descending in reversed(query.sort):
        place = places[key]
        rows.sort(key=lambda entry, place=place: _sortable(entry[2][place]), reverse=descending)  # type: ignore[misc]
    return array("I", (number for _, number, _ in rows))


def _has_all(text: str, words: Iterable[str]) -> bool:
    return all(word in text for word in words)


def _sortable(value: Any) -> Any:  # Any: a number or text, alike within one column
    """What to sort a cell by; an unknown number comes before 0."""
    if value is None:
        return -1
    return fold(value) if isinstance(value, str) else value


class UserOrder:
    """Orders people. Caches the order by name, from which every other order starts, and the ranks by column."""

    def __init__(self) -> None:
        self.ranks = PeopleRanks()
        self._matching = PeopleMatching(self.ranks)

    def order(self, snapshot: Snapshot, query: Query, target: int | None) -> array[int]:
        """Return the ids of the people `query` asks for."""
        words = fold(query.text).split()
        sort = [*query.sort]
        last = sort[-1] if sort and target is None else ("", False)
        if last[0] == "email" and not words and not query.conditions:
            sort.pop()
            users = snapshot.facts("users")
            ids = ids_of(snapshot.connection, f"SELECT id FROM {users} ORDER BY email COLLATE NOCASE")
        else:
            ids = self._found(snapshot, words, target, self._meeting(snapshot, query.conditions))
            if last[0] == "name":
                sort.pop()
        if last[0] in ("email", "name") and last[1]:
            ids = ids[::-1]
        for keys in reversed(_runs(sort)):
            ids = self._sorted(snapshot, keys, ids, query, target)
        return ids

    def first(self, snapshot: Snapshot, query: Query, target: int | None) -> tuple[array[int], bool] | None:
        """Return the first ids of `order`, and whether they are all; None when that would not be quicker."""
        words = fold(query.text).split()
        if query.sort:
            return None if words or query.conditions or target is not None else self._first_sorted(snapshot, query)
        if target is not None:
            return None if query.conditions or query.within is None else _first_of(snapshot, words, query, target)
        if query.conditions:
            return self._first_meeting(snapshot, words, query.conditions)
        if not words and self.ranks.knows_everyone:
            return None
        return _first_found(snapshot, words)

    def _first_sorted(self, snapshot: Snapshot, query: Query) -> tuple[array[int], bool] | None:
        """Read the beginning of an index, in its direction."""
        (key, descending), *then = query.sort
        sql = _WALKS.get((key, descending))
        if sql is None or then or not snapshot.current or self.ranks.knows(key):
            return None
        return ids_of(snapshot.connection, f"SELECT id FROM ({sql} LIMIT {_FIRST})"), False

    def _first_meeting(
        self, snapshot: Snapshot, words: list[str], conditions: Sequence[Condition]
    ) -> tuple[array[int], bool] | None:
        """Look for people who meet the conditions among the first by name."""
        if self.ranks.knows_everyone and not words and self._matching.quick(conditions):
            everyone = self.ranks.everyone(snapshot)
            ids = array("I", islice(masked(everyone, self._meeting(snapshot, conditions) or b""), _FIRST))
            return ids, len(ids) < _FIRST
        if not snapshot.current:
            return None
        if words or not self.ranks.knows_everyone:
            ids = _search(snapshot, words, _LOOKED_AT)
        else:
            ids = self.ranks.everyone(snapshot)[:_LOOKED_AT]
        met = self._matching.among(snapshot, conditions, ids)
        all_there = len(ids) < _LOOKED_AT
        return (met[:_FIRST], all_there and len(met) <= _FIRST) if len(met) >= _FIRST or all_there else None

    def _meeting(self, snapshot: Snapshot, conditions: Sequence[Condition]) -> Mask | None:
        """The users who meet the conditions; None when there are none to meet."""
        matching = self._matching.everyone(snapshot, conditions)
        return None if matching is None else both(matching, self.ranks.users(snapshot))

    def _found(self, snapshot: Snapshot, words: list[str], target: int | None, matching: Mask | None) -> array[int]:
        """Ids of the people who match, by name; principals who are no users come last."""
        users = self._searched(snapshot, words) if words else self.ranks.everyone(snapshot)
        if matching is not None:
            users = array("I", masked(users, matching))
        if target is None:
            return users
        people = mask_of(span(snapshot.connection), people_of_target(snapshot, target))
        ids = array("I", masked(users, people))
        if matching is None and len(ids) < people.count(1):
            ids.extend(_strangers(snapshot, people, words))
        return ids

    def _searched(self, snapshot: Snapshot, words: list[str]) -> array[int]:
        """Ids of the users with all of the words, by name."""
        long = [word for word in words if len(word) >= _TRIGRAM]
        if len(long) < len(words) or not has_search(snapshot):
            return _search(snapshot, words)
        sql = f"SELECT rowid AS id FROM {SEARCH_TABLE} WHERE {SEARCH_TABLE} MATCH ?"
        found = ids_of(snapshot.connection, sql, (" AND ".join(map(phrase, long)),))
        return array("I", masked(self.ranks.everyone(snapshot), mask_of(span(snapshot.connection), found)))

    def _sorted(
        self, snapshot: Snapshot, keys: list[tuple[str, bool]], ids: array[int], query: Query, target: int | None
    ) -> array[int]:
        """Return `ids` sorted by `keys`, which are one column or several facets. Stable."""
        (key, descending), *_ = keys
        if len(ids) <= _FEW:
            return _sorted_few(snapshot, keys, ids, query, target)
        if key == "how":
            if query.within is None or target is None:
                return ids
            return sorted_by(ids, *access_label_ranks(snapshot, query.within.kind, target), descending=descending)
        if key in FACETS:
            return sorted_by(ids, *self.ranks.by_facets(snapshot, keys), descending=False)
        return sorted_by(ids, *self.ranks.by_column(snapshot, key), descending=descending)


def _first_of(snapshot: Snapshot, words: list[str], query: Query, target: int) -> tuple[array[int], bool] | None:
    """Look for the first people of a resource among the first by name: found when nearly everyone has it."""
    assert query.within is not None
    ids = _search(snapshot, words, _LOOKED_AT_IN_RESOURCE)
    people = {path.person for path in paths_to_target(snapshot, CODES[query.within.kind], target, ids)}
    ids = array("I", (number for number in ids if number in people))[:_FIRST]
    return (ids, False) if len(ids) == _FIRST else None


def _first_found(snapshot: Snapshot, words: list[str]) -> tuple[array[int], bool]:
    """Find the first people with all words, by name, and whether they are all.

    Where the trigram index finds few, all of them are sorted; where it finds many, a scan in the order of names soon
    meets the first ones.
    """
    long = [word for word in words if len(word) >= _TRIGRAM]
    if long and has_search(snapshot):
        sql = f"SELECT rowid AS id FROM {SEARCH_TABLE} WHERE {SEARCH_TABLE} MATCH ? LIMIT {_FEW + 1}"
        few = ids_of(snapshot.connection, f"SELECT id FROM ({sql})", (" AND ".join(map(phrase, long)),))
        if len(few) <= _FEW:
            return _search(snapshot, words, indexed=True), True
    ids = _search(snapshot, words, _FIRST, indexed=False)
    return ids, len(ids) < _FIRST


def _search(snapshot: Snapshot, words: list[str], most: int = -1, *, indexed: bool = True) -> array[int]:
    """Ids of the users whose name, address or department holds all words, by name; the first `most` when given.

    `indexed`: ask the trigram index where it can help, which finds everyone before it sorts them.
    """
    long = [word for word in words if len(word) >= _TRIGRAM] if indexed else []
    conditions = ["instr(search, ?)"] * len(words)
    values = list(words)
    if long and has_search(snapshot):
        conditions = ["instr(search, ?)"] * (len(words) - len(long))
        conditions.append(f"id IN (SELECT rowid FROM {SEARCH_TABLE} WHERE {SEARCH_TABLE} MATCH ?)")
        values = [*(word for word in words if len(word) < _TRIGRAM), " AND ".join(map(phrase, long))]
    sql = f"SELECT id FROM {snapshot.facts('users')} WHERE {' AND '.join(conditions) or '1'} ORDER BY search, id"
    return ids_of(snapshot.connection, f"SELECT id FROM ({sql} LIMIT {most:d})", values)


def _strangers(snapshot: Snapshot, people: Mask, words: list[str]) -> list[int]:
    """Principals among `people` who are not users, by name."""
    users = snapshot.facts("users")
    sql = f"SELECT id FROM things t WHERE kind = ? AND NOT EXISTS (SELECT 1 FROM {users} u WHERE u.id = t.id)"
    ids = [number for (number,) in snapshot.connection.execute(sql, (USER,)) if people[number]]
    found = [(fold(f"{name} {email}"), number) for number, (name, email) in stranger_names(snapshot, ids).items()]
    return [number for text, number in sorted(found) if _has_all(text, words)]


def _runs(sort: Sequence[tuple[str, bool]]) -> list[list[tuple[str, bool]]]:
    """Split sort keys into runs that one sort can serve: a single column, or facets that follow one another."""
    runs: list[list[tuple[str, bool]]] = []
    for key, descending in sort:
        if runs and key in FACETS and runs[-1][-1][0] in FACETS:
            runs[-1].append((key, descending))
        else:
            runs.append([(key, descending)])
    return runs


def _sorted_few(
    snapshot: Snapshot, keys: list[tuple[str, bool]], ids: array[int], query: Query, target: int | None
) -> array[int]:
    """Sort by the values themselves."""
    columns = [column.key for column in columns_of(Kind.USERS, within=True)]
    labels = access_labels(snapshot, query.within.kind, target, ids) if query.within and target is not None else {}
    rows = user_rows(snapshot, ids, role_names(snapshot))
    values = {number: (*row, labels.get(number, "")) for number, row in rows.items()}
    for key, descending in reversed(keys):
        place = columns.index(key)
        ids = array("I", sorted(ids, key=lambda n, p=place: _sortable(values[n][p]), reverse=descending))  # type: ignore[misc]
    return ids


def exact_people(snapshot: Snapshot, email: str) -> list[int]:
    """Ids of the users with this address, in any case."""
    sql = f"SELECT id FROM {snapshot.facts('users')} WHERE email = ? COLLATE NOCASE"
    return [number for (number,) in snapshot.connection.execute(sql, (email,))]
