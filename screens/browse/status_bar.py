"""The status bar of Browse: when the sync was read, whether it is complete, and keys with no room in the footer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from ..synced.words import sync_line

if TYPE_CHECKING:
    from datetime import datetime

    from textual.app import ComposeResult

    from zoomgov.model.syncs import SyncInfo

_MORE: Final = (("x", "export"), ("5", "syncs"), ("6", "licences"), ("f5", "sync"))
_AROUND: Final = 5
"""Cells around and between the two parts."""


class StatusBar(Horizontal):
    """The line above the footer; empty until `show_sync`."""

    def compose(self) -> ComposeResult:
        yield Static(id="sync-line")
        yield Static(id="more")

    def show_sync(self, sync: SyncInfo, now: datetime, width: int) -> None:
        """Show `sync`, on a screen of `width` cells."""
        line = sync_line(sync, now, width)
        self.query_one("#sync-line", Static).update(line)
        self.query_one("#more", Static).update(_keys(width - line.cell_length - _AROUND))


def _keys(room: int) -> Content:
    """Return as many keys as fit into `room` cells."""
    words = [Content.assemble((f"  {key}", "bold $footer-key-foreground"), f" {word}") for key, word in _MORE]
    while words and sum(word.cell_length for word in words) > room:
        words.pop()
    return Content("").join(words)
