"""Links to Zoom's admin pages: to an item's own page where Zoom has one, otherwise to the list it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from zoomgov.model.kinds import Kind
from zoomgov.text import printable
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.terminal.browser import open_link
from zoomgov.widgets.terminal.clipboard import copy
from zoomgov.zoom.clouds import parse_cloud

if TYPE_CHECKING:
    from typing import ClassVar

    from textual.app import ComposeResult
    from textual.widget import Widget

_LISTS: Final = {
    Kind.USERS: "/account/user#/",
    Kind.GROUPS: "/account/group#/",
    Kind.CONTACT_GROUPS: "/account/contacts#/",
    Kind.ROLES: "/role",
}
"""Path of each list, below the portal's address."""


def portal_link(cloud: str, kind: Kind, key: str = "", email: str = "") -> tuple[str, bool]:
    """Return a link for an item, and whether it leads to the item itself and not only to its list.

    Zoom documents no address of an item. People are found in the list by `?searchKey=` and a group has
    `#/detail/ID/detail`, as addresses in public code and run books show; roles and contact groups are not known to
    have one of their own. Where Zoom does not know the rest of an address, it shows the list.

    Args:
        cloud: The connector's.
        kind: Of the item.
        key: Zoom's id of a group.
        email: Of a person.
    """
    link = f"{parse_cloud(cloud).portal_url}{_LISTS[kind]}"
    if kind is Kind.USERS and email:
        return f"{link}?searchKey={quote(email, safe='@')}", True
    if kind is Kind.GROUPS and key:
        return f"{link}detail/{quote(key, safe='')}/detail", True
    return link, False


class LinkScreen(ModalScreen[None]):
    """A link to open elsewhere, where there is no browser: over ssh, in a container."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c,y", "copy", "Copy", key_display="c"),
        Binding("escape,enter", "dismiss", "Close", key_display="esc"),
    ]

    def __init__(self, link: str, name: str) -> None:
        """`name` is the item's; empty when the page lists all."""
        super().__init__()
        self._link = link
        self._name_of_item = name

    def compose(self) -> ComposeResult:
        what = "Zoom's page" if not self._name_of_item else f"Zoom's page for {printable(self._name_of_item)}"
        with Vertical(classes="dialog"):
            yield Static(Content(what), classes="dialog-title")
            yield Static("There is no browser here. Open this where you are signed in to Zoom as an admin:\n")
            yield Static(Content(self._link), classes="dialog-text")
        yield KeyFooter()

    def action_copy(self) -> None:
        """Copy the address."""
        copy(self, self._link, "The address")


def open_portal(widget: Widget, link: str, name: str = "", *, exact: bool = True) -> None:
    """Open Zoom's page in a browser, or show its address where there is none. For the event loop.

    Args:
        widget: Any widget on screen.
        link: The page.
        name: The item's.
        exact: The link leads to the item itself.
    """

    def said() -> None:
        what = "Opened" if exact or not name else f"Look there for {printable(name)}. Opened"
        widget.notify(f"{what} {link} in a browser; sign in to Zoom as an admin.", markup=False)

    open_link(widget, link, lambda: widget.app.push_screen(LinkScreen(link, name)), said)
