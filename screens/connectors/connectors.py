"""The list of connectors: where every start begins and every wizard ends."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.compose import compose
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from zoomgov.connectors.model import NOT_FINISHED, Connector, ConnectorStatus, Draft, Step
from zoomgov.connectors.rows import RegistryError
from zoomgov.text import printable
from zoomgov.widgets.banner import Banner
from zoomgov.widgets.cells import cells, share
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.key_hints import KeyHints
from zoomgov.widgets.paged_list import PagedList
from zoomgov.widgets.status_label import status_label
from zoomgov.widgets.terminal.key_queue import OPENS
from zoomgov.words.times import ago

from ..shared.page import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual import events
    from textual.app import ComposeResult

    from .welcome import Welcome

_KEYS = (
    ("⏎", "Open", "open"),
    ("v", "Verify", "verify"),
    ("s", "Sync", "sync"),
    ("e", "Credentials", "edit"),
    ("h", "Hand off", "hand_off"),
    ("x", "Remove", "remove"),
)
_TITLES = ("Connector", "Status", "App", "Owners", "Last sync")
_WIDTHS = ((14, 3), (15, 0), (8, 2), (10, 4), (14, 0))
"""(Least width in cells, share of the room that is left) of each column."""
_DISPENSABLE = (2, 3)
"""Columns that a narrow screen leaves out, in this order: App, which mostly repeats Connector, then Owners."""
_GAP = 2


def _begin_of(path: str) -> bytes:
    """Return the first megabyte of a file: more than any hand-off file has."""
    with Path(path).expanduser().open("rb") as file:
        return file.read(1_000_000)


STYLES: Final = sorted(Path(__file__).resolve().parents[1].glob("*/*.tcss"))
"""The style sheets of all screens, under the paths by which Textual knows them."""
_FIRST_FRAME_WAITS: Final = 0.1
"""Seconds that the page waits at most for the list, so that its first frame shows it and no second one is needed."""
_LOOKED_AT_FOR: Final = 0.2
"""Seconds after the list is read: by then it is drawn, and there is time to load other screens."""


class ConnectorsScreen(Page[None]):
    """A line for each connector, with its label; Enter opens the next step, or what was synced."""

    HELP = """
# Connectors

Each line is one Zoom account. Its label says how it stands:

- **○ Not connected**: the set-up is not finished. Enter goes on where you stopped.
- **◐ Syncing**: people and access are being read.
- **● Connected**: read. Enter opens what was found.
- **✗ Error**: the last sync failed; the reason is under the list. `v` finds out why.

While there is none, the page says what you need and offers three ways: set up Zoom, open a hand-off file that somebody
sent to you, or look at made-up data first.

