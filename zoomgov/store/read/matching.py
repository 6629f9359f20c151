"""Finds the rows that meet conditions such as `role:admin last-login:>90d`."""

from __future__ import annotations

import json
from array import array
from collections import Counter, OrderedDict
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from zoomgov.model.filters import ANY, FIELDS, NEVER, NONE, matches, number_matches
from zoomgov.model.kinds import Kind
from zoomgov.store.grant_codes import ADMIN, CONTACT, MEMBER, TARGET_KINDS
from zoomgov.store.read.effective_access import has_sql, paths_sql
from zoomgov.store.read.id_vectors import both, either, ids_of, mask_of, neither, span
from zoomgov.store.read.ranks import FACETS
from zoomgov.store.read.table_rows import resource_names, role_names
from zoomgov.store.schema import SEARCH_TABLE
from zoomgov.text import fold
from zoomgov.words.licences import licence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from zoomgov.model.filters import Condition, Value
    from zoomgov.model.queries import Column
    from zoomgov.store.read.id_vectors import Mask
    from zoomgov.store.read.ranks import PeopleRanks
    from zoomgov.store.snapshot import Snapshot

_GRANTS: Final = {"group": MEMBER, "admin-of": ADMIN, "contact-group": CONTACT}
_CACHED: Final = 16
"""Conditions whose masks are cached: while a person types, all but the last stay the same."""
_OFFERED: Final = 500
"""Departments and roles to complete from."""
_NAME: Final = "substr(u.search, 1, instr(u.search, char(10)) - 1)"
_REST: Final = "substr(u.search, instr(u.search, char(10)) + 1)"
_ADDRESS: Final = f"substr({_REST}, 1, instr({_REST}, char(10)) - 1)"


class Asked(NamedTuple):
    """One value of a condition, in SQL."""

    test: str
    """Of a row `u` of the users."""
    values: tuple[Any, ...] = ()
    """For `test`."""


class PeopleMatching:
    """The people of one sync who meet conditions; caches the masks of the last ones."""

    def __init__(self, ranks: PeopleRanks) -> None:
        self._ranks = ranks
        self._cache: OrderedDict[tuple[str, Value], Mask] = OrderedDict()

    def everyone(self, snapshot: Snapshot, conditions: Sequence[Condition]) -> Mask | None:
        """Return all users who meet the conditions; None when there are none to meet."""
        found: Mask | None = None
        for condition in conditions:
            met: Mask = bytes(span(snapshot.connection))
            for value in condition.values:
                met = either(met, self._mask(snapshot, condition.field, value))
            if condition.negated:
                met = neither(met)
            found = met if found is None else both(found, met)
        return found

    def quick(self, conditions: Sequence[Condition]) -> bool:
        """Whether `everyone` can answer from caches."""
        asked = ((condition.field, value) for condition in conditions for value in condition.values)
        return all((field in FACETS and self._ranks.knows_facets) or (field, value) in self._cache
                   for field, value in asked)  # fmt: skip

    def among(self, snapshot: Snapshot, conditions: Sequence[Condition], ids: array[int]) -> array[int]:
        """Return those of a few thousand `ids` who meet the conditions, in their order."""
        for condition in conditions:
            if condition.field in FACETS:
                mask = self.everyone(snapshot, (condition,)) or b""
                ids = array("I", (number for number in ids if mask[number]))
                continue
            alternatives = [_asked(snapshot, condition.field, value) for value in condition.values]
            tests = " OR ".join(f"({one.test})" for one in alternatives)
            # CROSS JOIN: from the ids to the users, and never the other way
            sql = (
                f"SELECT u.id AS id FROM json_each(?) j CROSS JOIN {snapshot.facts('users')} u ON u.id = j.value "
                f"WHERE {'NOT ' if condition.negated else ''}({tests})"
            )
            values = [json.dumps(ids.tolist()), *chain.from_iterable(one.values for one in alternatives)]
            met = set(ids_of(snapshot.connection, sql, values))
            ids = array("I", (number for number in ids if number in met))
        return ids

    def _mask(self, snapshot: Snapshot, field: str, value: Value) -> Mask:
        mask = self._cache.pop((field, value), None)
        if mask is None:
            mask = self._read(snapshot, field, value)
        self._cache[field, value] = mask
        if len(self._cache) > _CACHED:
            self._cache.popitem(last=False)
        return mask

    def _read(self, snapshot: Snapshot, field: str, value: Value) -> Mask:
        connection, users, size = snapshot.connection, snapshot.facts("users"), span(snapshot.connection)
        if field in FACETS:
            wanted = _facet_test(snapshot, field, value)
            found = (facet.ids for facet in self._ranks.facets(snapshot) if wanted(facet.values))
            return mask_of(size, chain.from_iterable(found))
        if field == "groups" or (field == "group" and _is_quantity(value)):
            wanted_number = _number_test(field, value)
            return bytes(map(wanted_number, self._ranks.by_column(snapshot, "groups").by_id))
        if field in _GRANTS:
            met = mask_of(size, ())
            for target in _targets(snapshot, field, value):
                sql = f"SELECT person AS id FROM {paths_sql(snapshot)} WHERE target = ? AND kind = {_GRANTS[field]}"
                for number in ids_of(connection, sql, (target,)):
                    met[number] = 1
            return neither(met) if value.text == NONE and _is_quantity(value) else met
        if field == "last-login":
            condition, values = _login_test(snapshot, value)
            ids = ids_of(connection, f"SELECT id FROM logins WHERE last_login_time <> ''{condition}", values)
            return neither(mask_of(size, ids)) if value.text == NEVER else mask_of(size, ids)
        test, values = _asked(snapshot, field, value)
        test = f"({test})"
        if len(value.text) > 2 and field in ("name", "email", "domain") and has_search(snapshot):
            test += f" AND u.id IN (SELECT rowid FROM {SEARCH_TABLE} WHERE {SEARCH_TABLE} MATCH ?)"
            values = (*values, phrase(value.text))
        return mask_of(size, ids_of(connection, f"SELECT u.id AS id FROM {users} u WHERE {test}", values))


