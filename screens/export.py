"""Writing a file to hand over: what goes in, its format, and where it lies afterwards."""

from __future__ import annotations

import asyncio
import re
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Footer, Input, Static

from zoomgov.export.model import (
    ExportCancelled,
    ExportError,
    Format,
    OneTable,
    Progress,
    TableName,
    WholeSync,
    Written,
)
from zoomgov.store.model import Kind
from zoomgov.store.views import Query
from zoomgov.text import printable
from zoomgov.widgets.banner import Banner
from zoomgov.widgets.choice import Alternative, Choice
from zoomgov.widgets.labels import count
from zoomgov.widgets.table_source import SourceError

from .base import Page
from .browse_words import NOUNS

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

    from zoomgov.export import What
    from zoomgov.store.views import Changes

    from .browse_data import Browser

_FORMATS: Final = (
    Alternative("xlsx", "XLSX", "a workbook, one sheet a kind and a cover sheet"),
    Alternative("csv", "CSV", "a file a kind, packed together when there are several"),
    Alternative("json", "JSON", "one document"),
    Alternative("jsonl", "JSON Lines", "a line a row"),
    Alternative("parquet", "Parquet", "for data tools"),
    Alternative("c1z", "c1z", "for ConductorOne's baton"),
)
_POLL: Final = 0.1
"""Seconds between two looks at the progress."""


