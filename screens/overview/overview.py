"""The overview: the home of a connector, and where a sync ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Grid, Vertical
from textual.content import Content
from textual.widgets import Static

from zoomgov.connectors.model import Step
from zoomgov.model.kinds import Kind
from zoomgov.text import printable
from zoomgov.widgets.banner import Banner
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.key_hints import KeyHints
from zoomgov.widgets.table.table_source import SourceError
from zoomgov.widgets.terminal.key_queue import FILLS, OPENS
from zoomgov.widgets.tile import Tile

from ..shared.page import Page
from ..synced.opened_sync import OpenedSync
from ..synced.sync_notes import targets_to_name
from ..synced.table_order import preferences_of
from ..synced.words import NOTHING_SYNCED
from . import tiles
from .figures import ADMINS, Figures, read_figures

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from zoomgov.connectors.model import Connector
    from zoomgov.model.syncs import SyncInfo

    from ..synced.sync_page import SyncHost

_OPENS_WITHIN: Final = 0.1
"""Seconds that the page before stays at most, while the store is opened."""
_ACROSS: Final = {"-narrow": 2}
"""Tiles side by side; three elsewhere."""


class OverviewScreen(Page[None]):
    """Tiles with what was read; each leads to its page."""

    HELP = """
# Overview

What the last finished sync read, in numbers, and what to do next. Arrow keys or `tab` move between the tiles, `enter`
opens what is behind one:

- **People**: the table of everyone;
- **Admins**: owners and admins, and when each last logged in; *idle* counts custom roles with rights to edit, too;
- **Licences**: bought, used and held. *Idle* seats are held by people who have not logged in for long, or never;
- **Findings**: what looks wrong, and where in Zoom to put it right;
- **Changes**: what is different from the sync before;
- **Last sync**: what was not read, and why.

