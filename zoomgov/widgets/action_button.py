"""The button of pages and dialogs: one line, whose look is `Button.action` in screens/shared/pages.tcss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.widgets import Button

if TYPE_CHECKING:
    from textual.content import ContentText
    from textual.css.types import CSSLocation

_CSS: Final = """
Button {
    line-pad: 1;
    text-align: center;
    content-align: center middle;
    pointer: pointer;

    &:disabled { text-opacity: 0.6; pointer: not-allowed; }
    &:ansi:disabled { text-opacity: 1; }
    &.-active { tint: $background 30%; }
    &:ansi.-active { tint: transparent; }
}
"""
"""What of Textual's style for buttons is not overridden by `Button.action`. Parsing all of it takes 4 ms."""
_TEXTUALS: Final = "Button.DEFAULT_CSS"


class ActionButton(Button):
    """A compact button; `primary` is the main action of its page."""

    def __init__(self, label: ContentText, *, id: str, primary: bool = False, danger: bool = False) -> None:
        kind = " -primary" if primary else " -danger" if danger else ""
        super().__init__(label, id=id, classes=f"action{kind}", compact=True)

    def _get_default_css(self) -> list[tuple[CSSLocation, str, int, str]]:
        return [
            ((place, "ActionButton"), _CSS, order, scope) if name == _TEXTUALS else ((place, name), css, order, scope)
            for (place, name), css, order, scope in super()._get_default_css()
        ]
