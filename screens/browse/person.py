"""One person: their profile, and all their access with the path that gives it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container

from zoomgov.model.kinds import Kind
from zoomgov.widgets.banner import Banner
from zoomgov.widgets.fact_sheet import FactSheet, Sheet
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.table.identity_table import IdentityTable
from zoomgov.widgets.table.search_table import SearchTable
from zoomgov.widgets.table.table_source import ListSource, SourceError
from zoomgov.widgets.terminal.key_queue import FILLS

from ..synced.portal import open_portal, portal_link
from ..synced.sheets import ACCESS_COLUMNS, access_rows, person_profile
from ..synced.sync_page import TABLE_HELP, SyncPage
from .history import HistoryScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from zoomgov.model.access import Person

    from ..synced.opened_sync import OpenedSync


class PersonScreen(SyncPage):
    """Facts, then a table of access; Enter opens the group, contact group or role."""

    HELP = f"""
# A person

Who they are, and below it everything they have: their role, groups they are a member or an admin of, and contact
groups, with the groups that lead there when it is not direct. Enter opens the role or group and shows everyone in it.
`Tab` goes to the facts, where `↑ ↓` scroll.
{TABLE_HELP}
"""
    CSS_PATH = "../synced/item.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h", "history", "History", tooltip="What changed about them, sync by sync"),
        Binding("w", "portal", "Zoom's page", show=False, tooltip="Open Zoom's admin page for them in a browser"),
    ]

    def __init__(self, opened_sync: OpenedSync, key: str, release: Callable[[], None] | None = None) -> None:
        """`release` is called when the page is left, on a worker thread."""
        super().__init__(opened_sync)
        self._release = release
        self._email = ""
        self._item_name = ""
        self._key = key
        self._targets: list[tuple[Kind, str]] = []

    def compose(self) -> ComposeResult:
        yield Banner(f"{self.opened_sync.name}  ›  Person")
        with Container(id="item"):
            yield FactSheet(id="facts")
            yield Container(id="access")
        yield KeyFooter(show_command_palette=False)

    async def on_unmount(self) -> None:
        if self._release is not None:
            await asyncio.to_thread(self._release)

    def on_mount(self) -> None:
        self.load()

    @work(exclusive=True, group=FILLS)
    async def load(self) -> None:
        """Read the person and show them."""
        facts = self.query_one("#facts", FactSheet)
        try:
            person = await asyncio.to_thread(self.opened_sync.person, self._key)
            privileges = await asyncio.to_thread(self.opened_sync.privileges, person)
        except SourceError as error:
            facts.show(Sheet("This person cannot be shown", str(error)))
            return
        self._item_name, self._email = person.name, person.email
        facts.show(person_profile(person, privileges, self.host.now()))
        await self._show_access(person)

    async def _show_access(self, person: Person) -> None:
        rows = access_rows(person)
        self._targets = [target for target, _ in rows]
        order, widths = await self.last_layout(ACCESS_COLUMNS)
        table = SearchTable(
            ListSource(ACCESS_COLUMNS, [row for _, row in rows]),
            order,
            widths=widths,
            noun="grants",
            placeholder="Search what they have …",
            empty="They have nothing: no role, group or contact group.",
        )
        await self.query_one("#access").mount(table)
        table.table.focus()

    @property
    def preferences_key(self) -> str:
        return "access"

    def action_portal(self) -> None:
        """Open Zoom's own page for them."""
        link, exact = portal_link(self.opened_sync.cloud, Kind.USERS, self._key, self._email)
        open_portal(self, link, self._item_name, exact=exact)

    def action_history(self) -> None:
        """Show their history."""
        self.app.push_screen(HistoryScreen(self.opened_sync, Kind.USERS, self._key, self._item_name or self._key))

    @on(IdentityTable.RowSelected)
    def _row_selected(self, event: IdentityTable.RowSelected) -> None:
        kind, key = self._targets[event.row_id]
        self.host.open_item(self.opened_sync, kind, key)
