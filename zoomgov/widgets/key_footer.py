"""The footer: the keys of the page and of the focused widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.widgets.key_line import KeyLine, ShownKey

if TYPE_CHECKING:
    from textual.screen import Screen


def _drop_rank(key: ShownKey, palette: str) -> int:
    """Return the order in which keys get room: the lowest first, the highest is left out first."""
    return 0 if key.press == "f1" else 1 if key.press == "escape" else 3 if key.press == palette else 2


class KeyFooter(KeyLine):
    """The keys of the page and of the focused widget, and at the right end that of the command palette.

    Textual's footer has a widget for each key, and makes all of them anew whenever the focus moves.
    """

    HOVER = "on $block-hover-background"

    def __init__(self, *, show_command_palette: bool = True) -> None:
        super().__init__()
        self._show_command_palette = show_command_palette
        self._keys: list[ShownKey] = []

    def on_mount(self) -> None:
        """Show the keys in the first frame, and follow them."""
        self._keys = self._keys_of(self.screen)
        self.screen.bindings_updated_signal.subscribe(self, self._update, immediate=True)

    def _update(self, screen: Screen[object]) -> None:
        if self.app.app_focus and self.is_attached and (keys := self._keys_of(screen)) != self._keys:
            self._keys = keys
            self.refresh()

    @property
    def _palette(self) -> str:
        return self.app.COMMAND_PALETTE_BINDING

    def _keys_of(self, screen: Screen[object]) -> list[ShownKey]:
        """Return the keys as they would stand if there were room for all, the palette last."""
        active = screen.active_bindings
        keys: dict[str, ShownKey] = {}
        for _, binding, enabled, tooltip in active.values():
            if binding.show and binding.action not in keys:  # of several keys with one action, the first
                key = self.app.get_key_display(binding)
                keys[binding.action] = ShownKey(0, key, binding.description, binding.key, enabled, tooltip, " ", " ")
        shown = list(keys.values())
        if self._show_command_palette and self._palette in active:
            _, binding, enabled, tooltip = active[self._palette]
            about = tooltip or binding.tooltip or binding.description
            display = self.app.get_key_display(binding)
            shown.append(ShownKey(0, display, binding.description, binding.key, enabled, about, "▏", " "))
        return shown

    @property
    def drawn(self) -> list[ShownKey]:
        """Those that have room. The palette goes first, then the last keys; never help, which lists all keys."""
        width = self.app.size.width
        room = width
        fitting = set()
        for key in sorted(self._keys, key=lambda key: _drop_rank(key, self._palette)):
            room -= key.width
            if room >= 0:
                fitting.add(key.press)
        placed: list[ShownKey] = []
        place = 0
        for key in self._keys:
            if key.press in fitting:
                placed.append(key._replace(place=width - key.width if key.press == self._palette else place))
                place += key.width
        return placed

    async def press(self, key: ShownKey) -> None:
        self.app.simulate_key(key.press)
