"""Numbers over time, for charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zoomgov.model.licences import Charts
from zoomgov.model.parts import PartKey
from zoomgov.store.read.audit import LICENSED
from zoomgov.store.sync_info import all_info

if TYPE_CHECKING:
    from zoomgov.store.snapshot import Snapshot

WEEKS: Final = 52


def charts(at: Snapshot) -> Charts:
    """Count last logins by week, and licences by sync; each reads the people once."""
    return Charts(*_logins(at), _licensed(at))


def _logins(at: Snapshot) -> tuple[tuple[int, ...], int, int]:
    finished = at.info.finished_at if at.info is not None else ""
    weeks = [0] * WEEKS
    earlier = never = 0
    for week, people in at.connection.execute(
        "SELECT CASE WHEN coalesce(l.last_login_time, '') = '' THEN NULL "
        "ELSE CAST(max((julianday(?) - julianday(l.last_login_time)) / 7, 0) AS INTEGER) END AS week, count(*) "
        f"FROM {at.facts('users')} u LEFT JOIN logins l ON l.id = u.id GROUP BY week",
        (finished,),
    ):
        if week is None:
            never += people
        elif week < WEEKS:
            weeks[week] += people
        else:
            earlier += people
    return tuple(weeks), earlier, never


def _licensed(at: Snapshot) -> tuple[tuple[int, str, int], ...]:
    # where the active users were never read, none is not 0
    syncs = [
        (sync.number, sync.finished_at)
        for sync in all_info(at.connection)
        if sync.number <= at.number
        and not any(gap.part == PartKey.USERS_ACTIVE and gap.last_read is None for gap in sync.not_read)
    ]
    ranges = at.connection.execute(
        "SELECT seen_from, NULL, count(*) FROM users WHERE type = :licensed GROUP BY 1 UNION ALL "
        "SELECT seen_from, gone_at, count(*) FROM users_past WHERE type = :licensed GROUP BY 1, 2",
        {"licensed": LICENSED},
    ).fetchall()
    return tuple(
        (
            number,
            finished,
            sum(people for begun, gone, people in ranges if begun <= number and (gone is None or gone > number)),
        )
        for number, finished in syncs
    )
