"""Measure the store and print ratios: `python tests/benchmarks/store_bench.py [--users 200000]`.

Absolute times depend on the machine; each ratio's halves come from the same run. Synthetic people, no network.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import resource
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoomgov.store import Query, Store, Target, diff
from zoomgov.store.model import GrantKind, GroupRow, Held, Kind, ListKey, RoleRow, UserRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE = 300
FIRST = ["Ann", "Bob", "Chloë", "Dmitri", "Eve", "Farid", "Grace", "Hana", "Iván", "Jo", "Kofi", "Lena", "Mei", "Nils"]
LAST = ["Abe", "Berg", "Costa", "Díaz", "Ender", "Fischer", "García", "Haddad", "Ito", "Jensen", "Kaya", "Lund", "Mora"]
DEPTS = ["", "Sales", "Field Sales", "Law", "Engineering", "Support", "People", "Finance", "Marketing", "IT"]


def person(number: int, version: int) -> UserRow:
    rng = random.Random(number * 1009 + version)
    first, last = rng.choice(FIRST), rng.choice(LAST)
    return UserRow(
        key=f"u{number:021d}",
        email=f"{first}.{last}.{number}@example.org".lower(),
        first_name=first,
        last_name=f"{last} {number % 997}",
        display_name=f"{first} {last} {number % 997}",
        status="active",
        type=rng.choice([1, 1, 2]),
        role_id="2" if number % 500 else "1",
        dept=rng.choice(DEPTS),
        timezone="Europe/Berlin",
        pmi=1000000000 + number,
        verified=True,
        created_at=f"202{number % 6}-0{1 + number % 9}-11T09:{number % 60:02d}:00Z",
        last_login_time=f"2026-1{number % 2}-{1 + number % 28:02d}T0{number % 9}:{number % 60:02d}:00Z",
        last_client_version="6.2.5.1(mac)",
        employee_unique_id="",
        plan_united_type="",
        extra=b'{"login_types":[100]}',
    )


class Account:
    """People and memberships; `churn` changes a share of both."""

    def __init__(self, users: int, memberships: int, groups: int) -> None:
        self.rng = random.Random(7)
        self.groups = [f"group{n:017d}" for n in range(groups)]
        self.people = [[n, 0] for n in range(users)]
        self.member_of = [self.rng.sample(range(groups), k=max(1, memberships // users)) for _ in range(users)]
        self._cache: dict[tuple[int, int], UserRow] = {}

    def churn(self, people: float, memberships: float) -> None:
        for place in self.rng.sample(range(len(self.people)), k=int(len(self.people) * people)):
            self.people[place][1] += 1
        total = sum(map(len, self.member_of))
        for place in self.rng.sample(range(len(self.people)), k=int(total * memberships)):
            groups = self.member_of[place]
            groups[0] = next(g for g in iter(lambda: self.rng.randrange(len(self.groups)), -1) if g not in groups)

    def pages(self) -> Iterator[tuple[list[UserRow], list[Held]]]:
        for start in range(0, len(self.people), PAGE):
            rows, held = [], []
            for (number, version), groups in zip(
                self.people[start : start + PAGE], self.member_of[start : start + PAGE], strict=True
            ):
                row = person(number, version)
                rows.append(row)
                held.append(Held(row.role_id, tuple(self.groups[g] for g in groups)))
            yield rows, held


def sync(store: Store, account: Account) -> tuple[float, float, float]:
    """Return CPU seconds of staging, of proving and of publishing; making the rows is not counted."""
    before = time.process_time()
    writer = store.begin("2026-11-01T00:00:00Z")
    staging = time.process_time() - before
    key = ListKey("users-active")
    for rows, held in account.pages():
        before = time.process_time()
        writer.stage(key, users=rows, held=held)
        staging += time.process_time() - before
    before = time.process_time()
    writer.finish(key, len(account.people))
    for part in ("users-inactive", "users-pending"):
        writer.finish(ListKey(part), 0)
    writer.stage(ListKey("groups"), groups=[GroupRow(g, f"Group {n}", None) for n, g in enumerate(account.groups)])
    writer.finish(ListKey("groups"), None)
    writer.stage(ListKey("roles"), roles=[RoleRow(str(n), name, "", "common", None) for n, name in enumerate("OAM")])
    writer.finish(ListKey("roles"), None)
    staging += time.process_time() - before
    before = time.process_time()
    writer.staged_membership_counts(GrantKind.GROUP_MEMBER)
    writer.staged_membership_counts(GrantKind.ROLE)
    proving = time.process_time() - before
    before = time.process_time()
    writer.publish("2026-11-01T00:01:00Z")
    return staging, proving, time.process_time() - before


def size(path: Path) -> tuple[float, float]:
    """Megabytes of the file with its log, and of the pages in it that are in use."""
    connection = sqlite3.connect(path)
    pages, free, page = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    connection.close()
    whole = sum(file.stat().st_size for file in path.parent.glob(path.name + "*"))
    return whole / 1e6, (pages - free) * page / 1e6


def timed(job: Callable[[], Any], rounds: int = 7) -> tuple[float, float]:
    """Median and worst milliseconds."""
    taken = []
    for _ in range(rounds):
        before = time.perf_counter()
        job()
        taken.append((time.perf_counter() - before) * 1000)
    return statistics.median(taken), max(taken)


def show(what: str, milliseconds: tuple[float, float]) -> None:
    print(f"{what:58} {milliseconds[0]:9.2f} ms   worst {milliseconds[1]:9.2f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=200_000)
    parser.add_argument("--memberships", type=int, default=1_000_000)
    parser.add_argument("--groups", type=int, default=1_000)
    parser.add_argument("--syncs", type=int, default=4, help="syncs with churn after the first and the unchanged one")
    options = parser.parse_args()
    account = Account(options.users, options.memberships, options.groups)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    gc.freeze()  # the account is ours, not the store's
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "bench.sqlite3")
        thousand = options.users / 1000

        def told(what: str, seconds: tuple[float, float, float]) -> float:
            whole = sum(seconds)
            file, used = size(store.path)
            print(
                f"{what:28} {whole:6.2f} s CPU (staging {seconds[0]:.2f}, proving {seconds[1]:.2f}, publishing "
                f"{seconds[2]:.2f}) = {whole * 1000 / thousand:5.1f} ms per 1,000 users; "
                f"file {file:.1f} MB, used {used:.1f}"
            )
            return whole

        first = told("first sync", sync(store, account))
        print(
            "memory added by the first sync: "
            f"{(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024:.0f} MB"
        )
        base = size(store.path)[1]
        same = told("unchanged", sync(store, account))
        grown = size(store.path)[1] - base
        for number in range(options.syncs):
            account.churn(0.01, 0.005)
            changed = told(f"1 % churn, {number + 1}", sync(store, account))
        growth = (size(store.path)[1] - base - grown) / options.syncs
        print(f"unchanged / first CPU {same / first:.2f}; 1 % churn / first CPU {changed / first:.2f} (goal 0.5)")
        print(
            f"growth by an unchanged sync {grown * 1000:.0f} kB; "
            f"by 1 % churn {growth:.2f} MB = {growth / base:.2%} of the base"
        )
        read(store)


def read(store: Store) -> None:
    show("open a reader", timed(lambda: store.reader().close()))
    for build in (False, True):
        if build:
            before = time.perf_counter()
            store.build_search()
            print(f"trigram index built in {time.perf_counter() - before:.2f} s; used {size(store.path)[1]:.1f} MB")
        with store.reader() as reader:
            for text in ("an", "berg.7", "zzzz", "sal gar", "garcia"):
                found = len(reader.order(Kind.USERS, Query(text=text)))
                job = lambda text=text: reader.order(Kind.USERS, Query(text=text))  # noqa: E731
                show(f"search {text!r} ({found} found)", timed(job))
    with store.reader() as reader:
        show("first order by name", timed(lambda: reader.order(Kind.USERS), rounds=1))
        for column in reader.columns(Kind.USERS):
            query = Query(sort=((column.key, False),))
            show(f"order by {column.key}", timed(lambda query=query: reader.order(Kind.USERS, query), rounds=5))  # type: ignore[misc]
        show("order by dept, status, name", timed(lambda: reader.order(
            Kind.USERS, Query(sort=(("dept", False), ("status", False), ("name", True)))), rounds=5))  # fmt: skip
        ids = reader.order(Kind.USERS, Query(sort=(("email", False),)))
        rng = random.Random(3)
        places = [rng.randrange(len(ids) - 128) for _ in range(200)]
        walk = iter(places)
        show(
            "rows of 128, random places",
            timed(lambda: reader.rows(Kind.USERS, ids[(p := next(walk)) : p + 128]), rounds=200),
        )
        show("order groups", timed(lambda: reader.order(Kind.GROUPS)))
        groups = reader.order(Kind.GROUPS)
        show("rows of 128 groups", timed(lambda: reader.rows(Kind.GROUPS, groups[:128])))
        group = Query(within=Target(Kind.GROUPS, reader.key(groups[5])))
        show("people of one group", timed(lambda: reader.order(Kind.USERS, group)))
        everyone = Query(within=Target(Kind.ROLES, "2"))
        show("people of the role nearly all have", timed(lambda: reader.order(Kind.USERS, everyone), rounds=3))
        members = reader.order(Kind.USERS, everyone)
        show("rows of 128 of these", timed(lambda: reader.rows(Kind.USERS, members[500:628], query=everyone)))
        key = reader.key(ids[99])
        show("person", timed(lambda: reader.person(key)))
        show("thing", timed(lambda: reader.thing(Kind.GROUPS, reader.key(groups[5]))))
        show("thing: the role nearly all have", timed(lambda: reader.thing(Kind.ROLES, "2")))
        show("find_people", timed(lambda: reader.find_people("garcia 7")))
        show("history of a person", timed(lambda: reader.history(Kind.USERS, key)))
        last = reader.number
        show("diff of neighbours", neighbours := timed(lambda: reader.diff(last - 1)))
        show("diff of first and last", timed(lambda: reader.diff(1), rounds=3))
        compare(store, last, neighbours[0])
    with store.reader(last - 2) as older:
        show("an older sync: order by name", timed(lambda: older.order(Kind.USERS), rounds=1))
        ids = older.order(Kind.USERS)
        show("an older sync: rows of 128", timed(lambda: older.rows(Kind.USERS, ids[5000:5128])))


def compare(store: Store, last: int, neighbours: float) -> None:
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
    show("the grants of it with EXCEPT over two full copies, in memory", taken)
    plain = sqlite3.connect(store.path)
    ranges = timed(lambda: diff.changed_grants(plain, last - 1, last))
    plain.close()
    show("the same from the ranges: ids, without names", ranges)
    print(f"grants of neighbours from the ranges / EXCEPT = 1/{taken[0] / ranges[0]:.0f} (goal 1/50)")
    print(f"whole diff of neighbours with people, names and fields / EXCEPT = 1/{taken[0] / neighbours:.0f}")
    copy.close()


if __name__ == "__main__":
    main()
