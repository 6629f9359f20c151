"""A list of check boxes under headings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from zoomgov.widgets.paged_list import MOVES, PagedList

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


@dataclass(frozen=True, slots=True)
class Item:
    """One line to tick, or a heading when `id` is empty."""

    id: str
    title: str
    aside: str = ""
    """Muted text after the title."""
    note: str = ""
    """Muted text on the next line."""


class TickList(PagedList, inherit_bindings=False):
    """Space ticks a line; Enter is left to the page. The page saves the ticks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("space", "select", "Tick", show=False),
    ]

    @dataclass
    class Ticked(Message):
        """The person has ticked or unticked a line."""

        item: str
        ticked: frozenset[str]
        """Ids of all ticked lines."""

    @dataclass
    class CursorMoved(Message):
        """The cursor is on another line."""

        item: str

    def __init__(self, items: Sequence[Item], *, ticked: Collection[str] = (), id: str | None = None) -> None:
        self.items = tuple(items)
        self.ticked = frozenset(ticked)
        super().__init__(*self._lines_of_items(), id=id, compact=True, markup=False)

    def _lines_of_items(self) -> list[Option]:
        return [
            Option(self._line(item), id=item.id or f"heading-{number}", disabled=not item.id)
            for number, item in enumerate(self.items)
        ]

    def _line(self, item: Item) -> Content:
        if not item.id:
            return Content.styled(item.title, "bold $text")
        mark = ("[✓] ", "$text-success") if item.id in self.ticked else ("[ ] ", "dim")
        aside = [(f"  {item.aside}", "dim")] if item.aside else []
        note = [(f"\n    {item.note}", "dim")] if item.note else []
        return Content.assemble(mark, item.title, *aside, *note)

    def replace(self, items: Sequence[Item]) -> None:
        """Show other lines. Ticks of lines that are no longer shown are remembered."""
        self.items = tuple(items)
        self.set_options(self._lines_of_items())
        self.action_first()

    def tick(self, ids: frozenset[str]) -> None:
        """Tick exactly `ids`. The cursor stays, no message is posted."""
        self.ticked = ids
        for index, item in enumerate(self.items):
            self.replace_option_prompt_at_index(index, self._line(item))

    @property
    def unticked(self) -> list[str]:
        """Ids of the lines that are not ticked."""
        return [item.id for item in self.items if item.id and item.id not in self.ticked]

    @property
    def id_at_cursor(self) -> str | None:
        """Id of the line under the cursor."""
        option = self.highlighted_option
        return option.id if option is not None else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is None:
            return
        self.ticked = self.ticked ^ {event.option_id}
        item = self.items[event.option_index]
        self.replace_option_prompt_at_index(event.option_index, self._line(item))
        self.post_message(self.Ticked(event.option_id, self.ticked))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_id is not None:
            self.post_message(self.CursorMoved(event.option_id))