def has_search(snapshot: Snapshot) -> bool:
    """Whether words can be looked up in the trigram index, which knows the latest sync."""
    sql = "SELECT 1 FROM sqlite_master WHERE name = ?"
    return snapshot.current and snapshot.connection.execute(sql, (SEARCH_TABLE,)).fetchone() is not None


def phrase(word: str) -> str:
    """Return `word` quoted for FTS5."""
    return '"' + word.replace('"', '""') + '"'


def _is_quantity(value: Value) -> bool:
    """Whether the value means any or none at all, and not a resource of that name."""
    return value.text in (NONE, ANY) and not value.sign


def _facet_test(snapshot: Snapshot, field: str, value: Value) -> Callable[[Mapping[str, Any]], bool]:
    """Test of the columns with few values."""
    if field == "status":
        return lambda values: bool(values["status"] == value.text)
    if field == "role":
        names = role_names(snapshot)
        return lambda values: matches(value, names.get(str(values["role_id"]), str(values["role_id"])))
    if field == "dept":
        return lambda values: matches(value, str(values["dept"]))

    def has_licence(values: Mapping[str, Any]) -> bool:
        name = licence(values["type"], values["plan_united_type"])
        return matches(value, name) or fold(name) == value.text

    return has_licence


def _number_test(field: str, value: Value) -> Callable[[int], bool]:
    """Test of the number of groups."""
    if field == "group":
        return (lambda count: count == 0) if value.text == NONE else (lambda count: count > 0)
    answers: dict[int, bool] = {}

    def met(count: int) -> bool:
        if count not in answers:
            answers[count] = number_matches(value, count)
        return answers[count]

    return met


