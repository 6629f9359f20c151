"""How fast the browse screens are over a real store: 200,000 users and 1,000,000 memberships unless told otherwise.

    make bench BENCH=browse
    python -m tests.benchmarks.browse_bench [--users 200000] [--memberships 1000000] [--home FOLDER] [--gate]

Everything is measured through the running program, from its list of connectors on: a key is posted to it, and the
clock stops when a frame that shows the effect has been handed to the app's display call. `clock` is the time on the
wall; `median` and `p95`, which the goals are for, leave out the time for which other programs had the processor (Linux
tells; on a quiet machine that is the same), and `processor` is what this program used of it, all threads. `gap` is the
longest time for which the event loop stood still meanwhile. First openings and the memory are those of fresh
processes. `--home` keeps the made-up account for the next run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from textual import events
from textual.app import App
from textual.scrollbar import ScrollTo
from textual.worker import WorkerError

from tests.benchmarks.frames import Began, Frames, Took, gaps
from tests.benchmarks.made_up import Account, sync
from tests.benchmarks.report import Report, median, percentile
from zoomgov import process
from zoomgov.app import _IDLE_AFTER, ZoomgovApp
from zoomgov.connectors.model import ConnectorStatus, Draft, Owner, Step
from zoomgov.services.services import Services
from zoomgov.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
_PACKAGE: Final = Path(__file__).parents[2] / "zoomgov"
SIZE: Final = (140, 45)
NOW: Final = datetime(2026, 11, 2, tzinfo=UTC)
KEY, KEY_95 = 16.0, 45.0
OPENING, FIRST_RESULTS, SORT, GAP, MEMORY, PROGRESS = 150.0, 50.0, 300.0, 50.0, 60.0, 500.0
"""The goals, in milliseconds and megabytes."""
MOVES: Final = (
    ("down", 40), ("pagedown", 40), ("up", 20), ("pageup", 20), ("end", 6), ("home", 6), ("right", 8), ("left", 8),
)  # fmt: skip
TYPED: Final = ("garcia 7", "ann.berg", "zzz", "field sal", "e")
FILTERS: Final = (
    "status:inactive", "status:active", "-status:active", "role:member", "role:help", 'dept:"Field Sales"', "dept:e",
    "licence:licensed", "last-login:>90d", "last-login:<400d", "last-login:never", "created:<2000d", "group:none",
    "group:any", "group:7", "admin-of:any", "contact-group:any", "contact-group:none", "groups:>3", "groups:0",
    "name:garcia", "email:7", "domain:contractor.example", "domain:example.org",
    "status:active licence:licensed last-login:>90d an",
)  # fmt: skip
SEVERAL: Final = (
    (("dept", False), ("status", True), ("name", False)),
    (("role", True), ("last_login", True)),
    (("groups", True), ("created", False), ("email", False)),
    (("licence", False), ("dept", True), ("created", True)),
)


PAGES_WITH_ROWS: Final = (
    ("6", "LicencesScreen"), ("f", "FindingsScreen"), ("c", "ChangesScreen"), ("5", "SyncsScreen"),
    ("enter", "PersonScreen"),
)  # fmt: skip
OTHER_PAGES: Final = (
    ("o", "ColumnsScreen"), ("x", "ExportScreen"), ("n", "SyncNotesScreen"), ("ctrl+s", "SavedFiltersScreen"),
)  # fmt: skip
KINDS: Final = {"1": "users", "2": "groups", "3": "contact-groups", "4": "roles"}
THINGS: Final = (("2", 1, "a group"), ("3", 1, "a contact group"), ("4", 3, "the role nearly all have"))
"""The key of the table, how far down, and what lies there."""
ORDERS_IN_A_THING: Final = ((("how", False),), (("last_login", True),), (("dept", False), ("status", False)))


class Bench(Frames, ZoomgovApp):
    """The program itself, telling of its frames."""

    # Textual looks for these beside the file of the class.
    CSS_PATH = [_PACKAGE / name for name in ("app.tcss", "screens/connectors/connectors.tcss")]

    def __init__(self, services: Services) -> None:
        super().__init__(services, now=lambda: NOW)
        self.animation_level = "none"

    async def until(self, do: Callable[[], object], ready: Callable[[], bool], seconds: float = 30) -> Took:
        """Do something as if a person did it: what is for moments without one is put off."""
        if self._idle is not None:
            self._idle.reset()
        return await super().until(do, ready, seconds)

    @property
    def table(self) -> Any:
        """The table on screen."""
        return self.screen.search_table.table  # type: ignore[attr-defined]


def make(home: Path, users: int, memberships: int) -> None:
    """Make a connector with two syncs, the second with 1 % of the people changed."""
    services = Services(Settings(data_dir=home))
    made = services.registry.create(Draft(new_app="Zoom", name="Bench", owners=(Owner("o@example.org"),)))
    services.registry.update(made.id, status=ConnectorStatus.CONNECTED, step=Step.DONE, last_sync_at=NOW)
    store = services.stores.open(made)
    account = Account(users, memberships, max(min(1_000, users // 20), 2))
    sync(store, account)
    account.churn(0.01, 0.005)
    sync(store, account)
    store.build_search()
    services.close()


# What is waited for


def on(app: Bench, name: str) -> bool:
    """Whether this screen is on top."""
    return type(app.screen).__name__ == name


def has_rows(app: Bench, name: str = "BrowseScreen") -> bool:
    """Whether this screen is on top, with rows in its table and a place for them."""
    if not on(app, name):
        return False
    found = getattr(app.screen, "search_table", None)
    return found is not None and found.table.row_count > 0 and found.table.region.height > 2


def listed(app: Bench) -> bool:
    """Whether the connectors are on screen."""
    return on(app, "ConnectorsScreen") and bool(app.screen.connectors)  # type: ignore[attr-defined]


def shows(app: Bench, text: str) -> bool:
    """Whether the rows on screen are those found by `text`."""
    return bool(app.table.view_shown.text == text)


def place_in(table: Any) -> tuple[int, int, int]:
    """Where one is in a table: row, first row on screen, column."""
    return table.cursor_index, table.scroll_offset.y, table._shown.aim


# What is measured


class Measured:
    """All that was found, by part of the report and by what was done."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, list[list[float]]]] = {}

    def note(self, part: str, what: str, took: Took, *more: float) -> None:
        self.found.setdefault(part, {}).setdefault(what, []).append([*took, *more])


