"""Hand-off: a ready e-mail for the owner who is someone else, and a file that opens the wizard for them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from zoomgov.connectors.handoff import FILE_NAME, Handoff, HandoffError, write_handoff, write_mail
from zoomgov.connectors.model import Connector, Step
from zoomgov.disk.files import write_private
from zoomgov.text import printable
from zoomgov.widgets.banner import Banner
from zoomgov.widgets.button_row import ButtonRow
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.terminal.browser import open_link
from zoomgov.widgets.terminal.clipboard import copy
from zoomgov.widgets.terminal.key_queue import SeenFirst

from ..shared.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult


class HandOffScreen(SeenFirst, Page[None]):
    """The e-mail, and what to do with it. An Enter typed ahead would overwrite the clipboard: see `SeenFirst`."""

    CSS_PATH = "hand_off.tcss"
    HELP = """
# Hand off

When someone else is the owner, they finish the set-up in Zoom: only the **Account Owner** can.

- `c` copies the e-mail, `o` opens it in your mail program;
- `s` saves two files here: the e-mail as a draft (`.eml`), and a **hand-off file** that opens the wizard at *Create a
  Zoom OAuth app* on their machine. Neither holds a secret; the Client secret is entered on their machine only. Files of
  these names that are there already are replaced only when you press `s` once more;
- `n` goes on yourself after all.

The connector stays **Not connected** in your list; `h` there opens this page again.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "List", tooltip="Back to the list of connectors"),
        Binding("c", "copy", "Copy", tooltip="Copy the e-mail's text"),
        Binding("o", "open_mail", "Mail program", tooltip="Open the e-mail in your mail program"),
        Binding("s", "save", "Save files", tooltip="Save the e-mail and the hand-off file in this folder"),
        Binding("n", "go_on", "Go on yourself", tooltip="Do the steps in Zoom yourself"),
    ]

    def __init__(self, connector: Connector, *, me: str = "") -> None:
        """`me` is the address of an owner who is not written to."""
        super().__init__()
        self.connector = connector
        self._handoff = Handoff.of(connector)
        mail = write_mail(self._handoff)
        self.mail = replace(mail, to=tuple(to for to in mail.to if to != me) or mail.to)
        self._may_replace = False
        """Whether the person was told that files are there, so that `s` once more replaces them."""

    def compose(self) -> ComposeResult:
        yield Banner(self.connector.name, self.connector.status)
        with Vertical(id="page"):
            yield Static(Content("Ask the owner to complete the integration"), classes="title")
            yield Static(
                Content.assemble(("To       ", "dim"), printable(", ".join(self.mail.to)))
                + Content.assemble(("\nSubject  ", "dim"), printable(self.mail.subject)),
                id="envelope",
            )
            with VerticalScroll(id="letter"):
                yield Static(Content("\n".join(printable(line) for line in self.mail.body.splitlines())))
            with ButtonRow(id="actions"):
                yield Button("Copy the e-mail  c", id="copy", classes="action -primary", compact=True)
                yield Button("Save files  s", id="save", classes="action", compact=True)
                yield Button("Go on yourself  n", id="go-on", classes="action", compact=True)
        yield KeyFooter(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#copy").focus()

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        await self.run_action((event.button.id or "").replace("-", "_"))

    def action_copy(self) -> None:
        copy(self, self.mail.body, "The e-mail", then=f"Send it to {', '.join(self.mail.to)}.")

    def action_open_mail(self) -> None:
        def not_opened() -> None:
            self.notify("No mail program answers here: copy the e-mail with c.", severity="warning")

        open_link(self, self.mail.mailto(), not_opened)

    @work(exclusive=True, group="save")
    async def action_save(self) -> None:
        """Write both files into the current folder; a cloud of one's own gets the letter only."""
        folder = Path.cwd()
        try:
            attachment = write_handoff(self._handoff)
        except HandoffError as error:
            attachment = ""
            self.notify(str(error), severity="warning", timeout=10, markup=False)
        files: dict[str, str | bytes] = {"zoomgov-hand-off.eml": self.mail.eml(attachment)}
        if attachment:
            files[FILE_NAME] = attachment
        there = await self.services.run(_existing, folder, files)
        if there and not self._may_replace:
            self._may_replace = True
            text = f"{' and '.join(there)}: there already in {folder}. Press s once more to replace."
            self.notify(text, title="Not saved", severity="warning", timeout=10, markup=False)
            return
        try:
            for name, content in files.items():
                await self.services.run(write_private, folder / name, content, replace=self._may_replace)
        except OSError as error:
            self.notify(f"{folder}: {error.strerror}", title="Not saved", severity="error", markup=False)
            return
        self._may_replace = False
        self.notify(f"Saved {' and '.join(files)} in {folder}", timeout=8, markup=False)

    def action_leave(self) -> None:
        self.host.save_place("", None)
        self.app.pop_screen()

    def action_go_on(self) -> None:
        step = max(self.connector.step, Step.ZOOM_APP)
        self.host.open_step(Step.SYNC if step is Step.DONE else step, self.connector, replace=True)


def _existing(folder: Path, names: Iterable[str]) -> list[str]:
    return [name for name in names if os.path.lexists(folder / name)]
