"""A radio group: the arrow keys choose, Enter is left to the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Alternative:
    """One line of a `RadioGroup`."""

    key: str
    text: str
    note: str = ""
    """Muted text after it."""


class RadioGroup(OptionList, inherit_bindings=False):
    """One of several alternatives. Moving the cursor chooses; before that it is possible that none is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right", "move(1)", "Down", show=False),
        Binding("up,left", "move(-1)", "Up", show=False),
        Binding("space", "take", "Choose", show=False),
    ]

    class Chosen(Message):
        """Another alternative was chosen."""

        def __init__(self, radio_group: RadioGroup, key: str) -> None:
            super().__init__()
            self.radio_group = radio_group
            self.key = key

        @property
        def control(self) -> RadioGroup:
            return self.radio_group

    def __init__(
        self, alternatives: Sequence[Alternative], *, chosen: str | None = None, id: str | None = None
    ) -> None:
        self.alternatives = tuple(alternatives)
        self.chosen = chosen if any(item.key == chosen for item in alternatives) else None
        super().__init__(*self._options_now(), id=id, compact=True, markup=False)
        self.highlighted = self._index(self.chosen)

    def allow_focus(self) -> bool:
        """Take the focus only when there is something to choose; Tab skips the group otherwise."""
        return super().allow_focus() and (len(self.alternatives) > 1 or self.chosen is None)

    def _index(self, key: str | None) -> int | None:
        return next((index for index, item in enumerate(self.alternatives) if item.key == key), None)

    def _options_now(self) -> list[Option]:
        return [Option(self._line(item), id=item.key) for item in self.alternatives]

    def _line(self, item: Alternative) -> Content:
        mark = ("(•) ", "$text-primary") if item.key == self.chosen else ("( ) ", "dim")
        note = [("  " + printable(item.note), "dim")] if item.note else []
        return Content.assemble(mark, printable(item.text), *note)

    def offer(self, alternatives: Sequence[Alternative]) -> None:
        """Replace the alternatives; the chosen one stays chosen if it is among them."""
        self.alternatives = tuple(alternatives)
        if self._index(self.chosen) is None:
            self.chosen = None
        self.set_options(self._options_now())
        self.highlighted = self._index(self.chosen)

    def choose(self, key: str) -> None:
        """Choose `key` and post `Chosen`, as when a person does."""
        if key == self.chosen:
            return
        self.chosen = key
        for item in self.alternatives:
            self.replace_option_prompt(item.key, self._line(item))
        self.highlighted = self._index(key)
        self.post_message(self.Chosen(self, key))

    def action_move(self, by: int) -> None:
        """Choose the alternative `by` lines below, without wrapping around."""
        if not self.alternatives:
            return
        at = self._index(self.chosen)
        to = 0 if at is None else min(max(at + by, 0), len(self.alternatives) - 1)
        self.choose(self.alternatives[to].key)

    def action_take(self) -> None:
        """Choose the line under the cursor, or the first."""
        if self.chosen is None:
            self.action_move(1)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            self.choose(event.option_id)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
