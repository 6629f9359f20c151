"""Browse: everyone and everything that was synced, and the item under the cursor beside it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import ContentSwitcher, Input, Static, Tab, Tabs

from zoomgov.model.filters import HINTS, parse_filter
from zoomgov.model.kinds import Kind
from zoomgov.preferences.views import ViewPreferences, ViewPreferencesFile
from zoomgov.widgets.banner import Banner
from zoomgov.widgets.fact_sheet import FactSheet, Sheet
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.table.identity_table import IdentityTable
from zoomgov.widgets.table.search_table import SearchTable
from zoomgov.widgets.table.table_source import SourceError
from zoomgov.widgets.terminal.key_queue import FILLS
from zoomgov.words.kinds import NOUNS, printable_lines

from ..synced.opened_sync import OpenedSync
from ..synced.sheets import person_sheet, thing_sheet
from ..synced.table_order import preferences_of, preferred_order
from ..synced.table_page import TABLE_HELP
from ..synced.words import (
    DEFAULT_SORT,
    NOTHING_SYNCED,
    PLACEHOLDERS,
    empty_text,
    not_read_reason,
    notice_text,
    sync_line,
    tab_label,
)
from .browse_actions import BrowsePages
from .field_suggester import FieldSuggester

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.timer import Timer

    from zoomgov.connectors.model import Connector
    from zoomgov.model.syncs import SyncInfo
    from zoomgov.services.stores import Reader


_OPENS_WITHIN = 0.1
"""Seconds for which the screen before stays, while the store is opened."""
_FOLLOW_AFTER = 0.05
"""Seconds the cursor rests before the pane beside follows, so that a held arrow key stays fast."""
_COUNTS_AFTER = 0.05
"""Seconds after which the first table is drawn."""

_MORE = (("x", "export"), ("5", "syncs"), ("6", "licences"), ("f5", "sync"))


def _more(room: int) -> Content:
    """Keys the footer has no place for, as many as fit into `room` cells."""
    words = [Content.assemble((f"  {key}", "bold $footer-key-foreground"), f" {word}") for key, word in _MORE]
    while words and sum(word.cell_length for word in words) > room:
        words.pop()
    return Content("").join(words)


class BrowseScreen(BrowsePages):
    """Users, groups, contact groups and roles of one connector."""

    HELP = f"""
# Browse

Everything of the last finished sync: users, groups, contact groups and roles (`1` to `4`). Open a person for
everything they have and the path that gives it; open a group, contact group or role for everyone in it and how.

`c` compares syncs, `f` tells what looks wrong, `x` writes a file, `5` lists the syncs and opens an older one, `6`
counts licences and last logins, `f5` syncs again. The last line says when this was read and whether it is complete; `n`
lists what was not read, and why. What was not read is never shown as empty.

