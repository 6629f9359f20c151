"""The list of checks of *Verify*: a line for each that has finished, by section and in the planned order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from zoomgov.text import printable
from zoomgov.verify.model import CheckLine, CheckStatus, Section
from zoomgov.widgets.cells import fit
from zoomgov.widgets.paged_list import MOVES, PagedList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

_ICONS: Final = {
    CheckStatus.WAITING: ("…", "dim"),
    CheckStatus.OK: ("✓", "$text-success"),
    CheckStatus.WARNING: ("!", "$text-warning"),
    CheckStatus.PROBLEM: ("✗", "$text-error"),
    CheckStatus.SKIPPED: ("–", "dim"),
}


def icon_and_style(status: CheckStatus) -> tuple[str, str]:
    """Return icon and style of a status. Show its word as well: colour must not be the only sign."""
    return _ICONS[status]


class CheckLines(PagedList, inherit_bindings=False):
    """One line a check; checks that are waiting or running are not shown."""

    WORDS_FROM = 84
    """Width in cells from which the status is written out; below that only its icon is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("enter", "select", "Explain", key_display="⏎", tooltip="Why, what to click, and what Zoom said"),
    ]

    @dataclass
    class Opened(Message):
        """A line was opened with Enter or a click."""

        line: CheckLine

    @dataclass
    class CursorMoved(Message):
        """The cursor is on another line, or the line under it has changed."""

        line: CheckLine

    def __init__(self, planned: Sequence[CheckLine], *, id: str | None = None) -> None:
        super().__init__(id=id, classes="lines", compact=True, markup=False)
        self._lines_by_id = {line.id: line for line in planned}

    @property
    def planned(self) -> int:
        """Number of checks."""
        return len(self._lines_by_id)

    @property
    def finished(self) -> int:
        """Number of checks that have finished."""
        return sum(line.status is not CheckStatus.WAITING for line in self._lines_by_id.values())

    def put(self, *lines: CheckLine) -> None:
        """Show results; the cursor stays on its line."""
        for line in lines:
            self._lines_by_id[line.id] = line
        self._draw()

    def line(self, line_id: str) -> CheckLine | None:
        """Return the line with this id, shown or not."""
        return self._lines_by_id.get(line_id)

    @property
    def line_at_cursor(self) -> CheckLine | None:
        """The line under the cursor."""
        option = self.highlighted_option
        return self._lines_by_id.get(option.id) if option is not None and option.id is not None else None

    def move_cursor_to(self, line_id: str) -> bool:
        """Move the cursor to a line; return False when it is not shown."""
        ids = [option.id for option in self.options]
        if line_id not in ids:
            return False
        self.highlighted = ids.index(line_id)
        return True

    def _draw(self) -> None:
        before = self.line_at_cursor
        options: list[Option] = []
        shown = [line for line in self._lines_by_id.values() if line.status is not CheckStatus.WAITING]
        for section in Section:
            lines = [line for line in shown if line.section is section]
            if lines:
                options.append(Option(Content.styled(section.value, "bold $text"), disabled=True))
                options += [Option(self._line(line), id=line.id) for line in lines]
        self.set_options(options)
        if before is None or not self.move_cursor_to(before.id):
            self.action_first()
        if (line := self.line_at_cursor) is not None:
            self.post_message(self.CursorMoved(line))

    def _line(self, line: CheckLine) -> Content:
        icon, style = icon_and_style(line.status)
        width = max(self.size.width - 2, 40)
        status = f"{icon} {fit(line.status, 8)} " if width >= self.WORDS_FROM else f"{icon} "
        title = min(36, width // 2)
        muted = "" if line.status in (CheckStatus.PROBLEM, CheckStatus.WARNING) else "dim"
        return Content.assemble(
            (status, style),
            fit(printable(line.title), title),
            "  ",
            (fit(printable(line.result), width - title - len(status) - 2).rstrip(), muted),
        )

    def on_resize(self, event: events.Resize) -> None:
        if self._lines_by_id:
            self._draw()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            self.post_message(self.Opened(self._lines_by_id[event.option_id]))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_id in self._lines_by_id:
            self.post_message(self.CursorMoved(self._lines_by_id[event.option_id]))
