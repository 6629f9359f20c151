"""The steps of the wizard as a rail: a line at the top, or a column where the screen is wide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.geometry import Offset, Region
from textual.message import Message
from textual.widget import Widget

from zoomgov.connectors.model import Step

if TYPE_CHECKING:
    from textual import events

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
_GAP: Final = 2
"""Cells between two steps of a line."""


class Rail(Widget):
    """All steps in order; a click on one goes there, if it was reached before.

    It is one widget, not one for each step: those took 4 ms of each step's page.
    """

    class Chosen(Message):
        """A step that was reached before was clicked."""

        def __init__(self, step: Step) -> None:
            super().__init__()
            self.step = step

    def __init__(self, *, current: Step, reached: Step) -> None:
        """`reached`: the furthest step so far; those before it are done."""
        super().__init__(id="rail")
        self._current = current
        self._reached = max(reached, current)
        self._hovered: Step | None = None

    @property
    def _is_column(self) -> bool:
        return self.screen.has_class("-wide")

    def _label(self, step: Step) -> str:
        """Return icon and title; where not all titles fit, that of the current step only, and numbers for others."""
        icon = "●" if step == self._current else "✓" if step < self._reached else "○"
        short = self.app.size.width < _ALL_TITLES and step != self._current
        return f"{icon} {int(step) if short else TITLES[step]}"

    def _style(self, step: Step) -> str:
        if step == self._current:
            return "bold $text-primary"
        if step < self._reached:
            return "$text-success underline" if step == self._hovered else "$text-success"
        return ""

    def place(self, step: Step) -> Region:
        """Return where a step is drawn, in cells of the content."""
        before = [self._label(other) for other in TITLES if other < step]
        width = len(self._label(step))
        if self._is_column:
            return Region(0, 2 * len(before), width, 1)
        return Region(sum(len(label) + _GAP for label in before), 0, width, 1)

    def _step_at(self, offset: Offset | None) -> Step | None:
        """Return the step that is drawn at a place of the content."""
        return next((step for step in TITLES if offset is not None and self.place(step).contains_point(offset)), None)

    def render(self) -> Content:
        gap = Content.styled("\n\n" if self._is_column else " " * _GAP, "$foreground")
        return gap.join(Content.styled(self._label(step), self._style(step)) for step in TITLES)

    def on_resize(self) -> None:
        """Draw again: between a line and a column, or between titles and numbers, it is another text."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        step = self._step_at(event.get_content_offset(self))
        if step is not None and step != self._current and step <= self._reached:
            self.post_message(self.Chosen(step))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._hover(self._step_at(event.get_content_offset(self)))

    def on_leave(self) -> None:
        self._hover(None)

    def _hover(self, step: Step | None) -> None:
        if step != self._hovered:
            self._hovered = step
            self.refresh()
