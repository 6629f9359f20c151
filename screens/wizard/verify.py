"""Step 7: what Zoom allows and refuses, one line a check, shown as each finishes."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Button, Static

from zoomgov.connectors.model import Connector, Step
from zoomgov.connectors.rows import RegistryError
from zoomgov.services.problems import as_problem
from zoomgov.text import printable
from zoomgov.verify.lines import sibling
from zoomgov.verify.model import CheckLine, CheckStatus, Report, planned_lines
from zoomgov.widgets.busy import Busy
from zoomgov.widgets.button_row import ButtonRow
from zoomgov.widgets.check_lines import CheckLines
from zoomgov.widgets.terminal.clipboard import copy
from zoomgov.widgets.terminal.key_queue import SeenFirst
from zoomgov.words.kinds import count
from zoomgov.zoom.scopes import LEFT_OUT, Capability

from .step_screen import ConnectorStep
from .verify_words import go_on_without, row_content, shut_capabilities, verdict, why_not, without_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from textual.app import ComposeResult


class VerifyScreen(SeenFirst, ConnectorStep):
    """Runs all checks; each line can be explained.

    An Enter typed ahead would explain a line that is not checked yet, so it is dropped: see `SeenFirst`.
    """

    STEP = Step.VERIFY
    CSS_PATH = "verify.tcss"
    PALETTE_IN_FOOTER = False
    WATCH_SECONDS: ClassVar[float] = 5.0
    """Seconds between two rounds while watching; an activation takes up to about a minute."""

    HELP = """
# Step 7: Verify

zoomgov tries, with the smallest question possible, everything it will need: the connection, the credentials, each
scope, each call, the plan and the role of the app's owner. It changes nothing.

- **✓ ok** · **! warning** worth knowing, never in the way · **✗ problem** · **– skipped** not tried or not needed

What went wrong stands first, grouped by cause: one cause, such as a plan that is too low, can fail many lines. `right`
shows the lines of a cause, `left` folds them; `space` folds any group, a section too. `p` shows problems only.

`enter` acts on the row under the cursor: it explains a line or a cause (why, what to click in Zoom, and what Zoom
said) and folds a section. After a change in Zoom press `r` to repeat what failed, or `w` to keep watching until all is
well: an activation can take a minute.

`c` copies the scopes that are missing. `m` writes a report for a support ticket, without secrets.

