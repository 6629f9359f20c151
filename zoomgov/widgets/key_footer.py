"""Textual's footer, made anew only when other keys are to be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.screen import Screen


_PALETTE: Final = "-command-palette"
_AROUND: Final = 3
"""Cells of a key besides its name and what it does."""


def _dispensable(key: FooterKey) -> int:
    """How easily one does without it; keys that are alike in this stay in their order."""
    return (
        0 if key.action in ("help", "app.help") else 1 if key.key == "escape" else 3 if key.has_class(_PALETTE) else 2
    )


class KeyFooter(Footer):
    """The keys of the screen and of what has the focus.

    Textual makes every key anew whenever the focus moves or an action may have become possible, which is a layout of
    the whole screen and a tenth of all the work of an app like this one. Most of the time nothing has changed.
    """

    _shown: object = None

    def on_compose(self) -> None:
        """Show the keys in the first frame already. Textual waits until it is told of them, and draws a second one."""
        self._bindings_ready = True
        self._shown = self._keys_of(self.screen)

    def compose(self) -> ComposeResult:
        """Yield the keys as they are to be: Textual's begin compact, are told otherwise, and are styled three times."""
        keys = list(super().compose())
        for key in keys:
            if isinstance(key, FooterKey) and not key.has_class(_PALETTE):  # that one stays compact
                key.set_reactive(FooterKey.compact, self.compact)
        self._fit([key for key in keys if isinstance(key, FooterKey)])
        yield from keys

    def on_resize(self) -> None:
        """Show what fits into the new width."""
        self._fit(list(self.query(FooterKey)))

    def _fit(self, keys: Sequence[FooterKey]) -> None:
        """Leave out what there is no room for: the palette, then the last keys; never the help, which tells all."""
        room = self.app.size.width
        for key in sorted(keys, key=_dispensable):
            room -= cell_len(key.key_display) + cell_len(key.description) + _AROUND
            key.display = room >= 0

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Take other keys up; the same ones are left alone."""
        if not (screen.app.app_focus and self.is_attached and screen is self.screen):
            super().bindings_changed(screen)
            return
        shown = self._keys_of(screen)
        if shown != self._shown:
            self._shown = shown
            super().bindings_changed(screen)

    @staticmethod
    def _keys_of(screen: Screen[object]) -> list[tuple[object, bool, str]]:
        return [
            (binding, enabled, tooltip)
            for _, binding, enabled, tooltip in screen.active_bindings.values()
            if binding.show or binding.key == screen.app.COMMAND_PALETTE_BINDING
        ]
