"""The dialog of saved filters: save the one that is typed, or choose one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from zoomgov.text import printable
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.paged_list import PagedList

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.app import ComposeResult


class SavedFiltersScreen(ModalScreen[str | None]):
    """Returns the text of the filter that is chosen, or None."""

    CSS_PATH = "saved_filters.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close", key_display="esc"),
        Binding("delete", "forget", "Remove", tooltip="Forget the filter under the cursor"),
    ]

    def __init__(self, typed: str, filters: Mapping[str, str], save: Callable[[dict[str, str]], None]) -> None:
        """`save` writes all filters. It raises `OSError` when it cannot."""
        super().__init__()
        self._typed = typed
        self._filters = dict(filters)
        self._save = save

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("Saved filters", classes="dialog-title")
            if self._typed:
                yield Static(Content(f"Now: {printable(self._typed)}"), id="typed")
                yield Input(placeholder="Name it to save it, then Enter", compact=True, id="name")
            yield PagedList(id="saved", classes="lines", compact=True, markup=False)
            yield Static(id="none")
        yield KeyFooter()

    def on_mount(self) -> None:
        self._list()
        if self._typed:
            self.set_focus(self.query_one(Input))
        else:
            self.set_focus(self.query_one(OptionList))

    def _list(self) -> None:
        wide = min(max(map(len, self._filters), default=0), 24)
        self.query_one(OptionList).set_options(
            Option(Content(f"{printable(name)[:24].ljust(wide)}  {printable(text)}"), id=f"f{number}")
            for number, (name, text) in enumerate(self._filters.items())
        )
        self.query_one(OptionList).highlighted = 0 if self._filters else None
        nothing = "" if self._filters else "None saved yet." if self._typed else "None saved yet. Type a filter first."
        self.query_one("#none", Static).update(nothing)
        self.query_one("#none").display = not self._filters
        self.query_one(OptionList).display = bool(self._filters)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self._filters) if action == "forget" else True

    def _write(self, filters: dict[str, str]) -> bool:
        try:
            self._save(filters)
        except OSError as error:
            self.notify(f"It could not be written: {error.strerror}.", severity="error", markup=False)
            return False
        self._filters = filters
        return True

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        event.stop()
        name = event.value.strip()
        if name and self._write(dict(sorted({**self._filters, name: self._typed}.items()))):
            self.notify(f"Saved as {printable(name)}.", markup=False)
            self.dismiss(None)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(list(self._filters.values())[event.option_index])

    def action_forget(self) -> None:
        """Remove the filter under the cursor."""
        place = self.query_one(OptionList).highlighted
        if place is not None and self.query_one(OptionList).has_focus:
            name = list(self._filters)[place]
            if self._write({other: text for other, text in self._filters.items() if other != name}):
                self._list()
