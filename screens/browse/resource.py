"""One group, contact group or role: its facts, and everyone in it and how."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container

from zoomgov.model.filters import HINTS, parse_filter
from zoomgov.model.kinds import Kind
from zoomgov.model.queries import Target
from zoomgov.widgets.banner import Banner
from zoomgov.widgets.fact_sheet import FactSheet, Sheet
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.table.identity_table import IdentityTable
from zoomgov.widgets.table.search_table import SearchTable
from zoomgov.widgets.table.table_source import SourceError
from zoomgov.widgets.terminal.key_queue import FILLS, OPENS
from zoomgov.words.kinds import ONE

from ..synced.portal import open_portal, portal_link
from ..synced.sheets import resource_sheet
from ..synced.shown_table import ShownTable
from ..synced.sync_page import TABLE_HELP, SyncPage
from ..synced.words import DEFAULT_SORT, notice_text
from .history import HistoryScreen

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from ..synced.opened_sync import OpenedSync


class ResourceScreen(SyncPage):
    """Facts, then a table of people, which may be everyone; Enter opens the person."""

    HELP = f"""
# A group, contact group or role

What it is, and below it everyone in it and how: as a member, as an admin, or through a group that is in it. Enter
opens the person and shows everything they have. `Tab` goes to the facts, where `↑ ↓` scroll.
{TABLE_HELP}
"""
    CSS_PATH = "../synced/item.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h", "history", "History", tooltip="What changed about it, sync by sync"),
        Binding("x", "export", "Export", tooltip="Write who is in it to a file"),
        Binding("w", "portal", "Zoom's page", show=False, tooltip="Open Zoom's admin page for it in a browser"),
    ]

    def __init__(self, opened_sync: OpenedSync, kind: Kind, key: str) -> None:
        super().__init__(opened_sync)
        self._item_name = ""
        self._kind = kind
        self._key = key

    def compose(self) -> ComposeResult:
        yield Banner(f"{self.opened_sync.name}  ›  {ONE[self._kind]}")
        with Container(id="item"):
            yield FactSheet(id="facts")
            yield Container(id="people")
        yield KeyFooter(show_command_palette=False)

    def on_mount(self) -> None:
        self.load()

    @work(exclusive=True, group=FILLS)
    async def load(self) -> None:
        """Read the resource and show it."""
        facts = self.query_one("#facts", FactSheet)
        try:
            resource = await asyncio.to_thread(self.opened_sync.resource, self._kind, self._key)
            within = Target(self._kind, self._key)
            source = await asyncio.to_thread(self.opened_sync.source, Kind.USERS, within)
        except SourceError as error:
            facts.show(Sheet("This cannot be shown", str(error)))
            return
        order, widths = await self.last_layout(source.columns, DEFAULT_SORT)
        self._item_name = resource.name
        facts.show(resource_sheet(resource))
        sync = self.opened_sync.sync
        table = SearchTable(
            source,
            order,
            widths=widths,
            noun="people",
            placeholder="Search who is in it …",
            empty="Nobody is in it.",
            notice=notice_text(self._kind, sync, self._key) if sync is not None else "",
            hint=HINTS[Kind.USERS],
            problem=lambda text: " ".join(parse_filter(text, Kind.USERS).problems),
        )
        await self.query_one("#people").mount(table)
        table.table.focus()

    @property
    def preferences_key(self) -> str:
        return f"people-in-{self._kind}"

    def action_portal(self) -> None:
        """Open Zoom's own page for it."""
        link, exact = portal_link(self.opened_sync.cloud, self._kind, self._key)
        open_portal(self, link, self._item_name, exact=exact)

    def action_history(self) -> None:
        """Show its history."""
        self.app.push_screen(HistoryScreen(self.opened_sync, self._kind, self._key, self._item_name or self._key))

    def action_export(self) -> None:
        """Export who is in it."""
        if (table := self.search_table) is not None:
            shown = ShownTable.of(Kind.USERS, table, Target(self._kind, self._key), self._item_name)
            self.host.open_export(self.opened_sync, shown)

    @on(IdentityTable.RowSelected)
    def _row_selected(self, event: IdentityTable.RowSelected) -> None:
        self.open_person(event.row_id)

    @work(exclusive=True, group=OPENS)
    async def open_person(self, row_id: int) -> None:
        """Open a person on a page of their own."""
        key = await asyncio.to_thread(self.opened_sync.key, row_id)
        await self.host.open_item(self.opened_sync, Kind.USERS, key)