class ExportScreen(Page[None]):
    """Two choices and a path; Enter writes, Esc stops or goes back."""

    HELP = """
# Export

Writes what was synced into a file that only you can read: the whole sync, the rows that the table shows now with its
search, or what changed since the sync before. The file is written whole or not at all, and says which sync it is of
and what was not read. Tab goes from one question to the next, the arrows choose, Enter writes, Esc stops it.
`zoomgov export` does the same, and can write check sums.
"""
    CSS_PATH = "export.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "write", "Write", tooltip="Write the file"),
        Binding("escape", "back", "Stop or back", tooltip="Stop writing, or go back"),
    ]

    def __init__(self, browser: Browser, kind: Kind, query: Query, typed: str, shown: int) -> None:
        """`query` is that of the table on screen, `typed` its search and `shown` its number of rows."""
        super().__init__()
        self._browser = browser
        self._kind, self._query, self._typed, self._shown = kind, query, typed, shown
        self._compared: tuple[Changes, Changes] | None = None
        self._older: int | None = None
        self._suggested = ""
        self._cancelled = False
        self._writing = False
        self._progress: Progress | None = None
        self._poll: Timer | None = None
        self._replace = ""

    @classmethod
    def of_changes(cls, browser: Browser, changes: Changes, found: Changes, typed: str) -> ExportScreen:
        """Make it for a comparison: `found` is what the table shows of `changes`, `typed` its search."""
        screen = cls(browser, Kind.USERS, Query(), typed, len(found.items) + len(found.grants))
        screen._compared = (changes, found)
        return screen

    def compose(self) -> ComposeResult:
        search = f", found by {self._typed}" if self._typed else ""
        if self._compared is not None:
            changes = self._compared[0]
            whats = [
                Alternative("compared", f"Everything that changed from sync {changes.from_sync} to {changes.to_sync}"),
                Alternative("found", f"What the table shows: {count(self._shown, 'change')}{search}"),
            ]
        else:
            table = f"{self._shown:,} {NOUNS[self._kind]}"
            whats = [
                Alternative("whole", "The whole sync", "everyone, everything and who has what"),
                Alternative("table", f"What the table shows: {table}{search}"),
            ]
        yield Banner(f"{self._browser.name}  ›  Export")
        with VerticalScroll(id="export", can_focus=False):
            yield Static("What", classes="heading")
            yield Choice(whats, chosen=whats[1 if self._typed else 0].key, id="what")
            yield Static("Format", classes="heading")
            yield Choice(_FORMATS, chosen="xlsx", id="format")
            with Horizontal(id="path-line"):
                yield Static("File", id="path-label")
                yield Input(id="path", compact=True, select_on_focus=False)
            yield Static(id="outcome")
        yield Footer()

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#what"))
        self._suggest()
        if self._compared is None:
            self.look_for_older()

    @work(group="export-syncs")
    async def look_for_older(self) -> None:
        """Offer the changes once it is known that there are two syncs."""
        try:
            syncs = await asyncio.to_thread(self._browser.syncs)
        except SourceError:
            return
        assert self._browser.sync is not None
        older = [sync.number for sync in syncs if sync.number < self._browser.sync.number]
        if older:
            self._older = older[-1]
            what = self.query_one("#what", Choice)
            changes = Alternative("changes", f"What changed since sync {self._older}")
            what.offer([*what.alternatives, changes])

    # The path

    @on(Choice.Chosen)
    def _chosen(self, event: Choice.Chosen) -> None:
        event.stop()
        self._suggest()
        self._say("")

    def _suggest(self) -> None:
        """Propose a path, unless somebody typed one of their own."""
        path = self.query_one("#path", Input)
        if path.value != self._suggested:
            return
        what, form = self.query_one("#what", Choice).chosen, self.query_one("#format", Choice).chosen or "xlsx"
        slug = re.sub(r"[^A-Za-z0-9]+", "-", self._browser.name).strip("-").lower() or "connector"
        number = self._browser.sync.number if self._browser.sync is not None else 0
        part = {"table": f"-{self._kind}", "changes": f"-changes-since-{self._older}"}.get(what or "", "")
        if self._compared is not None:
            number = self._compared[0].to_sync
            part = f"-changes-since-{self._compared[0].from_sync}{'-found' if what == 'found' else ''}"
        ending = "zip" if what == "whole" and form in ("csv", "parquet") else form
        self._suggested = str(Path.cwd() / f"zoomgov-{slug}-sync-{number}{part}.{ending}")
        path.value = self._suggested
        path.cursor_position = len(self._suggested)

    def _say(self, text: str, tone: str = "") -> None:
        outcome = self.query_one("#outcome", Static)
        outcome.update(Content("\n".join(printable(line) for line in text.split("\n"))))
        outcome.set_classes(tone)

    # Writing

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_write()

    def action_write(self) -> None:
        """Write the file."""
        if self._writing:
            return
        typed = self.query_one("#path", Input).value.strip()
        if not typed:
            self._say("Name a file.", "-problem")
            return
        path = Path(typed).expanduser()
        if path.exists() and self._replace != typed:
            self._replace = typed
            self._say(f"{path.name} is there already. Press Enter once more to replace it.", "-problem")
            return
        self._writing, self._cancelled, self._progress, self._replace = True, False, None, ""
        self._say("Writing …")
        self._poll = self.set_interval(_POLL, self._tick)
        what = self.query_one("#what", Choice).chosen or "whole"
        self.write(path, Format(self.query_one("#format", Choice).chosen or "xlsx"), what)

    @work(group="export")
    async def write(self, path: Path, form: Format, what: str) -> None:
        """Write on a worker thread, and say what came of it."""
        try:
            written = await asyncio.to_thread(self._write, path, form, what)
        except ExportCancelled:
            text, tone = "Stopped. Nothing was written.", ""
        except (ExportError, SourceError) as error:
            text, tone = f"✗ {error}", "-problem"
        except OSError as error:
            text, tone = f"✗ {path}: {error.strerror or error}. Nothing was written.", "-problem"
        else:
            rows = ", ".join(f"{number:,} {table}" for table, number in written.rows.items())
            text, tone = f"✓ {written.path}\n{rows}. Only you can read it.", "-done"
        self._writing = False
        if self._poll is not None:
            self._poll.stop()
        for _ in self.query("#outcome"):  # gone when the screen was left meanwhile
            self._say(text, tone)

    def _write(self, path: Path, form: Format, what: str) -> Written:
        from zoomgov.export import write_export

        with self._browser.long_reader() as shown, ExitStack() as stack:
            reader = shown
            chosen: What = WholeSync()
            if self._compared is not None:
                if what == "found" and form is Format.C1Z:
                    raise ExportError(
                        "A .c1z holds both syncs whole: choose everything that changed, or another format."
                    )
                chosen = self._compared[what == "found"]
                reader = stack.enter_context(shown.another(chosen.to_sync))
            elif what == "table":
                chosen = OneTable(TableName(self._kind.value), self._query)
            elif what == "changes" and self._older is not None:
                chosen = reader.diff(self._older)
            return write_export(
                reader, form, path, connector=self._browser.name, what=chosen,
                on_progress=self._note, cancelled=lambda: self._cancelled,
            )  # fmt: skip

    def _note(self, progress: Progress) -> None:
        self._progress = progress

    def _tick(self) -> None:
        if self._writing and not self._cancelled and (progress := self._progress) is not None:
            whole = f" of {progress.total:,}" if progress.total is not None else ""
            self._say(f"Writing {progress.table}: {progress.done:,}{whole} …  Esc stops it.")

    def action_back(self) -> None:
        """Stop writing; else go back."""
        if self._writing:
            self._cancelled = True
            self._say("Stopping …")
        else:
            self.app.pop_screen()

    async def on_unmount(self) -> None:
        self._cancelled = True
