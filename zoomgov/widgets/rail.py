"""The steps of the wizard as a rail: a line at the top, or a column where the screen is wide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.geometry import Offset, Region
from textual.message import Message
from textual.widget import Widget

from zoomgov.connectors.model import Step
from zoomgov.connectors.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual import events

TITLES: Final = {
    Step.APP: "App",
    Step.OWNERS: "Owners",
    Step.ZOOM_APP: "Zoom app",
    Step.SCOPES: "Scopes",
    Step.ACTIVATION: "Activation",
    Step.CREDENTIALS: "Credentials",
    Step.VERIFY: "Verify",
    Step.SYNC: "Sync",
}
"""Titles of the steps; `Step.DONE` has no page."""
_GAP: Final = 2
"""Cells between two steps of a line."""
_HERE: Final = "●"
ICONS: Final = {Standing.DONE: "✓", Standing.SEEN: "–", Standing.OPEN: "○"}
RAIL_HELP: Final = f"""
## The steps

The marks before the eight steps say how each stands; a click goes to a step that was reached before.

- **{_HERE} here**: the step on this page;
- **{ICONS[Standing.DONE]} done**: everything in it is ticked off, or an answer of Zoom proves it;
- **{ICONS[Standing.SEEN]} seen**: you went past it, and nothing shows that it is done;
- **{ICONS[Standing.OPEN]} open**: not reached yet.
"""
"""What the help of every step says about the rail."""


class Rail(Widget):
    """All steps in order; a click on one goes there, if it was reached before.

    It is one widget, not one for each step: those took 4 ms of each step's page.
    """

    class Chosen(Message):
        """A step that was reached before was clicked."""

        def __init__(self, step: Step) -> None:
            super().__init__()
            self.step = step

    def __init__(self, *, current: Step, reached: Step, standings: Mapping[Step, Standing]) -> None:
        """`reached`: the furthest step so far."""
        super().__init__(id="rail")
        self._current = current
        self._reached = max(reached, current)
        self._standings = standings
        self._hovered: Step | None = None

    @property
    def _is_column(self) -> bool:
        return self.screen.has_class("-wide")

    def show(self, standings: Mapping[Step, Standing]) -> None:
        """Show how far the steps are now."""
        if standings != self._standings:
            self._standings = standings
            self.refresh()

    def _words(self, step: Step, form: int) -> str:
        """Return icon, number and title; the higher `form`, the less of them, save for the step on this page."""
        icon = _HERE if step == self._current else ICONS[self._standings[step]]
        if form == 0:
            return f"{icon} {int(step)} {TITLES[step]}"
        if form == 1 or step == self._current:
            return f"{icon}{'' if form == 1 else ' '}{TITLES[step]}"
        return f"{icon} {int(step)}"

    def _label(self, step: Step) -> str:
        """Return what is shown of a step: as much as has room for all of them."""
        if self._is_column:
            return self._words(step, 0)
        room = self.content_size.width or self.app.size.width - 2 * _GAP
        for form in (0, 1):
            if sum(len(self._words(other, form)) + _GAP for other in TITLES) - _GAP <= room:
                return self._words(step, form)
        return self._words(step, 2)

    def _style(self, step: Step) -> str:
        if step == self._current:
            return "bold $text-primary"
        style = {Standing.DONE: "$text-success", Standing.SEEN: "$text-warning"}.get(self._standings[step], "")
        return f"{style} underline".strip() if step == self._hovered and step <= self._reached else style

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