def _asked(snapshot: Snapshot, field: str, value: Value) -> Asked:
    """The SQL of a field that is no facet."""
    if field in _GRANTS:
        if _is_quantity(value):
            test, _ = has_sql(snapshot, _GRANTS[field], "u.id")
            return Asked(f"NOT {test}" if value.text == NONE else test)
        test, times = has_sql(snapshot, _GRANTS[field], "u.id", "(SELECT value FROM json_each(?))")
        return Asked(test, (json.dumps(_targets(snapshot, field, value)),) * times)
    if field == "last-login":
        condition, values = _login_test(snapshot, value)
        logins = f"SELECT 1 FROM logins l WHERE l.id = u.id AND l.last_login_time <> ''{condition}"
        return Asked(f"{'NOT ' if value.text == NEVER else ''}EXISTS ({logins})", values)
    if field == "created":
        test = f"u.created_at <> '' AND u.created_at {'<' if value.sign == '>' else '>='} ?"
        return Asked(test, (_before(snapshot, value.number),))
    if field == "groups":
        sign = value.sign or "="
        count = f"(SELECT count(*) FROM {snapshot.facts('grants')} g WHERE g.principal = u.id AND g.kind = {MEMBER})"
        return Asked(f"{count} {sign} ?", (value.number,))
    if field == "domain":
        return Asked(f"instr({_ADDRESS} || char(10), ?) > 0 OR instr({_ADDRESS} || char(10), ?) > 0",
                     (f"@{value.text}\n", f".{value.text}\n"))  # fmt: skip
    part = _NAME if field == "name" else _ADDRESS
    return Asked(f"{part} = ?" if value.sign else f"instr({part}, ?) > 0", (value.text,))


def _before(snapshot: Snapshot, days: int) -> str:
    """So many days before the sync, in the form of Zoom's times."""
    finished = snapshot.info.finished_at if snapshot.info is not None else "9999-01-01T00:00:00Z"
    try:
        return (datetime.fromisoformat(finished) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return ""


def _login_test(snapshot: Snapshot, value: Value) -> tuple[str, tuple[Any, ...]]:
    """Condition on `last_login_time`: `>90d` is longer ago than that, `<7d` more recent."""
    if value.text == NEVER:
        return "", ()
    return f" AND last_login_time {'<' if value.sign == '>' else '>='} ?", (_before(snapshot, value.number),)


def _targets(snapshot: Snapshot, field: str, value: Value) -> list[int]:
    """Ids of the resources of this name; of all of them for `any` and `none`."""
    kind = TARGET_KINDS[_GRANTS[field]]
    ids = {number for (number,) in snapshot.connection.execute("SELECT id FROM things WHERE kind = ?", (kind,))}
    if _is_quantity(value):
        return sorted(ids)
    return sorted(number for number, name in resource_names(snapshot, ids).items() if matches(value, name))


# Groups, contact groups and roles


def row_matches(kind: Kind, columns: Sequence[Column], row: Sequence[Any], conditions: Iterable[Condition]) -> bool:
    """Whether a row of a few thousand meets all `conditions`."""
    places = {column.key: place for place, column in enumerate(columns)}
    for condition in conditions:
        cell = row[places[condition.field]]
        if FIELDS[kind][condition.field] == "number":
            if cell is None:
                return False  # not known: neither so many nor another number
            met = any(number_matches(value, int(cell)) for value in condition.values)
        else:
            met = any(matches(value, str(cell or "")) for value in condition.values)
        if met == condition.negated:
            return False
    return True


def offered_values(snapshot: Snapshot, ranks: PeopleRanks) -> dict[str, list[str]]:
    """What the fields with few values hold, by field, for completion: the most frequent first."""
    names = role_names(snapshot)
    roles: Counter[str] = Counter()
    depts: Counter[str] = Counter()
    licences = set()
    for values, ids in ranks.facets(snapshot):
        roles[names.get(str(values["role_id"]), str(values["role_id"]))] += len(ids)
        depts[values["dept"]] += len(ids)
        licences.add(licence(values["type"], values["plan_united_type"]))
    frequent = ([name for name, _ in counts.most_common(_OFFERED) if name] for counts in (roles, depts))
    return {**dict(zip(("role", "dept"), frequent, strict=True)), "licence": sorted(licences)}
