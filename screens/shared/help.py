"""Help: what the page on top is for, and its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Markdown

from zoomgov.widgets.key_footer import KeyFooter

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.screen import Screen


class HelpScreen(ModalScreen[None]):
    """The `HELP` text of a page and the keys that work on it, both taken from the page."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,question_mark,q", "dismiss", "Close")]

    def __init__(self, about: Screen[object]) -> None:
        super().__init__()
        keys: dict[str, list[str]] = {}
        meanings: dict[str, str] = {}
        for active in about.active_bindings.values():
            binding = active.binding
            if active.enabled and binding.description and active.node in (about, about.app) and not binding.system:
                keys.setdefault(binding.action, []).append(f"`{about.app.get_key_display(binding)}`")
                meanings[binding.action] = f"**{binding.description}**: {binding.tooltip}"
        lines = [f"- {' '.join(dict.fromkeys(keys[action]))} {meaning}" for action, meaning in meanings.items()]
        self._text = "\n".join([(about.HELP or "").strip(), "", "## Keys", "", *lines])

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog help"):
            yield Markdown(self._text, open_links=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
