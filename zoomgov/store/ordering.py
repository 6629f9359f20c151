"""Which rows, in which order: vectors of ids, made off the event loop."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, Final

from zoomgov.store.access import people_of_target
from zoomgov.store.columns import columns_of, role_names, stranger_names, thing_rows, user_rows, ways_in
from zoomgov.store.folding import fold
from zoomgov.store.model import Kind
from zoomgov.store.schema import SEARCH_TABLE
from zoomgov.store.words import licence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zoomgov.store.snapshot import Snapshot
    from zoomgov.store.views import Query

_TRIGRAM: Final = 3
_FACETS: Final = {"status": "status", "dept": "dept", "role": "role_id", "licence": "type, plan_united_type"}


def order_things(snapshot: Snapshot, kind: Kind, query: Query, counts: dict[tuple[int, int], int]) -> array[int]:
    """Order groups, contact groups or roles: a few thousand at most, so all rows are at hand."""
    words = fold(query.text).split()
    places = {column.key: place for place, column in enumerate(columns_of(kind, within=False))}
    rows = sorted(
        (fold(row[0]), number, row)
        for number, row in thing_rows(snapshot, kind, counts).items()
        if not words or _has_all(fold(" ".join(map(str, row))), words)
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
        if target is None and not words and sort and sort[-1][0] == "email":
            _, descending = sort.pop()
            ids = _column(snapshot, f"SELECT id FROM {snapshot.facts('users')} ORDER BY email COLLATE NOCASE")
        elif target is None and not words and sort and sort[-1][0] == "name":
            _, descending = sort.pop()
            ids = self._everyone(snapshot)
        else:
            descending = False
            ids = self._found(snapshot, words, target)
        if descending:
            ids = ids[::-1]
        for key, downwards in reversed(sort):
            ranks = _ranks(snapshot, key, ids, target)
            ids = array("q", sorted(ids, key=ranks, reverse=downwards))
        return ids

    def _everyone(self, snapshot: Snapshot) -> array[int]:
        if self._by_name is None or self._by_name[0] != snapshot.number:
            ids = _column(snapshot, f"SELECT id FROM {snapshot.facts('users')} ORDER BY search")
            self._by_name = (snapshot.number, ids)
        return self._by_name[1]

    def _found(self, snapshot: Snapshot, words: list[str], target: int | None) -> array[int]:
        """Ids of the people who match, by name."""
        if target is None:
            return _search(snapshot, words) if words else self._everyone(snapshot)
        people = people_of_target(snapshot, target)
        users = _search(snapshot, words) if words else self._everyone(snapshot)
        ids = array("q", (number for number in users if number in people))
        if len(ids) < len(people):
            ids.extend(_strangers(snapshot, people, words))
        return ids


def _column(snapshot: Snapshot, sql: str, values: Sequence[Any] = ()) -> array[int]:
    return array("q", (number for (number,) in snapshot.connection.execute(sql, values)))


def _search(snapshot: Snapshot, words: list[str]) -> array[int]:
    """Ids of the users whose name, address or department holds all words, by name."""
    long = [word for word in words if len(word) >= _TRIGRAM]
    conditions = ["instr(search, ?)"] * len(words)
    values = list(words)
    if long and snapshot.current and has_search(snapshot):
        conditions = ["instr(search, ?)"] * (len(words) - len(long))
        conditions.append(f"id IN (SELECT rowid FROM {SEARCH_TABLE} WHERE {SEARCH_TABLE} MATCH ?)")
        phrases = " AND ".join('"' + word.replace('"', '""') + '"' for word in long)
        values = [*(word for word in words if len(word) < _TRIGRAM), phrases]
    sql = f"SELECT id FROM {snapshot.facts('users')} WHERE {' AND '.join(conditions)} ORDER BY search"
    return _column(snapshot, sql, values)


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


def _ranks(snapshot: Snapshot, key: str, ids: array[int], target: int | None) -> Callable[[int], Any]:
    """Return what gives each id its place in the order of one column; equal values have equal places."""
    if key == "how":
        ways = ways_in(snapshot, target, ids) if target is not None else {}
        return lambda number: ways.get(number, "")
    connection, users, grants = snapshot.connection, snapshot.facts("users"), snapshot.facts("grants")
    if len(ids) <= 2000:
        place = [column.key for column in columns_of(Kind.USERS, within=False)].index(key)
        rows = user_rows(snapshot, ids, role_names(snapshot))
        return lambda number: _sortable(rows[number][place])
    top = int(connection.execute("SELECT coalesce(max(id), 0) FROM things").fetchone()[0])
    ranks = array("q", bytes(8 * (top + 1)))
    if key in _FACETS:
        words = _facet_words(snapshot, key)
        values: dict[tuple[Any, ...], str] = {
            tuple(row): words(*row) for row in connection.execute(f"SELECT DISTINCT {_FACETS[key]} FROM {users}")
        }
        places = {text: place for place, text in enumerate(sorted(set(values.values())), start=1)}
        by_value = {value: places[text] for value, text in values.items()}
        for number, *value in connection.execute(f"SELECT id, {_FACETS[key]} FROM {users}"):
            ranks[number] = by_value[tuple(value)]
    elif key == "groups":
        for number, count in connection.execute(
            f"SELECT principal, count(*) FROM {grants} WHERE kind = 1 GROUP BY principal"
        ):
            ranks[number] = count
    else:
        sql = {
            "name": f"SELECT id, substr(search, 1, instr(search, char(10))) FROM {users} ORDER BY search",
            "email": f"SELECT id, email FROM {users} ORDER BY email COLLATE NOCASE",
            "created": f"SELECT id, created_at FROM {users} ORDER BY created_at",
            "last_login": "SELECT id, last_login_time FROM logins WHERE last_login_time <> '' ORDER BY last_login_time",
        }[key]
        place, last = 0, ""
        for number, value in connection.execute(sql):
            if value != last:
                place, last = place + 1, value
            ranks[number] = place
    return ranks.__getitem__


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
