"""Facts about one person or thing, as labelled lines that wrap under themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from .table_layout import Tone, cell_text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.app import ComposeResult


@dataclass(frozen=True, slots=True)
class Fact:
    """A line: what, and its value."""

    label: str
    value: str
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Facts under a heading. In a list, the labels are names of their own, and the values say how."""

    title: str
    facts: tuple[Fact, ...]
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything to say about one person or thing, as plain text from anywhere: it is made safe when drawn."""

    title: str
    subtitle: str = ""
    sections: tuple[Section, ...] = field(default_factory=tuple)


class FactSheet(VerticalScroll):
    """Shows one `Sheet`; replacing it is cheap, for it follows a table's cursor."""

    DEFAULT_CSS = """
    FactSheet {
        background: $background;
        scrollbar-size-vertical: 1;
        padding: 0 2;
    }
    FactSheet > _Facts { width: 100%; height: auto; }
    FactSheet:focus { background-tint: transparent; }
    """

    def __init__(self, *, id: str | None = None, with_title: bool = True) -> None:
        super().__init__(id=id)
        self._facts = _Facts(with_title)

    def compose(self) -> ComposeResult:
        yield self._facts

    @property
    def sheet(self) -> Sheet | None:
        """What is shown."""
        return self._facts.sheet

    def show(self, sheet: Sheet | None) -> None:
        """Show `sheet` from its beginning; None for nothing."""
        self._facts.sheet = sheet
        self._facts.refresh(layout=True)
        self.scroll_home(animate=False)


class _Facts(Static):
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"fact--{part}" for part in ("title", "heading", "label", "good", "muted", "warning", "error")
    }
    DEFAULT_CSS = """
    _Facts {
        & > .fact--title { text-style: bold; color: $text; }
        & > .fact--heading { color: $text-primary; }
        & > .fact--label { color: $text-muted; }
        & > .fact--good { color: $text-success; }
        & > .fact--muted { color: $text-muted; }
        & > .fact--warning { color: $text-warning; }
        & > .fact--error { color: $text-error; }
    }
    """

    def __init__(self, with_title: bool) -> None:
        super().__init__()
        self.sheet: Sheet | None = None
        self._with_title = with_title

    def _text(self, text: str, part: str = "") -> Text:
        style = self.get_visual_style(f"fact--{part}").rich_style if part else ""
        return Text(cell_text(text), style=style, overflow="fold")

    def render(self) -> RenderableType:
        if self.sheet is None:
            return ""
        lines: list[RenderableType] = []
        if self._with_title:
            lines.append(self._text(self.sheet.title, "title"))
            if self.sheet.subtitle:
                lines.append(self._text(self.sheet.subtitle, "muted"))
        for section in self.sheet.sections:
            if lines:
                lines.append(Text(""))
            if section.title:
                lines.append(self._text(section.title, "heading"))
            lines.append(self._grid(section))
        return Group(*lines)

    def _grid(self, section: Section) -> Table:
        grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
        if section.is_list:
            grid.add_column(ratio=3)
            grid.add_column(ratio=2)
        else:
            width = max((len(fact.label) for fact in section.facts), default=0)
            grid.add_column(width=min(max(width, 12), 20))
            grid.add_column(ratio=1)
        for fact in section.facts:
            label = self._text(fact.label, "" if section.is_list else "label")
            grid.add_row(label, self._text(fact.value, fact.tone or ("muted" if section.is_list else "")))
        return grid
