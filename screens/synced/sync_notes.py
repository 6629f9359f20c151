"""The dialog that lists what a sync could not read, and which of Zoom's numbers disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from zoomgov.widgets.fact_sheet import Fact, FactSheet, Section, Sheet
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.words.parts import part_name
from zoomgov.words.syncs import listed
from zoomgov.words.times import moment
from zoomgov.zoom.scopes import scope_to_add

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from zoomgov.model.syncs import SyncInfo


_NAMED = 3
"""Most resources that are named for one part that was not read."""


class SyncNotesScreen(ModalScreen[None]):
    """One sync's gaps: each with Zoom's reason and the scope that would open it."""

    CSS_PATH = "sync_notes.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,n,q,enter", "dismiss", "Close", key_display="esc")]

    def __init__(self, sync: SyncInfo, names: Mapping[str, str]) -> None:
        """`names` are by Zoom's id, of those that `targets_to_name` returns."""
        super().__init__()
        self._sheet = notes_sheet(sync, names)

    def compose(self) -> ComposeResult:
        yield FactSheet(id="notes")
        yield KeyFooter()

    def on_mount(self) -> None:
        sheet = self.query_one(FactSheet)
        sheet.show(self._sheet)
        sheet.focus()


def _grouped(sync: SyncInfo) -> dict[tuple[str, str, tuple[str, ...], int | None], list[str]]:
    """Group the gaps by part and reason, so that a thousand groups are one entry; returns Zoom's ids."""
    groups: dict[tuple[str, str, tuple[str, ...], int | None], list[str]] = {}
    for gap in sync.not_read:
        groups.setdefault((gap.part, gap.reason, gap.missing_scopes, gap.last_read), []).append(gap.target)
    return groups


def targets_to_name(sync: SyncInfo) -> list[tuple[str, str]]:
    """Return (part, Zoom's id) of the resources that the dialog names."""
    return [(part, target) for (part, *_), targets in _grouped(sync).items() for target in targets[:_NAMED] if target]


def notes_sheet(sync: SyncInfo, names: Mapping[str, str]) -> Sheet:
    """Return everything that is missing from `sync`, and the numbers that disagree."""
    sections = []
    for (part, reason, scopes, last_read), targets in _grouped(sync).items():
        what = part_name(part).capitalize()
        named = [names.get(target, target) for target in targets[:_NAMED] if target]
        if len(targets) > _NAMED:
            named.append(f"{len(targets) - _NAMED:,} more")
        facts = [Fact("Not read", f"{what} of {listed(named)}" if named else what, "warning"), Fact("Why", reason)]
        if scope := scope_to_add(scopes, None):
            facts.append(Fact("Scope to add", scope))
        if last_read is not None:
            facts.append(Fact("Shown instead", f"what sync {last_read} read"))
        sections.append(Section("", tuple(facts)))
    if sync.disagreements:
        lines = tuple(
            Fact(item.what, f"{item.read:,} read, {item.expected:,} by {item.source}", "warning")
            for item in sync.disagreements
        )
        sections.append(Section("Numbers that disagree", lines, is_list=True))
    if not sections:
        sections.append(Section("", (Fact("Complete", "Everything was read, and Zoom's totals agree.", "good"),)))
    return Sheet(f"Sync {sync.number}", f"Finished {moment(sync.finished_at)} UTC", tuple(sections))
