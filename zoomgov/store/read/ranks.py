"""The rank of each person by a column of the table, cached: sorting by that column again costs little."""

from __future__ import annotations

import threading
from array import array
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from zoomgov.store.grant_codes import MEMBER
from zoomgov.store.read.id_vectors import Mask, decoded, ids_of, mask_of, pairs_of, span
from zoomgov.store.read.table_rows import role_names
from zoomgov.text import fold
from zoomgov.words.licences import licence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zoomgov.store.snapshot import Snapshot

FACETS: Final = {
    "status": ("status",),
    "dept": ("dept",),
    "role": ("role_id",),
    "licence": ("type", "plan_united_type"),
}
"""Columns with few distinct values, and the stored columns they are made from: all in the index `users_facets`."""
_STORED: Final = ("dept", "role_id", "status", "type", "plan_united_type")
_ORDERED: Final = {
    "email": ("{users}", "email COLLATE NOCASE", "1", True),
    "created": ("{users}", "created_at", "1", False),
    "last_login": ("logins", "last_login_time", "last_login_time <> ''", False),
}
"""Columns that an index orders: table, value, condition, and whether all values differ."""


class Ranks(NamedTuple):
    """Ranks by one column or several: `by_id[id]` goes from 0 to `top`; equal values have equal ranks."""

    by_id: array[int]
    top: int


class Facet(NamedTuple):
    """Everyone with the same values in all columns of `FACETS`."""

    values: dict[str, Any]
    ids: array[int]


class PeopleRanks:
    """Ranks of one sync, cached: up to 8 MB for 200,000 people.

    `facets` may be called by several threads at once, each with its own snapshot; everything else by one at a time.
    """

    def __init__(self) -> None:
        self._reading_facets = threading.Lock()
        self._everyone: array[int] | None = None
        self._users: Mask | None = None
        self._facets: list[Facet] | None = None
        self._columns: dict[str, Ranks] = {}

    @property
    def knows_everyone(self) -> bool:
        """Whether the order by name is cached."""
        return self._everyone is not None

    @property
    def knows_facets(self) -> bool:
        """Whether the facets are cached."""
        return self._facets is not None

    def knows(self, key: str) -> bool:
        """Whether the ranks by a column are cached, or are made in no time from the order by name."""
        return key in self._columns or (key == "name" and self.knows_everyone)

    def everyone(self, snapshot: Snapshot) -> array[int]:
        """Return all users by name."""
        if self._everyone is None:
            users = snapshot.facts("users")
            self._everyone = ids_of(snapshot.connection, f"SELECT id FROM {users} ORDER BY search, id")
        return self._everyone

    def users(self, snapshot: Snapshot) -> Mask:
        """Return the mask of all users; groups and others have ids in the same range."""
        if self._users is None:
            self._users = mask_of(span(snapshot.connection), self.everyone(snapshot))
        return self._users

    def facets(self, snapshot: Snapshot) -> list[Facet]:
        """Return all users, grouped by the values of the columns in `FACETS`."""
        with self._reading_facets:
            if self._facets is None:
                columns = ", ".join(_STORED)
                sql = f"SELECT {columns}, json_group_array(id) FROM {snapshot.facts('users')} GROUP BY {columns}"
                self._facets = [
                    Facet(dict(zip(_STORED, values, strict=True)), decoded(ids))
                    for *values, ids in snapshot.connection.execute(sql)
                ]
            return self._facets

    def by_facets(self, snapshot: Snapshot, keys: Sequence[tuple[str, bool]]) -> Ranks:
        """Return ranks by facets, in the direction of each."""
        facets = self.facets(snapshot)
        words = {key: _facet_words(snapshot, key) for key, _ in keys}
        texts = [tuple(words[key](*map(facet.values.__getitem__, FACETS[key])) for key, _ in keys) for facet in facets]
        order = sorted(set(texts))
        for place in reversed(range(len(keys))):
            order.sort(key=lambda text, place=place: text[place], reverse=keys[place][1])  # type: ignore[misc]
        places = {text: place for place, text in enumerate(order)}
        ranks = _zeros(snapshot)
        for facet, text in zip(facets, texts, strict=True):
            rank = places[text]
            for number in facet.ids:
                ranks[number] = rank
        return Ranks(ranks, max(len(order) - 1, 0))

    def by_column(self, snapshot: Snapshot, key: str) -> Ranks:
        """Return ascending ranks by a column with many values."""
        if key not in self._columns:
            make = {"groups": _by_groups, "name": self._by_name}.get(key)
            self._columns[key] = make(snapshot) if make is not None else _by_index(snapshot, *_ORDERED[key])
        return self._columns[key]

    def _by_name(self, snapshot: Snapshot) -> Ranks:
        sql = (
            f"SELECT id, substr(search, 1, instr(search, char(10))) FROM {snapshot.facts('users')} ORDER BY search, id"
        )
        ranks = _zeros(snapshot)
        top, last = 0, None
        for number, name in snapshot.connection.execute(sql):
            if name != last:
                top, last = top + 1, name
            ranks[number] = top
        return Ranks(ranks, top)


def _zeros(snapshot: Snapshot) -> array[int]:
    return array("I", bytes(4 * span(snapshot.connection)))


def _by_index(snapshot: Snapshot, table: str, value: str, condition: str, differ: bool) -> Ranks:
    """Scan an index twice, for the ids and for the number of rows with each value: cheaper than reading values."""
    source = f"FROM {table.format(users=snapshot.facts('users'))} WHERE {condition}"
    listed = ids_of(snapshot.connection, f"SELECT id {source} ORDER BY {value}, id")
    ranks = _zeros(snapshot)
    if differ:
        for place, number in enumerate(listed, start=1):
            ranks[number] = place
        return Ranks(ranks, len(listed))
    alike = ids_of(snapshot.connection, f"SELECT count(*) AS id {source} GROUP BY {value} ORDER BY {value}")
    at = 0
    for place, count in enumerate(alike, start=1):
        for number in listed[at : at + count]:
            ranks[number] = place
        at += count
    return Ranks(ranks, len(alike))


def _by_groups(snapshot: Snapshot) -> Ranks:
    sql = f"SELECT principal AS id, count(*) AS number FROM {{}} WHERE kind = {MEMBER} GROUP BY principal"
    ids, counts = pairs_of(snapshot.connection, sql.format(snapshot.facts("grants")))
    ranks = _zeros(snapshot)
    for number, count in zip(ids, counts, strict=True):
        ranks[number] = count
    return Ranks(ranks, max(counts, default=0))


def _facet_words(snapshot: Snapshot, key: str) -> Callable[..., str]:
    if key == "licence":
        return lambda kind, united: fold(licence(kind, united))
    if key == "role":
        names = role_names(snapshot)
        return lambda role: fold(names.get(str(role), str(role)))
    return lambda text: fold(str(text))
