"""Step 5: activate the app in Zoom. Until then Zoom gives no token, and says so as if the secret were wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from zoomgov.connectors.model import Connector, Step
from zoomgov.connectors.standing import ACTIVATED
from zoomgov.widgets.terminal.browser import open_link
from zoomgov.widgets.terminal.clipboard import copy
from zoomgov.widgets.tick_list import Item, TickList
from zoomgov.zoom.clouds import ZOOM_US, CloudError, parse_cloud

from .sketches import sketch
from .step_screen import ConnectorStep

if TYPE_CHECKING:
    from textual.app import ComposeResult

# Ids are stored as ticks: never give one to another click.
CLICKS: Final = (
    Item(ACTIVATED, "2.6 On the Activation page, click Activate your app"),
    Item("activated", "Zoom says that the app is activated on the account"),
)
DETAILS: Final = {
    ACTIVATED: "After Continue on the Scopes page you are there; later it is Activation on the left of the app's page."
    " Key o opens the list of your apps.",
    "activated": "Does the button stay grey, or does Zoom refuse? Then a field of Basic information is empty (short"
    " description, company name, developer contact), or no scope was added. It can take a minute to take effect.",
}
_FORGOTTEN: Final = (
    "Forgotten most often. Without it Zoom gives the app no token, and may answer as if the Client secret were wrong."
)


class ActivationScreen(ConnectorStep):
    """One click in Zoom, with a page of its own."""

    STEP = Step.ACTIVATION
    LEAD = _FORGOTTEN
    ASIDE = True
    CSS_PATH = "zoom_app.tcss"
    HELP = """
# Step 5: Activation

A Server-to-Server OAuth app works only once it is **activated**. On the app's **Activation** page in the Zoom App
Marketplace click **Activate your app**; Zoom then says that the app is activated on the account.

- The button is grey, or Zoom refuses: a field of **Basic information** is empty, or no scope was added yet.
- It can take a minute until Zoom gives a token. *Verify* keeps watching with `w`.
- An app that somebody deactivates later stops at once; the same page activates it again.

`space` ticks a line, `o` opens your apps in the Marketplace, `y` copies the address. The ticks are for you; where
Zoom refuses and this is not ticked, *Verify* names the activation first.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "open_link", "Open your apps", tooltip="Open the list of your apps in the Zoom App Marketplace"),
        Binding("y", "copy_link", "Copy link", tooltip="Copy the address of the list of your apps"),
        Binding(
            "k", "sketch", "Sketch", show=False, tooltip="A sketch of the page in Zoom; wide terminals show it anyway"
        ),
    ]

    def __init__(self, connector: Connector) -> None:
        super().__init__(connector)
        try:
            cloud = parse_cloud(connector.cloud)
        except CloudError:
            cloud = ZOOM_US
        self._address = f"{cloud.marketplace_url}/user/build"

    @property
    def heading(self) -> str:
        return "Activate your app"

    def body(self) -> ComposeResult:
        yield Static(Content.assemble(("Your apps  ", "dim"), (self._address, "underline $text-primary")), id="link")
        yield TickList(CLICKS, ticked=self.connector.checked, id="clicks")
        yield Static(id="detail", classes="pane")

    def on_mount(self) -> None:
        clicks = self.query_one("#clicks", TickList)
        left = clicks.unticked
        clicks.highlighted = next((n for n, item in enumerate(CLICKS) if left and item.id == left[0]), 0)
        self.set_focus(clicks)

    @on(TickList.CursorMoved)
    def _cursor_moved(self, event: TickList.CursorMoved) -> None:
        event.stop()
        self.explain(Content(DETAILS[event.item]), sketch(event.item))

    @on(TickList.Ticked)
    def _ticked(self, event: TickList.Ticked) -> None:
        event.stop()
        self.changed()

    async def save(self) -> None:
        await self.update_connector(checked=self.query_one("#clicks", TickList).ticked)

    def action_open_link(self) -> None:
        def not_opened() -> None:
            self.notify(f"No browser here. Open {self._address} on another machine.", severity="warning", markup=False)

        open_link(self, self._address, not_opened)

    def action_copy_link(self) -> None:
        copy(self, self._address, "The address of your apps")
