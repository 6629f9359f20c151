"""Syncs a changing account again and again, and kills itself (-9) at a given point inside SQLite.

    python -m tests.store.write.kill_worker STORE SYNCS STEPS

STEPS is how many hundreds of SQLite's instructions to live; 0 lives on. Each run goes on where the last one died.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
from pathlib import Path

from zoomgov.disk.database import connect
from zoomgov.model.rows import GroupRow, Held, UserRow
from zoomgov.model.syncs import ListKey
from zoomgov.store import store as store_module
from zoomgov.store.store import Store

PEOPLE, PAGE = 60, 20


def people(number: int) -> list[UserRow]:
    """The account as of sync `number`, the same every time it is asked for."""
    rng = random.Random(number)
    return [
        UserRow(
            f"p{n}", f"p{n}@example.org", "P", str(n), "", "active", 1, "2", rng.choice(["", "Law"]), "", None, None,
            "", "", "", "", "", b"{}"
        )
        for n in range(PEOPLE)
        if rng.random() < 0.9
    ]  # fmt: skip


def held(number: int) -> dict[str, Held]:
    """What the records of the people of `number` name, by key."""
    rng = random.Random(number + 1000)
    return {row.key: Held("", tuple(f"g{group}" for group in range(4) if rng.random() < 0.5)) for row in people(number)}


def sync_once(store: Store, number: int) -> None:
    """Read the account of `number`, but for lists that an earlier run finished."""
    writer = store.begin("2026-11-01T08:00:00Z")
    done = writer.finished_lists()
    rows, names = people(number), held(number)
    key = ListKey("users-active")
    if key not in done:
        writer.restart(key)
        for start in range(0, len(rows), PAGE):
            page = rows[start : start + PAGE]
            writer.stage(key, users=page, held=[names[row.key] for row in page])
        writer.finish(key, len(rows))
    for part in ("users-inactive", "users-pending"):
        writer.finish(ListKey(part), 0)
    while writer.write_grants_early():
        pass
    if ListKey("groups") not in done:
        writer.restart(ListKey("groups"))
        writer.stage(ListKey("groups"), groups=[GroupRow(f"g{n}", f"Group {n}", None) for n in range(4)])
        writer.finish(ListKey("groups"), 4)
    writer.publish("2026-11-01T08:05:00Z")


def main() -> None:
    path, syncs, steps = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    left = steps

    def die() -> int:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    def connect_mortal(path: Path, *, writing: bool) -> sqlite3.Connection:
        connection = connect(path, writing=writing)
        if steps:
            connection.set_progress_handler(die, 100)
        return connection

    setattr(store_module, "connect", connect_mortal)  # noqa: B010  # not exported, says mypy
    store = Store.open(path)
    while True:
        with store.reader() as reader:
            number = reader.number
        if number >= syncs:
            return
        sync_once(store, number + 1)


if __name__ == "__main__":
    main()
