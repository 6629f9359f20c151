"""Measure exports and print ratios: `python -m tests.benchmarks.export_bench [--users 200000]`.

Each format is written in a process of its own, so that its peak memory is its own; at a tenth of the people as well,
to see whether memory grows with them. CPU time, not the clock; each ratio's halves are interleaved in one run.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import multiprocessing
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.made_up import STATUSES, Account
from zoomgov.disk.database import select_in
from zoomgov.export import WHOLE, Format, OneTable, TableName, WholeSync, write_export
from zoomgov.model.kinds import GrantKind, Kind
from zoomgov.model.rows import ContactGroupRow, GrantRow, GroupRow, RoleRow
from zoomgov.model.syncs import ListKey
from zoomgov.store.read import records
from zoomgov.store.reader import Reader
from zoomgov.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zoomgov.export import What

BARE = "bare loop"
PAGE = 1000


def make(path: Path, users: int, memberships: int, groups: int) -> None:
    """Fill a store: people in groups, and contact groups that each hold three whole groups."""
    account = Account(users, memberships, groups)
    with Store(path) as store, store.begin("2026-11-01T00:00:00Z") as writer:

        def read(part: str, target: str = "", **rows: Any) -> None:
            writer.stage(ListKey(part, target), **rows)
            writer.finish(ListKey(part, target), None)

        for status in STATUSES:
            for people, held in account.pages(status):
                writer.stage(ListKey(f"users-{status}"), users=people, held=held)
            writer.finish(ListKey(f"users-{status}"), None)
        read("groups", groups=[GroupRow(group, f"Group {n}", None) for n, group in enumerate(account.groups)])
        read("roles", roles=[RoleRow(str(n), name, "", "common", None) for n, name in enumerate("OAM")])
        contact_groups = [ContactGroupRow(f"c{n}", f"Contacts {n}", 1, "") for n in range(len(account.groups) // 10)]
        read("contact-groups", contact_groups=contact_groups)
        for n, group in enumerate(contact_groups):
            nested = account.groups[n * 3 : n * 3 + 3]
            contacts = [GrantRow(GrantKind.CONTACT_GROUP_MEMBER, group.id, "group", key) for key in nested]
            read("contact-group-members", group.id, grants=contacts)
        writer.publish("2026-11-01T00:01:00Z")


def bare_loop(reader: Reader, target: Path) -> None:
    """The people through `csv.writer` and nothing else: same query, same pages, no care for what is in a cell."""
    with reader.snapshot() as at, target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        sql = records._USER_SQL.format(grants=at.facts("grants"), users=at.facts("users"))
        ids = records.everything(at, Kind.USERS)
        for start in range(0, len(ids), PAGE):
            found = {row[0]: row for row in select_in(at.connection, sql, ids[start : start + PAGE])}
            writer.writerows([found[number] for number in ids[start : start + PAGE]])


def what_of(form: Format, people: bool) -> What:
    return OneTable(TableName.USERS) if people else WholeSync()


def write(store: Path, form: str, *, people: bool, folder: Path) -> None:
    with Reader(store) as reader:
        if form == BARE:
            bare_loop(reader, folder / "bare.csv")
            return
        packed = form in (Format.CSV, Format.PARQUET) and not people
        name = f"zoom.{'zip' if packed else form}"
        write_export(reader, Format(form), folder / name, connector="Bench", what=what_of(Format(form), people))


async def lateness(store: Path, form: str, folder: Path) -> float:
    """The longest the event loop was kept waiting while a whole sync was written beside it, in milliseconds."""
    worst, job = 0.0, asyncio.create_task(asyncio.to_thread(write, store, form, people=False, folder=folder))
    while not job.done():
        before = time.perf_counter()
        await asyncio.sleep(0.01)
        worst = max(worst, time.perf_counter() - before - 0.01)
    await job
    return worst * 1000


def one(options: argparse.Namespace) -> None:
    """Write once, and print what it took."""
    with tempfile.TemporaryDirectory() as folder:
        late = 0.0
        before = time.process_time()
        started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if options.late:
            late = asyncio.run(lateness(options.store, options.one, Path(folder)))
        else:
            write(options.store, options.one, people=options.people, folder=Path(folder))
        cpu = time.process_time() - before
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        size = sum(file.stat().st_size for file in Path(folder).rglob("*"))
    print(json.dumps({"cpu": cpu, "late": late, "megabytes": size / 1e6, "rss": (peak - started) / 1024}))


def run(store: Path, form: str, *words: str) -> dict[str, Any]:
    """Write once in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.export_bench", "--one", form, "--store", str(store), *words]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def median(rounds: int, store: Path, forms: Sequence[str]) -> dict[str, float]:
    """Median CPU seconds of writing the people, the formats taking turns."""
    taken: dict[str, list[float]] = {form: [] for form in forms}
    for _ in range(rounds):
        for form in forms:
            taken[form].append(run(store, form, "--people")["cpu"])
    return {form: statistics.median(values) for form, values in taken.items()}


def measure(options: argparse.Namespace, large: Path, small: Path) -> None:
    plain = [form for form in (Format.CSV, Format.JSON, Format.JSONL) if form in options.formats]
    taken = median(options.rounds, large, (BARE, *plain))
    for form in plain:
        ratio = taken[form] / taken[BARE]
        goal = "   goal 1.30" if form is Format.CSV else ""
        print(f"people, {form:8} CPU {taken[form]:7.2f} s   / bare loop {taken[BARE]:6.2f} s = {ratio:5.2f}{goal}")
    for form in options.formats:
        whole, tenth = run(large, form), run(small, form)
        late = run(large, form, "--late")["late"]
        print(
            f"whole sync, {form:8} CPU {whole['cpu']:7.2f} s   {whole['megabytes']:7.1f} MB   memory "
            f"+{whole['rss']:5.1f} MB, a tenth of the people +{tenth['rss']:5.1f} MB   loop late at most {late:6.1f} ms"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=200_000)
    parser.add_argument("--memberships", type=int, default=1_000_000)
    parser.add_argument("--groups", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--formats", nargs="+", type=Format, default=list(Format), choices=list(Format))
    parser.add_argument("--keep", type=Path, help="a folder to keep the made stores in, for a second run")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--store", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--people", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--late", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(options)
        return
    with tempfile.TemporaryDirectory() as folder:
        home = options.keep or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        large, small = home / f"{options.users}.sqlite3", home / f"{options.users // 10}.sqlite3"
        for path, share in ((large, 1), (small, 10)):
            if not path.exists():  # in a process of its own: on Linux, children inherit their parent's peak of memory
                sizes = (options.users // share, options.memberships // share, max(options.groups // share, 10))
                job = multiprocessing.get_context("spawn").Process(target=make, args=(path, *sizes))
                job.start()
                job.join()
        print(f"{options.users:,} people, {options.memberships:,} memberships; {len(WHOLE)} tables")
        measure(options, large, small)


if __name__ == "__main__":
    main()
