"""What happens in a day: syncs with faults, and a person who looks at what was read, compares it and hands it on."""

from __future__ import annotations

import asyncio
import gc
import os
from collections import Counter
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from textual import events

from tests.soak.simulated import Clock, SimulatedServices, Zoom
from tests.textual_apps import idle
from zoomgov import process
from zoomgov.app import ZoomgovApp
from zoomgov.connectors.model import ConnectorStatus, Draft, Owner, Step
from zoomgov.services.problems import as_problem
from zoomgov.settings import Settings
from zoomgov.sync.events import SyncSummary

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from zoomgov.connectors.model import Connector

HALF_AN_HOUR: Final = 1800.0
KEEP: Final = 6
"""Syncs that are kept."""
HANGS_AFTER: Final = 120.0
"""Seconds after which a wait has failed, on any machine."""
PASSING: Final = {"App.pop_screen.<locals>.do_pop", "KeyQueue._deliver_next"}
"""Coroutines of tasks that pass by themselves."""
SIZE: Final = (110, 32)
PLACES: Final = (
    "/v2/users",
    "/v2/groups",
    "/members",
    "/admins",
    "/contacts/groups",
    "/v2/roles",
    "/plans/usage",
    "/v2/",
)
PAGES: Final = (("5", "SyncsScreen"), ("6", "LicencesScreen"), ("o", "ColumnsScreen"))
"""Keys in the tables, and what they open."""
SCOPES: Final = (
    "group:read:list_groups:admin", "role:read:list_roles:admin", "contact_group:read:list_groups:admin",
    "billing:read:plan_usage:admin", "group:read:administrator:admin", "user:read:list_users:admin",
)  # fmt: skip


def faults(chance: random.Random) -> list[tuple[str, dict[str, Any]]]:
    """What goes wrong in one half hour: operations of the simulator with their arguments. Often nothing does."""
    where = {"path": chance.choice(PLACES), "nth": chance.randint(1, 4)}
    some = chance.choice(SCOPES)
    return chance.choice(
        [
            [],
            [],
            [],
            [("add_fault", {**where, "status": 429, "times": chance.randint(1, 3)})],
            [("add_fault", {**where, "status": 429, "times": 40, "headers": {"retry-after": "2026-12-25T00:00:00Z"}})],
            [("add_fault", {**where, "status": chance.choice([500, 502, 503]), "times": chance.choice([1, 2, 30])})],
            [("add_fault", {**where, "action": "drop", "times": chance.choice([1, 3, 30])})],
            [("add_fault", {**where, "action": "truncate", "times": chance.choice([1, 2, 30])})],
            [
                (
                    "add_fault",
                    {**where, "status": 200, "body": "<html>Blocked</html>", "times": chance.choice([1, None])},
                )
            ],
            [("add_fault", {**where, "status": 200, "body": {"users": 7, "groups": "x"}, "times": None})],
            [("add_fault", {**where, "action": "operate", "operation": "expire_tokens"})],
            [("add_fault", {**where, "action": "operate", "operation": "revoke_tokens", "times": 2})],
            [("add_fault", {**where, "action": "operate", "operation": "expire_page_tokens"})],
            [("withdraw_scope", {"scope": some})],
            [
                (
                    "add_fault",
                    {**where, "action": "operate", "operation": "withdraw_scope", "arguments": {"scope": some}},
                )
            ],
            [("deactivate_app", {})],
        ]
    )


