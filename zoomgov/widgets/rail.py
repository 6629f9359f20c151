"""The steps of the wizard as a rail: a line at the top, or a column where the screen is wide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from zoomgov.connectors.model import Step

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

TITLES: Final = {
    Step.APP: "App",
    Step.OWNERS: "Owners",
    Step.ZOOM_APP: "Zoom app",
    Step.SCOPES: "Scopes",
    Step.CREDENTIALS: "Credentials",
    Step.VERIFY: "Verify",
    Step.SYNC: "Sync",
}
"""Titles of the steps; `Step.DONE` has no page."""
_ALL_TITLES: Final = sum(len(title) + 4 for title in TITLES.values()) + 2
"""Cells of a line with all titles, their icons and gaps."""


class RailStep(Static):
    """One step; a click on it goes there, if it was reached before."""

    def __init__(self, step: Step, *, current: Step, reached: Step) -> None:
        self.step = step
        self._current = step == current
        self.open = step != current and step <= reached
        if step == current:
            icon, state = "●", "-current"
        elif step < reached:
            icon, state = "✓", "-done"
        else:
            icon, state = "○", "-ahead"
        self._icon = icon
        super().__init__(classes=state, id=f"rail-{step.name.lower()}")

    def show_title(self, *, short: bool) -> None:
        """Show the step's title; with `short` its number, unless it is the current step."""
        title = str(int(self.step)) if short and not self._current else TITLES[self.step]
        self.update(Content(f"{self._icon} {title}"))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if self.open:
            self.post_message(Rail.Chosen(self.step))


class Rail(Container):
    """All steps in order."""

    @dataclass
    class Chosen(Message):
        """A step that was reached before was clicked."""

        step: Step

    def __init__(self, *, current: Step, reached: Step) -> None:
        """`reached`: the furthest step so far; those before it are done."""
        super().__init__(id="rail")
        self._current = current
        self._reached = max(reached, current)
        self._short = False

    def compose(self) -> ComposeResult:
        self._short = self.app.size.width < _ALL_TITLES
        for step in TITLES:
            shown = RailStep(step, current=self._current, reached=self._reached)
            shown.show_title(short=self._short)
            yield shown

    def on_resize(self) -> None:
        """Switch between titles and numbers when the width requires it; each switch costs a layout."""
        short = self.app.size.width < _ALL_TITLES
        if short != self._short:
            self._short = short
            for step in self.query(RailStep):
                step.show_title(short=short)
