"""Measure the store: time of syncs, size on disk, searches, orders and comparisons.

    make bench BENCH=store
    python -m tests.benchmarks.store_bench [--users 200000] [--memberships 1000000] [--syncs 20]

Absolute times depend on the machine; each ratio's halves come from the same run. Made-up people, no network.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.made_up import Account, Cost, sync
from tests.benchmarks.report import Report
from zoomgov import process
from zoomgov.model.kinds import Kind
from zoomgov.model.queries import Query, Target
from zoomgov.store.history import diff
from zoomgov.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable


def size(path: Path) -> tuple[float, float]:
    """Megabytes of the file with its log, and of the pages in it that are in use."""
    connection = sqlite3.connect(path)
    pages, free, page = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    connection.close()
    whole = sum(file.stat().st_size for file in path.parent.glob(path.name + "*"))
    return whole / 1e6, (pages - free) * page / 1e6


def timed(job: Callable[[], Any], rounds: int = 7) -> tuple[float, float, float]:
    """Median and worst milliseconds of the clock, and the median of the processor."""
    clocks, processors = [], []
    for _ in range(rounds):
        clock, processor = time.perf_counter(), time.process_time()
        job()
        clocks.append((time.perf_counter() - clock) * 1000)
        processors.append((time.process_time() - processor) * 1000)
    return statistics.median(clocks), max(clocks), statistics.median(processors)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=200_000)
    parser.add_argument("--memberships", type=int, default=1_000_000)
    parser.add_argument("--groups", type=int, default=1_000)
    parser.add_argument("--syncs", type=int, default=20, help="syncs in all, each with 1 %% of the people changed")
    parser.add_argument("--gate", action="store_true", help="fail when a goal is missed")
    options = parser.parse_args()
    account = Account(options.users, options.memberships, options.groups)
    process.prepare()  # with the account, which is ours, not the store's
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "bench.sqlite3")
        write(report, store, account, options.syncs)
        read(report, store)
    good = report.end()
    return 1 if options.gate and not good else 0


def write(report: Report, store: Store, account: Account, syncs: int) -> None:
    """The first sync, one without changes, and those with some."""
    report.title("Syncs, seconds of processor", "staging", "proving", "publishing", "all", "file, MB", "used, MB")

    def told(what: str, cost: Cost) -> float:
        report.line(what, [*(f"{part:.2f}" for part in (*cost, cost.whole)), *size(store.path)])
        return cost.whole

    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    first = told("first", sync(store, account))
    added = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
    before = time.process_time()
    store.build_search()
    report.line("  index of words", ["", "", "", f"{time.process_time() - before:.2f}", *size(store.path)])
    one, used = size(store.path)
    same = told("unchanged", sync(store, account))
    unchanged = size(store.path)[1]
    changed = []
    for number in range(1, syncs):
        account.churn(0.01, 0.005)
        changed.append(told(f"1 % of people, 0.5 % of memberships, {number}", sync(store, account)))
    whole, last = size(store.path)
    report.title("Cost of syncs", "ratio")
    report.ratio(f"{syncs} syncs with churn / one, on disk", whole, one, 2, "MB")
    report.ratio("growth by one of these / one sync", (last - unchanged) / len(changed), used, 0.015, "MB")
    report.ratio("growth by an unchanged sync / one sync", unchanged - used, used, 0.001, "MB")
    report.ratio("CPU, unchanged / first", same, first, 0.5, "s")
    report.ratio("CPU, with churn / first", statistics.median(changed), first, 0.5, "s")
    report.line("memory added by the first sync", [f"{added:.0f} MB"])


def read(report: Report, store: Store) -> None:
    """Everything that the screens ask for; for searches, orders and comparisons there are goals."""

    def show(what: str, job: Callable[[], Any], rounds: int = 7, goal: float | None = None) -> float:
        took = timed(job, rounds)
        reached = None if goal is None else took[2] <= goal
        report.line(what, took, "" if goal is None else f"processor {took[2] / goal:.2f} of {goal:.0f}", reached)
        return took[0]

    report.title("Reading, ms", "median", "worst", "processor")
    show("open a reader", lambda: store.reader().close())
    with store.reader() as reader:
        users = Kind.USERS
        show("first order by name", lambda: reader.order(users), 1, 300)
        for text in ("an", "berg.7", "zzzz", "sal gar", "garcia"):
            query = Query(text=text)
            found = len(reader.order(users, query))
            show(f"search “{text}”, {found:,} found", partial(reader.order, users, query))
        for column in reader.columns(users):
            order = partial(reader.order, users, Query(sort=((column.key, True),)))
            show(f"first order by {column.key}", order, 1, 300)
            show(f"order by {column.key}, again", order, 5, 300)
        several = Query(sort=(("dept", False), ("status", False), ("name", True)))
        show("order by dept, status, name", lambda: reader.order(users, several), 5, 300)
        ids = reader.order(users, Query(sort=(("email", False),)))
        rng = random.Random(3)
        walk = iter([rng.randrange(max(len(ids) - 128, 1)) for _ in range(200)])
        show("rows of 128, random places", lambda: reader.rows(users, ids[(place := next(walk)) : place + 128]), 200)
        show("order groups", lambda: reader.order(Kind.GROUPS))
        groups = reader.order(Kind.GROUPS)
        show("rows of 128 groups", lambda: reader.rows(Kind.GROUPS, groups[:128]))
        group = Target(Kind.GROUPS, reader.key(groups[min(5, len(groups) - 1)]))
        show("people of one group", lambda: reader.order(users, Query(within=group)))
        everyone = Query(within=Target(Kind.ROLES, "2"))
        show("people of the role nearly all have", lambda: reader.order(users, everyone), 3, 300)
        by_way = Query(sort=(("how", False),), within=everyone.within)
        show("the same by how they have it", lambda: reader.order(users, by_way), 3, 300)
        members = reader.order(users, everyone)[:128]
        show("rows of 128 of these", lambda: reader.rows(users, members, query=everyone))
        key = reader.key(ids[len(ids) // 2])
        show("person", lambda: reader.person(key))
        show("thing", lambda: reader.resource(group.kind, group.id))
        show("thing: the role nearly all have", lambda: reader.resource(Kind.ROLES, "2"))
        show("find_people", lambda: reader.find_people("garcia 7"))
        show("licences and logins", lambda: reader.licences())
        show("history of a person", lambda: reader.history(users, key))
        last = reader.number
        neighbours = show("diff of neighbours", lambda: reader.diff(last - 1), goal=100)
        show("the same, access in effect", lambda: reader.diff(last - 1, in_effect=True))
        show("diff of first and last", lambda: reader.diff(1), 3)
    compare(report, store, last, neighbours)
    with store.reader(last - 1) as older:
        show("an older sync: order by name", lambda: older.order(users), 1)
        ids = older.order(users)
        show("an older sync: rows of 128", lambda: older.rows(users, ids[:128]))


def compare(report: Report, store: Store, last: int, neighbours: float) -> None:
    """The same difference of grants with EXCEPT over two full copies."""
    copy = sqlite3.connect(":memory:")
    copy.execute("ATTACH ? AS s", (os.fspath(store.path),))
    for number in (last - 1, last):
        copy.execute(f"CREATE TABLE full{number} (target INT, kind INT, principal INT, "
                     "PRIMARY KEY (target, kind, principal)) WITHOUT ROWID")  # fmt: skip
        copy.execute(
            f"INSERT INTO full{number} SELECT target, kind, principal FROM s.grants WHERE seen_from <= {number} "
            "UNION SELECT target, kind, principal FROM s.grants_past "
            f"WHERE seen_from <= {number} AND gone_at > {number}"
        )
    pairs = ((last, last - 1), (last - 1, last))
    statements = [f"SELECT * FROM full{one} EXCEPT SELECT * FROM full{other}" for one, other in pairs]
    taken = timed(lambda: [copy.execute(sql).fetchall() for sql in statements], rounds=3)
    plain = sqlite3.connect(store.path)
    ranges = timed(lambda: diff.changed_grants(plain, last - 1, last))
    plain.close()
    report.title("Neighbours, against EXCEPT over two full copies", "ratio")
    report.ratio("grants, by id", ranges[0], taken[0], 1 / 50, "ms")
    report.line("all of it, with people, names and fields", [f"1/{taken[0] / neighbours:.0f}"])
    copy.close()


if __name__ == "__main__":
    sys.exit(main())
