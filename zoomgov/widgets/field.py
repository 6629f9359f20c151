"""Input fields: one line with a label and a note beneath it, and a masked one for secrets."""

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
    """An input that pastes text of several lines as one, without blanks around it."""

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
        """Called with each pasted text first; True: it is dealt with, and nothing is inserted."""

    def _on_paste(self, event: events.Paste) -> None:
        # Textual's Input keeps the first line only: after a leading line break it pastes nothing.
        event.stop()
        event.prevent_default()
        if self.on_block is not None and self.on_block(event.text):
            return
        self.replace(self.pasted(event.text), *sorted(self.selection))

    def pasted(self, text: str) -> str:
        """Return what is inserted for a pasted text."""
        return " ".join(text.split())


class SecretInput(TextInput):
    """A masked input whose text cannot be copied or cut.

    Textual copies and cuts a masked value in clear; here both only ring the bell. It is masked again on blur, so that a
    revealed secret does not stay on the screen.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,super+c", "copy", "Copy", show=False),
        Binding("ctrl+x", "cut", "Cut", show=False),
    ]

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(placeholder=placeholder, password=True, id=id)

    @property
    def secret(self) -> Secret:
        """What was typed, without blanks: a secret has none."""
        return Secret("".join(self.value.split()))

    def pasted(self, text: str) -> str:
        return "".join(text.split())

    def action_copy(self) -> None:
        self.app.bell()

    def action_cut(self) -> None:
        self.app.bell()

    def toggle(self) -> bool:
        """Reveal or mask the text; return True when it is readable now."""
        self.password = not self.password
        return not self.password

    def mask(self) -> None:
        """Mask the text."""
        self.password = True

    def _on_blur(self, event: events.Blur) -> None:
        super()._on_blur(event)
        self.mask()


class Field(Vertical):
    """Label, input, and a note beneath: a hint, a warning or a problem."""

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

    # Not `:focus-within`: Textual does not redraw the label then.
    def on_descendant_focus(self) -> None:
        self.add_class("-focused")

    def on_descendant_blur(self) -> None:
        self.remove_class("-focused")

    @property
    def value(self) -> str:
        """What was typed, without outer blanks."""
        return self.input.value.strip()

    def relabel(self, label: str) -> None:
        """Replace the label."""
        self._label.update(Content(label))

    def _say(self, text: str, kind: str) -> None:
        self._note.update(Content(text))
        self._note.display = bool(text)
        self._note.set_classes(f"field-note {kind}")
        self.input.set_class(kind == "-problem", "-invalid")

    def problem(self, text: str) -> None:
        """Show why the value is not valid; empty: show the hint again."""
        self._say(f"✗ {text}" if text else self._hint, "-problem" if text else "")

    def warn(self, text: str) -> None:
        """Show what looks wrong about a value that may be valid; empty: show the hint again."""
        self._say(f"! {text}" if text else self._hint, "-warning" if text else "")

    def say(self, text: str) -> None:
        """Show `text` instead of the hint."""
        self._say(text, "")
