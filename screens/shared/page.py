"""What every page has, and what a page may ask of the app that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar, cast

from textual.binding import Binding, BindingType
from textual.screen import Screen

from zoomgov.connectors.model import Step
from zoomgov.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from textual import events

    from zoomgov.connectors.model import Connector, Draft
    from zoomgov.model.syncs import SyncInfo
    from zoomgov.preferences.session import SessionState
    from zoomgov.services.running import SyncRun
    from zoomgov.services.services import Services
T = TypeVar("T")


class Host(Protocol):
    """What a page expects of the app. Pages know no page of another room: they ask their host to open it.

    The `open_` methods put a page above the one on top, or in its place with `replace`. The page is on the stack when
    they return; awaiting what they return waits until it is mounted. The exception is `open_browse`, a coroutine.
    """

    services: Services
    now: Callable[[], datetime]
    session: SessionState
    shows_demo: bool
    """Whether to begin with the demo's account filled."""

    def save_place(self, connector_id: str, step: Step | None) -> None:
        """Save the open step, so that the next start opens it. None: the list."""
        ...

    async def leave_for_demo(self) -> None:
        """End the app, and have the demo started in its place."""
        ...

    def open_step(
        self,
        step: Step,
        connector: Connector | None,
        draft: Draft | None = None,
        *,
        start: bool = False,
        replace: bool = False,
    ) -> Awaitable[None]:
        """Open a step of the wizard; steps after Owners need the connector. `start` begins the sync at once."""
        ...

    def open_verify(self, connector: Connector, *, line: str = "", replace: bool = False) -> Awaitable[None]:
        """Open the step Verify; `line` is the id of the check to look at first."""
        ...

    def open_hand_off(self, connector: Connector, *, me: str = "", replace: bool = False) -> Awaitable[None]:
        """Open the e-mail and the file for the owners who are someone else; `me` is the address of one who is not."""
        ...

    async def open_overview(self, connector: Connector) -> None:
        """Open the home of a connector, once it is read; not if the page on top is left meanwhile."""
        ...

    def switch_to_overview(self, connector: Connector, *, changes: bool = False) -> Awaitable[None]:
        """Put the home of a connector in place of the page on top; `changes` begins with what the last sync changed."""
        ...

    async def open_browse(self, connector: Connector, kind: Kind = Kind.USERS, text: str = "") -> None:
        """Open the tables of what was synced, as `open_overview` does; `text` is what is searched for in the first."""
        ...

    def open_sync_notes(self, sync: SyncInfo, names: Mapping[str, str]) -> Awaitable[None]:
        """List what `sync` did not read; `names` by Zoom's id, of what `targets_to_name` asks for."""
        ...

    def start_sync(self, connector: Connector) -> SyncRun:
        """Begin to sync, whatever page is open; where a sync of it runs here, that one is returned."""
        ...

    def saw_sync(self, run: SyncRun) -> None:
        """Note that the person has seen how a sync ended."""
        ...

    def load_browsing(self) -> None:
        """Import what browsing needs, so that it opens fast. For a worker thread."""
        ...


class Page(Screen[T]):
    """A screen of this app."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Every Textual screen has it; `system` keeps it out of the help and the palette.
        Binding("ctrl+c,super+c", "screen.copy_text", "Copy selected text", show=False, system=True),
    ]

    @property
    def host(self) -> Host:
        """The app, as far as pages may know it."""
        return cast("Host", self.app)

    @property
    def services(self) -> Services:
        """The way to everything below the screens."""
        return self.host.services

    def on_compose(self) -> None:
        """Set the classes of this size at once. Textual sets them at the first layout, and styles everything again."""
        across = self.HORIZONTAL_BREAKPOINTS or self.app.HORIZONTAL_BREAKPOINTS
        down = self.VERTICAL_BREAKPOINTS or self.app.VERTICAL_BREAKPOINTS
        fitting = [
            [step for step in steps or () if step[0] <= cells]
            for steps, cells in ((across, self.app.size.width), (down, self.app.size.height))
        ]
        self.add_class(*(max(steps)[1] for steps in fitting if steps))

    def _on_screen_resume(self, event: events.ScreenResume) -> None:
        """Leave the styles of a page that is shown for the first time: they were set as it was made, a moment ago.

        Textual calls its own handler after this one.
        """
        if not self.stack_updates:
            event.refresh_styles = False

    async def settle(self) -> None:
        """Save what was typed and stop what runs, before the app ends."""

    def sync_ended(self, connector_id: str) -> None:
        """A sync of this connector has ended, by itself or not; called on each page that is open."""
