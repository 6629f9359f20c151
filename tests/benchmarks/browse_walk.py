"""A walk through the browse screens which notes what each key took, and its baseline right after it."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from textual import events
from textual.scrollbar import ScrollTo
from textual.worker import WorkerError

from tests.benchmarks.baselines import EmptyApp, PlainRows, empty_app
from tests.benchmarks.browse_program import Bench, has_rows, listed, on, place_in, shows
from tests.benchmarks.frames import Began, Took, gaps
from zoomgov.services.services import Services
from zoomgov.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

T = TypeVar("T")
SIZE: Final = (140, 45)
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

READY, MOVED, FOUND, OPENED = "Table ready", "A key to its frame", "First results of a search", "Pages over the tables"
ORDERED = "Any order"
ORDERED_FOUND, ORDERED_WITHIN = f"{ORDERED} of what a search found", f"{ORDERED} of nearly all, in a role"


class Round(NamedTuple):
    """One thing done once, in milliseconds."""

    took: Took
    baseline: float
    """Of the part that it belongs to: an empty page, a frame, a plain loop and a frame."""
    frame: float
    """A frame of the empty app, right after it."""
    gap: float | None = None
    """How long the event loop stood still at the longest."""
    appeared: float | None = None
    """A page's first frame, where `took` is until its rows are there."""


Measured = dict[str, dict[str, list[Round]]]
"""All that was found, by part of the report and by what was done."""


class Baselines:
    """The empty app and the plain loops, for the parts of the report."""

    def __init__(self, empty: EmptyApp, rows: PlainRows) -> None:
        self._empty, self._rows = empty, rows

    async def of(self, part: str, key: str) -> tuple[float, float]:
        """Return the baseline of this part and a frame of the empty app, both for this key."""
        frame = await self._empty.frame(key)
        if part in (READY, OPENED):
            return await self._empty.page(), frame
        if part == FOUND:
            return self._rows.search() + frame, frame
        return (self._rows.sort() + frame if part.startswith(ORDERED) else frame), frame


class Bencher:
    """Walks through the screens."""

    def __init__(
        self, app: Bench, rounds: int, wait: float, few: bool, pause: float, baselines: Baselines | None
    ) -> None:
        """`pause`: seconds for which one looks at what is there, after each part and page.

        Without `baselines` nothing is noted: the walk is for what it leaves in memory.
        """
        self.app, self.rounds, self.wait, self.few, self.pause = app, rounds, wait, few, pause
        self.measured: Measured = {}
        self._baselines = baselines
        self.rng = random.Random(5)

    async def note(
        self, part: str, what: str, took: Took, key: str, gap: float | None = None, appeared: float | None = None
    ) -> None:
        """Note what was measured, and measure its baseline."""
        if self._baselines is not None:
            found = Round(took, *await self._baselines.of(part, key), gap, appeared)
            self.measured.setdefault(part, {}).setdefault(what, []).append(found)

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
        await app.key("enter", lambda: on(app, "OverviewScreen"))
        await self.quiet()
        for number in range(self.rounds + 1):
            async with gaps() as gap:
                took = await app.key("1", lambda: has_rows(app))
                await self.quiet()
            if number:  # the first openings are those of fresh processes
                await self.note(READY, "opening, again", took, "1", gap.longest)
            if number < self.rounds:
                await self.back()

    async def kinds(self) -> None:
        """The other three tables: first looked at, and again."""
        for again in ("first", "again"):
            for key in ("2", "3", "4", "1"):
                async with gaps() as gap:
                    took = await self.kind(key)
                    await self.quiet()
                await self.note(READY, f"{KINDS[key]}, {again}", took, key, gap.longest)

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
                if move == "right" and app.table._viewport.current == len(app.table._viewport._columns) - 1:
                    break  # it began further right, at the column of the order that is remembered
                before = place_in(app.table)
                took = await app.key(move, lambda before=before: place_in(app.table) != before)  # type: ignore[misc]
                await self.note(MOVED, move, took, move)
                await asyncio.sleep(self.wait / 5)
        for _ in range(3 if self.few else 20):
            await self.note(MOVED, "scroll bar to anywhere", await self.jump(), "end")
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
                key = "space" if letter == " " else letter
                async with gaps() as gap:
                    took = await app.key(key, partial(shows, app, text))
                    await self.quiet()
                several = "3 letters and more" if len(text) > 2 else "2 letters" if len(text) == 2 else "1 letter"
                await self.note(FOUND, several, took, key, gap.longest)
            await self.search("")
        for text in self.some(FILTERS):
            for _ in range(min(self.rounds, 3)):
                async with gaps() as gap:
                    took = await self.search(text)
                await self.note(FOUND, text, took, "enter", gap.longest)
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
        for text, part in (("", ORDERED), ("an", ORDERED_FOUND)):
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
        query = replace(table.displayed_query, sort=key, descending=down, then=tuple(then))

        def ready() -> bool:
            assert table.row_count, "the old rows stay until the new ones are there"
            return bool(table.displayed_query == query and table._is_complete)

        async with gaps() as gap:
            took = await app.until(lambda: table.show(table._source, query), ready)
            await self.quiet(0.5)
        name = ", ".join(f"{one} {'▼' if downwards else '▲'}" for one, downwards in order)
        await self.note(part, name, took, "s", gap.longest)

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
            await self.sort(ORDERED_WITHIN, order)
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
            named = what or name.removesuffix("Screen").lower()
            await self.note(OPENED, named, took, key, gap.longest, appeared.own)
            await self.back()
        await asyncio.sleep(self.pause)


async def walk(home: Path, rounds: int, wait: float, few: bool) -> Measured:
    """Walk through everything, with a baseline after each thing that is measured."""
    async with empty_app(SIZE) as empty:
        services = Services(Settings(data_dir=home))
        try:
            with services.stores.reader(services.connectors.all()[0]) as reader:
                rows = PlainRows(reader)
            app = Bench(services)
            async with app.run_test(size=SIZE):
                return await Bencher(app, rounds, wait, few, 0, Baselines(empty, rows)).all()
        finally:
            services.close()


async def only_walk(home: Path, wait: float, few: bool, pause: float) -> None:
    """Walk through everything once and note nothing, for what it leaves in memory."""
    services = Services(Settings(data_dir=home))
    app = Bench(services)
    try:
        async with app.run_test(size=SIZE):
            await Bencher(app, 1, wait, few, pause, None).all()
    finally:
        services.close()