`1` to `4` open the tables of users, groups, contact groups and roles. What was not read is never shown as 0.
"""
    CSS_PATH = "overview.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (78, "-middle"), (110, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (22, "-tall"), (32, "-tall-enough")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "kind('users')", "Users", show=False, tooltip="Everyone in the account"),
        Binding("2", "kind('groups')", "Groups", show=False, tooltip="User groups, their members and admins"),
        Binding("3", "kind('contact-groups')", "Contact groups", show=False, tooltip="Who finds whom in Zoom"),
        Binding("4", "kind('roles')", "Roles", show=False, tooltip="What people may administer"),
        Binding("c", "changes", "Changes", tooltip="What changed since the sync before, or between any two"),
        Binding("f", "findings", "Findings", tooltip="What looks wrong, and where in Zoom to put it right"),
        Binding("6", "licences", "Licences", show=False, tooltip="Licences bought, used and held; last logins"),
        Binding("n", "notes", "Not read", show=False, tooltip="What the sync could not read, and why"),
        Binding("v", "verify", "Verify", show=False, tooltip="Check credentials, scopes and endpoints"),
        Binding("f5", "sync", "Sync", show=False, tooltip="Read everything again"),
        Binding("escape", "back", "Back", tooltip="The list of connectors"),
        Binding("down", "move(0, 1)", "Down", show=False),
        Binding("up", "move(0, -1)", "Up", show=False),
        Binding("right", "move(1, 0)", "Right", show=False),
        Binding("left", "move(-1, 0)", "Left", show=False),
    ]

    def __init__(self, connector: Connector, *, changes: bool = False) -> None:
        """`changes`: open what the last sync changed, above."""
        super().__init__()
        self._begin_with_changes = changes
        self.connector = connector
        self.opened_sync = OpenedSync(
            connector.name, lambda: self.services.stores.reader(connector), cloud=connector.cloud
        )
        self._figures: Figures | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def host(self) -> SyncHost:
        """The app, as far as pages about one sync may know it."""
        return cast("SyncHost", self.app)

    async def prepare(self) -> None:
        """Open the store before the page is shown, so that its first frame is complete, unless that takes long."""
        opening = asyncio.ensure_future(asyncio.to_thread(self.opened_sync.open))
        with suppress(SourceError, TimeoutError):  # `load` opens it again, and says what is wrong
            await asyncio.wait_for(asyncio.shield(opening), _OPENS_WITHIN)
        opening.add_done_callback(lambda done: done.cancelled() or done.exception())

    def compose(self) -> ComposeResult:
        yield Banner(f"{self.connector.name}  ›  Overview", self.connector.status)
        with Vertical(id="page"):
            yield Static(id="next")
            with Grid(id="tiles"):
                for key, title in tiles.TITLES.items():
                    yield Tile(title, id=key)
            yield KeyHints(tiles.HINTS, id="hints")
            yield Static(id="more")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.opened_sync.preferences = preferences_of(self.services, self.connector)
        self._loop = asyncio.get_running_loop()
        self.set_focus(self.query_one(f"#{tiles.FIRST}", Tile))
        if (sync := self.opened_sync.sync) is not None:
            self._show(sync)
        self.load()

    async def on_unmount(self) -> None:
        await asyncio.to_thread(self.opened_sync.close)

    def on_screen_resume(self) -> None:
        if self._figures is not None:
            self.load()

    # Reading

    @work(exclusive=True, group=FILLS)
    async def load(self) -> None:
        """Read the latest sync, first what is known at once, then what is counted."""
        try:
            known = self.opened_sync.sync
            if known is None or await asyncio.to_thread(self.opened_sync.is_outdated):
                await asyncio.to_thread(self.opened_sync.open)
                self._figures = None
            self.connector = await self.services.run(self.services.registry.connector, self.connector.id)
            sync = self.opened_sync.sync
            if sync is None:
                self._say_nothing(NOTHING_SYNCED)
                return
            self._show(sync)
            if self._begin_with_changes:
                self._begin_with_changes = False
                self.action_changes()
            if self._figures is None:
                self._figures = await asyncio.to_thread(self._read)
        except Exception as error:
            from zoomgov.services.problems import as_problem

            problem = as_problem(error)
            self._say_nothing(f"✗ {' '.join((problem.text, *problem.next_steps))} Nothing was lost.")
            return
        self._show(sync)

    def _read(self) -> Figures:
        settings = self.services.settings
        with self.opened_sync.long_reader() as reader:
            return read_figures(
                reader, self.host.now(), settings.thresholds, tiles.portal_url(self.connector.cloud), self._go_on
            )

    def _go_on(self, done: int, of: int) -> None:
        if not self.is_running:
            raise SourceError("This page was closed.")

    # Showing

    def _say_nothing(self, text: str) -> None:
        self.query_one("#next", Static).update(Content(printable(text)))
        self.query_one("#tiles").display = self.query_one("#hints").display = False

    def _show(self, sync: SyncInfo) -> None:
        self.query_one(Banner).show_status(self.connector.status)
        self.query_one("#next", Static).update(tiles.next_step(self.connector, sync, self._figures))
        for key, (number, *lines) in tiles.contents(
            sync, self._figures, self.host.now(), self.services.settings.seats
        ).items():
            self.query_one(f"#{key}", Tile).show(number, *lines)
        self.query_one(KeyHints).show(tiles.hints(sync))
        self.query_one("#more", Static).update(tiles.more(sync, self._figures))

    # Moving

    def action_move(self, across: int, down: int) -> None:
        """Put the focus on the tile beside, above or below."""
        shown = list(self.query(Tile))
        place = next((index for index, tile in enumerate(shown) if tile.has_focus), 0)
        columns = next((number for name, number in _ACROSS.items() if self.has_class(name)), 3)
        to = place + across + down * columns
        if 0 <= to < len(shown):
            self.set_focus(shown[to])

    @on(Tile.Opened)
    async def _tile_opened(self, event: Tile.Opened) -> None:
        event.stop()
        await self.run_action(tiles.OPENS[str(event.tile.id)])

    # Opening pages

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("kind", "changes", "findings", "admins", "licences", "notes") and self.is_mounted:
            return self.opened_sync.sync is not None
        return True

    @work(exclusive=True, group=OPENS)
    async def action_kind(self, kind: str) -> None:
        """Open the table of `kind`."""
        await self.host.open_browse(self.connector, Kind(kind))

    @work(exclusive=True, group=OPENS)
    async def show_users(self, text: str) -> None:
        """Open the table of users, filtered by `text`."""
        await self.host.open_browse(self.connector, Kind.USERS, text)

    def action_changes(self) -> None:
        """Compare syncs."""
        self.host.open_changes(self.opened_sync)

    def action_findings(self) -> None:
        """Show what looks wrong."""
        self.host.open_findings(self.opened_sync)

    @work(exclusive=True, group=OPENS)
    async def action_admins(self) -> None:
        """Show owners and admins."""
        try:
            if not await self.host.open_finding(self.opened_sync, ADMINS):
                self.notify("Nobody is an owner or admin in what was read.", markup=False)
        except SourceError as error:
            self.notify(str(error), title="It cannot be opened", severity="error", markup=False)

    def action_licences(self) -> None:
        """Count licences and logins."""

        def show(text: str) -> None:
            self.call_later(self.show_users, text)

        self.host.open_licences(self.opened_sync, show)

    @work(exclusive=True, group=OPENS)
    async def action_notes(self) -> None:
        """List what the sync did not read and what disagrees."""
        if (sync := self.opened_sync.sync) is not None:
            names = await asyncio.to_thread(self.opened_sync.names, targets_to_name(sync))
            await self.host.open_sync_notes(sync, names)

    def action_verify(self) -> None:
        """Check the connector."""
        self.host.open_verify(self.connector, line=self.connector.reason_line)

    def action_sync(self) -> None:
        """Go to the sync page, and start."""
        self.host.open_step(Step.SYNC, self.connector, start=True, replace=True)

    def action_back(self) -> None:
        """Go back to the list."""
        if self.is_current:
            self.app.pop_screen()
