"""Which rows meet conditions such as `role:admin last-login:>90d`."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from zoomgov.store.access import paths_sql
from zoomgov.store.codes import ADMIN, CONTACT, MEMBER
from zoomgov.store.columns import role_names, thing_names
from zoomgov.store.filters import ANY, FIELDS, NEVER, NONE, matches, number_matches
from zoomgov.store.folding import fold
from zoomgov.store.model import Kind
from zoomgov.store.words import licence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zoomgov.store.filters import Condition, Value
    from zoomgov.store.snapshot import Snapshot
    from zoomgov.store.views import Column

_GRANTS: Final = {"group": MEMBER, "admin-of": ADMIN, "contact-group": CONTACT}


def people_matching(snapshot: Snapshot, conditions: Sequence[Condition]) -> set[int] | None:
    """Return the ids of the users who meet all `conditions`; None when there are none to meet."""
    found: set[int] | None = None
    for condition in conditions:
        ids: set[int] = set()
        for value in condition.values:
            ids |= _people(snapshot, condition.field, value)
        if condition.negated:
            ids = _ids(snapshot, f"SELECT id FROM {snapshot.facts('users')}") - ids
        found = ids if found is None else found & ids
    return found


def _ids(snapshot: Snapshot, sql: str, *values: Any) -> set[int]:
    return {number for (number,) in snapshot.connection.execute(sql, values)}


def _people(snapshot: Snapshot, field: str, value: Value) -> set[int]:
    users = snapshot.facts("users")
    if field in _GRANTS:
        return _people_of_things(snapshot, _GRANTS[field], value)
    if field == "status":
        return _ids(snapshot, f"SELECT id FROM {users} WHERE status = ?", value.text)
    if field == "role":
        names = role_names(snapshot)
        known = {str(role) for (role,) in snapshot.connection.execute(f"SELECT DISTINCT role_id FROM {users}")}
        chosen = [role for role in known if matches(value, names.get(role, role))]
        return _one_of(snapshot, "role_id", chosen)
    if field == "dept":
        depts = [dept for (dept,) in snapshot.connection.execute(f"SELECT DISTINCT dept FROM {users}")]
        return _one_of(snapshot, "dept", [dept for dept in depts if matches(value, dept)])
    if field == "licence":
        pairs = snapshot.connection.execute(f"SELECT DISTINCT type, plan_united_type FROM {users}").fetchall()
        found: set[int] = set()
        for kind, united in pairs:
            if matches(value, licence(kind, united)) or fold(licence(kind, united)) == value.text:
                found |= _ids(snapshot, f"SELECT id FROM {users} WHERE type = ? AND plan_united_type = ?", kind, united)
        return found
    if field == "last-login":
        return _logged_in(snapshot, value)
    if field == "created":
        return _aged(snapshot, f"SELECT id FROM {users} WHERE created_at <> '' AND created_at", value)
    if field == "groups":
        return _in_so_many_groups(snapshot, value)
    return _texts(snapshot, field, value)


def _one_of(snapshot: Snapshot, column: str, values: Sequence[str]) -> set[int]:
    sql = f"SELECT id FROM {snapshot.facts('users')} WHERE {column} IN (SELECT value FROM json_each(?))"
    return _ids(snapshot, sql, json.dumps(values))


def _before(snapshot: Snapshot, days: int) -> str:
    """So many days before the sync, in the form of Zoom's times."""
    finished = snapshot.info.finished_at if snapshot.info is not None else "9999-01-01T00:00:00Z"
    try:
        return (datetime.fromisoformat(finished) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return ""


def _aged(snapshot: Snapshot, sql: str, value: Value) -> set[int]:
    """`>90d` is longer ago than that, `<7d` since then."""
    return _ids(snapshot, f"{sql} {'<' if value.sign == '>' else '>='} ?", _before(snapshot, value.number))


def _logged_in(snapshot: Snapshot, value: Value) -> set[int]:
    users = snapshot.facts("users")
    if value.text == NEVER:
        return _ids(snapshot, f"SELECT id FROM {users}") - _ids(
            snapshot, "SELECT id FROM logins WHERE last_login_time <> ''"
        )
    return _aged(snapshot, "SELECT id FROM logins WHERE last_login_time <> '' AND last_login_time", value)


def _in_so_many_groups(snapshot: Snapshot, value: Value) -> set[int]:
    counts = dict(
        snapshot.connection.execute(
            f"SELECT principal, count(*) FROM {snapshot.facts('grants')} WHERE kind = {MEMBER} GROUP BY principal"
        )
    )
    everyone = _ids(snapshot, f"SELECT id FROM {snapshot.facts('users')}")
    return {number for number in everyone if number_matches(value, counts.get(number, 0))}


def _people_of_things(snapshot: Snapshot, code: int, value: Value) -> set[int]:
    """People who have a thing of this name in whatever way; `any` and `none` for some thing or no thing at all."""
    paths = paths_sql(snapshot)
    if value.text in (NONE, ANY) and not value.sign:
        users = snapshot.facts("users")
        if code == CONTACT:
            some = _ids(snapshot, f"SELECT person FROM {paths} WHERE kind = {code}")
            everyone = _ids(snapshot, f"SELECT id FROM {users}")
            return everyone & some if value.text == ANY else everyone - some
        grants = snapshot.facts("grants")
        there = "" if value.text == ANY else "NOT"
        return _ids(
            snapshot,
            f"SELECT u.id FROM {users} u WHERE {there} EXISTS "
            f"(SELECT 1 FROM {grants} g WHERE g.principal = u.id AND g.kind = {code})",
        )
    targets = _ids(snapshot, f"SELECT DISTINCT target FROM {snapshot.facts('grants')} WHERE kind = {code}")
    found: set[int] = set()
    for number, name in thing_names(snapshot, targets).items():
        if matches(value, name):
            found |= _ids(snapshot, f"SELECT person FROM {paths} WHERE target = ? AND kind = {code}", number)
    return found


def _texts(snapshot: Snapshot, field: str, value: Value) -> set[int]:
    """Name, address or domain, out of the folded search text: a line each."""
    place = 0 if field == "name" else 1
    found = set()
    for number, text in snapshot.connection.execute(f"SELECT id, search FROM {snapshot.facts('users')}"):
        part = text.split("\n", 2)[place]
        if field == "domain":
            part = part.rpartition("@")[2]
            if part == value.text or part.endswith(f".{value.text}"):
                found.add(number)
        elif part == value.text if value.sign else value.text in part:
            found.add(number)
    return found


# Groups, contact groups and roles


def row_matches(kind: Kind, columns: Sequence[Column], row: Sequence[Any], conditions: Iterable[Condition]) -> bool:
    """Whether a row of a few thousand meets all `conditions`."""
    places = {column.key: place for place, column in enumerate(columns)}
    for condition in conditions:
        cell = row[places[condition.field]]
        if FIELDS[kind][condition.field] == "number":
            met = any(number_matches(value, int(cell or 0)) for value in condition.values)
        else:
            met = any(matches(value, str(cell or "")) for value in condition.values)
        if met == condition.negated:
            return False
    return True


def offered_values(snapshot: Snapshot) -> dict[str, list[str]]:
    """What the fields with few values hold, by field, for completion: the most frequent departments first."""
    users = snapshot.facts("users")
    names = role_names(snapshot)
    frequent = f"SELECT {{0}} FROM {users} WHERE {{0}} <> '' GROUP BY {{0}} ORDER BY count(*) DESC LIMIT 500"
    roles = [names.get(str(role), str(role)) for (role,) in snapshot.connection.execute(frequent.format("role_id"))]
    depts = [dept for (dept,) in snapshot.connection.execute(frequent.format("dept"))]
    licences = [licence(*pair) for pair in snapshot.connection.execute(
        f"SELECT DISTINCT type, plan_united_type FROM {users}")]  # fmt: skip
    return {"role": roles, "dept": depts, "licence": sorted(set(licences))}
