"""Findings of a sync, the most severe first, and a page for each."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container

from zoomgov.findings import find, in_words
from zoomgov.model.kinds import Kind
from zoomgov.widgets.banner import Banner
from zoomgov.widgets.fact_sheet import Fact, FactSheet, Section, Sheet
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.table.identity_table import IdentityTable
from zoomgov.widgets.table.search_table import SearchTable
from zoomgov.widgets.table.table_layout import TableColumn
from zoomgov.widgets.table.table_source import ListSource, SourceError
from zoomgov.widgets.terminal.key_queue import OPENS
from zoomgov.words.kinds import ONE, count
from zoomgov.zoom.clouds import parse_cloud

from ..synced.list_page import ListPage
from ..synced.portal import open_portal
from ..synced.sync_page import TABLE_HELP, SyncPage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from textual.app import ComposeResult

    from zoomgov.findings import Audit, Finding, Thresholds
    from zoomgov.widgets.table.table_layout import Tone
    from zoomgov.widgets.table.table_source import Row

    from ..synced.opened_sync import OpenedSync

_LEVEL_TONES: dict[str, Tone] = {"high": "error", "medium": "warning", "low": "muted", "info": "muted", "?": "warning"}


_KINDS = {str(kind): word for kind, word in ONE.items()}


def _level(finding: Finding) -> str:
    return finding.level.word if finding.known else "?"


class FindingsScreen(ListPage):
    """All findings of the sync that is browsed."""

    HELP = f"""
# Findings

What looks wrong or wasteful in this sync, the gravest first: admins, people who left but still hold something,
licences nobody uses, groups without admins, strangers in lists. Enter tells why it matters, whom it is about and where
in Zoom to put it right. A `?` marks what could not be checked because its part was not read.

From when on somebody is idle, new or of another organisation are settings: `zoomgov settings` shows them, and
`zoomgov settings set findings.own_domains acme.com` sets one. `zoomgov findings NAME` prints the same, and has options
for them. Zoom moves the recorded login only once three days have passed, so three days are added: nobody is called idle
too early.
{TABLE_HELP}
"""
    COLUMNS: ClassVar[Sequence[TableColumn]] = (
        TableColumn("level", "Level", 7, tones=_LEVEL_TONES),
        TableColumn("title", "Finding", 54, least=40, most=100),
        TableColumn("count", "Found", 8, align="right", show=lambda number: f"{number:,}"),
    )
    PREFERENCES_KEY = "findings"
    NOUN = "findings"
    PLACEHOLDER = "Search findings …"

    def __init__(self, opened_sync: OpenedSync, cloud: str, now: datetime, thresholds: Thresholds) -> None:
        """`cloud` is the connector's, for links; `now` is aware."""
        super().__init__(opened_sync, "Findings")
        self._thresholds = thresholds
        self._portal = parse_cloud(cloud).portal_url
        self._now = now
        self._audit: Audit | None = None

    def read(self) -> Sequence[Row]:
        counted = replace(self._thresholds, named=0)  # the people are read when a finding is opened
        with self.opened_sync.long_reader() as reader:
            self._audit = find(
                reader, self._now, thresholds=counted, portal_url=self._portal, progress=self.read_so_far
            )
        return [(_level(finding), finding.title, finding.count) for finding in self._audit.findings]

    def about(self) -> str:
        return in_words(self._thresholds)

    def notice(self) -> str:
        unknown = len(self._audit.unknown()) if self._audit is not None else 0
        if not unknown:
            return ""
        return (
            f"{count(unknown, 'question')} could not be answered: parts were not read. Open what is marked ? for why."
        )

    def empty(self) -> str:
        asked = self._audit.checked if self._audit is not None else 0
        return (
            f"Nothing looks wrong: {count(asked, 'question was', 'questions were')} asked of everything that was read."
        )

    def opened(self, index: int) -> None:
        if self._audit is not None:
            self.open_finding(self._audit.findings[index])

    @work(exclusive=True, group=OPENS)
    async def open_finding(self, counted: Finding) -> None:
        """Read the people and resources of a finding, and show it."""
        try:
            finding = await asyncio.to_thread(read_finding, self.opened_sync, counted.id, self._now, self._thresholds)
        except SourceError as error:
            self.notify(str(error), title="It cannot be opened", severity="error", markup=False)
            return
        if self.is_current:
            self.app.push_screen(FindingScreen(self.opened_sync, finding or counted))


