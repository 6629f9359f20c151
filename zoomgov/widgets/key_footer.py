"""Textual's footer, made anew only when other keys are to be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Footer
from textual.widgets._footer import FooterKey

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.screen import Screen


class KeyFooter(Footer):
    """The keys of the screen and of what has the focus.

    Textual makes every key anew whenever the focus moves or an action may have become possible, which is a layout of
    the whole screen and a tenth of all the work of an app like this one. Most of the time nothing has changed.
    """

    _shown: object = None

    def compose(self) -> ComposeResult:
        """Yield the keys as they are to be: Textual's begin compact, are told otherwise, and are styled three times."""
        for key in super().compose():
            if isinstance(key, FooterKey) and not key.has_class("-command-palette"):  # that one stays compact
                key.set_reactive(FooterKey.compact, self.compact)
            yield key

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Take other keys up; the same ones are left alone."""
        if not (screen.app.app_focus and self.is_attached and screen is self.screen):
            super().bindings_changed(screen)
            return
        shown = [
            (binding, enabled, tooltip)
            for _, binding, enabled, tooltip in screen.active_bindings.values()
            if binding.show or binding.key == screen.app.COMMAND_PALETTE_BINDING
        ]
        if shown != self._shown:
            self._shown = shown
            super().bindings_changed(screen)