Nothing here changes your Zoom account: zoomgov only reads.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add connector", tooltip="Set up another Zoom account"),
        Binding("o", "open_file", "Open hand-off file", tooltip="Take over a connector that somebody handed to you"),
        Binding("d", "show_demo", "Show made-up data", show=False, tooltip="A simulated account, read twice"),
        Binding("enter", "open", "Open", show=False, tooltip="The next step, or what was synced"),
        Binding("v", "verify", "Verify", show=False, tooltip="Check credentials, scopes and endpoints"),
        Binding("s", "sync", "Sync", show=False, tooltip="Read everyone and everything again"),
        Binding("e", "edit", "Edit credentials", show=False, tooltip="Account ID, Client ID and Client secret"),
        Binding("h", "hand_off", "Hand off", show=False, tooltip="Ask someone else to finish the set-up"),
        Binding("x", "remove", "Remove", show=False, tooltip="Delete it here, with everything synced"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.connectors: list[Connector] = []
        self._draft = Draft()
        self.ready = False
        """True once the list was read. From then on it is read again whenever the page comes back on top."""
        self._first_read: asyncio.Task[tuple[list[Connector], Draft | None]] | None = None

    async def _on_compose(self, event: events.Compose) -> None:
        """Read the list before the page is made, which depends on it. Textual calls its own handler after this one."""
        self._first_read = asyncio.create_task(self.services.run(self._read), name="read the connectors")
        await asyncio.wait((self._first_read,), timeout=_FIRST_FRAME_WAITS)

    def compose(self) -> ComposeResult:
        welcomes = self._is_known_empty()
        yield Banner("Welcome" if welcomes else "Connectors")
        with Vertical(id="page"):
            yield from self._content(welcomes)
        yield KeyFooter()

    def _content(self, welcomes: bool) -> ComposeResult:
        if welcomes:
            from .welcome import Welcome

            yield Welcome()
            return
        yield Static(id="columns")
        yield PagedList(id="connectors", classes="lines", compact=True, markup=False)
        yield Static(id="reason")
        yield KeyHints(_KEYS, id="hints")

    def on_mount(self) -> None:
        self.begin()

    def _read(self) -> tuple[list[Connector], Draft | None]:
        return self.services.connectors.all(), self.services.registry.draft()

    def _is_known_empty(self) -> bool:
        read = self._first_read
        return read is not None and read.done() and read.exception() is None and not read.result()[0]

    @work(exclusive=True, group="connectors")
    async def begin(self) -> None:
        """Load the list, then go back to where the last session stopped."""
        readable = await self.load()
        self.set_timer(_LOOKED_AT_FOR, self.warm_up)
        if not readable:
            return
        session = self.host.session
        place = next((item for item in self.connectors if item.id == session.connector), None)
        if session.step and place is not None:
            self.open_step(place, Step(min(session.step, Step.SYNC)))
        elif session.step and not session.connector:
            self.action_add()
        elif self.host.shows_demo and not self.connectors:
            self.action_show_demo()

    @work(group="warm-up")
    async def warm_up(self) -> None:
        """Load what other screens need while nothing is to be done, so that they open fast."""
        if any(item.last_sync_at is not None for item in self.connectors):
            await self.services.run(self.host.load_browsing)
        for path in STYLES:
            # Read ahead: when a screen brings a new style sheet, Textual parses all of them again.
            if not self.app.stylesheet.has_source(str(path), ""):
                self.app.stylesheet.read(path)
                self.app.stylesheet.parse()
                await asyncio.sleep(0)

    async def load(self) -> bool:
        """Read the connectors again and draw them; the cursor stays on its connector. False: they cannot be read."""
        reading, self._first_read = self._first_read, None
        try:
            self.connectors, draft = await (reading or self.services.run(self._read))
        except RegistryError as error:
            self.ready = True
            self.query_one("#reason", Static).update(Content.styled(f"✗ {printable(error)}", "$text-error"))
            return False
        self._draft = draft or Draft()
        self.ready = True
        await self._fit_content()
        if self.connectors:
            self.draw()
        return True

    async def _fit_content(self) -> None:
        """Show the list where there is something to list, else the welcome."""
        welcomes = not self.connectors
        if welcomes is bool(self.query("Welcome")):
            return
        page = self.query_one("#page")
        await page.remove_children()
        await page.mount_all(compose(self, self._content(welcomes)))
        self.query_one(Banner).show_title("Welcome" if welcomes else "Connectors")
        self.refresh_bindings()

    def on_screen_resume(self) -> None:
        if self.stack_updates and self.ready:  # it comes back
            self.reload()

    @work(exclusive=True, group="connectors")
    async def reload(self) -> None:
        await self.load()

    def sync_ended(self, connector_id: str) -> None:
        if self.is_current:
            self.reload()

    def on_resize(self, event: events.Resize) -> None:
        if self.connectors:
            self.call_after_refresh(self.draw)  # when it is known how wide the page has become

    def draw(self) -> None:
        """Fill the list."""
        table = self.query_one("#connectors", OptionList)
        before = self.chosen
        room = self.query_one("#page").content_size.width or self.size.width - 4
        columns = list(range(len(_TITLES)))
        for dispensable in _DISPENSABLE:
            if sum(_WIDTHS[column][0] + _GAP for column in columns) - _GAP > room:
                columns.remove(dispensable)
        widths = dict(zip(columns, share(room, [_WIDTHS[column] for column in columns], _GAP), strict=True))
        title = cells([(_TITLES[column], "dim", width) for column, width in widths.items()], _GAP)
        self.query_one("#columns", Static).update(title)
        table.set_options(Option(self._line(item, widths), id=item.id) for item in self.connectors)
        ids = [item.id for item in self.connectors]
        table.highlighted = ids.index(before.id) if before is not None and before.id in ids else 0
        table.focus()
        self.explain()

    def _line(self, item: Connector, widths: Mapping[int, int]) -> Content:
        """Return the line of one connector; `widths` maps the columns shown, by their place in `_TITLES`, to cells."""
        label = status_label(item.status)
        style = str(label.spans[0].style) if label.spans else ""
        owners = ", ".join(printable(owner.email) for owner in item.owners)
        parts = (
            (printable(item.name), "bold"),
            (label.plain, style),
            (printable(item.app.name), ""),
            (owners, "dim"),
            (ago(item.last_sync_at, self.host.now()), "dim"),
        )
        return cells([(*parts[column], width) for column, width in widths.items()], _GAP)

    @property
    def chosen(self) -> Connector | None:
        """The connector under the cursor."""
        table = self.query("#connectors")
        option = table.first(OptionList).highlighted_option if table else None
        if option is None:
            return None
        return next((item for item in self.connectors if item.id == option.id), None)

    def explain(self) -> None:
        """Say under the list what is next for the connector under the cursor, or why its sync failed."""
        item = self.chosen
        reason = self.query_one("#reason", Static)
        self.query_one(KeyHints).display = item is not None
        if item is None:
            reason.update("")
            return
        if item.status is ConnectorStatus.ERROR:
            more = "s goes on with it." if item.reason == NOT_FINISHED else "v shows why, and what to click."
            reason.update(Content.assemble((f"✗ {printable(item.reason)}", "$text-error"), f"\n  {more}"))
        elif item.step is Step.DONE:
            reason.update(Content("Connected: Enter opens its overview, with people, groups and roles."))
        else:
            from zoomgov.widgets.rail import TITLES

            number = f"step {int(item.step)} of {len(TITLES)}"
            reason.update(Content(f"Next: {TITLES[item.step]} ({number}). Enter goes on there."))

    @on(OptionList.OptionHighlighted, "#connectors")
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.explain()

    @on(OptionList.OptionSelected, "#connectors")
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_open()

    async def on_welcome_chosen(self, event: Welcome.Chosen) -> None:
        event.stop()
        await self.run_action(event.action)

    # Actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("open", "verify", "sync", "edit", "hand_off", "remove") and self.is_mounted:
            return bool(self.connectors)
        if action == "show_demo":
            return self.ready and not self.connectors
        return True

    def open_step(self, connector: Connector | None, step: Step, *, start: bool = False) -> None:
        """Show a step of the wizard above the list; `start` begins the sync at once."""
        if self.is_current:
            self.host.open_step(step, connector, self._draft if connector is None else None, start=start)

    def action_add(self) -> None:
        self.open_step(None, min(self._draft.step, Step.OWNERS))

    @work(exclusive=True, group=OPENS)
    async def action_show_demo(self) -> None:
        """Fill the demo's account and show it; outside of a demo, leave for one."""
        from zoomgov.services.demonstration import INSTALL_SIM, missing_packages

        if (demonstration := self.services.demonstration) is not None:
            from .made_up import MadeUpScreen

            await self.app.push_screen(MadeUpScreen(demonstration))
        elif missing := await self.services.run(missing_packages):
            text = f"The simulated account needs {' and '.join(missing)}, not installed here. {INSTALL_SIM}"
            self.notify(text, title="No made-up data", severity="warning", timeout=12, markup=False)
        else:
            await self.host.leave_for_demo()

    def action_open(self) -> None:
        if (item := self.chosen) is None:
            return
        if item.step is Step.DONE or item.last_sync_at is not None:
            self.browse(item)
        else:
            self.open_step(item, item.step)

    @work(exclusive=True, group=OPENS)
    async def browse(self, item: Connector) -> None:
        """Show what was synced."""
        if self.is_current:
            await self.host.open_overview(item)

    def action_verify(self) -> None:
        """Verify it; the cursor begins on the check that explains why the last sync failed."""
        if (item := self.chosen) is not None and self.is_current:
            self.host.open_verify(item, line=item.reason_line)

    def action_sync(self) -> None:
        if (item := self.chosen) is not None:
            self.open_step(item, Step.SYNC, start=True)

    def action_edit(self) -> None:
        self._open_at(Step.CREDENTIALS)

    def _open_at(self, step: Step) -> None:
        if (item := self.chosen) is not None:
            self.open_step(item, step)

    def action_hand_off(self) -> None:
        if (item := self.chosen) is not None:
            self.host.open_hand_off(item)

    @work(exclusive=True, group="open-file")
    async def action_open_file(self) -> None:
        """Import a connector from a hand-off file, and open the first step in Zoom."""
        from zoomgov.connectors.handoff import HandoffError

        from .open_file import OpenFileScreen

        made: list[Connector] = []

        async def take(typed: str) -> str:
            try:
                data = await self.services.run(_begin_of, typed.strip().strip("'\""))
                made.append(await self.services.connectors.import_handoff(data))
            except FileNotFoundError:
                return f"There is no such file. Put it into {printable(Path.cwd())}, or type its whole path."
            except OSError as error:
                return f"It cannot be read: {error.strerror or error}. Choose another file."
            except (HandoffError, RegistryError) as error:
                return str(error)
            return ""

        if await self.app.push_screen_wait(OpenFileScreen(take)):
            await self.load()
            self.open_step(made[0], Step.ZOOM_APP)

    @work(exclusive=True, group="remove")
    async def action_remove(self) -> None:
        from .remove import ask_and_remove

        if (item := self.chosen) is not None and await ask_and_remove(self, item):
            self.notify(f"{printable(item.name)} is removed.", markup=False)
            await self.load()
