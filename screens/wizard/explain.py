"""The dialog that explains one check: result, causes, what to click, and what Zoom said."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from zoomgov.text import printable
from zoomgov.widgets.advice_text import Parts, advice_parts, evidence_parts, joined
from zoomgov.widgets.check_lines import icon_and_style
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.terminal.browser import open_link
from zoomgov.widgets.terminal.clipboard import copy
from zoomgov.words.kinds import count

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from zoomgov.verify.model import CheckLine


class ExplainScreen(ModalScreen[None]):
    """Everything known about the line of one check."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss", "Close"),
        Binding("c", "copy", "Copy scope", tooltip="Copy the scopes this line is about"),
        Binding("o", "open_link", "Open link", tooltip="Open the link in your browser"),
        Binding("y", "copy_link", "Copy link", tooltip="Copy the link"),
    ]

    def __init__(self, line: CheckLine) -> None:
        super().__init__()
        self.line = line

    def compose(self) -> ComposeResult:
        icon, style = icon_and_style(self.line.status)
        with Vertical(classes="dialog"):
            yield Static(
                Content.assemble((f"{icon} {self.line.status}  ", style), printable(self.line.title)),
                classes="dialog-title",
            )
            with VerticalScroll(classes="dialog-scroll"):
                yield Static(classes="dialog-text")
        yield KeyFooter()

    def on_resize(self) -> None:
        scroll = self.query_one(VerticalScroll)
        self.query_one(".dialog-text", Static).update(self._text(min(scroll.size.width, 90) - 2))

    def _text(self, width: int) -> Content:
        blocks: list[Parts] = []
        if self.line.endpoint:
            blocks.append([(f"{self.line.endpoint}\n", "dim")])
        result = self.line.result
        if result and not any(advice.title == result for advice in self.line.advice[:1]):
            blocks.append([f"{printable(result)}\n"])
        if any(scope not in result for scope in self.line.scopes):
            blocks.append([("Scopes\n", "bold"), *(f"  {printable(scope)}\n" for scope in self.line.scopes)])
        many = len(self.line.advice) > 1
        for number, advice in enumerate(self.line.advice, 1):
            block = advice_parts(advice, width)
            blocks.append([(f"{number}. ", "bold"), *block] if many else block)
        if self.line.evidence:
            evidence: Parts = [("What Zoom said\n", "bold")]
            for item in self.line.evidence:
                evidence += evidence_parts(item, width)
            blocks.append(evidence)
        return joined(blocks)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "copy":
            return bool(self.line.scopes)
        if action in ("open_link", "copy_link"):
            return bool(self.link)
        return True

    @property
    def link(self) -> str:
        """The link of the most likely cause that has one; empty for none."""
        return next((advice.link for advice in self.line.advice if advice.link), "")

    def action_copy(self) -> None:
        copy(self, "\n".join(self.line.scopes), count(len(self.line.scopes), "scope"))

    def action_copy_link(self) -> None:
        copy(self, self.link, self.link)

    def action_open_link(self) -> None:
        def not_opened() -> None:
            self.notify(f"No browser here: {self.link}", severity="warning", markup=False)

        open_link(self, self.link, not_opened)
