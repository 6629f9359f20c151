"""The rail: which step one is in, which are done. A line across the top, or a column where there is room."""

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
"""Steps as a person sees them; `DONE` is not a place."""
_ALL_TITLES: Final = sum(len(title) + 4 for title in TITLES.values()) + 2
"""Cells of a line with all of them: an icon and the gaps around each."""


class RailStep(Static):
    """One step of the rail; a click on a step that was reached goes there."""

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

    def name_it(self, *, short: bool) -> None:
        """Show the step's title; where that is too much for all steps, its number in place of it."""
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
        """A step was clicked that one may go to."""

        step: Step

    def __init__(self, *, current: Step, reached: Step) -> None:
        """`reached` is the furthest step so far: those before it are done."""
        super().__init__(id="rail")
        self._current = current
        self._reached = max(reached, current)
        self._short = False

    def compose(self) -> ComposeResult:
        self._short = self.app.size.width < _ALL_TITLES
        for step in TITLES:
            shown = RailStep(step, current=self._current, reached=self._reached)
            shown.name_it(short=self._short)
            yield shown

    def on_resize(self) -> None:
        """Name the steps as there is room; only anew where that has changed, for it lays the page out again."""
        short = self.app.size.width < _ALL_TITLES
        if short != self._short:
            self._short = short
            for step in self.query(RailStep):
                step.name_it(short=short)