`o` chooses the columns of a table, `w` opens Zoom's own page for the row under the cursor. Columns, widths and order
are remembered.
{TABLE_HELP}
**Fields** narrow a search: `role:admin`, `status:inactive,pending`, `licence:licensed`, `dept:"Field Sales"`,
`last-login:>90d` (longer ago; `<7d` since then; `never`), `created:<30d`, `group:none`, `group:finance`,
`admin-of:any`, `contact-group:board`, `groups:>5`, `domain:acme.com`; for groups `members:0`, `admins:0`. A `-` in
front means not, a comma or, quotes exactly this; `license:` works too. `→` takes the completion. `ctrl+s` saves filters
and lists them.
"""
    CSS_PATH = "browse.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "kind('users')", "Users", show=False, tooltip="Everyone in the account"),
        Binding("2", "kind('groups')", "Groups", show=False, tooltip="User groups, their members and admins"),
        Binding("3", "kind('contact-groups')", "Contact groups", show=False, tooltip="Who finds whom in Zoom"),
        Binding("4", "kind('roles')", "Roles", show=False, tooltip="What people may administer"),
        Binding("n", "notes", "Not read", show=False, tooltip="What the sync could not read, and why"),
        Binding("o", "columns", "Columns", show=False, tooltip="Choose the columns of this table"),
        Binding("w", "portal", "Zoom's page", show=False, tooltip="Open Zoom's admin page for this in a browser"),
        Binding("ctrl+s,f2", "filters", "Filters", show=False, tooltip="Save what is typed, or choose a saved filter"),
        Binding("5", "syncs", "Syncs", show=False, tooltip="All syncs that are kept; open an older one"),
        Binding("6", "licences", "Licences", show=False, tooltip="Licences bought, used and held; last logins"),
        Binding("c", "changes", "Changes", tooltip="What changed since the sync before, or between any two"),
        Binding("f", "findings", "Findings", tooltip="What looks wrong, and where in Zoom to put it right"),
        Binding("x", "export", "Export", show=False, tooltip="Write a file to hand over"),
        Binding("f5", "sync", "Sync", show=False, tooltip="Read everything again"),
    ]

    def __init__(
        self,
        connector: Connector,
        open_reader: Callable[[], Reader] | None = None,
        kept: Path | None = None,
        *,
        sync: int | None = None,
        changes: bool = False,
    ) -> None:
        """Browse `connector`.

        Args:
            connector: Whose store it is.
            open_reader: Gives a new reader of the latest sync at each call; by default that of the services.
            kept: The file of saved filters; by default in the data folder.
            sync: Stay with this older sync.
            changes: Begin with what changed since the sync before, above the tables.
        """
        self._open_reader = open_reader or (lambda: self.services.stores.reader(connector))
        super().__init__(connector, OpenedSync(connector.name, self._open_reader, sync, cloud=connector.cloud))
        self._kept = kept
        self._begin_with_changes = changes
        self._prepared = False
        self._habits_known = ViewPreferences()
        self._offered: dict[str, list[str]] | None = None
        self._shown: SyncInfo | None = None
        self._switching = asyncio.Lock()
        self._follow_timer: Timer | None = None

    async def prepare(self) -> None:
        """Open the store before the screen is shown, so that the first frame is complete; not where that takes long."""
        opening = asyncio.ensure_future(asyncio.to_thread(self._open))
        with suppress(SourceError, TimeoutError):  # it is opened again, and says then what is wrong
            await asyncio.wait_for(asyncio.shield(opening), _OPENS_WITHIN)
        opening.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _open(self) -> None:
        self._habits_known = self.habits.read()
        self.browser.open()

    def compose(self) -> ComposeResult:
        number, sync = self.browser.number, self.browser.sync
        place = "Browse" if number is None else f"Sync {number}, as it was"
        yield Banner(f"{self.connector.name}  ›  {place}", self.connector.status)
        labels = (
            Content(NOUNS[kind].capitalize()) if sync is None else tab_label(place, kind, sync, self.app.size.width)
            for place, kind in enumerate(Kind, start=1)
        )
        yield Tabs(*(Tab(label, id=kind.value) for label, kind in zip(labels, Kind, strict=True)), id="kinds")
        with Horizontal(id="tables"):
            with ContentSwitcher(initial=None if sync is None else self._kind.value, id="lists"):
                if sync is not None:
                    yield self._table_of(self._kind, sync, self._habits_known)
            yield FactSheet(id="detail")
        yield Static(id="nothing")
        with Horizontal(id="last-line"):
            yield Static(id="sync-line")
            yield Static(id="more")
        yield KeyFooter(show_command_palette=False)

    def on_mount(self) -> None:
        self.browser.habits = self.habits
        self.query_one(Tabs).can_focus = False
        sync, table = self.browser.sync, self.search_table
        if sync is None or table is None:
            self._show_nothing("Loading …")
            self.load()
            return
        self.query_one("#nothing").display = False
        self._tell_sync(sync)
        self.set_focus(table.table)
        self._begin_with(sync)

    async def on_unmount(self) -> None:
        await asyncio.to_thread(self.browser.close)

    def on_screen_resume(self) -> None:
        if self._shown is not None:
            self.refresh_if_newer(self._shown)

    # Loading

    @work(group=FILLS)
    async def load(self) -> None:
        """Read what the store holds and show it."""
        try:
            await asyncio.to_thread(self.browser.open)
        except SourceError as error:
            self._show_nothing(f"✗ {error}\n\nNothing was lost. Press Esc, then open it again.")
            return
        if self.browser.sync is None:
            self._show_nothing(NOTHING_SYNCED)
            return
        await self._show_sync(self.browser.sync)
        if self._begin_with_changes:
            self.action_changes()

    @work(group="browse")
    async def refresh_if_newer(self, shown: SyncInfo) -> None:
        """Show a sync that was published since `shown`.

        Never cancels a worker that is putting a sync on screen, which would leave half of it there.
        """
        try:
            if not await asyncio.to_thread(self.browser.is_outdated) or self._shown is not shown:
                return
            self._shown, self._prepared, self._offered = None, False, None
            await asyncio.to_thread(self.browser.open)
        except SourceError as error:
            self.notify(str(error), title="A newer sync cannot be shown", severity="error", markup=False)
            self._shown = shown
            return
        if self.browser.sync is not None:
            await self.query_one("#lists", ContentSwitcher).remove_children()
            await self._show_sync(self.browser.sync)

    def _show_nothing(self, text: str) -> None:
        nothing = self.query_one("#nothing", Static)
        nothing.update(Content(printable_lines(text)))
        nothing.display = True
        self.query_one("#tables").display = self.query_one(Tabs).display = False

    async def _show_sync(self, sync: SyncInfo) -> None:
        self.query_one("#nothing").display = False
        self.query_one("#tables").display = self.query_one(Tabs).display = True
        self._tell_sync(sync)
        self._label_tabs(sync)
        await self._show_kind(self._kind)
        self._begin_with(sync)

    def _begin_with(self, sync: SyncInfo) -> None:
        """The first table of `sync` is there: what the others need can be read."""
        self._shown = sync
        self.set_timer(_COUNTS_AFTER, self.count_grants)

    def _label_tabs(self, sync: SyncInfo) -> None:
        for number, kind in enumerate(Kind, start=1):
            tab, label = self.query_one(f"#kinds #{kind}", Tab), tab_label(number, kind, sync, self.size.width)
            if tab.label != label:  # a label lays the page out again
                tab.label = label

    def _tell_sync(self, sync: SyncInfo) -> None:
        line = sync_line(sync, self.host.now(), self.size.width)
        self.query_one("#sync-line", Static).update(line)
        self.query_one("#more", Static).update(_more(self.size.width - line.cell_length - 5))

    async def _show_kind(self, kind: Kind) -> None:
        """Show the table of `kind`; each is made when first looked at."""
        async with self._switching:
            await self._switch(kind)

    async def _switch(self, kind: Kind) -> None:
        sync = self.browser.sync
        if sync is None:
            return
        self._kind = kind
        lists = self.query_one("#lists", ContentSwitcher)
        if not lists.query(f"#{kind}"):
            kept = await self.read_habits()
            await lists.mount(self._table_of(kind, sync, kept))
        lists.current = kind.value
        if self.query_one(Tabs).active != kind.value:
            self.query_one(Tabs).active = kind.value
        table = lists.query_one(f"#{kind}", SearchTable)
        table.table.focus()
        self._follow(table.table.cursor_id)

    def _table_of(self, kind: Kind, sync: SyncInfo, kept: ViewPreferences) -> SearchTable:
        source = self._sources[kind] = self.browser.source(kind, None, kept.columns.get(kind.value, ()))
        order = preferred_order(kept, kind.value, [column.key for column in source.columns], DEFAULT_SORT)
        self._orders[kind.value] = order.keys
        return SearchTable(
            source,
            order,
            widths=kept.widths.get(kind.value),
            noun=NOUNS[kind],
            placeholder=PLACEHOLDERS[kind],
            empty=empty_text(kind, sync),
            notice=notice_text(kind, sync),
            unknown=not_read_reason(kind, sync) is not None,
            hint=HINTS[kind],
            problem=lambda text: " ".join(parse_filter(text, kind).problems),
            suggester=FieldSuggester(kind, self._offered_values),
            id=kind.value,
        )

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, Input) and not self._prepared:
            self._prepared = True
            self.prepare_search()

    @work(group="browse-values")
    async def prepare_search(self) -> None:
        """Read ahead what fields need, between going to the search line and typing one."""
        with suppress(SourceError):
            await asyncio.to_thread(self.browser.prepare)

    @work(group="browse-values")
    async def count_grants(self) -> None:
        """Count ahead what the other tables show, while the first one is looked at."""
        with suppress(SourceError):
            await asyncio.to_thread(self.browser.count_grants)

    async def _offered_values(self) -> dict[str, list[str]]:
        """What can be completed; nothing until it was read once, in the background."""
        if self._offered is None:
            self._offered = {}
            self.read_offered_values()
        return self._offered

    @work(group="browse-values")
    async def read_offered_values(self) -> None:
        """Read which roles, departments and licences there are."""
        with suppress(SourceError):
            self._offered = await asyncio.to_thread(self.browser.offered_values)

    @cached_property
    def habits(self) -> ViewPreferencesFile:
        """Of this connector."""
        return (
            ViewPreferencesFile(self._kept) if self._kept is not None else preferences_of(self.services, self.connector)
        )

    @property
    def search_table(self) -> SearchTable | None:
        return next(iter(self.query(f"#lists > #{self._kind}").results(SearchTable)), None)

    @on(Tabs.TabActivated)
    async def _tab_chosen(self, event: Tabs.TabActivated) -> None:
        chosen = self.query_one(Tabs).active  # a late event tells of a tab that was left again
        if event.tab.id is not None and event.tab.id == chosen != self._kind:
            await self._show_kind(Kind(event.tab.id))

    async def action_kind(self, kind: str) -> None:
        """Show another table."""
        await self._show_kind(Kind(kind))

    # The item under the cursor

    @on(IdentityTable.RowHighlighted)
    def _row_highlighted(self, event: IdentityTable.RowHighlighted) -> None:
        table = self.search_table
        if table is not None and event.table is table.table:
            self._follow(event.row_id)

    def _follow(self, row_id: int | None) -> None:
        """Let the pane beside follow the cursor, once it rests."""
        if self._follow_timer is not None:
            self._follow_timer.stop()
        if not self.has_class("-wide"):
            return
        if row_id is None:
            self.query_one(FactSheet).show(None)
        else:
            self._follow_timer = self.set_timer(_FOLLOW_AFTER, partial(self.show_detail, self._kind, row_id))

    @work(exclusive=True, group="browse-detail")
    async def show_detail(self, kind: Kind, row_id: int) -> None:
        """Read one item on a worker thread and show it beside the table."""
        try:
            sheet = await asyncio.to_thread(self._read_sheet, kind, row_id)
        except SourceError as error:
            sheet = Sheet("This cannot be shown", str(error))
        for beside in self.query(FactSheet):  # gone when the screen was left meanwhile
            beside.show(sheet)

    def _read_sheet(self, kind: Kind, row_id: int) -> Sheet:
        key = self.browser.key(row_id)
        if kind is not Kind.USERS:
            return thing_sheet(self.browser.thing(kind, key))
        person = self.browser.person(key)
        return person_sheet(person, self.browser.privileges(person), self.host.now())

    def on_resize(self) -> None:
        if self.browser.sync is not None:
            self._tell_sync(self.browser.sync)
            self._label_tabs(self.browser.sync)
            if (table := self.search_table) is not None:
                self._follow(table.table.cursor_id)

    async def _show_users(self, text: str) -> None:
        await self._show_kind(Kind.USERS)
        if (table := self.search_table) is not None:
            table.type(text)
            table.table.focus()

    def action_syncs(self) -> None:
        """List the syncs."""
        from .syncs import SyncsScreen

        self.app.push_screen(SyncsScreen(self.browser, self._browse_sync))

    def _browse_sync(self, number: int) -> None:
        if self.browser.sync is not None and number == self.browser.sync.number:
            self.app.pop_screen()
        else:
            self.app.push_screen(BrowseScreen(self.connector, self._open_reader, self._kept, sync=number))
