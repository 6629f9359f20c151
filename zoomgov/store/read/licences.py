"""Licences bought, used and held, and people by the time of their last login."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from zoomgov.model.licences import Licences, Logins, Plan, Tier, is_for_people, seats_number
from zoomgov.store.read.id_vectors import ids_of, mask_of, span
from zoomgov.words.licences import licence

if TYPE_CHECKING:
    from zoomgov.store.read.ranks import PeopleRanks
    from zoomgov.store.snapshot import Snapshot

_EDGES: Final = (0, 7, 30, 90, 180, 365)
"""Days before the sync."""
_TAKEN: Final = ("usage", "pending")
_NAMES: Final = {"plan_base": "Base plan", "plan_zoom_rooms": "Zoom Rooms", "plan_united": "Zoom United"}


def licences(snapshot: Snapshot, plan_usage: bytes | None, ranks: PeopleRanks) -> Licences:
    """Count tiers and logins; `plan_usage` is Zoom's JSON about what was bought, None when it was never read."""
    counts: dict[str, Counter[str]] = {}
    for values, ids in ranks.facets(snapshot):
        statuses = counts.setdefault(licence(values["type"], values["plan_united_type"]), Counter())
        statuses[values["status"]] += len(ids)
    tiers = [
        Tier(name, statuses["active"], statuses["inactive"], statuses["pending"]) for name, statuses in counts.items()
    ]
    tiers.sort(key=lambda tier: (-tier.people, tier.name))
    logins, never = _logins(snapshot, ranks)
    return Licences(tuple(tiers), plans(plan_usage), logins, never)


def _logins(snapshot: Snapshot, ranks: PeopleRanks) -> tuple[tuple[Logins, ...], int]:
    connection, everyone = snapshot.connection, ranks.everyone(snapshot)
    finished = datetime.fromisoformat(snapshot.info.finished_at) if snapshot.info else datetime.now(UTC)
    recorded = "FROM logins WHERE last_login_time <> ''"
    ids = ids_of(connection, f"SELECT id {recorded} ORDER BY last_login_time")
    is_user = mask_of(span(connection), everyone)

    def since(days: int) -> int:
        """Number of users who logged in within the last `days`: they are among the last of `ids`."""
        edge = (finished - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
        before = connection.execute(f"SELECT count(*) {recorded} AND last_login_time < ?", (edge,)).fetchone()[0]
        return sum(map(is_user.__getitem__, ids[before:]))

    ever = sum(map(is_user.__getitem__, ids))
    within = [0, *(since(edge) for edge in _EDGES[1:]), ever]
    buckets = tuple(
        Logins(edge, _EDGES[place + 1] if place + 1 < len(_EDGES) else None, within[place + 1] - within[place])
        for place, edge in enumerate(_EDGES)
    )
    return buckets, len(everyone) - ever


def plans(usage: bytes | None) -> tuple[Plan, ...] | None:
    """Decode Zoom's answer leniently: each plan is an object, or an array of objects; anything else is skipped.

    By the standard library: reading a store must not wait for msgspec to be imported.
    """
    try:
        found: Any = json.loads(usage) if usage else None
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    told = []
    for key, value in found.items():
        for one in value if isinstance(value, list) else [value]:
            bought = seats_number(one.get("hosts")) if isinstance(one, dict) else None
            if bought is not None and key.startswith("plan_"):
                name = _NAMES.get(key, key.removeprefix("plan_").replace("_", " ").capitalize())
                kind = one.get("name") or one.get("type")
                used, pending = (seats_number(one.get(field)) or 0 for field in _TAKEN)
                told.append(Plan(f"{name} ({kind})" if kind else name, bought, used, pending, is_for_people(key)))
    return tuple(told)
