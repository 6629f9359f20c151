"""Facts about one person or resource as labelled lines, which wrap with a hanging indent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from zoomgov.widgets.table.table_layout import Tone, cell_text

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: label and value. `tone` colours the value."""

    label: str
    value: str
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Facts under a heading. With `is_list` labels are names, such as groups, and values say how they are held."""

    title: str
    facts: tuple[Fact, ...]
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a `FactSheet` shows. Texts may come from Zoom: they are sanitised when drawn."""

    title: str
    subtitle: str = ""
    sections: tuple[Section, ...] = field(default_factory=tuple)


class FactSheet(ScrollView):
    """Shows one `Sheet`, which is cheap to replace: it follows a table's cursor.

    Lines are rendered once for each sheet and width, and there are no child widgets: a new sheet needs no layout of the
    screen.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"fact--{part}" for part in ("title", "heading", "label", "good", "muted", "warning", "error")
    }
    DEFAULT_CSS = """
    FactSheet {
        height: 1fr;
        background: $background;
        overflow: hidden auto;
        scrollbar-size-vertical: 1;
        padding: 0 2;

        & > .fact--title { text-style: bold; color: $text; }
        & > .fact--heading { color: $text-primary; }
        & > .fact--label { color: $text-muted; }
        & > .fact--good { color: $text-success; }
        & > .fact--muted { color: $text-muted; }
        & > .fact--warning { color: $text-warning; }
        & > .fact--error { color: $text-error; }
    }
    FactSheet:focus { background-tint: transparent; }
    """

    def __init__(self, *, id: str | None = None, with_title: bool = True) -> None:
        super().__init__(id=id)
        self._sheet: Sheet | None = None
        self._with_title = with_title
        self._lines: dict[int, list[Strip]] = {}
        """Rendered lines by width: there are two, with the scroll bar and without."""

    @property
    def sheet(self) -> Sheet | None:
        """The sheet that is shown."""
        return self._sheet

    def show(self, sheet: Sheet | None) -> None:
        """Show `sheet` from its first line; None: nothing."""
        self._sheet = sheet
        self._invalidate()
        self.scroll_home(animate=False)

    def on_resize(self) -> None:
        self._update_size()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._invalidate()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines_at(width))

    def _invalidate(self) -> None:
        self._lines.clear()
        if self.size:
            self._update_size()
        self.refresh(layout=self.styles.is_auto_height)

    def _update_size(self) -> None:
        width = self.scrollable_content_region.width
        self.virtual_size = Size(width, len(self._lines_at(width)))

    def _lines_at(self, width: int) -> list[Strip]:
        """Return the lines for `width` cells, from the cache if they are there."""
        if width not in self._lines:
            options = self.app.console_options.update(width=max(width, 1), height=None, highlight=False)
            lines = self.app.console.render_lines(Group(*self._parts()), options, style=self.rich_style)
            self._lines[width] = [Strip(line) for line in lines]
        return self._lines[width]

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        lines, at = self._lines_at(width), self.scroll_offset.y + y
        return lines[at] if at < len(lines) else Strip.blank(width, self.rich_style)

    def _text(self, text: str, part: str = "") -> Text:
        style = self.get_visual_style(f"fact--{part}").rich_style if part else ""
        return Text(cell_text(text), style=style, overflow="fold")

    def _parts(self) -> list[RenderableType]:
        lines: list[RenderableType] = []
        if self._sheet is None:
            return lines
        if self._with_title:
            lines.append(self._text(self._sheet.title, "title"))
            if self._sheet.subtitle:
                lines.append(self._text(self._sheet.subtitle, "muted"))
        labels = (fact.label for section in self._sheet.sections if not section.is_list for fact in section.facts)
        widest = max(map(len, labels), default=0)
        for section in self._sheet.sections:
            if lines:
                lines.append(Text(""))
            if section.title:
                lines.append(self._text(section.title, "heading"))
            lines.append(self._grid(section, min(max(widest, 12), 20)))
        return lines

    def _grid(self, section: Section, label_width: int) -> Table:
        grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
        if section.is_list:
            grid.add_column(ratio=3)
            grid.add_column(ratio=2)
        else:
            grid.add_column(width=label_width)
            grid.add_column(ratio=1)
        for fact in section.facts:
            label = self._text(fact.label, "" if section.is_list else "label")
            grid.add_row(label, self._text(fact.value, fact.tone or ("muted" if section.is_list else "")))
        return grid
