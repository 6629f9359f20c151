"""Go to a person by name or e-mail, from any screen."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from zoomgov.connectors.rows import RegistryError
from zoomgov.model.filters import parse_filter
from zoomgov.model.kinds import Kind
from zoomgov.text import printable
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.table.identity_table import IdentityTable
from zoomgov.widgets.table.search_table import SearchTable
from zoomgov.widgets.table.table_source import SourceError, TableQuery
from zoomgov.widgets.terminal.key_queue import FILLS, OPENS

from ..synced.opened_sync import OpenedSync
from ..synced.table_order import preferences_of
from ..synced.words import DEFAULT_SORT
from .person import PersonScreen

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from zoomgov.connectors.model import Connector
    from zoomgov.services.services import Services

_COLUMNS = ("name", "email", "status", "role")


class GoToScreen(ModalScreen[None]):
    """A search line over the people of one connector; `ctrl+n` takes the next connector."""

    CSS_PATH = "go_to.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "next_connector", "Next connector", tooltip="Search the people of another connector"),
        Binding("escape", "dismiss", "Close", key_display="esc"),
    ]

    def __init__(self, services: Services, beginning: str = "") -> None:
        """`beginning` is the id of the connector to search first."""
        super().__init__()
        self._services = services
        self._beginning = beginning
        self._connectors: list[Connector] = []
        self._place = 0
        self._opened_sync: OpenedSync | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("Go to a person", classes="dialog-title", id="title")
            yield Container(id="people")
            yield Static("Loading …", id="nothing")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.load()

    async def on_unmount(self) -> None:
        await self._release()

    async def _release(self) -> None:
        opened_sync, self._opened_sync = self._opened_sync, None
        if opened_sync is not None:
            await asyncio.to_thread(opened_sync.close)

    @work(exclusive=True, group=FILLS)
    async def load(self) -> None:
        """List the connectors with something synced, and search the first."""
        try:
            everyone = await asyncio.to_thread(self._services.connectors.all)
        except RegistryError as error:
            self._tell(f"✗ {error}")
            return
        self._connectors = [one for one in everyone if one.last_sync_at is not None]
        self._connectors.sort(key=lambda one: one.id != self._beginning)
        self.refresh_bindings()
        if not self._connectors:
            self._tell("Nobody is known yet: nothing has been synced. Open a connector and sync it first.")
            return
        await self._search()

    async def _search(self) -> None:
        connector = self._connectors[self._place]
        of = f"  {self._place + 1} of {len(self._connectors)}" if len(self._connectors) > 1 else ""
        self.query_one("#title", Static).update(Content(f"Go to a person in {printable(connector.name)}{of}"))
        people = self.query_one("#people")
        typed = next((table.text for table in people.query(SearchTable)), "")
        await people.remove_children()
        await self._release()
        opened_sync = OpenedSync(
            connector.name,
            partial(self._services.stores.reader, connector),
            cloud=connector.cloud,
            preferences=preferences_of(self._services, connector),
        )
        self._opened_sync = opened_sync
        try:
            await asyncio.to_thread(opened_sync.open)
            source = await asyncio.to_thread(opened_sync.source, Kind.USERS, None, _COLUMNS)
        except SourceError as error:
            self._tell(f"✗ {error}")
            return
        self.query_one("#nothing").display = False
        self.query_one("#people").display = True
        table = SearchTable(
            source,
            TableQuery(sort=DEFAULT_SORT),
            noun="users",
            placeholder="Name or e-mail …",
            total=opened_sync.sync.counts.get("users") if opened_sync.sync is not None else None,
            empty="The account has no users.",
            problem=lambda text: " ".join(parse_filter(text, Kind.USERS).problems),
        )
        await people.mount(table)
        table.type(typed)
        self.set_focus(table.search)

    def _tell(self, text: str) -> None:
        nothing = self.query_one("#nothing", Static)
        nothing.update(Content(printable(text)))
        nothing.display = True
        self.query_one("#people").display = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return len(self._connectors) > 1 if action == "next_connector" else True

    @work(exclusive=True, group=FILLS)
    async def action_next_connector(self) -> None:
        """Search the people of the next connector."""
        self._place = (self._place + 1) % len(self._connectors)
        await self._search()

    @on(IdentityTable.RowSelected)
    def _row_selected(self, event: IdentityTable.RowSelected) -> None:
        self.open_person(event.row_id)

    @work(exclusive=True, group=OPENS)
    async def open_person(self, row_id: int) -> None:
        """Put a person's page in place of the dialog. That page closes the store when it is left."""
        if (opened_sync := self._opened_sync) is None:
            return
        try:
            key = await asyncio.to_thread(opened_sync.key, row_id)
        except SourceError as error:
            self._tell(f"✗ {error}")
            return
        self._opened_sync = None
        self.app.switch_screen(PersonScreen(opened_sync, key, release=opened_sync.close))
