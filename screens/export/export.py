"""The page that writes an export: what goes in, the format, the path."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from zoomgov.export.model import ExportCancelled, ExportError, Format, Progress, Written
from zoomgov.text import printable
from zoomgov.widgets.banner import Banner
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.radio_group import RadioGroup
from zoomgov.widgets.table.table_source import SourceError
from zoomgov.widgets.terminal.key_queue import FILLS
from zoomgov.widgets.tick_list import Item, TickList

from ..shared.page import Page
from .export_words import (
    SUM,
    Offer,
    compared_offers,
    done_text,
    formats,
    hint,
    misnamed,
    progress_text,
    since_offer,
    suggested_path,
    table_offers,
    usual_format,
    whole_offer,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.timer import Timer

    from zoomgov.model.changes import Changes

    from ..synced.opened_sync import OpenedSync
    from ..synced.shown_table import ShownTable

_POLL = 0.1
"""Seconds between two updates of the progress."""


class _PathInput(Input):
    """The path. Enter writes, as everywhere on the page; its own binding lets the footer say so."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "screen.write", "Write", tooltip="Write the file")]


class ExportScreen(Page[None]):
    """What, format and path; Enter writes, Esc stops or goes back."""

    HELP = """
# Export

Writes what was synced into a file that only you can read: the whole sync, the rows that the table shows now with its
search and order, or what changed since another sync. The file is written whole or not at all, and says which sync it
is of and what was not read. Rows that are marked can be written alone. Tab goes from one question to the next, the
arrows choose, Space ticks the check sum, Enter writes, Esc stops it. For an older sync, open it from the list of
syncs first. To compare other syncs, choose them under *Changes* and export from there. `zoomgov export --help`
says how to do the same in a shell.
"""
    CSS_PATH = "export.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "write", "Write", tooltip="Write the file"),
        Binding("escape", "back", "Stop or back", tooltip="Stop writing, or go back"),
    ]

    def __init__(
        self, opened_sync: OpenedSync, offered: Sequence[Offer], chosen: str, *, look_back: bool = False
    ) -> None:
        """`offered` is what can be written, `chosen` the key of one; `look_back` adds what changed since before."""
        super().__init__()
        self._opened_sync = opened_sync
        self._offered, self._first, self._look_back = list(offered), chosen, look_back
        self._suggested = ""
        self._cancelled = False
        self._writing = False
        self._progress: Progress | None = None
        self._poll: Timer | None = None
        self._replace = ""

    @classmethod
    def of_table(cls, opened_sync: OpenedSync, shown: ShownTable) -> ExportScreen:
        """Make the page for a table: it offers the whole sync, what the table shows, and what changed."""
        number = opened_sync.sync.number if opened_sync.sync is not None else 0
        offered = [whole_offer(number), *table_offers(number, shown)]
        return cls(opened_sync, offered, offered[-1 if shown.narrowed else 0].line.key, look_back=True)

    @classmethod
    def of_changes(cls, opened_sync: OpenedSync, changes: Changes, found: Changes, typed: str) -> ExportScreen:
        """Make the page for a comparison; `found` are the `changes` that the table shows for its search, `typed`."""
        offered = compared_offers(changes, found, typed)
        return cls(opened_sync, offered, offered[bool(typed)].line.key)

    def compose(self) -> ComposeResult:
        yield Banner(f"{self._opened_sync.name}  ›  Export")
        with VerticalScroll(id="export", can_focus=False):
            yield Static("What", classes="heading")
            yield RadioGroup([offer.line for offer in self._offered], chosen=self._first, id="what")
            yield Static("Format", classes="heading")
            yield RadioGroup(formats(), chosen=usual_format(), id="format")
            with Horizontal(id="path-line"):
                yield Static("File", id="path-label")
                yield _PathInput(id="path", compact=True, select_on_focus=False)
            yield TickList([Item(SUM, "A SHA-256 check sum beside it")], id="more")
            yield Static(id="outcome")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#what"))
        self._suggest()
        if self._look_back:
            self.look_for_older()

    @work(group=FILLS)
    async def look_for_older(self) -> None:
        """Offer what changed, if there is an older sync."""
        try:
            syncs = await asyncio.to_thread(self._opened_sync.syncs)
        except SourceError:
            return  # writing says why
        number = self._offered[0].sync
        older = [sync.number for sync in syncs if sync.number < number]
        if older and self.is_attached:
            self._offered.append(since_offer(older[-1], number))
            self.query_one("#what", RadioGroup).offer([offer.line for offer in self._offered])

    @property
    def _chosen(self) -> tuple[Offer, Format]:
        key = self.query_one("#what", RadioGroup).chosen
        offer = next((one for one in self._offered if one.line.key == key), self._offered[0])
        return offer, Format(self.query_one("#format", RadioGroup).chosen or usual_format())

    # The path

    @on(RadioGroup.Chosen)
    def _another(self, event: RadioGroup.Chosen) -> None:
        event.stop()
        if not self._writing:
            self._suggest()

    def _suggest(self) -> None:
        """Suggest a path, unless one was typed; say what to know about the format."""
        offer, form = self._chosen
        path = self.query_one("#path", Input)
        if path.value == self._suggested:
            self._suggested = path.value = suggested_path(self._opened_sync.name, offer, form)
            path.cursor_position = len(self._suggested)
        text, tone = hint(offer, form)
        self._say(text, tone)

    def _say(self, text: str, tone: str = "") -> None:
        outcome = self.query_one("#outcome", Static)
        outcome.update(Content("\n".join(printable(line) for line in text.split("\n"))))
        outcome.set_classes(tone)

    # Writing

    def action_write(self) -> None:
        """Write the file; ask before one is replaced."""
        from zoomgov.export import is_occupied

        if self._writing:
            return
        typed = self.query_one("#path", Input).value.strip()
        if not typed:
            self._say("Name a file.", "-problem")
            return
        try:
            path = Path(typed).expanduser()
            if wrong := misnamed(path, self._chosen[1]):
                self._say(f"✗ {wrong}", "-problem")
                return
            occupied = is_occupied(path)
        except (OSError, RuntimeError, ValueError) as error:  # no permission, no such ~user, a NUL in it
            self._say(f"✗ {typed}: {str(error).rstrip('.')}. Name another file.", "-problem")
            return
        if occupied and self._replace != typed:
            self._replace = typed
            self._say(f"{path.name} is there already. Press Enter once more to replace it.", "-problem")
            return
        self._writing, self._cancelled, self._progress, self._replace = True, False, None, ""
        self._say("Writing …  Esc stops it.")
        self._poll = self.set_interval(_POLL, self._tick)
        offer, form = self._chosen
        self.write(path, form, offer, sha256=SUM in self.query_one(TickList).ticked)

    @work(group="export")
    async def write(self, path: Path, form: Format, offer: Offer, *, sha256: bool) -> None:
        """Write on a worker thread, and say how it ended."""
        try:
            written = await asyncio.to_thread(self._write, path, form, offer, sha256)
        except ExportCancelled:
            text, tone = "Stopped. Nothing was written.", ""
        except (ExportError, SourceError) as error:
            text, tone = f"✗ {error}", "-problem"
        except OSError as error:
            text, tone = f"✗ {path}: {error.strerror or error}. Nothing was written.", "-problem"
        else:
            text, tone = done_text(written), "-done"
        self._writing = False
        if self._poll is not None:
            self._poll.stop()
        for _ in self.query("#outcome"):  # gone when the screen was left meanwhile
            self._say(text, tone)

    def _write(self, path: Path, form: Format, offer: Offer, sha256: bool) -> Written:
        from zoomgov.export import write_export

        if form is Format.C1Z and not offer.packs:
            raise ExportError(hint(offer, form)[0])
        with self._opened_sync.long_reader(offer.sync) as reader:
            return write_export(
                reader, form, path, connector=self._opened_sync.name, what=offer.what(reader), sha256=sha256,
                on_progress=self._note, cancelled=lambda: self._cancelled,
            )  # fmt: skip

    def _note(self, progress: Progress) -> None:
        self._progress = progress

    def _tick(self) -> None:
        if self._writing and not self._cancelled and (progress := self._progress) is not None:
            self._say(progress_text(progress))

    def action_back(self) -> None:
        """Stop writing; else go back."""
        if self._writing:
            self._cancelled = True
            self._say("Stopping …")
        else:
            self.app.pop_screen()

    async def on_unmount(self) -> None:
        self._cancelled = True
