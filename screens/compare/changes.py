"""What changed between two syncs: people and resources added, removed or changed, and access gained and lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static, Tab, Tabs

from zoomgov.widgets.banner import Banner
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.table.identity_table import IdentityTable
from zoomgov.widgets.table.search_table import SearchTable
from zoomgov.widgets.table.table_source import ListSource, SourceError
from zoomgov.widgets.terminal.key_queue import FILLS, OPENS
from zoomgov.words.syncs import comparison_notes
from zoomgov.words.times import moment

from ..synced.sync_page import TABLE_HELP, SyncPage
from .access_changes import AccessChangesScreen
from .changes_words import COLUMNS, ITEMS, PERSONS, RESOURCES, VIEWS, is_cut, lines_of, tab_text, whole_text
from .sync_choice import SyncChoiceScreen

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from zoomgov.model.changes import Changes
    from zoomgov.model.kinds import Kind
    from zoomgov.model.syncs import SyncInfo

    from ..synced.opened_sync import OpenedSync
    from .changes_words import Line

_EMPTY = {
    ITEMS: "Nobody and nothing came, went or changed.",
    PERSONS: "No access was gained or lost.",
    RESOURCES: "No access was gained or lost.",
}


_NOUNS = {ITEMS: "changes", PERSONS: "people", RESOURCES: "things"}
_ONLY = (
    "There is nothing to compare with yet: this is the oldest sync that is kept.\n\n"
    "Sync again later (f5 on the page before), and this page shows what changed since."
)
_OLDEST = (
    "This is the oldest sync that is kept: there is none before to compare it with.\n\n"
    "Esc, then 5 lists the newer ones; open one of those to see what changed since this."
)


_WIDE = 120
"""Cells of a screen from which the table has room for long values."""


class ChangesScreen(SyncPage):
    """Two syncs, and tables of what differs; Enter opens the person or resource."""

    HELP = f"""
# Changes

What is different between two syncs. `1`: people, groups, contact groups and roles that came, went or changed, with the
old and the new value. `2` and `3`: access gained and lost, by person and by thing; Enter shows all of a line.
`e` tells access in effect: also the contact groups that people reach through a user group, and not those that they
reach another way still.

