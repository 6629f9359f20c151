"""Step 8: the sync, with its progress; then its result."""

from __future__ import annotations

import contextlib
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from zoomgov.connectors.model import Connector, ConnectorStatus, Step
from zoomgov.connectors.rows import RegistryError
from zoomgov.services.problems import as_problem
from zoomgov.text import printable
from zoomgov.verify.lines import line_for, line_for_part
from zoomgov.widgets.busy import Busy
from zoomgov.widgets.part_bars import PartBars
from zoomgov.widgets.sync_log import SyncLog
from zoomgov.widgets.table.table_source import SourceError
from zoomgov.widgets.terminal.key_queue import OPENS, SeenFirst
from zoomgov.words.kinds import count
from zoomgov.zoom.errors import ZoomError

from .step_screen import ConnectorStep
from .sync_progress import SyncProgress
from .sync_text import estimate_content, failure_content, file_part, log_text, summary_content

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.worker import Worker

    from zoomgov.model.syncs import SyncInfo
    from zoomgov.sync.events import SyncSummary


class SyncScreen(SeenFirst, ConnectorStep):
    """Starts at once after Verify and from the list; after a restart it waits for Enter.

    An Enter typed ahead would stop the sync that the one before has started, so it is dropped: see `SeenFirst`.
    """

    STEP = Step.SYNC
    CSS_PATH = "sync.tcss"
    HELP = """
# Step 8: Sync

Reads users, groups, contact groups and roles, and who has what, as fast as Zoom's limits allow. Nothing is changed
in Zoom.

What is read becomes visible all at once at the end; until then you see the last finished sync. `esc` or `ctrl+c`
stops: finished lists are kept and the next sync goes on from there.

A part that could not be read is named at the end and shown everywhere as *not read*, never as empty.

Each list has a bar, what was read of what Zoom counts, how fast it goes and the time it still takes; no time means
that nobody can know yet. *Zoom's limits* are the requests sent in this second of those that are granted, and today's,
for each of Zoom's kinds of requests (light, medium, heavy); Zoom's day begins at 00:00 UTC. `e` tells
beforehand what a sync takes; `esc` stops asking.

`n` lists, after a sync, everything that was not read and every number that disagrees.

`f` shows only what went wrong in the log, and everything again; arrows, `pgup` and `pgdn` scroll it. `m` saves it to a
file here, without secrets and addresses.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "stop", "Stop", tooltip="Stop the sync; finished lists are kept"),
        Binding("b", "browse", "Browse", show=False, tooltip="Look at what was read"),
        Binding("e", "estimate", "Estimate", tooltip="Requests and time a sync takes; costs a few requests"),
        Binding("c", "changes", "Changes", tooltip="What changed since the sync before"),
        Binding(
            "n", "notes", "Gaps", show=False, tooltip="Everything that was not read, and every number that disagrees"
        ),
        Binding("v", "verify", "Verify", show=False, tooltip="Find out what Zoom refused, and why"),
        Binding("s", "restart", "Sync again", show=False, tooltip="Read everything again"),
        Binding("f", "filter", "Filter log", tooltip="Show in the log what went wrong, or everything"),
        Binding("m", "save_log", "Save log", tooltip="Save the log to a file here, without secrets"),
        Binding("up", "scroll('up')", "Up", show=False, system=True),
        Binding("down", "scroll('down')", "Down", show=False, system=True),
        Binding("pageup", "scroll('page_up')", "Page up", show=False, system=True),
        Binding("pagedown", "scroll('page_down')", "Page down", show=False, system=True),
        Binding("home", "scroll('home')", "First", show=False, system=True),
        Binding("end", "scroll('end')", "Last", show=False, system=True),
    ]

    def __init__(self, connector: Connector, *, start: bool = False) -> None:
        super().__init__(connector)
        self.summary: SyncSummary | None = None
        self._start = start
        self._syncing: Worker[None] | None = None
        self._reading: Worker[None] | None = None
        self._failed_line = ""
        self._lacks_credentials = False

    @property
    def next_label(self) -> str:
        return "Start sync  ⏎"

    def body(self) -> ComposeResult:
        yield Busy(id="state")
        yield PartBars(id="parts")
        yield Static(id="limits")
        with VerticalScroll(id="outcome"):
            yield Static(id="outcome-text")
        yield SyncLog(self.host.now, id="log")

    def on_mount(self) -> None:
        self.query_one(SyncLog).can_focus = False
        if self._start:
            self.start()
        else:
            self._idle()
        self.set_focus(self.query_one("#next"))

    def _idle(self) -> None:
        before = self.connector.last_sync_at
        told = "The last sync stays visible meanwhile." if before else "Nothing was read so far."
        text = f"Ready to read everyone and everything. {told}\ne tells first how many requests and how long it takes."
        self.query_one(Busy).done(Content(text))

    @property
    def running(self) -> bool:
        """True while a sync runs."""
        return self._syncing is not None and not self._syncing.is_finished

    @property
    def asking(self) -> bool:
        """True while Zoom is asked for an estimate."""
        return self._reading is not None and not self._reading.is_finished

    def _label_next(self, text: str) -> None:
        from textual.widgets import Button

        button = self.query_one("#next", Button)
        button.label = Content(text)
        button.refresh(layout=True)
        self.refresh_bindings()

    # Running

    def start(self) -> None:
        """Begin to sync."""
        if not self.running:
            self._stop_asking()
            self._syncing = self.run_worker(self._sync(), group="sync", exclusive=True)

    async def _sync(self) -> None:
        self.summary = None
        self._failed_line, self._lacks_credentials = "", False
        self.show_problem("")
        self.query_one("#outcome").display = False
        self.query_one("#outcome").remove_class("-short")
        self.query_one("#parts").display = True
        self.query_one("#limits").display = True
        self.query_one("#log").display = True
        self.show_status(ConnectorStatus.SYNCING)
        self._label_next("Stop  ⏎")
        limits = self.query_one("#limits", Static)
        progress = SyncProgress(self.query_one(Busy), self.query_one(PartBars), limits, self.query_one(SyncLog))
        timer = self.set_interval(1 / 8, progress.draw)
        try:
            self.summary = await self.services.syncing.sync(self.connector, progress.take)
        except Exception as error:
            await self._failed(error)
        else:
            await self._finished()
        finally:
            timer.stop()
            progress.draw()

    async def _reload(self) -> None:
        try:
            connector = await self.services.run(self.services.registry.connector, self.connector.id)
        except RegistryError:
            return  # it was removed meanwhile; the error that follows says so
        self.connector = connector
        self.show_standings()
        self.show_status(connector.status)

    def _conclude(self, verdict: Content, outcome: Content, label: str, *, log: bool = True) -> None:
        """Show how it ended. With `log=False`, and on a low screen, a long outcome takes the room of the log."""
        self.query_one(Busy).done(verdict)
        self.query_one("#outcome-text", Static).update(outcome)
        self.query_one("#outcome").display = True
        self.query_one("#parts").display = False
        self.query_one("#limits").display = False
        self.query_one("#log").display = log and not self.has_class("-low")
        self._label_next(label)
        self.query_one("#next").focus()

    async def _finished(self) -> None:
        assert self.summary is not None
        await self._reload()
        verdict, outcome = summary_content(self.summary, self.query_one("#body").size.width)
        self._conclude(verdict, outcome, "Browse  ⏎")

    async def _failed(self, error: Exception) -> None:
        from zoomgov.disk.errors import StoreBusy

        await self._reload()
        again, problem = "Try again  ⏎", as_problem(error)
        what = Content.styled(f"✗ {printable(problem.what)}", "$text-error")
        why = f"{printable(problem.why)}\n\n" if problem.why else ""
        if problem.needs_credentials:
            self._lacks_credentials = True
            self._conclude(
                what,
                Content(
                    f"{why}Nothing was lost. Enter goes to where credentials are entered, also for this session"
                    " only; s tries again."
                ),
                "Enter credentials  ⏎",
                log=False,
            )
        elif isinstance(error, ZoomError):
            self._failed_line = line_for(error)
            advice = self.services.checking.explain(error, self.connector)
            width = self.query_one("#body").size.width - 2
            self._conclude(*failure_content(error, advice, width, self.host.now()), again, log=False)
        elif isinstance(error, StoreBusy | RegistryError):
            self._conclude(what, Content(f"{why}Nothing was lost."), again)
        else:
            self._conclude(
                Content.styled("✗ The sync failed.", "$text-error"),
                Content(f"{printable(problem.text)}\nThe last finished sync is still visible."),
                again,
            )

    async def stop(self) -> None:
        """Stop a running sync, and wait until it has cleaned up."""
        if self._syncing is None or not self.running:
            return
        worker = self._syncing
        self.query_one(Busy).waiting("Stopping …")
        worker.cancel()
        finished = self.query_one(PartBars).parts
        kept = sum(part.finished for part in finished.values())
        from textual.worker import WorkerCancelled, WorkerFailed

        with contextlib.suppress(WorkerCancelled, WorkerFailed):
            await worker.wait()
        await self._reload()
        told = (
            f"{count(kept, 'finished part')} kept: the next sync goes on from there." if kept else "Nothing was lost."
        )
        seen = " The last finished sync is still visible." if self.connector.last_sync_at else ""
        self._conclude(Content.styled("– Stopped.", "$text-warning"), Content(told + seen), "Start again  ⏎")

    async def settle(self) -> None:
        await super().settle()
        await self.stop()

    # Actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "stop":
            return self.running
        if action == "estimate":
            return not self.running and not self.asking and self.summary is None and not self._failed_line
        if action in ("filter", "save_log"):
            return bool(self.query_one(SyncLog).all_lines) if self.is_mounted else False
        if action == "changes":
            return self.summary is not None and self.summary.number > 1
        if action == "notes":
            return self.summary is not None and bool(self.summary.not_read or self.summary.disagreements)
        if action == "browse":
            return self.connector.last_sync_at is not None
        return super().check_action(action, parameters)

    def action_next(self) -> None:
        """Do what the main button says: stop, browse, or start."""
        if self.running:
            self.action_stop()
        elif self.summary is not None:
            self.action_browse()
        elif self._lacks_credentials:
            self._move(partial(self.go, Step.CREDENTIALS))
        else:
            self.start()

    def action_scroll(self, where: str) -> None:
        """Scroll the log, or the outcome where that is shown instead."""
        log = self.query_one(SyncLog)
        place = log if log.display else self.query_one("#outcome")
        getattr(place, f"scroll_{where}")(animate=False)

    def action_filter(self) -> None:
        log = self.query_one(SyncLog)
        if not log.display:  # hidden by a long outcome
            log.display = True
            self.query_one("#outcome").add_class("-short")
        log.filter(problems_only=not log.problems_only)
        self.notify("The log shows what went wrong; f shows everything." if log.problems_only else "The whole log.")

    @work(exclusive=True, group="log")
    async def action_save_log(self) -> None:
        from zoomgov.disk.files import write_private

        stamp = self.host.now().astimezone(UTC).strftime("%Y%m%d-%H%M%S")
        path = Path.cwd() / f"zoomgov-sync-{file_part(self.connector.name)}-{stamp}.log"
        try:
            log = self.query_one(SyncLog)
            text = await self.services.run(log_text, self.connector, log.all_lines, log.dropped)
            await self.services.run(write_private, path, text, replace=False)
        except OSError as error:
            self.notify(f"{path}: {error.strerror}", title="Not saved", severity="error", markup=False)
        else:
            self.notify(f"Log without secrets: {path}", timeout=8, markup=False)

    def action_estimate(self) -> None:
        """Ask Zoom how much there is to read, before reading it."""
        self._reading = self.run_worker(self._estimate(), group="sync-estimate")
        self.refresh_bindings()

    async def _estimate(self) -> None:
        state = self.query_one(Busy)
        state.waiting("Asking Zoom how much there is to read …  Esc stops asking")
        try:
            state.done(estimate_content(await self.services.syncing.estimate(self.connector)))
        except Exception as error:
            text = f"✗ No estimate: {printable(as_problem(error).text)}\nNothing was read or lost."
            state.done(Content.styled(text, "$text-error"))
        self.call_later(self.refresh_bindings)

    def _stop_asking(self) -> bool:
        """Stop an estimate that runs; return whether one did."""
        if self._reading is None or not self.asking:
            return False
        self._reading.cancel()
        self._reading = None
        self.refresh_bindings()
        return True

    def action_restart(self) -> None:
        self.start()

    def action_stop(self) -> None:
        if self.running:
            self._move(self.stop)

    def action_back(self) -> None:
        """Stop a running sync or an estimate first; a second Esc goes back."""
        if self.running:
            self.action_stop()
        elif self._stop_asking():
            self._idle()
        elif self.connector.step is Step.DONE:
            self._move(self.leave)
        else:
            super().action_back()

    def action_browse(self, changes: bool = False) -> None:
        """Browse what was read; `changes` begins with what changed."""
        if self.running:
            return
        self.host.save_place("", None)
        self.host.switch_to_browse(self.connector, changes=changes)

    def action_changes(self) -> None:
        """Browse what changed since the sync before."""
        self.action_browse(changes=True)

    @work(exclusive=True, group=OPENS)
    async def action_notes(self) -> None:
        """List everything that was not read and every number that disagrees."""
        from ..synced.opened_sync import OpenedSync
        from ..synced.sync_notes import targets_to_name

        connector = self.connector

        def read() -> tuple[SyncInfo, dict[str, str]]:
            opened_sync = OpenedSync(connector.name, lambda: self.services.stores.reader(connector))
            try:
                opened_sync.open()
                if opened_sync.sync is None:
                    raise SourceError("There is no finished sync.")
                return opened_sync.sync, opened_sync.names(targets_to_name(opened_sync.sync))
            finally:
                opened_sync.close()

        try:
            sync, names = await self.services.run(read)
        except SourceError as error:
            self.notify(printable(error), title="The list could not be read", severity="error", markup=False)
        else:
            await self.host.open_sync_notes(sync, names)

    def action_verify(self) -> None:
        if self.running:
            return
        line = self._failed_line
        if not line and self.summary is not None and self.summary.not_read:
            line = line_for_part(self.summary.not_read[0].part)
        self.host.open_verify(self.connector, line=line, replace=True)
