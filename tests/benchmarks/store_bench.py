"""Measure the store: time of syncs, size on disk, searches, orders and comparisons.

    make bench BENCH=store
    python -m tests.benchmarks.store_bench [--users 200000] [--memberships 1000000] [--syncs 20]

Absolute times depend on the machine; each ratio's halves come from the same run. Made-up people, no network.
The baseline of orders is a plain `sorted` of all people by name in Python, after each round; that of a comparison is
`EXCEPT` over two full copies. These goals are about one and a half times what a machine of two cores needed for the
slowest of each sort, with nine other processes beside it. Ranks of a status, a number of groups or a last login that
are read anew for each order miss `AGAIN`.
"""

from __future__ import annotations

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
from typing import TYPE_CHECKING, Any, Final

from tests.benchmarks.baselines import PlainRows
from tests.benchmarks.made_up import Account, Cost, sync
from tests.benchmarks.report import Report, parser
from zoomgov import process
from zoomgov.model.kinds import Kind
from zoomgov.model.queries import Query, Target
from zoomgov.store.history import diff
from zoomgov.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable


FIRST, AGAIN, WITHIN = 2.5, 0.6, 2.2
"""Plain sorts that an order may take: where its ranks have to be read first, later, and within a thing."""
DIFF: Final = 1 / 6
"""Of `EXCEPT`, that everything that changed between neighbours may take."""


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
    """Median and worst milliseconds on the wall, and the median of the processor."""
    clocks, processors = [], []
    for _ in range(rounds):
        clock, processor = time.perf_counter(), time.process_time()
        job()
        clocks.append((time.perf_counter() - clock) * 1000)
        processors.append((time.process_time() - processor) * 1000)
    return statistics.median(clocks), max(clocks), statistics.median(processors)


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--users", type=int, default=200_000)
    arguments.add_argument("--memberships", type=int, default=1_000_000)
    arguments.add_argument("--groups", type=int, default=1_000)
    arguments.add_argument("--syncs", type=int, default=20, help="syncs in all, each with 1 %% of the people changed")
    options = arguments.parse_args()
    account = Account(options.users, options.memberships, options.groups)
    process.prepare()  # with the account, which is ours, not the store's
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "bench.sqlite3")
        write(report, store, account, options.syncs)
        read(report, store)
    return report.end(gate=not options.no_gate)


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
    report.title("Cost of syncs")
    report.ratio(f"{syncs} syncs with churn / one, on disk", whole, one, 2, "MB")
    report.ratio("growth by one of these / one sync", (last - unchanged) / len(changed), used, 0.015, "MB")
    report.ratio("growth by an unchanged sync / one sync", unchanged - used, used, 0.001, "MB")
    report.ratio("CPU, unchanged / first", same, first, 0.5, "s")
    report.ratio("CPU, with churn / first", statistics.median(changed), first, 0.5, "s")
    report.line("memory added by the first sync", [f"{added:.0f} MB"])


def read(report: Report, store: Store) -> None:
    """Everything that the screens ask for; for orders and comparisons there are goals."""
    orders: list[tuple[str, list[float], list[float], float]] = []

    def show(what: str, job: Callable[[], Any], rounds: int = 7) -> float:
        took = timed(job, rounds)
        report.line(what, took)
        return took[2]

    def order(what: str, job: Callable[[], Any], rounds: int, goal: float) -> None:
        pairs = [(timed(job, 1), timed(rows.sort, 1)) for _ in range(rounds)]
        orders.append((what, [one[2] for one, _ in pairs], [plain[2] for _, plain in pairs], goal))

    report.title("Reading, ms", "median", "worst", "processor")
    show("open a reader", lambda: store.reader().close())
    with store.reader() as other:
        rows = PlainRows(other)
    with store.reader() as reader:
        users = Kind.USERS
        order("without a query, first", lambda: reader.order(users), 1, FIRST)
        for text in ("an", "berg.7", "zzzz", "sal gar", "garcia"):
            query = Query(text=text)
            found = len(reader.order(users, query))
            show(f"search “{text}”, {found:,} found", partial(reader.order, users, query))
        for column in reader.columns(users):
            by_column = partial(reader.order, users, Query(sort=((column.key, True),)))
            order(f"by {column.key}, first", by_column, 1, FIRST)
            order(f"by {column.key}, again", by_column, 5, AGAIN)
        several = Query(sort=(("dept", False), ("status", False), ("name", True)))
        order("by dept, status, name", lambda: reader.order(users, several), 5, AGAIN)
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
        order("people of the role nearly all have", lambda: reader.order(users, everyone), 3, WITHIN)
        by_way = Query(sort=(("how", False),), within=everyone.within)
        order("the same by how they have it", lambda: reader.order(users, by_way), 3, WITHIN)
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
        neighbours = show("diff of neighbours", lambda: reader.diff(last - 1))
        show("the same, access in effect", lambda: reader.diff(last - 1, in_effect=True))
        show("diff of first and last", lambda: reader.diff(1), 3)
    report.title("Orders of everyone, ms of processor")
    for one in orders:
        report.ratio(*one)
    compare(report, store, last, neighbours)
    report.title("Reading an older sync, ms", "median", "worst", "processor")
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
    report.title("Neighbours, against EXCEPT over two full copies")
    report.ratio("grants, by id", ranges[2], taken[2], 1 / 50, "ms of processor")
    report.ratio("all of it, with people, names and fields", neighbours, taken[2], DIFF, "ms of processor")
    copy.close()


if __name__ == "__main__":
    sys.exit(main())