`f` and `t` choose the two syncs, from a list or by a date such as `2026-11-20`, `yesterday` or `7d`. `x` writes what
changed, or what the table shows, to a file. What one of the two did not read is not compared, and said.
{TABLE_HELP}
"""
    CSS_PATH = "changes.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", f"view('{ITEMS}')", "People and things", show=False, tooltip="Who and what came, went or changed"),
        Binding("2", f"view('{PERSONS}')", "Access by person", show=False, tooltip="What each gained and lost"),
        Binding("3", f"view('{RESOURCES}')", "Access by thing", show=False, tooltip="Who gained and lost each thing"),
        Binding("e", "in_effect(True)", "In effect", tooltip="Also what people reach through user groups"),
        Binding("e", "in_effect(False)", "As granted", tooltip="Only what was granted, as Zoom has it"),
        Binding("f", "choose('from')", "From", show=False, tooltip="Choose the older sync, or a date"),
        Binding("t", "choose('to')", "To", show=False, tooltip="Choose the newer sync, or a date"),
        Binding("x", "export", "Export", tooltip="Write what changed to a file"),
    ]

    def __init__(self, opened_sync: OpenedSync) -> None:
        super().__init__(opened_sync)
        self._others: dict[int, OpenedSync] = {}
        self._syncs: list[SyncInfo] = []
        self._between: tuple[int, int] = (0, 0)
        self._view = ITEMS
        self._in_effect = False
        self._switching = asyncio.Lock()
        self._changes: Changes | None = None
        self._lines: dict[str, list[Line]] = {view: [] for view in VIEWS}
        self._source: ListSource | None = None
        self._notice = ""

    def compose(self) -> ComposeResult:
        yield Banner(f"{self.opened_sync.name}  ›  Changes")
        yield Static(id="between")
        yield Tabs(*(Tab(title, id=view) for view, title in VIEWS.items()), id="views")
        with Container(id="changes"):
            yield Static(id="whole")
        yield Static(id="nothing")
        yield KeyFooter(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(Tabs).can_focus = False
        self._say("Comparing …")
        self.load()

    async def on_unmount(self) -> None:
        for other in self._others.values():
            await asyncio.to_thread(other.close)

    def _say(self, text: str) -> None:
        self.query_one("#nothing", Static).update(Content(text))
        self.query_one("#nothing").display = bool(text)
        self.query_one(Tabs).display = self.query_one("#changes").display = not text

    @work(exclusive=True, group=FILLS)
    async def load(self) -> None:
        """Compare the two syncs and show the result."""
        self._changes = None
        try:
            if not self._syncs:
                self._syncs = await asyncio.to_thread(self.opened_sync.syncs)
                shown = self.opened_sync.sync.number if self.opened_sync.sync is not None else 0
                numbers = [sync.number for sync in self._syncs if sync.number <= shown]
                if len(numbers) < 2:
                    self._say(_OLDEST if len(self._syncs) > 1 else _ONLY)
                    return
                self._between = (numbers[-2], numbers[-1])
            changes = await asyncio.to_thread(self.opened_sync.diff, *self._between, in_effect=self._in_effect)
            self._lines = {view: await asyncio.to_thread(lines_of, view, changes) for view in VIEWS}
        except SourceError as error:
            self._say(f"✗ {error}")
            return
        self._changes = changes
        await self._show(changes)

    async def _show(self, changes: Changes) -> None:
        times = {sync.number: moment(sync.finished_at) for sync in self._syncs}
        older, newer = self._between
        key = "bold $footer-key-foreground"
        self.query_one("#between", Static).update(
            Content.assemble(
                ("f", key), " From ", (f"sync {older}", "bold"), f", {times[older]}  ›  ",
                ("t", key), " to ", (f"sync {newer}", "bold"), f", {times[newer]}",
            )
        )  # fmt: skip
        self._notice = " ".join(comparison_notes(changes))
        if not changes:
            unseen = f"\n\n▲ {self._notice}" if self._notice else ""
            told = "Nothing changed in effect" if changes.in_effect else "Nothing changed"
            keys = "e tells what was granted, f and t" if changes.in_effect else "f and t"
            self._say(f"{told} between sync {older} and sync {newer}.{unseen}\n\n{keys} choose other syncs.")
            return
        self._say("")
        for number, view in enumerate(VIEWS, start=1):
            self.query_one(f"#views #{view}", Tab).label = tab_text(number, view, changes, len(self._lines[view]))
        await self._show_view(self._view if self._lines[self._view] else ITEMS if self._lines[ITEMS] else PERSONS)

    async def _show_view(self, view: str) -> None:
        async with self._switching:
            self._view = view
            place = self.query_one("#changes")
            await place.remove_children(SearchTable)
            self._source = ListSource(COLUMNS[view], [line.row for line in self._lines[view]])
            order, widths = await self.last_layout(self._source.columns)
            table = SearchTable(
                self._source,
                order,
                widths=widths,
                noun=_NOUNS[view],
                placeholder="Search changes …",
                empty=_EMPTY[view],
                notice=self._notice,
            )
            await place.mount(table, before="#whole")
        if self.query_one(Tabs).active != view:
            self.query_one(Tabs).active = view
        self._make_room()
        table.table.focus()

    # Values too long for their column

    def _make_room(self) -> None:
        """Show the line below the table, with the whole values of the row under the cursor, where some would be cut."""
        width = self.size.width
        shown = self._view == ITEMS and width < _WIDE and any(is_cut(line, width) for line in self._lines[ITEMS])
        self.query_one("#whole").display = shown

    def on_resize(self) -> None:
        self._make_room()

    @on(IdentityTable.RowHighlighted)
    def _row_highlighted(self, event: IdentityTable.RowHighlighted) -> None:
        table = self.search_table
        if table is not None and event.table is table.table:  # not one that another view has replaced
            line = None if event.row_id is None else self._lines[self._view][event.row_id]
            self.query_one("#whole", Static).update("" if line is None else whole_text(line))

    @property
    def preferences_key(self) -> str:
        return f"changes-{self._view}"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "export" and not self._changes:
            return None
        if action == "in_effect":
            return (bool(self._changes) or self._in_effect) and parameters != (self._in_effect,)
        return super().check_action(action, parameters)

    @on(Tabs.TabActivated)
    async def _tab_chosen(self, event: Tabs.TabActivated) -> None:
        chosen = self.query_one(Tabs).active
        if event.tab.id == chosen != self._view and chosen and self.search_table is not None:
            await self._show_view(chosen)

    async def action_view(self, view: str) -> None:
        """Show another of `VIEWS`."""
        if self.search_table is not None and view != self._view:
            await self._show_view(view)

    def action_in_effect(self, wanted: bool) -> None:
        """Compare access in effect, also through user groups; or only direct grants."""
        if self._changes is not None:
            self._in_effect = wanted
            self.refresh_bindings()
            self._view = PERSONS if self._view == ITEMS else self._view
            self._say("Comparing …")
            self.load()

    async def action_choose(self, end: str) -> None:
        """Choose another sync to compare; `end` is `from` or `to`."""
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
            current = older if end == "from" else newer
            choice = SyncChoiceScreen(title, offered, current, self.host.now(), end=end == "to")
            await self.app.push_screen(choice, chosen)

    def action_export(self) -> None:
        """Export what changed, or what the table shows of it."""
        table = self.search_table
        if not self._changes or table is None or self._source is None:
            return
        lines = [self._lines[self._view][number] for number in self._source.order(table.table.displayed_query)]
        found = replace(
            self._changes,
            items=tuple(line.item for line in lines if line.item is not None),
            grants=tuple(grant for line in lines for grant in line.grants),
        )
        self.host.open_export_of_changes(self.opened_sync, self._changes, found, table.text.strip())

    # Opening

    @on(IdentityTable.RowSelected)
    def _row_selected(self, event: IdentityTable.RowSelected) -> None:
        line = self._lines[self._view][event.row_id]
        if self._view == ITEMS:
            self.open_item(line.kind, line.key)
            return
        older, newer = self._between
        title = f"Changes from sync {older} to {newer}"
        self.app.push_screen(AccessChangesScreen(self.opened_sync, title, self._view, line, self.open_item))

    @work(exclusive=True, group=OPENS)
    async def open_item(self, kind: Kind, key: str) -> None:
        """Open a person or resource as of the newer sync; as of the older one when it was removed since."""
        try:
            opened_sync = await asyncio.to_thread(self._where, kind, key)
        except SourceError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        await self.host.open_item(opened_sync, kind, key)

    def _where(self, kind: Kind, key: str) -> OpenedSync:
        older, newer = self._between
        now, then = self._at(newer), self._at(older)
        return then if then.has(kind, key) and not now.has(kind, key) else now

    def _at(self, number: int) -> OpenedSync:
        if self.opened_sync.sync is not None and self.opened_sync.sync.number == number:
            return self.opened_sync
        if number not in self._others:
            self._others[number] = self.opened_sync.at(number)
        return self._others[number]
