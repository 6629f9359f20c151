"""Step 8: the sync, with its progress; then its result."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from zoomgov.connectors.model import Connector, ConnectorStatus, Step
from zoomgov.connectors.rows import RegistryError
from zoomgov.services.problems import as_problem
from zoomgov.text import printable
from zoomgov.verify.lines import line_for, line_for_part
from zoomgov.widgets.busy import Busy
from zoomgov.widgets.button_row import ButtonRow
from zoomgov.widgets.part_bars import PartBars
from zoomgov.widgets.sync_log import SyncLog
from zoomgov.widgets.table.table_source import SourceError
from zoomgov.widgets.terminal.key_queue import OPENS, SeenFirst
from zoomgov.words.kinds import count
from zoomgov.zoom.errors import ZoomError

from .sync_log_actions import SyncLogActions
from .sync_progress import SyncProgress
from .sync_text import estimate_content, failure_content, summary_content

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.worker import Worker

    from zoomgov.services.running import SyncRun
    from zoomgov.sync.events import SyncSummary


class SyncScreen(SeenFirst, SyncLogActions):
    """Starts at once after Verify and from the list; after a restart it waits for Enter.

    The sync belongs to the program, not to this page: it goes on when the page is left, and is shown again by any later
    page of its connector. An Enter typed ahead would leave it unseen, so it is dropped: see `SeenFirst`.
    """

    STEP = Step.SYNC
    CSS_PATH = "sync.tcss"
    HELP = """
# Step 8: Sync

Reads users, groups, contact groups and roles, and who has what, as fast as Zoom's limits allow. Nothing is changed
in Zoom.

What is read becomes visible all at once at the end; until then you see the last finished sync. `esc` leaves this page
and the sync **runs on**: the top line of every page shows it, and a click there leads back. `ctrl+c` stops it, after a
question: finished lists are kept and the next sync goes on from there. Leaving zoomgov stops it in the same way.

A part that could not be read is named at the end and shown everywhere as *not read*, never as empty.

Each list has a bar, what was read of what Zoom counts, how fast it goes and the time it still takes; no time means
that nobody can know yet. *Zoom's limits* are the requests sent in this second of those that are granted, and today's,
for each of Zoom's kinds of requests (light, medium, heavy); Zoom's day begins at 00:00 UTC. `e` tells
beforehand what a sync takes; `esc` stops asking.

`n` lists, after a sync, everything that was not read and every number that disagrees.

