"""The footer with the keys of the page; it is rebuilt only when the keys change."""

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
"""Cells around a key and its description."""


def _drop_rank(key: FooterKey) -> int:
    """Return the order in which keys get room: the lowest first, the highest is left out first."""
    return (
        0 if key.action in ("help", "app.help") else 1 if key.key == "escape" else 3 if key.has_class(_PALETTE) else 2
    )


class KeyFooter(Footer):
    """The keys of the page and of the focused widget.

    Textual's footer rebuilds all keys whenever the focus moves or an action may have become enabled. That lays out the
    whole screen and was a tenth of this app's processor time, while mostly nothing had changed.
    """

    _shown: object = None

    def on_compose(self) -> None:
        """Show the keys in the first frame. Textual waits for a signal, and draws them in a second frame."""
        self._bindings_ready = True
        self._shown = self._keys_of(self.screen)

    def compose(self) -> ComposeResult:
        """Yield the keys in their final form. Textual changes `compact` later, which styles each key three times."""
        keys = list(super().compose())
        for key in keys:
            if isinstance(key, FooterKey) and not key.has_class(_PALETTE):  # that one stays compact
                key.set_reactive(FooterKey.compact, self.compact)
        self._fit([key for key in keys if isinstance(key, FooterKey)])
        yield from keys

    def on_resize(self) -> None:
        """Fit the keys into the new width."""
        self._fit(list(self.query(FooterKey)))

    def _fit(self, keys: Sequence[FooterKey]) -> None:
        """Hide keys that have no room: the palette, then the last ones; never help, which lists all keys."""
        room = self.app.size.width
        for key in sorted(keys, key=_drop_rank):
            room -= cell_len(key.key_display) + cell_len(key.description) + _AROUND
            key.display = room >= 0

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Rebuild the footer if its keys have changed."""
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