def read_finding(opened_sync: OpenedSync, check: str, now: datetime, thresholds: Thresholds) -> Finding | None:
    """Return what one check found, with its people and resources; None: nothing. For a worker thread.

    Raises:
        SourceError: the sync cannot be read.
    """
    portal = parse_cloud(opened_sync.cloud).portal_url
    with opened_sync.long_reader() as reader:
        audit = find(reader, now, thresholds=thresholds, portal_url=portal, only=check)
    return audit.findings[0] if audit.findings else None


class FindingScreen(SyncPage):
    """Why it matters, where to fix it, and whom it is about; Enter opens the person or resource."""

    HELP = f"""
# A finding

Why it matters and where in Zoom to put it right; below, the people or things it is about. Enter opens one. `Tab` goes
to the text, where `↑ ↓` scroll; `w` opens the page of Zoom's where it is put right.
{TABLE_HELP}
"""
    CSS_PATH = "../synced/item.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "portal", "Zoom's page", tooltip="Open the page of Zoom's where it is put right, in a browser"),
    ]
    COLUMNS: ClassVar[Sequence[TableColumn]] = (
        TableColumn("name", "Who or what", 26, least=18, most=44),
        TableColumn("detail", "What", 34, least=32, most=60),
        TableColumn("email", "E-mail", 28, most=40),
        TableColumn("kind", "Kind", 14),
    )

    def __init__(self, opened_sync: OpenedSync, finding: Finding) -> None:
        super().__init__(opened_sync)
        self._finding = finding

    def compose(self) -> ComposeResult:
        yield Banner(f"{self.opened_sync.name}  ›  Finding")
        with Container(id="item"):
            yield FactSheet(id="facts")
            yield Container(id="people")
        yield KeyFooter(show_command_palette=False)

    async def on_mount(self) -> None:
        finding = self._finding
        self.query_one(FactSheet).show(finding_sheet(finding))
        rows = [
            (subject.name or subject.id, subject.detail, subject.email, _KINDS.get(subject.kind, ""))
            for subject in finding.subjects
        ]
        notice = ""
        if finding.count > len(rows):
            notice = f"The first {len(rows):,} of {finding.count:,}; zoomgov findings NAME --format csv prints all."
        order, widths = await self.last_layout(self.COLUMNS)
        table = SearchTable(
            ListSource(self.COLUMNS, rows), order, widths=widths, noun="names", placeholder="Search …", notice=notice,
            empty="It is about no one person." if finding.count else "None was found in what could be read.",
        )  # fmt: skip
        await self.query_one("#people").mount(table)
        self.set_focus(table.table)

    @property
    def preferences_key(self) -> str:
        return "finding"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self._finding.fix.link) if action == "portal" else super().check_action(action, parameters)

    def action_portal(self) -> None:
        """Open the page of Zoom where it is fixed."""
        open_portal(self, self._finding.fix.link)

    @on(IdentityTable.RowSelected)
    def _row_selected(self, event: IdentityTable.RowSelected) -> None:
        subject = self._finding.subjects[event.row_id]
        if subject.kind in set(Kind):
            self.host.open_item(self.opened_sync, Kind(subject.kind), subject.id)


def finding_sheet(finding: Finding) -> Sheet:
    """Return all of a finding but its people and resources."""
    facts = [Fact("Why", finding.why)]
    facts += [Fact("Not seen", limit, "warning") for limit in finding.limits]
    if finding.count or not finding.known:
        facts += [
            Fact("To fix" if not place else "", f"{place + 1}. {step}") for place, step in enumerate(finding.fix.clicks)
        ]
        if finding.fix.link:
            facts.append(Fact("Where", finding.fix.link))
    return Sheet(
        finding.title, f"Level: {finding.level.word}" if finding.known else "Not known", (Section("", tuple(facts)),)
    )
