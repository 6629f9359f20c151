"""Step 4: the scopes to tick, and why each is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from zoomgov.connectors.model import Connector, Step
from zoomgov.connectors.standing import SCOPES_CONFIRMED
from zoomgov.widgets.terminal.clipboard import copy
from zoomgov.widgets.tick_list import Item, TickList
from zoomgov.words.kinds import count
from zoomgov.zoom.scopes import NEEDS, Capability, Importance, Need, ScopeKind, scopes_to_tick

from .sketches import classic_scopes, sketch
from .step_screen import ConnectorStep
from .what_to_read import left_out_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from textual.app import ComposeResult

_THEN: Final = (Item("", "Then"), Item(SCOPES_CONFIRMED, "2.5 Click Done, review the scopes, click Continue"))
_THEN_DETAIL: Final = "Scopes ticked but not confirmed with Done are lost. Continue leads to the Activation page."


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """One scope to tick, with everything it is for."""

    scope: str
    needs: tuple[Need, ...]

    @property
    def importance(self) -> Importance:
        """The most important of its needs."""
        order = list(Importance)
        return min((need.importance for need in self.needs), key=order.index)


def scope_lines(kind: ScopeKind, without: Collection[str] = ()) -> list[ScopeLine]:
    """Return the fewest scopes that all parts but `without` need: required ones first, then in catalogue order."""
    wanted = frozenset(part for part in Capability if part.value not in without)
    needs = [
        need for need in NEEDS if need.capability in wanted and not (need.classic_only and kind is ScopeKind.GRANULAR)
    ]
    lines = [
        ScopeLine(scope, tuple(need for need in needs if need.tick(kind) == scope))
        for scope in scopes_to_tick(kind, capabilities=wanted)
    ]
    order = list(Importance)
    return sorted(lines, key=lambda line: order.index(line.importance))


class ScopesScreen(ConnectorStep):
    """Granular or classic scopes as a list to tick and copy."""

    STEP = Step.SCOPES
    ASIDE = True
    CSS_PATH = "scopes.tcss"
    HELP = """
# Step 4: Scopes

A **scope** is one permission of the Zoom app. All scopes listed here only read.

On the app's **Scopes** page click **+ Add Scopes**, search for each name and tick it. `c` copies the name under the
cursor, `C` copies all that are listed, one a line; `t` shows them as plain text.

- **required**: without it a part of the job is not possible;
- **recommended**: proves that nothing is missing;
- **optional**: more to see.

`w` chooses **what to read**: roles, licences and so on. Fewer parts need fewer scopes; what is left out is not checked
and not read, and can be taken in later.

**Granular or classic?** Apps made since March 2024 offer granular scopes, with names of four parts. Older apps may
still have classic ones such as `user:read:admin`. `g` switches the list. Either kind will do.

