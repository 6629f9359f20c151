"""Measure exports: `python -m tests.benchmarks.export_bench [--users 200000] [--no-gate]`.

Each format is written in a process of its own, so that its peak memory is its own; at a tenth of the people as well,
to see whether memory grows with them. Processor seconds, not the clock. The baseline is a bare loop which writes the
people with `csv.writer`, right after each; see `PEOPLE` and `WHOLE_SYNC` for the goals. How late the event loop was at
most beside an export is only told, as on a busy machine it is late anyway.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.benchmarks.made_up import STATUSES, Account
from tests.benchmarks.report import Report, parser
from zoomgov.disk.database import select_in
from zoomgov.export import WHOLE, Format, OneTable, TableName, WholeSync, write_export
from zoomgov.model.kinds import GrantKind, Kind
from zoomgov.model.rows import ContactGroupRow, GrantRow, GroupRow, RoleRow
from zoomgov.model.syncs import ListKey
from zoomgov.store.read import records
from zoomgov.store.reader import Reader
from zoomgov.store.store import Store

if TYPE_CHECKING:
    from zoomgov.export import What

BARE = "bare loop"
PAGE = 1000
PEOPLE: Final = {Format.CSV: 1.3, Format.JSON: 1.5, Format.JSONL: 1.5}
"""Bare loops that all people may take; nothing but the cells of CSV has to be looked at."""
WHOLE_SYNC: Final = {
    Format.CSV: 9.0, Format.JSON: 6.5, Format.JSONL: 6.5, Format.XLSX: 55.0, Format.PARQUET: 7.0, Format.C1Z: 16.0,
}  # fmt: skip
"""Bare loops that everything may take, five memberships a person: one and a half times what was measured."""


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


def by_turns(rounds: int, store: Path, form: str, *words: str) -> tuple[list[dict[str, Any]], list[float]]:
    """Write so many times; return what each took, and the processor seconds of a bare loop after each."""
    found, bare = [], []
    for _ in range(rounds):
        found.append(run(store, form, *words))
        bare.append(run(store, BARE, "--people")["cpu"])
    return found, bare


def measure(options: argparse.Namespace, large: Path, small: Path, report: Report) -> None:
    report.title("All people, seconds of processor")
    for form in (form for form in PEOPLE if form in options.formats):
        found, bare = by_turns(options.rounds, large, form, "--people")
        report.ratio(form, [one["cpu"] for one in found], bare, PEOPLE[form])
    report.title("The whole sync, seconds of processor")
    told = []
    for form in options.formats:
        found, bare = by_turns(1, large, form)
        report.ratio(form, [one["cpu"] for one in found], bare, WHOLE_SYNC[form])
        whole, tenth, late = found[0], run(small, form), run(large, form, "--late")["late"]
        told.append((form, (whole["megabytes"], whole["rss"], tenth["rss"], late)))
    report.title("The whole sync", "MB", "memory +", "of 1/10", "late, ms")
    for one_format, cells in told:
        report.line(one_format, cells)


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--users", type=int, default=200_000)
    arguments.add_argument("--memberships", type=int, default=1_000_000)
    arguments.add_argument("--groups", type=int, default=1_000)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--formats", nargs="+", type=Format, default=list(Format), choices=list(Format))
    arguments.add_argument("--keep", type=Path, help="a folder to keep the made stores in, for a second run")
    arguments.add_argument("--one", help=argparse.SUPPRESS)
    arguments.add_argument("--store", type=Path, help=argparse.SUPPRESS)
    arguments.add_argument("--people", action="store_true", help=argparse.SUPPRESS)
    arguments.add_argument("--late", action="store_true", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.one:
        one(options)
        return 0
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
        report = Report()
        measure(options, large, small, report)
    return report.end(gate=not options.no_gate)


if __name__ == "__main__":
    sys.exit(main())
