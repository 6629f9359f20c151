"""Keys and what they do, in one line; a click presses them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events


class ShownKey(NamedTuple):
    """A key in such a line."""

    place: int
    """Cells before it."""
    key: str
    """As it is shown."""
    label: str
    """What it does."""
    press: str
    """What a click does, for the line that it is in."""
    enabled: bool = True
    tooltip: str = ""
    before: str = ""
    """What parts it from others, and is not a part of its name: a blank, a rule."""
    after: str = ""

    @property
    def width(self) -> int:
        """Cells that it takes."""
        return cell_len(f"{self.before}{self.key} {self.label}{self.after}")


class KeyLine(Widget):
    """A line of keys. It is one widget, not one for each key: those took 10 ms of every page."""

    ALLOW_SELECT = False
    HOVER = ""
    """Style of the key under the mouse."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._hovered = ""

    @property
    def drawn(self) -> list[ShownKey]:
        """The keys that have room, from left to right."""
        raise NotImplementedError

    async def press(self, key: ShownKey) -> None:
        """Do what a click on `key` does."""
        raise NotImplementedError

    def render(self) -> Content:
        parts: list[Content] = []
        filled = 0
        for key in self.drawn:
            parts.append(Content(" " * (key.place - filled)))
            parts.extend(self._parts(key))
            filled = key.place + key.width
        return Content("").join(parts)

    def _parts(self, key: ShownKey) -> Iterable[Content]:
        hover = self.HOVER if key.press == self._hovered else ""
        dim = "" if key.enabled else "dim "
        yield Content.styled(key.before, "$foreground 20%" if key.before.strip() else hover)
        yield Content.styled(key.key, f"{dim}bold $footer-key-foreground {hover}")
        yield Content.styled(f" {key.label}{key.after}", f"{dim}{hover}")

    def _at(self, event: events.MouseEvent) -> ShownKey | None:
        offset = event.get_content_offset(self)
        if offset is None:
            return None
        return next((key for key in self.drawn if key.place <= offset.x < key.place + key.width), None)

    async def on_click(self, event: events.Click) -> None:
        event.stop()
        key = self._at(event)
        if key is not None and key.enabled:
            await self.press(key)
        elif key is not None:
            self.app.bell()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._hover(self._at(event))

    def on_leave(self) -> None:
        self._hover(None)

    def _hover(self, key: ShownKey | None) -> None:
        hovered = key.press if key is not None else ""
        if hovered != self._hovered:
            self._hovered = hovered
            self.tooltip = (key.tooltip or None) if key is not None else None
            self.refresh()