`n` goes on, and so does the button, whatever is under the cursor. When a part cannot be read you are asked whether to
go on without it; `i` takes such parts back in. *Scopes* (step 4) has the whole choice of what to read.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "repeat", "Repeat", tooltip="Repeat what failed"),
        Binding("w", "watch", "Watch", tooltip="Repeat what failed every few seconds until all is well"),
        Binding("c", "copy_missing", "Copy scopes", tooltip="Copy the scopes that are missing"),
        Binding("p", "problems", "Problems", tooltip="Show what went wrong only, or everything"),
        Binding("e", "credentials", "Credentials", show=False, tooltip="Where credentials are entered"),
        Binding("m", "report", "Report", show=False, tooltip="Write a report for a support ticket, without secrets"),
        Binding("n", "go_on", "Next", show=False, tooltip="Go on to the sync, also without what cannot be read"),
        Binding("i", "include", "Take parts back in", show=False, tooltip="Check what you chose to go on without"),
        Binding("up,down", "lines", "Lines", show=False, system=True),
    ]

    def __init__(self, connector: Connector, *, line: str = "") -> None:
        """`line` is the id of the check to look at first, e.g. the one that explains a failed sync."""
        super().__init__(connector)
        self.report: Report | None = None
        self._line = line
        self._watching = False
        self._refusal = ""
        """Why nothing could be checked at all."""
        self._lacks_credentials = False

    def body(self) -> ComposeResult:
        yield Busy(id="verdict")
        yield CheckLines(planned_lines(), id="lines")
        yield Static(id="found", classes="pane")

    def extra_actions(self) -> ComposeResult:
        enter = Button("Enter credentials  ⏎", id="credentials", classes="action", compact=True)
        enter.display = False
        yield enter

    @property
    def next_label(self) -> str:
        """Label of the button that goes on; it never means anything else."""
        return "Next: Sync  n"

    def _label_actions(self) -> None:
        """Update the footer, and the button that is there only when no credentials are."""
        self.refresh_bindings()
        self.query_one("#credentials").display = self._lacks_credentials
        self.query_one(ButtonRow).place_buttons()

    def on_mount(self) -> None:
        self.set_focus(self.query_one(CheckLines))
        self.check()

    @property
    def checking(self) -> bool:
        """True while checks run."""
        return any(
            worker.group == "verify" and not worker.is_finished for worker in self.workers if worker.node is self
        )

    # Checking

    @work(exclusive=True, group="verify")
    async def check(self, *, only_failed: bool = False) -> None:
        """Run the checks once; while watching, again and again until none fails."""
        await self._check_once(self.report.failed_ids() if only_failed and self.report else None)
        while self._watching and self.report is not None and not self.report.ready:
            self.query_one(Busy).waiting(f"Watching: again in {self.WATCH_SECONDS:g} s. {self._verdict().plain}")
            await asyncio.sleep(self.WATCH_SECONDS)
            await self._check_once(self.report.failed_ids())
        if self._watching:
            self._watching = False
            if self.report is None:  # nothing could be checked
                self._label_actions()
            else:
                self._conclude()

    async def _check_once(self, only: Collection[str] | None) -> None:
        lines = self.query_one(CheckLines)
        todo = done = 0

        def on_line(line: CheckLine) -> None:
            nonlocal todo, done
            if line.status is CheckStatus.WAITING:
                todo += 1
                return
            done += 1
            lines.put(line)
            self.query_one(Busy).waiting(f"Checking … {done} of {todo}")

        self._refusal, self._lacks_credentials = "", False
        self.show_problem("")
        self.query_one(Busy).waiting("Checking …")
        try:
            report = await self.services.checking.verify(self.connector, on_line, only=only)
        except Exception as error:
            self._refused(error)
            return
        self.report = self.report.updated(report) if only is not None and self.report is not None else report
        with suppress(RegistryError):  # what it proves is for the rail; going on says why it cannot be kept
            self.connector = await self.services.checking.keep_proof(self.connector, self.report)
            self.show_standings()
        lines.put(*self.report.lines)
        self._conclude()

    def _refused(self, error: Exception) -> None:
        """Say why nothing could be checked."""
        problem = as_problem(error)
        text, self._lacks_credentials = problem.text, problem.needs_credentials
        if problem.needs_credentials:
            text += " Enter goes to where credentials are entered, also for this session only."
        else:
            text += " r checks again."
        self.query_one(Busy).done(Content.styled("✗ Nothing could be checked.", "$text-error"))
        self._refusal = printable(text)
        self.show_problem(self._refusal)
        self._label_actions()
        if self._lacks_credentials:
            self.query_one("#credentials").focus()

    def _verdict(self) -> Content:
        assert self.report is not None
        credentials_at = "e in the list" if self.visiting else "Esc"
        return verdict(self.report, self.connector.without, credentials_at)

    def _conclude(self) -> None:
        """Show the verdict, and move the cursor to the line asked for, or the first problem."""
        assert self.report is not None
        self.query_one(Busy).done(self._verdict())
        self._label_actions()
        lines = self.query_one(CheckLines)
        first = self._asked_for() or next((line.id for line in (*self.report.problems, *self.report.warnings)), "")
        self._line = ""
        if self._watching and not self.report.ready:
            return  # somebody may be reading
        if not first or not lines.move_cursor_to(first):
            lines.action_first()
        self.call_later(lines.post_message, CheckLines.CursorMoved())

    def _asked_for(self) -> str:
        """Return the check asked for, or its sibling where that one has the problem."""
        assert self.report is not None
        for line_id in (self._line, sibling(self._line)):
            line = self.report.line(line_id)
            if line is not None and line.status in (CheckStatus.PROBLEM, CheckStatus.WARNING):
                return line_id
        return self._line

    @on(CheckLines.CursorMoved)
    def _cursor_moved(self, event: CheckLines.CursorMoved) -> None:
        """Show below the list what the row under the cursor has no room for; an older message may be about another."""
        event.stop()
        row = self.query_one(CheckLines).row_at_cursor
        self.query_one("#found", Static).update(Content("") if row is None else row_content(row))

    # Actions

    def action_lines(self) -> None:
        """Go from the buttons to the lines."""
        self.query_one(CheckLines).focus()

    @on(CheckLines.Opened)
    def _opened(self, event: CheckLines.Opened) -> None:
        event.stop()
        self._explain(event.line)

    def _explain(self, line: CheckLine) -> None:
        from .explain import ExplainScreen

        self.app.push_screen(ExplainScreen(line))

    @on(Button.Pressed, "#credentials")
    def _credentials_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_credentials()

    def action_credentials(self) -> None:
        """Go to where credentials are entered."""
        self._move(partial(self.go, Step.CREDENTIALS))

    def action_problems(self) -> None:
        lines = self.query_one(CheckLines)
        lines.show_problems(not lines.problems_only)

    def action_next(self) -> None:
        """What the main button says."""
        if self.report is None and not self.checking and self._refusal:
            self.show_problem(self._refusal)
        else:
            self.action_go_on()

    def action_go_on(self) -> None:
        """Complete this step, also without what cannot be read."""
        super().action_next()

    def action_repeat(self) -> None:
        self._watching = False
        self.check(only_failed=self.report is not None and not self.report.ready)

    def action_watch(self) -> None:
        if self._watching:
            self._stop_watching()
            return
        self._watching = True
        if not self.checking:
            self.check(only_failed=True)

    def _stop_watching(self) -> None:
        self._watching = False
        if self.report is not None:  # else the first round still runs
            self.workers.cancel_group(self, "verify")
            self._conclude()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "copy_missing":
            return self.report is not None and bool(self.report.missing_scopes)
        return super().check_action(action, parameters)

    def action_copy_missing(self) -> None:
        missing = self.report.missing_scopes if self.report is not None else ()
        copy(self, "\n".join(missing), count(len(missing), "scope"), then=f"{', '.join(missing)}.")

    @work(exclusive=True, group="report")
    async def action_report(self) -> None:
        if self.report is None:
            self.notify("Wait for the checks to finish.")
            return
        from zoomgov.disk.files import write_private
        from zoomgov.verify.report import as_markdown

        from .sync_text import file_part

        stamp = self.report.started_at.astimezone(UTC).strftime("%Y%m%d-%H%M%S")
        path = Path.cwd() / f"zoomgov-verify-{file_part(self.connector.name)}-{stamp}.md"
        text = as_markdown(self.report)
        try:
            await self.services.run(write_private, path, text, replace=False)
        except OSError as error:
            self.notify(f"{path}: {error.strerror}", title="No report written", severity="error", markup=False)
        else:
            self.notify(f"Report without secrets: {path}", timeout=8, markup=False)

    @work(exclusive=True, group="include")
    async def action_include(self) -> None:
        await self._guarded(self._include)

    async def _include(self) -> None:
        if not self.connector.without - LEFT_OUT:
            self.notify("Nothing was left out.")
            return
        await self.update_connector(without=self.connector.without & LEFT_OUT)
        self._watching = False
        self.check()

    def action_back(self) -> None:
        """Stop watching or checking first, then go back."""
        if self._watching:
            self._stop_watching()
        else:
            super().action_back()

    async def finish(self) -> bool:
        if self.report is None:
            self.show_problem("The checks have not finished.")
            return False
        if self.report.ready:
            return True
        shut = shut_capabilities(self.report)
        if (refusal := why_not(self.report, shut)) is not None:
            self.show_problem(refusal)
            return False
        return await self._go_without(shut)

    async def advance(self) -> None:
        await self.go(Step.SYNC, start=True)

    async def _go_without(self, shut: list[Capability]) -> bool:
        from ..shared.ask import AskScreen, DialogAnswer

        answers = (DialogAnswer("back", "Back"), DialogAnswer("without", go_on_without(shut)))
        question = AskScreen("Go on without a part?", without_text(shut), answers)
        if await self.app.push_screen_wait(question) != "without":
            return False
        await self.update_connector(without=self.connector.without | {item.value for item in shut})
        return True