class Bencher:
    """Walks through the screens."""

    def __init__(self, app: Bench, rounds: int, wait: float, few: bool, pause: float) -> None:
        """`pause`: seconds for which one looks at what is there, after each part and page."""
        self.app, self.rounds, self.wait, self.few, self.pause = app, rounds, wait, few, pause
        self.measured = Measured()
        self.rng = random.Random(5)

    async def quiet(self, times: float = 1) -> None:
        """Let what was started end."""
        await asyncio.sleep(self.wait * times)
        with suppress(WorkerError):  # one that a newer one took the place of
            await self.app.workers.wait_for_complete([worker for worker in self.app.workers if not worker.is_finished])
        await asyncio.sleep(self.wait / 2)

    def some(self, all_of_them: Sequence[T]) -> Sequence[T]:
        """Everything, or with `few` only the first two: enough to see that it works."""
        return all_of_them[:2] if self.few else all_of_them

    async def press(self, *keys: str) -> None:
        """Press keys, and wait for all that comes of each."""
        for key in keys:
            self.app.post_message(events.Key(key, None))
            await self.quiet()

    async def back(self) -> None:
        """Leave the screen on top."""
        depth = len(self.app.screen_stack)
        await self.app.key("escape", lambda: len(self.app.screen_stack) < depth)
        await self.quiet()

    async def all(self) -> Measured:
        await self.app.until(lambda: None, lambda: listed(self.app))
        await self.quiet()
        for part in (self.openings, self.kinds, self.moves, self.searches, self.sorts, self.screens):
            await part()
            await asyncio.sleep(self.pause)
        return self.measured

    async def openings(self) -> None:
        app = self.app
        for number in range(self.rounds + 1):
            async with gaps() as gap:
                took = await app.key("enter", lambda: has_rows(app))
                await self.quiet()
            if number:  # the first openings are those of fresh processes
                self.measured.note("Table ready", "opening, again", took, gap.longest)
            if number < self.rounds:
                await self.back()

    async def kinds(self) -> None:
        """The other three tables: first looked at, and again."""
        for again in ("first", "again"):
            for key in ("2", "3", "4", "1"):
                async with gaps() as gap:
                    took = await self.kind(key)
                    await self.quiet()
                self.measured.note("Table ready", f"{KINDS[key]}, {again}", took, gap.longest)

    async def kind(self, key: str) -> Took:
        """Go to another table."""

        def ready() -> bool:
            return has_rows(self.app) and self.app.screen.search_table.id == KINDS[key]  # type: ignore[attr-defined]

        return await self.app.key(key, ready)

    async def moves(self) -> None:
        app = self.app
        await self.quiet(2)
        for move, times in MOVES:
            for _ in range(3 if self.few else times):
                if move in ("end", "home"):  # from elsewhere
                    await self.jump()
                    await asyncio.sleep(self.wait)  # it was looked at; sooner, Textual's frames a second are measured
                if move == "right" and app.table._shown.aim == len(app.table._shown._columns) - 1:
                    break  # it began further right, at the column of the order that is remembered
                before = place_in(app.table)
                took = await app.key(move, lambda before=before: place_in(app.table) != before)  # type: ignore[misc]
                self.measured.note("A key to its frame", move, took)
                await asyncio.sleep(self.wait / 5)
        for _ in range(3 if self.few else 20):
            self.measured.note("A key to its frame", "scroll bar to anywhere", await self.jump())
            await asyncio.sleep(self.wait)
        await self.press("home")

    async def jump(self) -> Took:
        """Drag the scroll bar to another place."""
        table = self.app.table
        here = table.scroll_offset.y
        place = (here + self.rng.randrange(1, max(table.max_scroll_y, 2))) % (table.max_scroll_y + 1)
        dragged = ScrollTo(y=place, animate=False)
        return await self.app.until(lambda: table.post_message(dragged), lambda: table.scroll_offset.y == place)

    async def searches(self) -> None:
        app = self.app
        for words in ("ann",) if self.few else TYPED:
            await app.key("slash", lambda: app.screen.search_table.search.has_focus)  # type: ignore[attr-defined]
            await asyncio.sleep(self.wait)  # a quick typist's next key
            for place, letter in enumerate(words):
                text = words[: place + 1].strip()
                async with gaps() as gap:
                    took = await app.key("space" if letter == " " else letter, partial(shows, app, text))
                    await self.quiet()
                several = "3 letters and more" if len(text) > 2 else "2 letters" if len(text) == 2 else "1 letter"
                self.measured.note("First results of a search", several, took, gap.longest)
            await self.search("")
        for text in self.some(FILTERS):
            for _ in range(min(self.rounds, 3)):
                async with gaps() as gap:
                    took = await self.search(text)
                self.measured.note("First results of a search", text, took, gap.longest)
                await self.search("")

    async def search(self, text: str) -> Took:
        """Search for a text that is pasted or chosen, or for none."""
        found = self.app.screen.search_table  # type: ignore[attr-defined]
        took = await self.app.until(partial(found.type, text), partial(shows, self.app, text))
        found.table.focus()
        await self.quiet()
        return took

    async def sorts(self) -> None:
        orders = [((column.key, down),) for column in self.app.table._source.columns for down in (False, True)]
        for text, part in (("", "Any order"), ("an", "Any order of what a search found (“an”)")):
            if text:
                await self.search(text)
            for _ in range(min(self.rounds, 3)):
                for order in (*self.some(orders), *self.some(SEVERAL)):
                    await self.sort(part, order)
        await self.search("")

    async def sort(self, part: str, order: Sequence[tuple[str, bool]]) -> None:
        """Sort, with the old rows on screen meanwhile; by name first, so that it is another order than before."""
        app, table = self.app, self.app.table
        (key, down), *then = order
        other = "email" if key == "name" else "name"
        table.sort_by(other)
        await self.quiet(0.5)
        query = replace(table.view_shown, sort=key, descending=down, then=tuple(then))

        def ready() -> bool:
            assert table.row_count, "the old rows stay until the new ones are there"
            return bool(table.view_shown == query and table._whole)

        async with gaps() as gap:
            took = await app.until(lambda: table.show(table._source, query), ready)
            await self.quiet(0.5)
        name = ", ".join(f"{one} {'▼' if downwards else '▲'}" for one, downwards in order)
        self.measured.note(part, name, took, gap.longest)

    async def screens(self) -> None:
        """Every page that opens over the tables."""
        app = self.app
        for key, name in self.some(PAGES_WITH_ROWS):
            await self.page(key, name, partial(has_rows, app, name))
        for key, name in self.some(OTHER_PAGES):
            await self.page(key, name, partial(on, app, name))
        for key, moves, what in self.some(THINGS):
            await self.kind(key)
            await self.press("home", *["down"] * moves)
            await self.page("enter", "ResourceScreen", partial(has_rows, app, "ResourceScreen"), what)
        await app.key("enter", partial(has_rows, app, "ResourceScreen"))
        await self.quiet()
        for order in self.some(ORDERS_IN_A_THING):
            await self.sort(f"Any order of the people in {THINGS[-1][2]}", order)
        await self.back()

    async def page(self, key: str, name: str, ready: Callable[[], bool], what: str = "") -> None:
        app = self.app
        for _ in range(min(self.rounds, 3)):

            def first(app: Bench = app, name: str = name) -> bool:
                return on(app, name)

            began = Began.now()
            async with gaps() as gap:
                appeared = await app.key(key, first)
                if not ready():
                    await app.until(lambda: None, ready)
                took = began.until_now()
                await self.quiet()
            self.measured.note("Pages over the tables", what or name.removesuffix("Screen").lower(), took,
                               gap.longest, appeared.own)  # fmt: skip
            await self.back()
        await asyncio.sleep(self.pause)


