"""What two steps of the wizard share: clicks in Zoom as a list to tick, each explained, and the page they are on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from zoomgov.widgets.terminal.browser import open_link
from zoomgov.widgets.terminal.clipboard import copy
from zoomgov.widgets.tick_list import Item, TickList
from zoomgov.zoom.clouds import ZOOM_US, Cloud, CloudError, parse_cloud

from .sketches import sketch
from .step_screen import ConnectorStep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult

    from zoomgov.connectors.model import Connector


class ClicksStep(ConnectorStep):
    """A step that lists clicks. Its ticks are saved; it can be left without them."""

    CLICKS: ClassVar[Sequence[Item]]
    """Their ids are stored as ticks: never give one to another click."""
    DETAILS: ClassVar[Mapping[str, str]]
    """What to know about a click, by id; `{marketplace}` and `{portal}` stand for addresses of the cloud."""
    LINK: ClassVar[str]
    """What the address of `page_of` is."""
    COPIED: ClassVar[str]
    """The same in a sentence, for when it was copied."""
    ASIDE = True
    CSS_PATH = "zoom_app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
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
        self._places = {"marketplace": cloud.marketplace_url, "portal": cloud.portal_url}
        self._address = self.page_of(cloud)

    def page_of(self, cloud: Cloud) -> str:
        """Return the address where the clicks begin."""
        return cloud.marketplace_url

    def body(self) -> ComposeResult:
        link = Content.assemble((f"{self.LINK}  ", "dim"), (self._address, "underline $text-primary"))
        yield Static(link, id="link")
        yield TickList(self.CLICKS, ticked=self.connector.checked, id="clicks")
        yield Static(id="detail", classes="pane")

    def on_mount(self) -> None:
        clicks = self.query_one("#clicks", TickList)
        left = clicks.unticked
        clicks.highlighted = next((n for n, item in enumerate(self.CLICKS) if left and item.id == left[0]), 0)
        self.set_focus(clicks)

    @on(TickList.CursorMoved)
    def _cursor_moved(self, event: TickList.CursorMoved) -> None:
        event.stop()
        self.explain(Content(self.DETAILS[event.item].format(**self._places)), sketch(event.item))

    @on(TickList.Ticked)
    def _ticked(self, event: TickList.Ticked) -> None:
        event.stop()
        self.changed()

    async def save(self) -> None:
        await self.update_connector(checked=self.query_one("#clicks", TickList).ticked)

    def action_open_link(self) -> None:
        """Open the page in a browser."""

        def not_opened() -> None:
            self.notify(f"No browser here. Open {self._address} on another machine.", severity="warning", markup=False)

        open_link(self, self._address, not_opened)

    def action_copy_link(self) -> None:
        """Copy the address of the page."""
        copy(self, self._address, self.COPIED)
