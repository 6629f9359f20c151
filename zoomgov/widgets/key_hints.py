"""Hints for keys, shown beside what they act on; a click runs the same action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events


class KeyHint(Static):
    """One key and its description."""

    def __init__(self, key: str, label: str, action: str) -> None:
        super().__init__(Content.assemble((key, "bold $footer-key-foreground"), f" {label}"))
        self._action = action

    async def on_click(self, event: events.Click) -> None:
        event.stop()
        await self.screen.run_action(self._action)


class KeyHints(Horizontal):
    """A row of hints, with narrower gaps where there is little room."""

    def __init__(self, hints: Sequence[tuple[str, str, str]], *, id: str | None = None) -> None:
        """`hints`: (key, description, action of the page)."""
        super().__init__(*(KeyHint(*hint) for hint in hints), id=id)
        self._wide = sum(len(key) + len(label) + 4 for key, label, _ in hints)
        """Cells of the row with wide gaps."""

    def on_resize(self) -> None:
        """Choose the gaps."""
        self.set_class(self._wide > self.size.width, "-tight")
