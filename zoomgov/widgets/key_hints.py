"""Hints for keys, shown beside what they act on; a click runs the same action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zoomgov.widgets.key_line import KeyLine, ShownKey

if TYPE_CHECKING:
    from collections.abc import Sequence

_GAPS: Final = (3, 1)
"""Cells between two hints: where there is room for all, and where not."""


class KeyHints(KeyLine):
    """A row of hints, with narrower gaps where there is little room."""

    HOVER = "underline"

    def __init__(self, hints: Sequence[tuple[str, str, str]], *, id: str | None = None) -> None:
        """`hints`: (key, description, action of the page)."""
        super().__init__(id=id)
        self._hints = hints

    def show(self, hints: Sequence[tuple[str, str, str]]) -> None:
        """Replace the hints."""
        self._hints = hints
        self.refresh()

    @property
    def drawn(self) -> list[ShownKey]:
        rows = [self._placed(gap) for gap in _GAPS]
        return next((row for row in rows if row[-1].place + row[-1].width <= self.size.width), rows[-1])

    def _placed(self, gap: int) -> list[ShownKey]:
        placed: list[ShownKey] = []
        place = 0
        for hint in self._hints:
            placed.append(ShownKey(place, *hint))
            place += placed[-1].width + gap
        return placed

    async def press(self, key: ShownKey) -> None:
        await self.screen.run_action(key.press)
