"""A labelled line of input with room for a problem beneath it, and the input that keeps a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from zoomgov.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.app import ComposeResult


class TextInput(Input):
    """An input that pastes sensibly: stray line ends and outer blanks never become part of a value."""

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        password: bool = False,
        id: str | None = None,
        tooltip: str | None = None,
    ) -> None:
        super().__init__(
            value, placeholder, password=password, id=id, compact=True, select_on_focus=False, tooltip=tooltip
        )
        self.on_block: Callable[[str], bool] | None = None
        """Offered each pasted text first; True means that it was taken whole."""

    def _on_paste(self, event: events.Paste) -> None:
        # Stock Input keeps the first line only, so a leading line end would paste nothing at all.
        event.stop()
        event.prevent_default()
        if self.on_block is not None and self.on_block(event.text):
            return
        self.replace(self.pasted(event.text), *sorted(self.selection))

    def pasted(self, text: str) -> str:
        """What of a pasted text goes into the line."""
        return " ".join(text.split())


class SecretInput(TextInput):
    """A masked input that gives its text to nobody but the caller of `secret`.

    Stock Textual copies and cuts a masked value in clear; here both only ring the bell. It masks itself again when
    the focus leaves, so that a revealed secret does not stay on the screen.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,super+c", "copy", "Copy", show=False),
        Binding("ctrl+x", "cut", "Cut", show=False),
    ]

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(placeholder=placeholder, password=True, id=id)

    @property
    def secret(self) -> Secret:
        """What was typed, without the blanks that never belong to a secret."""
        return Secret("".join(self.value.split()))

    def pasted(self, text: str) -> str:
        return "".join(text.split())

    def action_copy(self) -> None:
        self.app.bell()

    def action_cut(self) -> None:
        self.app.bell()

    def toggle(self) -> bool:
        """Show or mask the text; returns True when it is now readable."""
        self.password = not self.password
        return not self.password

    def mask(self) -> None:
        """Hide the text."""
        self.password = True

    def _on_blur(self, event: events.Blur) -> None:
        super()._on_blur(event)
        self.mask()


class Field(Vertical):
    """Label, input, and one line beneath for a hint, a gentle warning or a problem."""

    def __init__(self, label: str, entry: TextInput, *, hint: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self._label = Static(Content(label), classes="field-label")
        self.input = entry
        self._hint = hint
        self._note = Static(Content(hint), classes="field-note")
        self._note.display = bool(hint)

    def compose(self) -> ComposeResult:
        with Horizontal(classes="field-line"):
            yield self._label
            yield self.input
        yield self._note

    # Not `:focus-within`: Textual does not redraw the label when the focus moves on.
    def on_descendant_focus(self) -> None:
        self.add_class("-focused")

    def on_descendant_blur(self) -> None:
        self.remove_class("-focused")

    @property
    def value(self) -> str:
        """What was typed, without outer blanks."""
        return self.input.value.strip()

    def relabel(self, label: str) -> None:
        """Ask for something else in the same place."""
        self._label.update(Content(label))

    def _say(self, text: str, kind: str) -> None:
        self._note.update(Content(text))
        self._note.display = bool(text)
        self._note.set_classes(f"field-note {kind}")
        self.input.set_class(kind == "-problem", "-invalid")

    def problem(self, text: str) -> None:
        """Show why the value cannot stay so."""
        self._say(f"✗ {text}" if text else self._hint, "-problem" if text else "")

    def warn(self, text: str) -> None:
        """Show what looks odd about the value; it may still be right."""
        self._say(f"! {text}" if text else self._hint, "-warning" if text else "")

    def say(self, text: str) -> None:
        """Show a plain line instead of the hint."""
        self._say(text, "")
