"""Step 5: activate the app in Zoom. Until then Zoom gives no token, and says so as if the secret were wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType

from zoomgov.connectors.model import Step
from zoomgov.connectors.standing import ACTIVATED
from zoomgov.widgets.tick_list import Item

from .clicks_step import ClicksStep

if TYPE_CHECKING:
    from zoomgov.zoom.clouds import Cloud

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


class ActivationScreen(ClicksStep):
    """One click in Zoom, with a page of its own."""

    STEP = Step.ACTIVATION
    LEAD = _FORGOTTEN
    CLICKS = CLICKS
    DETAILS = DETAILS
    LINK = "Your apps"
    COPIED = "The address of your apps"
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
    ]

    @property
    def heading(self) -> str:
        return "Activate your app"

    def page_of(self, cloud: Cloud) -> str:
        return f"{cloud.marketplace_url}/user/build"
