"""Measure whole syncs against the simulator, and print ratios of one run.

`python -m tests.benchmarks.sync_bench [--quick] [--scenario 20000/150/business ...] [--write] [--no-gate]`

The simulator is a process of its own, and so is every sync: client and store together are measured, the server is
not. Absolute times depend on the machine; the floor is computed, not measured, see `FLOOR`. The baseline of processor
time is a plain loop, run after each sync: see `sync_goals.py`.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tests.benchmarks import report as goals
from tests.benchmarks import sync_goals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FLOOR: Final = """\
Floor: the time no client that keeps to the limits evenly could beat. The token takes one latency; then the
larger of
- for each label, the requests that have to be made divided by what the plan allows in a second
  (medium: Pro 20, Business 60; light: 30, 80), and the latency of the last answer. Every list at the
  largest page the server gives (300 people; 50 members of a contact group), one request a role;
- the pages of the longest list (each next page is named by the one before it) times the latency.

The list of active users is one such chain: of Zoom's documented filters only role_id cuts it into
parts that can be proved to be all of it, and that helps only where no role has more than 70 % of the
people. Here, as in most accounts, one has; so a large account is bound by its latency, at 300 people
a page. Where no role has, or Zoom gives the 2,000 people a page it documents today, it is not: see the
table of other accounts.

