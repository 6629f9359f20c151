"""Browse: tables of everything that was synced, and the item under the cursor beside them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import ContentSwitcher, Input, Static, Tabs

from zoomgov.connectors.model import Step
from zoomgov.model.kinds import Kind
from zoomgov.preferences.views import ViewPreferences, ViewPreferencesFile
from zoomgov.widgets.banner import Banner
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.table.identity_table import IdentityTable
from zoomgov.widgets.table.row_table import RowTable
from zoomgov.widgets.table.search_table import SearchTable
from zoomgov.widgets.table.table_source import SourceError
from zoomgov.widgets.terminal.key_queue import FILLS, OPENS
from zoomgov.words.kinds import printable_lines

from ..synced.opened_sync import OpenedSync
from ..synced.shown_table import ShownTable
from ..synced.sync_notes import targets_to_name
from ..synced.sync_page import TABLE_HELP, SyncPage
from ..synced.table_order import preferences_of, preferred_order
from ..synced.words import DEFAULT_SORT, NOTHING_SYNCED
from .browse_actions import TableActions
from .item_pane import ItemPane
from .kind_table import KindTabs, kind_table
from .read_ahead import ReadAhead
from .status_bar import StatusBar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from textual.app import ComposeResult

    from zoomgov.connectors.model import Connector
    from zoomgov.model.syncs import SyncInfo
    from zoomgov.services.stores import Reader


_OPENS_WITHIN = 0.1
"""Seconds that the page before stays at most, while the store is opened."""
_COUNTS_AFTER = 0.05
"""Seconds after a sync is shown: by then the first table is drawn."""

_NEEDING_A_SYNC = frozenset(
    {"search", "kind", "notes", "filters", "changes", "syncs", "findings", "export", "licences", "columns", "portal"}
)


class BrowseScreen(SyncPage):
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
        preferences_file: Path | None = None,
        *,
        sync: int | None = None,
        kind: Kind = Kind.USERS,
        text: str = "",
    ) -> None:
        """Browse `connector`.

        Args:
            connector: Whose store it is.
            open_reader: Gives a new reader of the latest sync at each call; by default that of the services.
            preferences_file: Where filters, columns, widths and orders are saved; by default in the data folder.
            sync: Stay with this older sync.
            kind: The table to begin with.
            text: What to search for in it.
        """
        self._open_reader = open_reader or (lambda: self.services.stores.reader(connector))
        super().__init__(OpenedSync(connector.name, self._open_reader, sync, cloud=connector.cloud))
        self.connector = connector
        self._kind = kind
        self._begin_text = text
        self._actions: dict[Kind, TableActions] = {}
        self._preferences_file = preferences_file
        self._preferences_read = ViewPreferences()
        self._read_ahead = ReadAhead(self, self.opened_sync)
        self._shown: SyncInfo | None = None
        self._switching = asyncio.Lock()
        self._pane = ItemPane(self.opened_sync, lambda: self.host.now(), id="detail")

    async def prepare(self) -> None:
        """Open the store before the page is shown, so that its first frame is complete, unless that takes long."""
        opening = asyncio.ensure_future(asyncio.to_thread(self._open))
        with suppress(SourceError, TimeoutError):  # `load` opens it again, and says what is wrong
            await asyncio.wait_for(asyncio.shield(opening), _OPENS_WITHIN)
        opening.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _open(self) -> None:
        self._preferences_read = self.preferences.read()
        self.opened_sync.open()

    def compose(self) -> ComposeResult:
        number, sync = self.opened_sync.number, self.opened_sync.sync
        place = "Browse" if number is None else f"Sync {number}, as it was"
        yield Banner(f"{self.connector.name}  ›  {place}", self.connector.status)
        yield KindTabs(sync, self.app.size.width, self._kind, id="kinds")
        with Horizontal(id="tables"):
            with ContentSwitcher(initial=None if sync is None else self._kind.value, id="lists"):
                if sync is not None:
                    yield self._table_of(self._kind, sync, self._preferences_read)
            yield self._pane
        yield Static(id="nothing")
        yield StatusBar(id="status-bar")
        yield KeyFooter(show_command_palette=False)

    def on_mount(self) -> None:
        self.opened_sync.preferences = self.preferences
        self.query_one(Tabs).can_focus = False
        sync, table = self.opened_sync.sync, self.search_table
        if sync is None or table is None:
            self._show_nothing("Loading …")
            self.load()
            return
        self.query_one("#nothing").display = False
        self._tell_sync(sync)
        self.set_focus(table.table)
        self._begin_with(sync)

    async def on_unmount(self) -> None:
        await asyncio.to_thread(self.opened_sync.close)

    def on_screen_resume(self) -> None:
        if self._shown is not None:
            self.refresh_if_newer(self._shown)

    # Loading

    @work(group=FILLS)
    async def load(self) -> None:
        """Read what the store holds and show it."""
        try:
            await asyncio.to_thread(self.opened_sync.open)
        except SourceError as error:
            self._show_nothing(f"✗ {error}\n\nNothing was lost. Press Esc, then open it again.")
            return
        if self.opened_sync.sync is None:
            self._show_nothing(NOTHING_SYNCED)
            return
        await self._show_sync(self.opened_sync.sync)

    @work(group="browse")
    async def refresh_if_newer(self, shown: SyncInfo) -> None:
        """Show a sync that was published since `shown`.

        Never cancels a worker that is putting a sync on screen, which would leave half of it there.
        """
        try:
            if not await asyncio.to_thread(self.opened_sync.is_outdated) or self._shown is not shown:
                return
            self._shown = None
            self._read_ahead.start_again()
            await asyncio.to_thread(self.opened_sync.open)
        except SourceError as error:
            self.notify(str(error), title="A newer sync cannot be shown", severity="error", markup=False)
            self._shown = shown
            return
        if self.opened_sync.sync is not None:
            await self.query_one("#lists", ContentSwitcher).remove_children()
            await self._show_sync(self.opened_sync.sync)

    def _show_nothing(self, text: str) -> None:
        nothing = self.query_one("#nothing", Static)
        nothing.update(Content(printable_lines(text)))
        nothing.display = True
        self.query_one("#tables").display = self.query_one(Tabs).display = False

    async def _show_sync(self, sync: SyncInfo) -> None:
        self.query_one("#nothing").display = False
        self.query_one("#tables").display = self.query_one(Tabs).display = True
        self._tell_sync(sync)
        self.query_one(KindTabs).tell(sync, self.size.width)
        await self._show_kind(self._kind)
        self._begin_with(sync)

    def _begin_with(self, sync: SyncInfo) -> None:
        """Begin to read ahead: the first table of `sync` is there."""
        self._shown = sync
        if (table := self.search_table) is not None and self._begin_text:
            table.type(self._begin_text)
            self._begin_text = ""
        self.set_timer(_COUNTS_AFTER, self._read_ahead.count_grants)

    def _tell_sync(self, sync: SyncInfo) -> None:
        self.query_one(StatusBar).show_sync(sync, self.host.now(), self.size.width)

    async def _show_kind(self, kind: Kind) -> None:
        """Show the table of `kind`; each is made when first looked at."""
        async with self._switching:
            await self._switch(kind)

    async def _switch(self, kind: Kind) -> None:
        sync = self.opened_sync.sync
        if sync is None:
            return
        self._kind = kind
        lists = self.query_one("#lists", ContentSwitcher)
        if not lists.query(f"#{kind}"):
            await lists.mount(self._table_of(kind, sync, await self.read_preferences()))
        lists.current = kind.value
        if self.query_one(Tabs).active != kind.value:
            self.query_one(Tabs).active = kind.value
        table = lists.query_one(f"#{kind}", SearchTable)
        table.table.focus()
        self._pane.follow(self._kind, table.table.cursor_id)

    def _table_of(self, kind: Kind, sync: SyncInfo, preferences: ViewPreferences) -> SearchTable:
        source = self.opened_sync.source(kind, None, preferences.columns.get(kind.value, ()))
        order = preferred_order(preferences, kind.value, [column.key for column in source.columns], DEFAULT_SORT)
        self._orders[kind.value] = order.keys
        widths = preferences.widths.get(kind.value)
        table = kind_table(kind, sync, source, order, widths, self._read_ahead.offered_values)
        self._actions[kind] = TableActions(self.opened_sync, kind, source, table, self.preferences)
        return table

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, Input):
            self._read_ahead.prepare_search()

    @cached_property
    def preferences(self) -> ViewPreferencesFile:
        """The view preferences of this connector."""
        file = self._preferences_file
        return ViewPreferencesFile(file) if file is not None else preferences_of(self.services, self.connector)

    @property
    def preferences_key(self) -> str:
        return self._kind.value

    @property
    def search_table(self) -> SearchTable | None:
        return next(iter(self.query(f"#lists > #{self._kind}").results(SearchTable)), None)

    @on(Tabs.TabActivated)
    async def _tab_chosen(self, event: Tabs.TabActivated) -> None:
        chosen = self.query_one(Tabs).active  # the event may be late, of a tab that was left
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
            self._pane.follow(self._kind, event.row_id)

    def on_resize(self) -> None:
        if self.opened_sync.sync is not None:
            self._tell_sync(self.opened_sync.sync)
            self.query_one(KindTabs).tell(self.opened_sync.sync, self.size.width)
            if (table := self.search_table) is not None:
                self._pane.follow(self._kind, table.table.cursor_id)

    def _show_users_later(self, text: str) -> None:
        self.call_later(self._show_users, text)

    async def _show_users(self, text: str) -> None:
        """Show the users that `text` finds."""
        await self._show_kind(Kind.USERS)
        if (table := self.search_table) is not None:
            table.type(text)
            table.table.focus()

    # The table on screen

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in _NEEDING_A_SYNC and self.opened_sync.sync is None:
            return False
        return super().check_action(action, parameters)

    @work(exclusive=True, group=OPENS)
    async def action_filters(self) -> None:
        """Save the filter that is typed, or choose a saved one."""
        if (actions := self._actions.get(self._kind)) is not None:
            await actions.choose_filter()

    async def action_columns(self) -> None:
        """Choose the columns of this table; they are saved."""
        if (actions := self._actions.get(self._kind)) is not None:
            await actions.choose_columns(partial(self.show_columns, self._kind))

    @work(group="browse")
    async def show_columns(self, kind: Kind, columns: Sequence[str]) -> None:
        """Show these columns from now on."""
        await self._actions[kind].show_columns(columns)

    @work(exclusive=True, group=OPENS)
    async def action_portal(self) -> None:
        """Open Zoom's own page for the row under the cursor in the browser."""
        if (actions := self._actions.get(self._kind)) is not None:
            await actions.open_portal()

    # Opening pages

    @on(RowTable.RowSelected)
    def _row_selected(self, event: RowTable.RowSelected) -> None:
        self.open_item(self._kind, event.row_id)

    @work(exclusive=True, group=OPENS)
    async def open_item(self, kind: Kind, row_id: int) -> None:
        """Open an item on a page of its own."""
        key = await asyncio.to_thread(self.opened_sync.key, row_id)
        await self.host.open_item(self.opened_sync, kind, key)

    @work(exclusive=True, group=OPENS)
    async def action_notes(self) -> None:
        """List what the sync did not read and what disagrees."""
        if (sync := self.opened_sync.sync) is not None:
            names = await asyncio.to_thread(self.opened_sync.names, targets_to_name(sync))
            await self.host.open_sync_notes(sync, names)

    def action_changes(self) -> None:
        """Compare syncs."""
        self.host.open_changes(self.opened_sync)

    def action_findings(self) -> None:
        """Show what looks wrong."""
        self.host.open_findings(self.opened_sync)

    def action_export(self) -> None:
        """Write a file."""
        if (table := self.search_table) is not None:
            self.host.open_export(self.opened_sync, ShownTable.of(self._kind, table))

    def action_licences(self) -> None:
        """Count licences and logins."""
        self.host.open_licences(self.opened_sync, self._show_users_later)

    def action_sync(self) -> None:
        """Go to the sync page, and start."""
        self.host.open_step(Step.SYNC, self.connector, start=True, replace=True)

    def action_syncs(self) -> None:
        """List the syncs."""
        from .syncs import SyncsScreen

        self.app.push_screen(SyncsScreen(self.opened_sync, self._browse_sync))

    def _browse_sync(self, number: int) -> None:
        if self.opened_sync.sync is not None and number == self.opened_sync.sync.number:
            self.app.pop_screen()
        else:
            self.app.push_screen(BrowseScreen(self.connector, self._open_reader, self._preferences_file, sync=number))
