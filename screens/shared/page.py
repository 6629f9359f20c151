"""What every page has, and what it may ask of the app that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar, cast

from textual.binding import Binding, BindingType
from textual.screen import Screen

from zoomgov.connectors.model import Step

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from zoomgov.preferences.session import SessionState
    from zoomgov.services.services import Services
T = TypeVar("T")


class Host(Protocol):
    """What a screen expects of the app; tests may host a screen in something smaller."""

    services: Services
    now: Callable[[], datetime]
    remembered: SessionState

    def remember_place(self, connector_id: str, step: Step | None) -> None: ...


class Page(Screen[T]):
    """A screen of this app."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # As of every Textual screen, but no news to anybody: neither help nor palette is to list it.
        Binding("ctrl+c,super+c", "screen.copy_text", "Copy selected text", show=False, system=True),
    ]

    @property
    def host(self) -> Host:
        """The app, as far as screens may know it."""
        return cast("Host", self.app)

    @property
    def services(self) -> Services:
        """The way to everything below the screens."""
        return self.host.services

    def on_compose(self) -> None:
        """Take the classes of this size at once; Textual does with the first layout, and has everything styled anew."""
        across = self.HORIZONTAL_BREAKPOINTS or self.app.HORIZONTAL_BREAKPOINTS
        down = self.VERTICAL_BREAKPOINTS or self.app.VERTICAL_BREAKPOINTS
        for steps, cells in ((across, self.app.size.width), (down, self.app.size.height)):
            fitting = [step for step in steps or () if step[0] <= cells]
            if fitting:
                self.add_class(max(fitting)[1])

    async def settle(self) -> None:
        """Put down what is held before the app leaves."""
