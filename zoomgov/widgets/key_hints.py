"""Keys that work on what is under the cursor, written next to it; a click on one does the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events


class KeyHint(Static):
    """One key and what it does."""

    def __init__(self, key: str, label: str, action: str) -> None:
        super().__init__(Content.assemble((key, "bold $footer-key-foreground"), f" {label}"))
        self._action = action

    async def on_click(self, event: events.Click) -> None:
        event.stop()
        await self.screen.run_action(self._action)


class KeyHints(Horizontal):
    """A row of hints."""

    def __init__(self, hints: Sequence[tuple[str, str, str]], *, id: str | None = None) -> None:
        """`hints`: key, label, action of the screen."""
        super().__init__(*(KeyHint(*hint) for hint in hints), id=id)
        self._needed = sum(len(key) + len(label) + 4 for key, label, _ in hints)
        """Cells with wide gaps."""

    def on_resize(self) -> None:
        """Move them closer together where there is little room."""
        self.set_class(self._needed > self.size.width, "-tight")