class Day:
    """The program for a whole day, one half hour after the other."""

    def __init__(
        self, services: SimulatedServices, app: ZoomgovApp, zoom: Zoom, clock: Clock, chance: random.Random, looks: int
    ) -> None:
        """`looks`: how many things are looked at in each half hour."""
        self.services, self.app, self.zoom, self.clock = services, app, zoom, clock
        self._chance, self._looks = chance, looks
        self.ended: Counter[str] = Counter()
        """How syncs ended."""
        self.done: Counter[str] = Counter()
        """What else was done."""
        self.requests = 0

    # Waiting

    async def until(self, ready: Callable[[], object], what: str) -> None:
        """Let the app run until something is so.

        Raises:
            AssertionError: it never is; says what is on the screen.
        """
        try:
            async with asyncio.timeout(HANGS_AFTER):
                while not ready():  # noqa: ASYNC110 (an app tells nobody)
                    await asyncio.sleep(0.002)
        except TimeoutError:
            raise AssertionError(f"no {what} within {HANGS_AFTER:.0f} s; on top is {self.app.screen!r}") from None

    def on(self, name: str) -> bool:
        return type(self.app.screen).__name__ == name

    async def rest(self) -> None:
        """Let all that was started end."""
        for _ in range(2):
            await idle()
            await self.until(self._rests, "rest")

    async def leave_nothing(self) -> None:
        """Take away what would go by itself in a few seconds: notifications."""
        self.app.clear_notifications()
        await self.until(lambda: not self.app.screen.query("Toast"), "end of the notifications")
        await self.rest()

    def _rests(self) -> bool:
        """Whether no worker runs, no page is being left, and no key waits."""
        passing = {getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()}
        return PASSING.isdisjoint(passing) and all(worker.is_finished for worker in self.app.workers)

    async def press(self, key: str, page: str = "") -> None:
        """Press a key, and wait for the page it opens."""
        self.app.post_message(events.Key(key, key if len(key) == 1 else None))
        if page:
            await self.until(lambda: self.on(page), page)
        await self.rest()

    async def home(self) -> None:
        """Go back to the list of connectors."""
        while not self.on("ConnectorsScreen"):
            depth = len(self.app.screen_stack)
            await self.press("escape")
            if len(self.app.screen_stack) == depth:
                await self.press("escape")  # the first one cleared a search, or stopped something
        await self.rest()

    # What is done

    @property
    def connector(self) -> Connector:
        return self.services.connectors.all()[0]

    async def half_an_hour(self) -> None:
        """Something changes in Zoom, something goes wrong, a sync, and a look at what came of it."""
        self.clock.seconds = (self.clock.seconds // HALF_AN_HOUR + 1) * HALF_AN_HOUR
        await self._prepare()
        if self._chance.random() < 0.5:
            await self._sync_on_screen()
        else:
            await self._sync_unseen(stopped=self._chance.random() < 0.15)
        await self.home()
        if self.connector.last_sync_at is not None:
            acts = [self._browse, self._compare, self._find, self._export, self._verify]
            for act in self._chance.sample(acts, k=self._looks):
                await act()
                await self.home()

    async def _prepare(self) -> None:
        control = self.zoom.control
        changes = {"percent": self._chance.choice([0, 1, 5]), "seed": self._chance.randrange(1 << 30)}
        operations: list[tuple[str, dict[str, Any]]] = [
            ("advance", {"seconds": HALF_AN_HOUR}),
            ("clear_faults", {}),
            ("activate_app", {}),
            *(("grant_scope", {"scope": scope}) for scope in SCOPES),
            ("churn", changes),
            *faults(self._chance),
        ]
        for operation, arguments in operations:
            await asyncio.to_thread(control, operation, **arguments)

    def _note(self, told: SyncSummary | Exception) -> None:
        if isinstance(told, SyncSummary):
            self.requests += sum(told.requests.values())
            self.ended[told.outcome.value] += 1
        else:
            self.ended[as_problem(told).what[:60]] += 1

    async def _sync_unseen(self, *, stopped: bool) -> None:
        """As `zoomgov sync` does; perhaps stopped by Ctrl-C under way."""
        begun = asyncio.Event()
        sync = asyncio.create_task(self.services.syncing.sync(self.connector, lambda event: begun.set()))
        if stopped:
            await begun.wait()
            await asyncio.sleep(0.02)
            sync.cancel()
        try:
            self._note(await sync)
        except asyncio.CancelledError:
            self.ended["stopped"] += 1
        except Exception as error:
            self._note(error)

    async def _sync_on_screen(self) -> None:
        await self.press("s", "SyncScreen")
        screen: Any = self.app.screen
        await self.until(
            lambda: screen._run is not None and not screen._run.running and not screen.running, "end of the sync"
        )
        if screen.summary is not None:
            self._note(screen.summary)
        else:
            self.ended[self.connector.reason.partition(" (")[0][:60]] += 1
        self.done["syncs on screen"] += 1

    async def _browse(self) -> None:
        await self.press("enter", "OverviewScreen")
        await self.press("1", "BrowseScreen")
        for key in self._chance.sample("1234", k=2):
            await self.press(key)
            await self.press(self._chance.choice(["down", "pagedown", "end"]))
        await self.press("1")
        await self.press("enter", "PersonScreen")
        await self.press("escape", "BrowseScreen")
        await self.press("slash")
        for letter in self._chance.choice(["an", "e", "law"]):
            await self.press(letter)
        await self.press("escape")
        for key, page in self._chance.sample(PAGES, k=2):
            await self.press(key, page)
            await self.press("escape", "BrowseScreen")
        self.done["browsed"] += 1

    async def _compare(self) -> None:
        await self.press("enter", "OverviewScreen")
        await self.press("1", "BrowseScreen")
        await self.press("c", "ChangesScreen")
        for key in "123e":
            await self.press(key)
        self.done["compared"] += 1

    async def _find(self) -> None:
        await self.press("enter", "OverviewScreen")
        await self.press("1", "BrowseScreen")
        await self.press("f", "FindingsScreen")
        await self.press("down")
        self.done["findings"] += 1

    async def _export(self) -> None:
        await self.press("enter", "OverviewScreen")
        await self.press("1", "BrowseScreen")
        await self.press("x", "ExportScreen")
        await self.press("enter")
        if self._chance.random() < 0.5:
            await self.press("enter")  # once more, to replace what is there
        self.done["exported"] += 1

    async def _verify(self) -> None:
        self.app.post_message(events.Key("v", "v"))
        await self.until(lambda: self.on("VerifyScreen"), "VerifyScreen")
        screen: Any = self.app.screen
        # where something is wrong it looks again from time to time, so there is no rest
        await self.until(lambda: screen.report is not None, "end of the checks")
        await self.press("escape", "ConnectorsScreen")
        self.done["verified"] += 1


@contextmanager
def _memory_as_in_the_program() -> Iterator[None]:
    """Collect garbage as the program does, and afterwards as before."""
    before, was_frozen = gc.get_threshold(), gc.get_freeze_count() > 0
    process.prepare()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.collect()
        gc.set_threshold(*before)
        if was_frozen:
            gc.freeze()


@asynccontextmanager
async def a_day(home: Path, people: int, chance: random.Random, looks: int) -> AsyncIterator[Day]:
    """The app, running without a terminal, with one connector whose credentials are stored."""
    clock = Clock()
    seed = chance.randrange(1 << 30)
    with Zoom.started(people, seed) as zoom, _memory_as_in_the_program():
        services = SimulatedServices(Settings(data_dir=home, keep_syncs=KEEP), clock, seed)
        before = os.getcwd()
        os.chdir(home.parent)  # exports are written where the program is started
        try:
            draft = Draft(new_app="Zoom", name="Zoom", cloud=zoom.url, owners=(Owner("ada@example.org"),))
            made = services.registry.create(draft)
            services.registry.update(made.id, step=Step.SYNC, status=ConnectorStatus.NOT_CONNECTED)
            await services.credentials.save(made, zoom.credentials)
            app = ZoomgovApp(services, now=clock.now)
            app.animation_level = "none"
            async with app.run_test(size=SIZE):
                day = Day(services, app, zoom, clock, chance, looks)
                await day.until(lambda: day.on("ConnectorsScreen") and app.screen.ready, "list of connectors")  # type: ignore[attr-defined]
                await day.rest()
                yield day
        finally:
            os.chdir(before)
            with suppress(Exception):
                services.close()
