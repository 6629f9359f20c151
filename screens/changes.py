"""What changed between two syncs: people and things that came, went or changed, and access gained and lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Footer, Static, Tab, Tabs

from zoomgov.sync.words import comparison_notes
from zoomgov.widgets.banner import Banner
from zoomgov.widgets.identity_table import IdentityTable
from zoomgov.widgets.search_table import SearchTable
from zoomgov.widgets.table_source import ListSource, SourceError

from .browse_words import moment
from .changes_words import ACCESS, ACCESS_COLUMNS, ITEM_COLUMNS, ITEMS, grant_rows, item_rows, tab_text
from .items import item_screen
from .sync_choice import SyncChoiceScreen
from .table_page import TABLE_HELP, TablePage

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from zoomgov.store.model import Kind, SyncInfo
    from zoomgov.store.views import Changes
    from zoomgov.widgets.table_source import Row

    from .browse_data import Browser


class ChangesScreen(TablePage):
    """Two syncs, and a table of what is different; Enter opens the person or thing."""

    HELP = f"""
# Changes

What is different between two syncs: first people, groups, contact groups and roles that came, went or changed, with
the old and the new value; then access, gained and lost. Sort by *Who* to read it by person, by *What* to read it by
thing. `f` and `t` choose the two syncs. Parts that the newer sync did not read are not compared, and said.
{TABLE_HELP}
"""
    CSS_PATH = "changes.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", f"view('{ITEMS}')", "People and things", show=False, tooltip="Who and what came, went or changed"),
        Binding("2", f"view('{ACCESS}')", "Access", show=False, tooltip="Access gained and lost"),
        Binding("f", "choose('from')", "From", tooltip="Choose the older sync"),
        Binding("t", "choose('to')", "To", tooltip="Choose the newer sync"),
    ]

    def __init__(self, browser: Browser) -> None:
        super().__init__()
        self._browser = browser
        self._syncs: list[SyncInfo] = []
        self._between: tuple[int, int] = (0, 0)
        self._view = ITEMS
        self._rows: dict[str, list[Row]] = {ITEMS: [], ACCESS: []}
        self._keys: dict[str, list[tuple[Kind, str]]] = {ITEMS: [], ACCESS: []}
        self._notice = ""

    def compose(self) -> ComposeResult:
        yield Banner(f"{self._browser.name}  ›  Changes")
        yield Static(id="between")
        yield Tabs(Tab("People and things", id=ITEMS), Tab("Access", id=ACCESS), id="views")
        yield Container(id="changes")
        yield Static(id="nothing")
        yield Footer()

    def on_mount(self) -> None:
        self.query_one(Tabs).can_focus = False
        self._say("Comparing …")
        self.load()

    def _say(self, text: str) -> None:
        self.query_one("#nothing", Static).update(Content(text))
        self.query_one("#nothing").display = bool(text)
        self.query_one(Tabs).display = self.query_one("#changes").display = not text

    @work(exclusive=True, group="changes")
    async def load(self) -> None:
        """Compare the two syncs and show the result."""
        try:
            if not self._syncs:
                self._syncs = await asyncio.to_thread(self._browser.syncs)
                shown = self._browser.sync.number if self._browser.sync is not None else 0
                numbers = [sync.number for sync in self._syncs if sync.number <= shown]
                if len(numbers) < 2:
                    self._say(
                        "There is nothing to compare with yet: this is the oldest sync that is kept.\n\n"
                        "Sync again later (f5 on the page before), and this page shows what changed since."
                    )
                    return
                self._between = (numbers[-2], numbers[-1])
            changes = await asyncio.to_thread(self._browser.diff, *self._between)
            await asyncio.to_thread(self._arrange, changes)
        except SourceError as error:
            self._say(f"✗ {error}")
            return
        await self._show(changes)

    def _arrange(self, changes: Changes) -> None:
        for view, found in ((ITEMS, item_rows(changes.items)), (ACCESS, grant_rows(changes.grants))):
            self._keys[view] = [key for key, _ in found]
            self._rows[view] = [row for _, row in found]

    async def _show(self, changes: Changes) -> None:
        times = {sync.number: moment(sync.finished_at) for sync in self._syncs}
        older, newer = self._between
        self.query_one("#between", Static).update(
            Content.assemble(
                "From ", (f"sync {older}", "bold"), f", {times[older]}  ›  to ", (f"sync {newer}", "bold"),
                f", {times[newer]}",
            )
        )  # fmt: skip
        self._notice = " ".join(comparison_notes(changes))
        if not changes and not self._notice:
            self._say(f"Nothing changed between sync {older} and sync {newer}.")
            return
        self._say("")
        for number, view in enumerate((ITEMS, ACCESS), start=1):
            self.query_one(f"#views #{view}", Tab).label = tab_text(number, view, changes)
        await self._show_view(self._view if self._rows[self._view] else ITEMS if self._rows[ITEMS] else ACCESS)

    async def _show_view(self, view: str) -> None:
        self._view = view
        place = self.query_one("#changes")
        await place.remove_children()
        table = SearchTable(
            ListSource(ITEM_COLUMNS if view == ITEMS else ACCESS_COLUMNS, self._rows[view]),
            noun="changes",
            placeholder="Search changes …",
            empty="No access was gained or lost." if view == ACCESS else "Nobody and nothing came, went or changed.",
            notice=self._notice,
        )
        await place.mount(table)
        if self.query_one(Tabs).active != view:
            self.query_one(Tabs).active = view
        table.table.focus()

    @property
    def search_table(self) -> SearchTable | None:
        return next(iter(self.query(SearchTable)), None)

    @on(Tabs.TabActivated)
    async def _tab_chosen(self, event: Tabs.TabActivated) -> None:
        chosen = self.query_one(Tabs).active
        if event.tab.id == chosen != self._view and chosen and self.search_table is not None:
            await self._show_view(chosen)

    async def action_view(self, view: str) -> None:
        """Show people and things, or access."""
        if self.search_table is not None and view != self._view:
            await self._show_view(view)

    async def action_choose(self, end: str) -> None:
        """Choose another sync for one end."""
        older, newer = self._between
        offered = [
            sync for sync in self._syncs if (sync.number < newer if end == "from" else sync.number > older)
        ]  # fmt: skip

        def chosen(number: int | None) -> None:
            if number is not None:
                self._between = (number, newer) if end == "from" else (older, number)
                self._say("Comparing …")
                self.load()

        if offered and newer:
            title = "Compare from which sync?" if end == "from" else "Compare to which sync?"
            await self.app.push_screen(SyncChoiceScreen(title, offered, older if end == "from" else newer), chosen)

    @on(IdentityTable.RowSelected)
    def _row_selected(self, event: IdentityTable.RowSelected) -> None:
        kind, key = self._keys[self._view][event.row_id]
        self.app.push_screen(item_screen(self._browser, kind, key))
