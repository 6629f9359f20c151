"""The lines of a verification as they finish, in the order of the plan, under their sections."""

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

_LOOK: Final = {
    CheckStatus.WAITING: ("…", "dim"),
    CheckStatus.OK: ("✓", "$text-success"),
    CheckStatus.WARNING: ("!", "$text-warning"),
    CheckStatus.PROBLEM: ("✗", "$text-error"),
    CheckStatus.SKIPPED: ("–", "dim"),
}


def look_of(status: CheckStatus) -> tuple[str, str]:
    """Icon and colour of a status; the word always goes with it."""
    return _LOOK[status]


class CheckLines(PagedList, inherit_bindings=False):
    """One line a check. Waiting ones are not shown: a line appears when it has something to say."""

    WORDS_FROM = 84
    """Width from which the status is also written out; below, its sign has to do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("enter", "select", "Explain", key_display="⏎", tooltip="Why, what to click, and what Zoom said"),
    ]

    @dataclass
    class Asked(Message):
        """A line was opened."""

        line: CheckLine

    @dataclass
    class Looked(Message):
        """The cursor came to a line, or the line under it changed."""

        line: CheckLine

    def __init__(self, planned: Sequence[CheckLine], *, id: str | None = None) -> None:
        super().__init__(id=id, classes="lines", compact=True, markup=False)
        self._lines_by_id = {line.id: line for line in planned}

    @property
    def planned(self) -> int:
        """Lines in all."""
        return len(self._lines_by_id)

    @property
    def finished(self) -> int:
        """Lines that are no longer waiting."""
        return sum(line.status is not CheckStatus.WAITING for line in self._lines_by_id.values())

    def put(self, *lines: CheckLine) -> None:
        """Show new results, keeping the cursor on its line."""
        for line in lines:
            self._lines_by_id[line.id] = line
        self._draw()

    def line(self, line_id: str) -> CheckLine | None:
        """The line with this id."""
        return self._lines_by_id.get(line_id)

    @property
    def looked_at(self) -> CheckLine | None:
        """The line under the cursor."""
        option = self.highlighted_option
        return self._lines_by_id.get(option.id) if option is not None and option.id is not None else None

    def look_at(self, line_id: str) -> bool:
        """Move the cursor to a line; False when it is not shown."""
        ids = [option.id for option in self.options]
        if line_id not in ids:
            return False
        self.highlighted = ids.index(line_id)
        return True

    def _draw(self) -> None:
        kept = looked.id if (looked := self.looked_at) is not None else None
        options: list[Option] = []
        shown = [line for line in self._lines_by_id.values() if line.status is not CheckStatus.WAITING]
        for section in Section:
            mine = [line for line in shown if line.section is section]
            if mine:
                options.append(Option(Content.styled(section.value, "bold $text"), disabled=True))
                options += [Option(self._line(line), id=line.id) for line in mine]
        self.set_options(options)
        if kept is None or not self.look_at(kept):
            self.action_first()
        if (line := self.looked_at) is not None:
            self.post_message(self.Looked(line))

    def _line(self, line: CheckLine) -> Content:
        icon, style = look_of(line.status)
        width = max(self.size.width - 2, 40)
        said = f"{icon} {fit(line.status, 8)} " if width >= self.WORDS_FROM else f"{icon} "
        title = min(36, width // 2)
        muted = "" if line.status in (CheckStatus.PROBLEM, CheckStatus.WARNING) else "dim"
        return Content.assemble(
            (said, style),
            fit(printable(line.title), title),
            "  ",
            (fit(printable(line.result), width - title - len(said) - 2).rstrip(), muted),
        )

    def on_resize(self, event: events.Resize) -> None:
        if self._lines_by_id:
            self._draw()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            self.post_message(self.Asked(self._lines_by_id[event.option_id]))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_id in self._lines_by_id:
            self.post_message(self.Looked(self._lines_by_id[event.option_id]))