A scope that cannot be found in Zoom's search: your role in Zoom lacks the matching right. Make the app as the
Account Owner.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy_one", "Copy", tooltip="Copy the scope under the cursor"),
        Binding("C", "copy_all", "Copy all", key_display="C", tooltip="Copy all scopes listed, one a line"),
        Binding(
            "g", "switch_kind", "Granular/classic", show=False, tooltip="Switch between granular and classic scopes"
        ),
        Binding("w", "what", "What to read", tooltip="Choose what to read: fewer parts need fewer scopes"),
        Binding("t", "plain", "Plain text", show=False, tooltip="All scopes as text to select"),
        Binding(
            "k", "sketch", "Sketch", show=False, tooltip="A sketch of the page in Zoom; wide terminals show it anyway"
        ),
    ]

    def __init__(self, connector: Connector) -> None:
        super().__init__(connector)
        self._kind = connector.scope_kind
        self._lines = scope_lines(self._kind, connector.without)

    @property
    def lead(self) -> str:
        return "2.4 On the Scopes page, click + Add Scopes and tick these. All only read."

    def body(self) -> ComposeResult:
        yield Static(id="kind")
        yield TickList(self._items(), ticked=self.connector.checked, id="scopes")
        yield Static(id="detail", classes="pane")

    def _items(self) -> list[Item]:
        def title(line: ScopeLine) -> str:
            if self._kind is ScopeKind.CLASSIC:
                return line.needs[0].classic_title
            return " · ".join(need.title for need in line.needs)

        width = max(len(line.scope) for line in self._lines) + 1
        lines = [Item(line.scope, f"{line.scope:<{width}} {line.importance:<11}", title(line)) for line in self._lines]
        return [*lines, *_THEN]

    def on_mount(self) -> None:
        self._show_kind()
        self.set_focus(self.query_one("#scopes"))

    def _show_kind(self) -> None:
        def mark(kind: ScopeKind) -> tuple[str, str]:
            chosen = kind is self._kind
            return (f"({'•' if chosen else ' '}) {kind.capitalize()}", "bold $text-primary" if chosen else "dim")

        note = {ScopeKind.GRANULAR: "apps made since March 2024", ScopeKind.CLASSIC: "older apps"}[self._kind]
        self.query_one("#kind", Static).update(
            Content.assemble(
                mark(ScopeKind.GRANULAR),
                "  ",
                mark(ScopeKind.CLASSIC),
                (f"   {note} · g switches\nReads  ", "dim"),
                left_out_text(self.connector.without, self._kind),
                (" · w chooses", "dim"),
            )
        )

    @on(TickList.CursorMoved)
    def _cursor_moved(self, event: TickList.CursorMoved) -> None:
        event.stop()
        line = next((line for line in self._lines if line.scope == event.item), None)
        if line is None:
            text, drawn = Content(_THEN_DETAIL), sketch(SCOPES_CONFIRMED)
        else:
            opens = " ".join(dict.fromkeys(need.opens for need in line.needs))
            if len(line.needs) == 1:
                reason = ("Why    ", line.needs[0].why)
            else:
                reason = ("For    ", ", ".join(need.title for need in line.needs) + ".")
            classic = line.needs[0].tick(ScopeKind.CLASSIC)
            text = Content.assemble((reason[0], "dim"), reason[1], ("\nOpens  ", "dim"), opens)
            if self._kind is ScopeKind.GRANULAR:
                text = Content.assemble(text, ("\nClassic ", "dim"), f"{classic}  {line.needs[0].classic_title}")
            drawn = Content("\n\n").join([sketch("scopes"), classic_scopes(classic)])
        self.explain(text, drawn)

    @on(TickList.Ticked)
    def _ticked(self, event: TickList.Ticked) -> None:
        event.stop()
        self.changed()

    async def save(self) -> None:
        await self.update_connector(checked=self.query_one("#scopes", TickList).ticked, scope_kind=self._kind)

    def _relist(self) -> None:
        self._lines = scope_lines(self._kind, self.connector.without)
        self.query_one("#scopes", TickList).replace(self._items())
        self._show_kind()

    def action_switch_kind(self) -> None:
        self._kind = ScopeKind.CLASSIC if self._kind is ScopeKind.GRANULAR else ScopeKind.GRANULAR
        self._relist()
        self.changed()

    @work(exclusive=True, group="what")
    async def action_what(self) -> None:
        await self._guarded(self._choose_what)

    async def _choose_what(self) -> None:
        from .what_to_read import WhatToReadScreen

        without = await self.app.push_screen_wait(WhatToReadScreen(self.connector.without, self._kind))
        if without is not None and without != self.connector.without:
            await self.flush()
            await self.update_connector(without=without)
            self._relist()

    def action_copy_one(self) -> None:
        scope = self.query_one("#scopes", TickList).id_at_cursor
        if scope is None or not any(line.scope == scope for line in self._lines):
            self.notify("Move to a scope first.", severity="warning")
            return
        copy(self, scope, scope)

    def _plain(self) -> str:
        return "\n".join(line.scope for line in self._lines)

    def action_copy_all(self) -> None:
        copy(self, self._plain(), count(len(self._lines), "scope"), "p shows them to select by hand.")

    def action_plain(self) -> None:
        from ..shared.text_dialog import TextDialog

        self.app.push_screen(TextDialog(f"{self._kind.capitalize()} scopes", self._plain()))
