"""Step 3: create the Server-to-Server OAuth app in Zoom, click by click."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from zoomgov.connectors.model import Step
from zoomgov.widgets.tick_list import Item

from .clicks_step import ClicksStep

# Ids are stored as ticks: never give one to another click. Numbers are those of ConductorOne's page, labels those of
# the Marketplace; newer ones in DETAILS.
CLICKS: Final = (
    Item("sign-in", "1.1 Sign in to the Zoom App Marketplace", "as the Account Owner"),
    Item("build", "1.2 Click Develop, then Build App", "newer: Developers, Created apps, +"),
    Item("server-to-server", "1.3 Choose Server-to-Server OAuth, click Create", "not a General App"),
    Item("name", "1.4 Give the app a name, such as “ConductorOne”, click Create"),
    Item("credentials", "1.5 Note its three values now, or come back to App Credentials later"),
    Item("continue", "2.1 On App Credentials, click Continue"),
    Item("information", "2.2 Basic information: fill out the form, click Continue"),
    Item("feature", "2.3 Feature: do not make any changes, click Continue"),
)

DETAILS: Final = {
    "sign-in": "Open {marketplace} (key o) and sign in. The first time, accept the Marketplace's terms.",
    "build": "Newer Marketplace: Developers on the left, Created apps, then + or Build app. No such entry? Your role"
    " lacks the right: the owner opens {portal}, User Management, Roles, Role Settings, Advanced features, and"
    " ticks View and Edit for Server-to-Server OAuth app (or Zoom for developers). Then sign out and in.",
    "server-to-server": "A General App has no Account ID and cannot be used. The choice is missing when your role lacks"
    " the right named one line above.",
    "name": "The name is for you: it appears in your list of created apps. Any name will do.",
    "credentials": "It shows Account ID, Client ID and Client secret: Credentials (step 6) asks for them. Copy them"
    " now, or come back to App Credentials then: the page can be opened again.",
    "continue": "The pages of the app follow one another, and are listed on its left: you can go back to each.",
    "information": "Newer pages call it Information. Needed before the app can be activated: a short description,"
    " company name, developer contact name and developer contact e-mail.",
    "feature": "The Secret Token and Verification Token on this page belong to webhooks: neither is the Client secret."
    " Event subscriptions stay off.",
}


class ZoomAppScreen(ClicksStep):
    """The clicks in the Marketplace, as a list to tick."""

    STEP = Step.ZOOM_APP
    LEAD = "An app of your own that may read your account. Space ticks a line."
    CLICKS = CLICKS
    DETAILS = DETAILS
    LINK = "Zoom App Marketplace"
    COPIED = "The Marketplace's address"
    HELP = """
# Step 3: Zoom app

zoomgov reads Zoom through a **Server-to-Server OAuth app** of your own: a key to your account that you make in the
Zoom App Marketplace and can withdraw there at any time. It is not published and nobody else can use it.

Follow the lines in your browser and tick them off with `space`. Under the list is what to know about the line you
are on, with the names that older and newer Marketplace pages use. `o` opens the Marketplace, `y` copies its address.

The ticks are only for you: you can go on without them.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "open_link", "Open Marketplace", tooltip="Open the Zoom App Marketplace in your browser"),
        Binding("y", "copy_link", "Copy link", tooltip="Copy the Marketplace's address"),
    ]

    @property
    def heading(self) -> str:
        return "Create a Zoom OAuth app"
