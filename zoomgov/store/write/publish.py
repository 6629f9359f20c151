"""Publishes what is staged as the next sync: facts begin, end, or go on untouched.

Runs inside the writer's one transaction, so readers see all of a sync or nothing of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from zoomgov.model.kinds import GrantKind
from zoomgov.model.syncs import ListKey, NotRead, PartRead, SyncInfo
from zoomgov.store.grant_codes import GRANT_CODES, STATUS_OF_PART
from zoomgov.store.history import diff, unread
from zoomgov.store.schema import RESOURCE_FIELDS
from zoomgov.store.sync_info import info_of, save_info
from zoomgov.store.write.first_sync import take_back_unfinished
from zoomgov.store.write.publish_grants import GrantPublisher
from zoomgov.store.write.publish_people import PeoplePublisher
from zoomgov.store.write.publish_resources import publish_resources
from zoomgov.store.write.staged_pages import pages_of
from zoomgov.store.write.untold import Untold

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from zoomgov.model.syncs import Disagreement
    from zoomgov.store.write.pages import StagedPage

_TABLES: Final = ("users", *RESOURCE_FIELDS)
_HOWS: Final = ("added", "removed", "changed")


def publish(
    connection: sqlite3.Connection,
    started_at: str,
    finished_at: str,
    not_read: Sequence[NotRead],
    disagreements: Sequence[Disagreement],
    early: dict[str, int] | None,
) -> SyncInfo:
    """Write the next sync and return it.

    Args:
        early: grants of people that a first sync has written early, counted by kind code as text; None when it did not.
    """
    previous = info_of(connection)
    number = previous.number + 1 if previous else 1
    tally: Counter[str] = Counter()
    finished = {
        ListKey(part, target): staged
        for staged, part, target in connection.execute("SELECT id, part, target FROM stage_lists WHERE finished")
    }
    pages = partial(pages_of, connection, finished)
    if number == 1:
        take_back_unfinished(connection)
    people = PeoplePublisher(connection, number, finished, tally)
    people.publish()
    named = {(one.part, one.target) for one in not_read}
    unread_parts = list(not_read)
    for part, target in connection.execute("SELECT part, target FROM stage_lists WHERE NOT finished"):
        if not {(part, target), (part, "")} & named:
            unread_parts.append(NotRead(part, target, "The list was not read to its end."))
    short = {
        part for (part,) in connection.execute(
            "SELECT part FROM stage_lists WHERE finished AND target = '' AND rows < expected"
        )
    }  # fmt: skip

    def may_be_there(part: str, key: str) -> bool:
        return part in short or (part, key) in named

    closed_targets = publish_resources(connection, number, finished, pages, tally, may_be_there)
    untold = Untold(connection, unread_parts, disagreements)
    grants = GrantPublisher(connection, number, people, finished, tally, early, untold)
    grants.publish(closed_targets)
    for page in pages(lambda key: key.part not in STATUS_OF_PART):
        _keep_blobs(connection, number, page)

    unread_parts = [_with_last_read(one, previous) for one in unread_parts]
    changes = {f"{table}_{how}": tally[f"{table}_{how}"] for table in _TABLES for how in _HOWS}
    changes |= {name: tally[name] for name in ("grants_gained", "grants_lost")}
    info = SyncInfo(
        number=number,
        started_at=started_at,
        finished_at=finished_at,
        complete=not disagreements and not any(one.required for one in unread_parts),
        not_read=tuple(unread_parts),
        disagreements=tuple(disagreements),
        counts=_counts(connection, previous, grants.change),
        changes=changes if previous else {},
        parts=_parts(connection),
    )
    if previous is not None and unread.not_compared(previous, info):  # what was not read is neither gained nor lost
        info = replace(info, changes=diff.counts(connection, previous, info))
    save_info(connection, info)
    return info


def _with_last_read(one: NotRead, previous: SyncInfo | None) -> NotRead:
    """Add the last sync that did read the part."""
    last = previous.number if previous else None
    for before in previous.not_read if previous else ():
        if before.part == one.part and before.target in ("", one.target):
            last = before.last_read
    return replace(one, last_read=last)


def _parts(connection: sqlite3.Connection) -> tuple[PartRead, ...]:
    return tuple(
        PartRead(part, lists, rows, expected)
        for part, lists, rows, expected in connection.execute(
            "SELECT part, count(*), sum(rows), CASE WHEN count(expected) = count(*) THEN sum(expected) END "
            "FROM stage_lists WHERE finished GROUP BY part ORDER BY min(id)"
        )
    )


def _keep_blobs(connection: sqlite3.Connection, number: int, page: StagedPage) -> None:
    for name, data in page.blobs.items():
        last = connection.execute(
            "SELECT data FROM blobs WHERE name = ? ORDER BY seen_from DESC LIMIT 1", (name,)
        ).fetchone()
        if last is None or bytes(last[0]) != data:
            connection.execute("INSERT OR REPLACE INTO blobs VALUES (?, ?, ?)", (name, number, data))


def _counts(connection: sqlite3.Connection, previous: SyncInfo | None, change: Counter[int]) -> dict[str, int]:
    found = {table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in _TABLES}
    for kind in GrantKind:
        before = previous.counts.get(str(kind), 0) if previous else 0
        found[str(kind)] = before + change[GRANT_CODES[kind]]
    return found
