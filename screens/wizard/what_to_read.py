"""The dialog that chooses what a connector reads: fewer parts need fewer scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.tick_list import Item, TickList
from zoomgov.words.kinds import count
from zoomgov.zoom.scopes import NEEDS, Capability, ScopeKind, scopes_to_tick

if TYPE_CHECKING:
    from collections.abc import Collection

    from textual.app import ComposeResult


def offered(kind: ScopeKind) -> list[Capability]:
    """Return the parts that an app of `kind` can read."""
    return [part for part in Capability if scopes_to_tick(kind, capabilities={part})]


def left_out_text(without: Collection[str], kind: ScopeKind) -> str:
    """Return `everything`, or e.g. `everything but Roles`."""
    out = [part.value for part in offered(kind) if part.value in without]
    return f"everything but {', '.join(out)}" if out else "everything"


def _in_keeping(ticked: frozenset[str], changed: str) -> frozenset[str]:
    """Return a possible choice: users are always read, and admins of groups only with the groups."""
    if changed == Capability.GROUP_ADMINS.value and changed in ticked:
        ticked |= {Capability.GROUPS.value}
    if Capability.GROUPS.value not in ticked:
        ticked -= {Capability.GROUP_ADMINS.value}
    return ticked | {Capability.USERS.value}


class WhatToReadScreen(ModalScreen[frozenset[str] | None]):
    """Returns the capabilities to leave out; None when it is closed with Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Use these", key_display="⏎"),
        Binding("escape", "dismiss", "Cancel"),
    ]

    def __init__(self, without: Collection[str], kind: ScopeKind) -> None:
        super().__init__()
        self._kind = kind
        self._parts = offered(kind)
        self._elsewhere = frozenset(without) - {part.value for part in self._parts}
        self._read = frozenset(part.value for part in self._parts if part.value not in without)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content("What to read"), classes="dialog-title")
            yield TickList([self._item(part) for part in self._parts], ticked=self._read, id="parts")
            yield Static(id="part-detail", classes="pane")
            with Horizontal(classes="dialog-actions"):
                yield Button(self._label(self._read), id="take", classes="action -primary", compact=True)
        yield KeyFooter(show_command_palette=False)

    def _item(self, part: Capability) -> Item:
        if part is Capability.USERS:
            return Item(part.value, f"{part.value:<20}", "always: everything else hangs on them")
        scopes = scopes_to_tick(self._kind, capabilities={part})
        return Item(part.value, f"{part.value:<20}", count(len(scopes), "scope"))

    def on_mount(self) -> None:
        self.set_focus(self.query_one(TickList))

    def _label(self, read: Collection[str]) -> Content:
        scopes = scopes_to_tick(self._kind, capabilities=[part for part in Capability if part.value in read])
        return Content(f"Use these: {count(len(scopes), 'scope')} to tick  ⏎")

    @on(TickList.Ticked)
    def _ticked(self, event: TickList.Ticked) -> None:
        event.stop()
        read = _in_keeping(event.ticked, event.item)
        self.query_one(TickList).tick(read)
        button = self.query_one("#take", Button)
        button.label = self._label(read)
        button.refresh(layout=True)

    @on(TickList.CursorMoved)
    def _cursor_moved(self, event: TickList.CursorMoved) -> None:
        event.stop()
        needs = [need for need in NEEDS if need.capability.value == event.item]
        opens = " ".join(dict.fromkeys(need.opens for need in needs if not need.classic_only or len(needs) == 1))
        self.query_one("#part-detail", Static).update(
            Content.assemble(("Why    ", "dim"), needs[0].why, ("\nOpens  ", "dim"), opens)
        )

    @on(Button.Pressed, "#take")
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        read = self.query_one(TickList).ticked
        self.dismiss(frozenset(part.value for part in self._parts if part.value not in read) | self._elsewhere)