`f` shows only what went wrong in the log, and everything again; arrows, `pgup` and `pgdn` scroll it. `m` saves it to a
file here, without secrets and addresses. `l` shows the logs of earlier syncs, which are kept in zoomgov's own folder.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "stop", "Stop …", tooltip="Stop the sync, after a question; finished lists are kept"),
        Binding("b", "browse", "Overview", show=False, tooltip="Look at what was read"),
        Binding("e", "estimate", "Estimate", tooltip="Requests and time a sync takes; costs a few requests"),
        Binding("c", "changes", "Changes", tooltip="What changed since the sync before"),
        Binding(
            "n", "notes", "Gaps", show=False, tooltip="Everything that was not read, and every number that disagrees"
        ),
        Binding("v", "verify", "Verify", show=False, tooltip="Find out what Zoom refused, and why"),
        Binding("s", "restart", "Sync again", show=False, tooltip="Read everything again"),
        Binding("f", "filter", "Filter log", tooltip="Show in the log what went wrong, or everything"),
        Binding("m", "save_log", "Save log", tooltip="Save the log to a file here, without secrets"),
        Binding("l", "logs", "Earlier logs", show=False, tooltip="The logs of the last syncs"),
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
        self._run: SyncRun | None = None
        """The sync that is shown."""
        self._following: Worker[None] | None = None
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

    def extra_actions(self) -> ComposeResult:
        stop = Button("Stop …  ^c", id="stop", classes="action", compact=True)
        stop.display = False
        yield stop

    def on_mount(self) -> None:
        self.query_one(SyncLog).can_focus = False
        known = self.services.running_if_any
        if known is not None and (run := known.of(self.connector.id)) is not None:
            self._follow(run)  # it runs, or nobody has seen how it ended
        elif self._start:
            self.start()
        else:
            self._idle()
        self.set_focus(self.query_one("#next"))

    def on_screen_resume(self) -> None:
        self._see()

    def _see(self) -> None:
        """Note that the end of the sync was seen, if it has ended and this page is on top."""
        if self._run is not None and not self._run.running and not self.running and self.is_current:
            self.host.saw_sync(self._run)

    def _idle(self) -> None:
        before = self.connector.last_sync_at
        told = "The last sync stays visible meanwhile." if before else "Nothing was read so far."
        text = f"Ready to read everyone and everything. {told}\ne tells first how many requests and how long it takes."
        self.query_one(Busy).done(Content(text))

    @property
    def running(self) -> bool:
        """True while a sync runs, until its end is shown."""
        return self._following is not None and not self._following.is_finished

    @property
    def asking(self) -> bool:
        """True while Zoom is asked for an estimate."""
        return self._reading is not None and not self._reading.is_finished

    def _label_next(self, text: str, *, stop: bool = False) -> None:
        button = self.query_one("#next", Button)
        button.label = Content(text)
        button.refresh(layout=True)
        self.query_one("#stop").display = stop
        self.query_one(ButtonRow).place_buttons()
        self.refresh_bindings()

    # Running

    def start(self) -> None:
        """Begin to sync."""
        if not self.running:
            self._stop_asking()
            self._follow(self.host.start_sync(self.connector))

    def _follow(self, run: SyncRun) -> None:
        """Show a sync until it ends."""
        self._run = run
        self._following = self.run_worker(self._show(run), group="sync", exclusive=True)

    async def _show(self, run: SyncRun) -> None:
        self.summary = None
        self._failed_line, self._lacks_credentials = "", False
        self.show_problem("")
        self.query_one("#outcome").display = False
        self.query_one("#outcome").remove_class("-short")
        self.query_one("#parts").display = True
        self.query_one("#limits").display = True
        self.query_one("#log").display = True
        limits = self.query_one("#limits", Static)
        progress = SyncProgress(run, self.query_one(Busy), self.query_one(PartBars), limits, self.query_one(SyncLog))
        if run.running:
            self.show_status(ConnectorStatus.SYNCING)
            self._label_next("Leave it running  ⏎", stop=True)
            timer = self.set_interval(1 / 8, progress.draw)
            try:
                await run.wait()
            finally:
                timer.stop()
        if self.query_one(SyncLog).size.width:
            progress.draw()
        else:
            self.call_after_refresh(progress.draw)
        await self._reload()
        if run.error is not None:
            self._failed(run.error)
        elif run.summary is not None:
            self._finished(run.summary)
        else:
            self._stopped(run)
        self.call_later(self._see)

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

    def _finished(self, summary: SyncSummary) -> None:
        self.summary = summary
        verdict, outcome = summary_content(summary, self.query_one("#body").size.width)
        self._conclude(verdict, outcome, "Overview  ⏎")

    def _failed(self, error: Exception) -> None:
        from zoomgov.disk.errors import StoreBusy

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

    def _stopped(self, run: SyncRun) -> None:
        kept = run.finished_parts
        told = (
            f"{count(kept, 'finished part')} kept: the next sync goes on from there." if kept else "Nothing was lost."
        )
        seen = " The last finished sync is still visible." if self.connector.last_sync_at else ""
        self._conclude(Content.styled("– Stopped.", "$text-warning"), Content(told + seen), "Start again  ⏎")

    @on(Button.Pressed, "#stop")
    def _stop_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_stop()

    @work(exclusive=True, group="stop")
    async def action_stop(self) -> None:
        """Ask, then stop the sync and wait until it has cleaned up."""
        from ..shared.ask import AskScreen, DialogAnswer

        run = self._run
        if run is None or not run.running:
            return
        text = (
            "Lists that are finished are kept: the next sync goes on from there. Nothing that was read before is lost."
        )
        answers = (DialogAnswer("on", "Let it run"), DialogAnswer("stop", "Stop the sync", danger=True))
        if await self.app.push_screen_wait(AskScreen("Stop the sync?", text, answers)) == "stop" and run.running:
            self.query_one(Busy).waiting("Stopping …")
            await run.stop()

    # Actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "stop":
            return self._run is not None and self._run.running
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
        """Do what the main button says: leave, browse, or start."""
        if self.running:
            self._move(self.leave)
        elif self.summary is not None:
            self.action_browse()
        elif self._lacks_credentials:
            self._move(partial(self.go, Step.CREDENTIALS))
        else:
            self.start()

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

    def action_back(self) -> None:
        """Stop an estimate first; a second Esc goes back. A sync runs on."""
        if self._stop_asking():
            self._idle()
        elif self.running or self.connector.step is Step.DONE:
            self._move(self.leave)
        else:
            super().action_back()

    def action_browse(self, changes: bool = False) -> None:
        """Open the overview of what was read; `changes` begins with what changed."""
        if self.running:
            return
        self.host.save_place("", None)
        self.host.switch_to_overview(self.connector, changes=changes)

    def action_changes(self) -> None:
        """Open what changed since the sync before."""
        self.action_browse(changes=True)

    @work(exclusive=True, group=OPENS)
    async def action_notes(self) -> None:
        """List everything that was not read and every number that disagrees."""
        from .sync_gaps import read_gaps

        try:
            sync, names = await self.services.run(read_gaps, self.services, self.connector)
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