Wall: from before the store is opened and a token is asked for to after the sync is published and the
store closed. CPU: user and system time of the sync's process, all threads, over the same time, after
its imports: connecting, reading, decoding, comparing, staging, publishing. Peak memory: the whole
process, interpreter and libraries included (maximum resident set). Server and client share two
cores."""


class Size(NamedTuple):
    users: int
    groups: int
    contact_groups: int
    roles: int


SIZES: Final = (Size(1_000, 50, 20, 7), Size(20_000, 200, 100, 10), Size(200_000, 1_000, 500, 20))
TINY: Final = Size(60, 4, 2, 4)
LATENCIES: Final = (0, 50, 150)
PLANS: Final = ("pro", "business")
QUICK: Final = ("1000/0/business", "1000/150/pro", "20000/0/business", "20000/150/business")
AGAIN: Final = (0, "business")
"""Where the second syncs are measured, unchanged and with 1 % of the people changed."""

OTHERS: Final = {
    "shared-roles": "every role is held by as many, so role by role",
    "large-pages": "Zoom gives 2,000 people a page",
}
OTHERS_AT: Final = (150, "business")

FIRST: Final = "First syncs"
README: Final = Path(__file__).parents[2] / "README.md"
PAGE_OF_FIGURES: Final = Path(__file__).parents[2] / "docs" / "benchmarks.md"

PER_SECOND: Final = {"pro": {"light": 30, "medium": 20}, "business": {"light": 80, "medium": 60}}
PAGE: Final = 300
CONTACT_PAGE: Final = 50
LARGE_PAGE: Final = 2000
SCENARIO: Final = "only this, USERS/shared-roles or USERS/large-pages; repeatable"
WHOLE_LISTS: Final = ("users-active", "users-inactive", "users-pending", "groups", "contact-groups", "roles")


@dataclass
class Run:
    """One sync, as its process and the server told it."""

    seconds: float
    cpu: float
    peak_mb: float
    requests: dict[str, int]
    refused: int
    users: int
    parts: dict[str, tuple[int, int]]
    """Lists and rows, by part."""
    outcome: str
    publishing: float
    """Seconds from the last answer to the end."""
    store_mb: float
    most_in_flight: int
    plain: float = 0.0
    """Processor seconds of the plain loop right after it."""

    def floor(self, latency_ms: int, plan: str, page: int = PAGE, chains: int = 1) -> tuple[float, str]:
        """Seconds, and what binds; at `page` people a page, those of the active ones in so many chains of one length,
        which begin when a first page has told that there are many.
        """
        needed = {"medium": 0, "light": 0}
        chain = math.ceil(self.parts["users-active"][1] / page / chains)
        for part, (lists, rows) in self.parts.items():
            size = CONTACT_PAGE if part.startswith("contact") else page
            if part == "users-active":
                needed["medium"] += chains * chain + (chains > 1)
            elif part == "roles":
                needed["medium"] += 1
            elif part == "role":
                needed["light"] += lists
            elif part != "plan-usage":
                needed["medium"] += max(lists, math.ceil(rows / size))
        pages = chain + (chains > 1)
        latency = latency_ms / 1000
        bounds = [(count / PER_SECOND[plan][label] + latency, f"{label} limit") for label, count in needed.items()]
        bounds.append((pages * latency, f"chain of {pages} pages"))
        floor, binding = max(bounds)
        return latency + floor, binding


# The sync, in a process of its own


LOADED_LATER: Final = ("httpx_aiohttp", "certifi", "zoomgov.store.reader", "zoomgov.store.write.writer")
"""What the first sync of a process imports under way."""


async def sync(told: dict[str, Any]) -> dict[str, Any]:
    import resource

    for name in LOADED_LATER:
        importlib.import_module(name)  # start-up, like the others

    from zoomgov import process
    from zoomgov.secret import Credentials, Secret
    from zoomgov.store.store import Store
    from zoomgov.sync.engine import run_sync
    from zoomgov.sync.events import Noted
    from zoomgov.zoom.client import ZoomClient
    from zoomgov.zoom.clouds import parse_cloud

    process.prepare()
    together = 0.0

    def on_event(event: object) -> None:
        nonlocal together
        if isinstance(event, Noted) and "putting it together" in event.text:
            together = time.perf_counter()

    before = os.times()
    began = time.perf_counter()
    credentials = Credentials(told["account_id"], told["client_id"], Secret(told["client_secret"]))
    async with ZoomClient(parse_cloud(told["url"]), credentials) as client:
        with Store(Path(told["store"])) as store:
            summary = await run_sync(client, store, on_event=on_event)
            ended = time.perf_counter()
            with store.reader() as reader:
                info = reader.latest()
            assert info is not None
        stats = client.stats
    after = os.times()
    return {
        "seconds": ended - began,
        "cpu": after.user + after.system - before.user - before.system,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "requests": dict(stats.by_endpoint),
        "refused": stats.refused,
        "users": summary.counts["users"],
        "parts": {part.part: (part.lists, part.rows) for part in info.parts},
        "outcome": str(summary.outcome),
        "publishing": ended - together,
        "most_in_flight": stats.most_in_flight,
    }


def run_sync_process(facts: dict[str, Any], store: Path) -> Run:
    told = json.dumps({**facts, "store": str(store)})
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.sync_bench", "--one-sync"],
        input=told, stdout=subprocess.PIPE, text=True, check=True, cwd=README.parent,
    )  # fmt: skip
    size = sum(path.stat().st_size for path in store.parent.glob(f"{store.name}*")) / 1e6
    return Run(**json.loads(done.stdout), store_mb=size)


# The server


@contextmanager
def simulator(size: Size) -> Iterator[dict[str, Any]]:
    """Address and credentials of a simulated account, in a process of its own."""
    words = [sys.executable, "-m", "zoomgov", "sim", "--json", "--users", str(size.users)]
    words += ["--groups", str(size.groups), "--contact-groups", str(size.contact_groups), "--roles", str(size.roles)]
    words += ["--im-groups", "0", "--divisions", "0"]  # as in the runs before there were any
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def control(url: str, name: str, **arguments: Any) -> Any:
    request = urllib.request.Request(
        f"{url}/__control/{name}", json.dumps(arguments).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


# The report


class Report:
    """Tables by their title, printed row by row."""

    def __init__(self) -> None:
        self.tables: dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]] = {}
        self.firsts: list[tuple[str, Run, float]] = []
        """Name, sync and floor in seconds of each first sync."""
        self.seconds: list[tuple[Run, Run]] = []
        """First syncs, and their second ones with 1 % of the people changed."""

    def add(self, table: str, **cells: str) -> None:
        names = tuple(name.replace("_", " ") for name in cells)
        self.tables.setdefault(table, (names, []))[1].append(tuple(cells.values()))
        print(f"{table}: " + ", ".join(f"{name} {cell}" for name, cell in zip(names, cells.values(), strict=True)))
        sys.stdout.flush()

    def markdown(self, title: str) -> str:
        names, rows = self.tables[title]
        lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
        return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])

    def write(self) -> None:
        """Put the table of first syncs into the README, and everything into a page of its own."""
        begin, end = "<!-- syncs: made by tests/benchmarks/sync_bench.py --write -->\n", "\n<!-- end of syncs -->"
        before, _, rest = README.read_text(encoding="utf-8").partition(begin)
        _, _, after = rest.partition(end)
        README.write_text(before + begin + self.markdown(FIRST) + end + after, encoding="utf-8")
        page = [
            f"# How fast a sync is\n\nMade by `make bench ARGS=--write` on {machine()}; see the source for the rest.\n"
        ]
        page += [f"{FLOOR}\n\n{sync_goals.GOALS}\n"]
        page += [f"## {title}\n\n{self.markdown(title)}\n" for title in self.tables]
        PAGE_OF_FIGURES.write_text("\n".join(page), encoding="utf-8")


def machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()} on {platform.machine()}, Python {platform.python_version()}"


def report_first(report: Report, size: Size, latency: int, plan: str, run: Run) -> None:
    floor, binding = run.floor(latency, plan)
    report.add(
        FIRST,
        users=f"{size.users:,}",
        latency=f"{latency} ms",
        plan=plan.capitalize(),
        **figures(run, floor, binding),
    )
    report.firsts.append((f"{size.users:,}, {latency} ms, {plan.capitalize()}", run, floor))


def figures(run: Run, floor: float, binding: str) -> dict[str, str]:
    return {
        "wall": f"{run.seconds:.1f} s",
        "floor": f"{floor:.1f} s",
        "wall_over_floor": f"{run.seconds / floor:.2f}",
        "bound_by": binding,
        "requests": f"{sum(run.requests.values()):,}",
        "refused": f"{run.refused}",
        "CPU_a_1000_users": f"{run.cpu / run.users * 1000:.3f} s",
        "putting_together": f"{run.publishing:.1f} s",
        "peak_memory": f"{run.peak_mb:.0f} MB",
        "store": f"{run.store_mb:.1f} MB",
    }


def report_second(report: Report, size: Size, what: str, first: Run, before: Run, run: Run) -> None:
    report.add(
        "Second syncs (0 ms, Business)",
        users=f"{size.users:,}",
        since_the_first=what,
        CPU_a_1000_users=f"{run.cpu / run.users * 1000:.3f} s",
        CPU_over_first=f"{run.cpu / first.cpu:.2f}",
        wall_over_first=f"{run.seconds / first.seconds:.2f}",
        putting_together=f"{run.publishing:.1f} s",
        store_growth=f"{run.store_mb / before.store_mb - 1:+.1%}",
        peak_memory=f"{run.peak_mb:.0f} MB",
    )


def report_requests(report: Report, size: Size, run: Run) -> None:
    for endpoint, count in sorted(run.requests.items(), key=lambda item: -item[1]):
        report.add("Requests of first syncs", users=f"{size.users:,}", endpoint=f"`{endpoint}`", requests=f"{count:,}")


def one(facts: dict[str, Any], size: Size, store: Path, incomplete: list[str]) -> Run:
    control(facts["url"], "reset")
    run = run_sync_process(facts, store)
    if run.outcome != "complete" or run.users != size.users:
        incomplete.append(f"{size.users} users: {run.outcome}, {run.users} read")
    run.plain = sync_goals.plain_loop(sync_goals.first_page(facts), size.users, store.with_name("plain.sqlite3"))
    return run


def measure(sizes: Sequence[Size], wanted: set[str], report: Report) -> list[str]:
    """Run the scenarios named `users/latency/plan`; returns what did not come out complete."""
    incomplete: list[str] = []
    for size in sizes:
        scenarios = [
            (latency, plan) for plan in PLANS for latency in LATENCIES if f"{size.users}/{latency}/{plan}" in wanted
        ]
        if not scenarios:
            continue
        scenarios.sort(key=lambda scenario: scenario == AGAIN)  # last, as it changes the people
        with simulator(size) as facts, tempfile.TemporaryDirectory() as folder:
            for latency, plan in scenarios:
                store = Path(folder) / f"{latency}-{plan}" / "store.sqlite3"
                store.parent.mkdir()
                control(facts["url"], "change_plan", plan=plan)
                control(facts["url"], "set_latency", milliseconds=latency)

                first = one(facts, size, store, incomplete)
                report_first(report, size, latency, plan, first)
                if (latency, plan) == AGAIN:
                    report_requests(report, size, first)
                    same = one(facts, size, store, incomplete)
                    report_second(report, size, "nothing changed", first, first, same)
                    control(facts["url"], "churn", percent=1)
                    changed = one(facts, size, store, incomplete)
                    report_second(report, size, "1 % of the people changed", first, same, changed)
                    report.seconds.append((first, changed))
    return incomplete


def measure_others(sizes: Sequence[Size], wanted: set[str], report: Report) -> list[str]:
    """Run the first syncs named `users/what` of accounts where the chain of active users is shorter."""
    incomplete: list[str] = []
    latency, plan = OTHERS_AT
    for size in sizes:
        for what in (what for what in OTHERS if f"{size.users}/{what}" in wanted):
            with simulator(size) as facts, tempfile.TemporaryDirectory() as folder:
                if what == "shared-roles":
                    control(facts["url"], "share_roles")
                else:
                    control(facts["url"], "set_options", users_page_max=LARGE_PAGE)
                control(facts["url"], "change_plan", plan=plan)
                control(facts["url"], "set_latency", milliseconds=latency)
                run = one(facts, size, Path(folder) / "store.sqlite3", incomplete)
            chains = {"chains": size.roles} if what == "shared-roles" else {"page": LARGE_PAGE}
            floor, binding = run.floor(latency, plan, **chains)
            report.add(
                f"First syncs of other accounts ({latency} ms, {plan.capitalize()})",
                users=f"{size.users:,}",
                account=OTHERS[what],
                **figures(run, floor, binding),
            )
            report.firsts.append((f"{size.users:,}, {what}", run, floor))
    return incomplete


def main() -> int:
    parser = goals.parser(__doc__)
    parser.add_argument("--quick", action="store_true", help=f"only {', '.join(QUICK)}: under 3 minutes")
    parser.add_argument(
        "--scenario",
        action="append",
        metavar="USERS/LATENCY/PLAN",
        help="only this, or USERS/shared-roles or USERS/large-pages; repeatable",
    )
    parser.add_argument("--write", action="store_true", help="put the tables into the README and docs/benchmarks.md")
    parser.add_argument("--tiny", action="store_true", help="one small account: shows that it works, measures nothing")
    parser.add_argument("--one-sync", action="store_true", help="for its own processes")
    arguments = parser.parse_args()
    if arguments.one_sync:
        print(json.dumps(asyncio.run(sync(json.load(sys.stdin)))))
        return 0
    sizes = (TINY,) if arguments.tiny else SIZES
    every = {f"{size.users}/{latency}/{plan}" for size in sizes for latency in LATENCIES for plan in PLANS}
    every |= {f"{size.users}/{what}" for size in sizes for what in OTHERS if size.users > LARGE_PAGE}
    wanted = set(arguments.scenario or (QUICK if arguments.quick else every))
    if arguments.tiny:
        wanted = {f"{TINY.users}/{AGAIN[0]}/{AGAIN[1]}"}
    if unknown := wanted - every:
        parser.error(f"there is no scenario {', '.join(sorted(unknown))}; there are {', '.join(sorted(every))}")
    report = Report()
    incomplete = measure(sizes, wanted, report) + measure_others(sizes, wanted, report)
    print(f"\n{FLOOR}\n\n{sync_goals.GOALS}")
    if arguments.write and not incomplete:
        report.write()
    if incomplete:
        sys.exit("Not complete: " + "; ".join(incomplete))
    verdict = goals.Report()
    sync_goals.judge(verdict, report.firsts, report.seconds)
    return verdict.end(gate=not arguments.no_gate)


if __name__ == "__main__":
    sys.exit(main())
