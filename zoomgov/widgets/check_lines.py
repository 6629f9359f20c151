"""The list of checks of *Verify*: what went wrong first, by cause; then the rest, by section in the planned order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from zoomgov.text import printable
from zoomgov.verify.causes import causes
from zoomgov.verify.model import CheckLine, CheckStatus, Section
from zoomgov.widgets.cells import fit
from zoomgov.widgets.paged_list import MOVES, PagedList
from zoomgov.words.kinds import count

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


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the list: a line, or a group of lines that folds."""

    id: str
    lines: tuple[CheckLine, ...]
    """The line; or all lines of the group, folded or not."""
    cause: str = ""
    """What explains a group of lines that went wrong; empty for a line and for a section."""
    section: str = ""
    """The title of a section; empty for other rows."""
    inset: bool = False
    """Whether it is a line below its cause."""

    @property
    def folds(self) -> bool:
        """Whether it is a group."""
        return bool(self.cause or self.section)


def _counts(lines: Sequence[CheckLine]) -> str:
    """Return e.g. `4 ok, 1 skipped`."""
    numbers = Counter(line.status for line in lines)
    return ", ".join(f"{numbers[status]} {status}" for status in CheckStatus if numbers[status])


class CheckLines(PagedList, inherit_bindings=False):
    """One line a check; checks that are waiting or running are not shown."""

    WORDS_FROM = 84
    """Width in cells from which the status is written out; below that only its icon is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("enter", "select", "Explain", key_display="⏎", tooltip="Why, what to click, and what Zoom said"),
        Binding("space", "fold", "Fold", show=False, tooltip="Fold or unfold the group under the cursor"),
        Binding("left", "fold(True)", "Fold", show=False, tooltip="Fold the group under the cursor"),
        Binding("right", "fold(False)", "Unfold", show=False, tooltip="Unfold the group under the cursor"),
    ]

    @dataclass
    class Opened(Message):
        """A line was opened with Enter or a click."""

        line: CheckLine

    @dataclass
    class CursorMoved(Message):
        """The cursor is on another row, or the row under it has changed: see `row_at_cursor`."""

    def __init__(self, planned: Sequence[CheckLine], *, id: str | None = None) -> None:
        super().__init__(id=id, classes="lines", compact=True, markup=False)
        self._lines_by_id = {line.id: line for line in planned}
        self._rows: dict[str, Row] = {}
        self._open_causes: set[str] = set()
        self._folded_sections: set[str] = set()
        self.problems_only = False

    @property
    def planned(self) -> int:
        """Number of checks."""
        return len(self._lines_by_id)

    @property
    def finished(self) -> int:
        """Number of checks that have finished."""
        return sum(line.status is not CheckStatus.WAITING for line in self._lines_by_id.values())

    def put(self, *lines: CheckLine) -> None:
        """Show results; the cursor stays on its row."""
        for line in lines:
            self._lines_by_id[line.id] = line
        self._draw()

    def line(self, line_id: str) -> CheckLine | None:
        """Return the line with this id, shown or not."""
        return self._lines_by_id.get(line_id)

    @property
    def row_at_cursor(self) -> Row | None:
        """The row under the cursor."""
        option = self.highlighted_option
        return self._rows.get(option.id) if option is not None and option.id is not None else None

    @property
    def line_at_cursor(self) -> CheckLine | None:
        """The line under the cursor; of a cause its first one, None for a section."""
        row = self.row_at_cursor
        return row.lines[0] if row is not None and not row.section else None

    def move_cursor_to(self, line_id: str) -> bool:
        """Move the cursor to a line, or to the cause it is the first line of; False: it is not shown."""
        line = self._lines_by_id.get(line_id)
        group = next((row for row in self._rows.values() if row.folds and line in row.lines), None)
        if group is not None and group.cause and group.lines[0].id == line_id and group.id not in self._open_causes:
            return self._move_to_row(group.id)
        if group is not None and line_id not in self._rows:
            self._set_folded(group, folded=False)
        return self._move_to_row(line_id)

    def _move_to_row(self, row_id: str) -> bool:
        if row_id not in self._rows:
            return False
        self.highlighted = self.get_option_index(row_id)
        return True

    def show_problems(self, only: bool) -> None:
        """Show what went wrong only, or everything."""
        self.problems_only = only
        self._draw()

    def action_fold(self, folded: bool | None = None) -> None:
        """Fold or unfold the group under the cursor; without `folded` the other way round."""
        row = self.row_at_cursor
        if row is not None and row.inset and folded is not False:
            row = next(group for group in self._rows.values() if group.cause and row.lines[0] in group.lines)
            self._move_to_row(row.id)
        if row is not None and row.folds:
            self._set_folded(row, folded=not self._is_folded(row) if folded is None else folded)

    def _is_folded(self, row: Row) -> bool:
        return row.id not in self._open_causes if row.cause else row.id in self._folded_sections

    def _set_folded(self, row: Row, *, folded: bool) -> None:
        """Causes are folded until they are opened, sections the other way round."""
        kept = self._open_causes if row.cause else self._folded_sections
        (kept.add if folded is not bool(row.cause) else kept.discard)(row.id)
        self._draw()

    def _draw(self) -> None:
        before = self.row_at_cursor
        lines = [line for line in self._lines_by_id.values() if line.status is not CheckStatus.WAITING]
        options: list[Option] = []
        self._rows = {}
        for status, word in ((CheckStatus.PROBLEM, "Problems"), (CheckStatus.WARNING, "Warnings")):
            options += self._wrong(lines, status, word)
        if self.problems_only:
            if not options:
                options.append(Option(Content.styled("Nothing went wrong.", "dim"), disabled=True))
        else:
            options += self._right(lines)
        self.set_options(options)
        if before is None or not (self._move_to_row(before.id) or self._move_to_group(before)):
            self.action_first()
        self.post_message(self.CursorMoved())

    def _move_to_group(self, row: Row) -> bool:
        """Move the cursor to the group that hides a row."""
        groups = [group for group in self._rows.values() if group.folds and row.lines[0].id in _ids(group)]
        return bool(groups) and self._move_to_row(groups[0].id)

    def _wrong(self, lines: Sequence[CheckLine], status: CheckStatus, word: str) -> list[Option]:
        """The lines that went wrong, by cause."""
        found = causes(lines, status)
        if not found:
            return []
        number = sum(len(cause.lines) for cause in found)
        title = f"{word}: {count(len(found), 'cause')}, {count(number, 'line')}"
        options = [Option(Content.styled(title, "bold $text"), disabled=True)]
        for cause in found:
            if len(cause.lines) == 1:
                options.append(self._option(Row(cause.lines[0].id, cause.lines)))
                continue
            group = Row(f"cause:{cause.id}", cause.lines, cause=cause.title)
            options.append(self._option(group))
            if not self._is_folded(group):
                options += [self._option(Row(line.id, (line,), inset=True)) for line in cause.lines]
        return options

    def _right(self, lines: Sequence[CheckLine]) -> list[Option]:
        """All other lines, by section."""
        options: list[Option] = []
        for section in Section:
            inside = tuple(line for line in lines if line.section is section)
            rest = tuple(line for line in inside if line.status not in (CheckStatus.PROBLEM, CheckStatus.WARNING))
            if not inside:
                continue
            group = Row(f"section:{section.name}", inside, section=section.value)
            options.append(self._option(group))
            if not self._is_folded(group):
                options += [self._option(Row(line.id, (line,))) for line in rest]
        return options

    def _option(self, row: Row) -> Option:
        self._rows[row.id] = row
        return Option(self._group(row) if row.folds else self._line(row), id=row.id)

    def _group(self, row: Row) -> Content:
        mark = "▸ " if self._is_folded(row) else "▾ "
        if row.section:
            return Content.assemble((mark, "dim"), (row.section, "bold $text"), (f"  {_counts(row.lines)}", "dim"))
        icon, style = icon_and_style(row.lines[0].status)
        number = f"  {len(row.lines)} lines"
        room = max(self.size.width - 2, 40) - len(number) - len(icon) - 1 - len(mark)
        title = fit(printable(row.cause), room).rstrip()
        return Content.assemble((f"{icon} ", style), (mark, "dim"), title, (number, "dim"))

    def _line(self, row: Row) -> Content:
        line = row.lines[0]
        icon, style = icon_and_style(line.status)
        width = max(self.size.width - 2, 40)
        status = f"{icon} {fit(line.status, 8)} " if width >= self.WORDS_FROM else f"{icon} "
        indent = "  " if row.inset else ""
        title = min(36, width // 2) - len(indent)
        muted = "" if line.status in (CheckStatus.PROBLEM, CheckStatus.WARNING) else "dim"
        return Content.assemble(
            indent,
            (status, style),
            fit(printable(line.title), title),
            "  ",
            (fit(printable(line.result), width - title - len(status) - len(indent) - 2).rstrip(), muted),
        )

    def on_resize(self, event: events.Resize) -> None:
        if self._lines_by_id:
            self._draw()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        row = self._rows.get(event.option_id or "")
        if row is not None and row.section:
            self._set_folded(row, folded=not self._is_folded(row))
        elif row is not None:
            self.post_message(self.Opened(row.lines[0]))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.post_message(self.CursorMoved())


def _ids(row: Row) -> frozenset[str]:
    return frozenset(line.id for line in row.lines)