async def walk(home: Path, rounds: int, wait: float, few: bool, pause: float = 0) -> Measured:
    services = Services(Settings(data_dir=home))
    app = Bench(services)
    try:
        async with app.run_test(size=SIZE):
            return await Bencher(app, rounds, wait, few, pause).all()
    finally:
        services.close()


# In a process of its own


async def first_opening(home: Path) -> list[float]:
    """Milliseconds of clock, processor and gap of the first opening of a start."""
    services = Services(Settings(data_dir=home))
    app = Bench(services)
    async with app.run_test(size=SIZE) as pilot:
        await app.until(lambda: None, lambda: listed(app))
        await asyncio.sleep(0.5)  # nobody presses a key sooner
        await pilot.pause()
        async with gaps() as gap:
            took = await app.key("enter", lambda: has_rows(app))
            await asyncio.sleep(0.5)
    services.close()
    return [*took, gap.longest]


async def look_at_everything(home: Path | None, few: bool) -> None:
    """Walk through all screens, or start an empty app."""
    if home is None:
        async with App[None]().run_test(size=SIZE) as pilot:
            await pilot.pause(0.3)
    else:
        await walk(home, 1, 0.02, few, 2 * _IDLE_AFTER)


def peak() -> float:
    """Megabytes that this process has used at most."""
    # not getrusage: a child begins with its parent's peak
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def apart(job: str, home: Path, few: bool) -> list[float]:
    """Do one of the above in a fresh process."""
    command = [sys.executable, "-m", "tests.benchmarks.browse_bench", "--home", str(home), "--apart", job]
    command += ["--few"] * few
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    if done.returncode:
        raise SystemExit(done.stderr)
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    return found


