"""Which rows, in which order: vectors of ids, made off the event loop."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, Final

from zoomgov.store.access import paths_to_target, people_of_target
from zoomgov.store.columns import CODES, columns_of, role_names, stranger_names, thing_rows, user_rows, ways_in
from zoomgov.store.folding import fold
from zoomgov.store.matching import people_matching, row_matches
from zoomgov.store.model import Kind
from zoomgov.store.schema import SEARCH_TABLE
from zoomgov.store.words import licence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zoomgov.store.snapshot import Snapshot
    from zoomgov.store.views import Query

_TRIGRAM: Final = 3
_FIRST: Final = 128
"""Rows that come before all others: a screenful of the tallest terminals."""
_LOOKED_AT: Final = 512
"""People among whom the first ones of a thing are looked for."""
_FEW: Final = 2000
"""Rows that are sorted by their values; for more the values of everyone are ranked."""
_BUCKETS: Final = 50_000
_FACETS: Final = {
    "status": ("status",),
    "dept": ("dept",),
    "role": ("role_id",),
    "licence": ("type", "plan_united_type"),
}
"""Columns with few different values, and the stored ones they come from: all in the index `users_facets`."""


def order_things(snapshot: Snapshot, kind: Kind, query: Query, counts: dict[tuple[int, int], int]) -> array[int]:
    """Order groups, contact groups or roles: a few thousand at most, so all rows are at hand."""
    words = fold(query.text).split()
    places = {column.key: place for place, column in enumerate(columns_of(kind, within=False))}
    rows = sorted(
        (fold(row[0]), number, row)
        for number, row in thing_rows(snapshot, kind, counts).items()
        if (not words or _has_all(fold(" ".join(map(str, row))), words))
        and row_matches(kind, columns_of(kind, within=False), row, query.conditions)
    )
    for key, descending in reversed(query.sort):
        place = places[key]
        rows.sort(key=lambda entry, place=place: _sortable(entry[2][place]), reverse=descending)  # type: ignore[misc]
    return array("q", (number for _, number, _ in rows))


def _has_all(text: str, words: Iterable[str]) -> bool:
    return all(word in text for word in words)


def _sortable(value: Any) -> Any:  # Any: a number or text, alike within one column
    return fold(value) if isinstance(value, str) else value


class UserOrder:
    """Orders people. Keeps the order by name, the one every other order starts from."""

    def __init__(self) -> None:
        self._by_name: tuple[int, array[int]] | None = None

    def order(self, snapshot: Snapshot, query: Query, target: int | None) -> array[int]:
        """Return the ids of the people `query` asks for."""
        words = fold(query.text).split()
        sort = [*query.sort]
        plain = target is None and not words and not query.conditions
        if plain and sort and sort[-1][0] == "email":
            _, descending = sort.pop()
            ids = _column(snapshot, f"SELECT id FROM {snapshot.facts('users')} ORDER BY email COLLATE NOCASE")
        elif plain and sort and sort[-1][0] == "name":
            _, descending = sort.pop()
            ids = self._everyone(snapshot)
        else:
            descending = False
            ids = self._found(snapshot, words, target, people_matching(snapshot, query.conditions))
        if descending:
            ids = ids[::-1]
        for keys in reversed(_runs(sort)):
            ids = _sorted(snapshot, keys, ids, query, target)
        return ids

    def first(self, snapshot: Snapshot, query: Query, target: int | None) -> tuple[array[int], bool] | None:
        """Return the first of the people by name, and whether they are all; None when that is no quicker."""
        words = fold(query.text).split()
        if query.conditions:
            return None
        if not words and self._by_name is not None and self._by_name[0] == snapshot.number:
            if target is None:
                return None
        elif target is None:
            ids = _search(snapshot, words, _FIRST)
            return ids, len(ids) < _FIRST
        if target is None or query.within is None:
            return None
        ids = _search(snapshot, words, _LOOKED_AT)
        people = {path.person for path in paths_to_target(snapshot, CODES[query.within.kind], target, ids)}
        ids = array("q", (number for number in ids if number in people))[:_FIRST]
        return (ids, False) if len(ids) == _FIRST else None

    def _everyone(self, snapshot: Snapshot) -> array[int]:
        if self._by_name is None or self._by_name[0] != snapshot.number:
            ids = _column(snapshot, f"SELECT id FROM {snapshot.facts('users')} ORDER BY search, id")
            self._by_name = (snapshot.number, ids)
        return self._by_name[1]

    def _found(self, snapshot: Snapshot, words: list[str], target: int | None, matching: set[int] | None) -> array[int]:
        """Ids of the people who match, by name."""
        users = _search(snapshot, words) if words else self._everyone(snapshot)
        if matching is not None:
            users = array("q", (number for number in users if number in matching))
        if target is None:
            return users
        people = people_of_target(snapshot, target)
        ids = array("q", (number for number in users if number in people))
        if matching is None and len(ids) < len(people):
            ids.extend(_strangers(snapshot, people, words))
        return ids


def _column(snapshot: Snapshot, sql: str, values: Sequence[Any] = ()) -> array[int]:
    return array("q", (number for (number,) in snapshot.connection.execute(sql, values)))


def _search(snapshot: Snapshot, words: list[str], most: int = -1) -> array[int]:
    """Ids of the users whose name, address or department holds all words, by name; the first `most` when given."""
    long = [word for word in words if len(word) >= _TRIGRAM]
    conditions = ["instr(search, ?)"] * len(words)
    values = list(words)
    if long and snapshot.current and has_search(snapshot):
        conditions = ["instr(search, ?)"] * (len(words) - len(long))
        conditions.append(f"id IN (SELECT rowid FROM {SEARCH_TABLE} WHERE {SEARCH_TABLE} MATCH ?)")
        phrases = " AND ".join('"' + word.replace('"', '""') + '"' for word in long)
        values = [*(word for word in words if len(word) < _TRIGRAM), phrases]
    sql = (
        f"SELECT id FROM {snapshot.facts('users')} WHERE {' AND '.join(conditions) or '1'} ORDER BY search, id LIMIT ?"
    )
    return _column(snapshot, sql, [*values, most])


def has_search(snapshot: Snapshot) -> bool:
    """Whether the trigram index was built."""
    sql = "SELECT 1 FROM sqlite_master WHERE name = ?"
    return snapshot.connection.execute(sql, (SEARCH_TABLE,)).fetchone() is not None


def _strangers(snapshot: Snapshot, people: set[int], words: list[str]) -> list[int]:
    """Principals among `people` who are not users, by name."""
    users = snapshot.facts("users")
    sql = f"SELECT id FROM things t WHERE kind = 1 AND NOT EXISTS (SELECT 1 FROM {users} u WHERE u.id = t.id)"
    ids = [number for (number,) in snapshot.connection.execute(sql) if number in people]
    found = [(fold(f"{name} {email}"), number) for number, (name, email) in stranger_names(snapshot, ids).items()]
    return [number for text, number in sorted(found) if _has_all(text, words)]


def _runs(sort: Sequence[tuple[str, bool]]) -> list[list[tuple[str, bool]]]:
    """Put facets that follow one another together: they are read and sorted by in one go."""
    runs: list[list[tuple[str, bool]]] = []
    for key, descending in sort:
        if runs and key in _FACETS and runs[-1][-1][0] in _FACETS:
            runs[-1].append((key, descending))
        else:
            runs.append([(key, descending)])
    return runs


def _sorted(
    snapshot: Snapshot, keys: list[tuple[str, bool]], ids: array[int], query: Query, target: int | None
) -> array[int]:
    """Return `ids` sorted by `keys`; where these leave a choice, in the order they came."""
    (key, descending), *_ = keys
    if key == "how" or len(ids) <= _FEW:
        columns = [column.key for column in columns_of(Kind.USERS, within=True)]
        ways = ways_in(snapshot, query.within.kind, target, ids) if query.within and target is not None else {}
        names = {number: (*row, ways.get(number, "")) for number, row in _few_rows(snapshot, key, ids).items()}
        for one, downwards in reversed(keys):
            place = columns.index(one)
            ids = array("q", sorted(ids, key=lambda n, p=place: _sortable(names[n][p]), reverse=downwards))  # type: ignore[misc]
        return ids
    ranks, top = _facet_ranks(snapshot, keys) if key in _FACETS else _ranks(snapshot, key)
    upwards = key in _FACETS or not descending
    if top > _BUCKETS:
        return array("q", sorted(ids, key=ranks.__getitem__, reverse=not upwards))
    buckets = [array("q") for _ in range(top + 1)]
    for number in ids:
        buckets[ranks[number]].append(number)
    merged = array("q")
    for bucket in buckets if upwards else reversed(buckets):
        merged.extend(bucket)
    return merged


def _few_rows(snapshot: Snapshot, key: str, ids: array[int]) -> dict[int, tuple[Any, ...]]:
    if key == "how" and len(ids) > _FEW:
        return dict.fromkeys(ids, ("",) * len(columns_of(Kind.USERS, within=False)))
    return user_rows(snapshot, ids, role_names(snapshot))


def _no_ranks(snapshot: Snapshot) -> array[int]:
    """A zero for each id there is."""
    top = int(snapshot.connection.execute("SELECT coalesce(max(id), 0) FROM things").fetchone()[0])
    return array("I", bytes(4 * (top + 1)))


def _facet_ranks(snapshot: Snapshot, keys: list[tuple[str, bool]]) -> tuple[array[int], int]:
    """Return the place of each id by columns with few different values, directions included."""
    columns = [name for key, _ in keys for name in _FACETS[key]]
    ranks = _no_ranks(snapshot)
    codes: dict[tuple[Any, ...], int] = {}
    for number, *values in snapshot.connection.execute(
        f"SELECT id, {', '.join(columns)} FROM {snapshot.facts('users')}"
    ):
        value = tuple(values)
        code = codes.get(value)
        if code is None:
            code = codes[value] = len(codes) + 1
        ranks[number] = code
    words = {key: _facet_words(snapshot, key) for key, _ in keys}
    texts: dict[int, tuple[str, ...]] = {}
    for value, code in codes.items():
        rest = iter(value)
        texts[code] = tuple(words[key](*(next(rest) for _ in _FACETS[key])) for key, _ in keys)
    order = sorted(texts, key=texts.__getitem__)
    for place in reversed(range(len(keys))):
        order.sort(key=lambda code, place=place: texts[code][place], reverse=keys[place][1])  # type: ignore[misc]
    places = array("I", bytes(4 * (len(codes) + 1)))
    place, last = 0, None
    for code in order:
        place += texts[code] != last
        last = texts[code]
        places[code] = place
    return array("I", map(places.__getitem__, ranks)), place


def _ranks(snapshot: Snapshot, key: str) -> tuple[array[int], int]:
    """Return the place of each id by one column, and the last place; equal values have equal places."""
    connection, users, grants = snapshot.connection, snapshot.facts("users"), snapshot.facts("grants")
    ranks = _no_ranks(snapshot)
    top = 0
    if key == "groups":
        for number, count in connection.execute(
            f"SELECT principal, count(*) FROM {grants} WHERE kind = 1 GROUP BY principal"
        ):
            ranks[number] = count
            top = max(top, count)
        return ranks, top
    sql = {
        "name": f"SELECT id, substr(search, 1, instr(search, char(10))) FROM {users} ORDER BY search",
        "email": f"SELECT id, email COLLATE NOCASE FROM {users} ORDER BY email COLLATE NOCASE",
        "created": f"SELECT id, created_at FROM {users} ORDER BY created_at",
        "last_login": "SELECT id, last_login_time FROM logins WHERE last_login_time <> '' ORDER BY last_login_time",
    }[key]
    last = None
    for number, value in connection.execute(sql):
        if value != last:
            top, last = top + 1, value
        ranks[number] = top
    return ranks, top


def _facet_words(snapshot: Snapshot, key: str) -> Callable[..., str]:
    if key == "licence":
        return lambda kind, united: fold(licence(kind, united))
    if key == "role":
        names = role_names(snapshot)
        return lambda role: fold(names.get(str(role), str(role)))
    return lambda text: fold(str(text))


def exact_people(snapshot: Snapshot, email: str) -> list[int]:
    """Ids of the users with this address, in any case."""
    sql = f"SELECT id FROM {snapshot.facts('users')} WHERE email = ? COLLATE NOCASE"
    return list(_column(snapshot, sql, (email,)))