# The report


def goals_of(part: str, what: str) -> tuple[float | None, float | None]:
    """The goals of the median and of the 95th percentile, in milliseconds."""
    if part == "Table ready":
        return OPENING, None
    if part == "A key to its frame":
        return KEY, KEY_95
    if part == "First results of a search":
        return FIRST_RESULTS, None
    return (SORT, None) if part.startswith("Any order") else (None, None)


def tell(report: Report, measured: Measured) -> None:
    for part, by_what in measured.found.items():
        keys, pages = part.startswith("A key"), part.startswith("Pages")
        more = [] if keys else ["gap", "appears"] if pages else ["gap"]
        report.title(part, "median", "p95", "clock", "processor", *more)
        for what, rows in by_what.items():
            clock, processor, own = ([row[place] for row in rows] for place in range(3))
            gap = [row[3] for row in rows if len(row) > 3]
            middle, most = goals_of(part, what)
            cells = [median(own), percentile(own, 0.95), median(clock), median(processor)]
            met, goals = [], []
            if middle is not None:
                met.append(median(own) <= middle)
                goals.append(f"{median(own) / middle:.2f} of {middle:.0f}")
            if most is not None:
                met.append(percentile(own, 0.95) <= most)
                goals.append(f"p95 {percentile(own, 0.95) / most:.2f} of {most:.0f}")
            if gap:
                cells.append(median(gap))
                met.append(median(gap) <= GAP)
                goals.append(f"gap {median(gap) / GAP:.2f} of {GAP:.0f}")
            if pages:
                cells.append(median([row[4] for row in rows]))
                met.append(cells[-1] <= PROGRESS)
            report.line(what, cells, ", ".join(goals), all(met))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--users", type=int, default=200_000)
    options.add_argument("--memberships", type=int, default=1_000_000)
    options.add_argument("--home", type=Path, help="folder that keeps the made-up account")
    options.add_argument("--rounds", type=int, default=3, help="how often each thing is done")
    options.add_argument("--wait", type=float, default=0.1, help="seconds of rest between two keys, at least")
    options.add_argument("--few", action="store_true", help="only two searches, orders and pages of each sort")
    options.add_argument("--gate", action="store_true", help="fail when a goal is missed")
    options.add_argument("--apart", choices=("opening", "memory", "empty"), help=argparse.SUPPRESS)
    chosen = options.parse_args()
    process.prepare()
    if chosen.apart == "opening":
        print(json.dumps(asyncio.run(first_opening(chosen.home))))
        return 0
    if chosen.apart is not None:
        asyncio.run(look_at_everything(chosen.home if chosen.apart == "memory" else None, chosen.few))
        print(json.dumps([peak()]))
        return 0
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        home = chosen.home or Path(folder)
        if not (home / "stores").exists():
            make(home, chosen.users, chosen.memberships)
        shutil.rmtree(home / "browse", ignore_errors=True)  # orders that a run before has left to be remembered
        first = [apart("opening", home, chosen.few) for _ in range(chosen.rounds)]
        measured = asyncio.run(walk(home, chosen.rounds, chosen.wait, chosen.few))
        ready = measured.found["Table ready"]
        measured.found["Table ready"] = {"opening, from the list of connectors": first, **ready}
        tell(report, measured)
        empty, full = (apart(job, home, chosen.few)[0] for job in ("empty", "memory"))
        report.title("Memory, MB at the peak", "ours", "empty app", "more")
        more = full - empty
        report.line(
            "above an empty Textual app", [full, empty, more], f"{more / MEMORY:.2f} of {MEMORY:.0f}", more <= MEMORY
        )
    good = report.end()
    return 1 if chosen.gate and not good else 0


if __name__ == "__main__":
    sys.exit(main())
