"""The Textual app: themes, palette, help, and what must hold on every screen. The work is in the screens."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.theme import ThemeProvider

from zoomgov import process
from zoomgov.preferences.session import SessionState, load_session, save_session
from zoomgov.screens.routes import Routes, first_page, people_commands
from zoomgov.screens.shared.page import Page
from zoomgov.widgets.terminal.ansi256 import Ansi256
from zoomgov.widgets.theme import DARK, IN_SIXTEEN_COLOURS, THEMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.filter import LineFilter
    from textual.notifications import SeverityLevel
    from textual.screen import Screen
    from textual.timer import Timer

    from zoomgov.connectors.model import Step
    from zoomgov.screens.synced.sync_page import SyncHost
    from zoomgov.services.services import Services


_IDLE_AFTER = 1.0
"""Seconds without a key or a click, at least, after which nobody waits for an answer; at most twice as long."""
_STYLE_OF_PAGES: Final = Path(__file__).resolve().parent.joinpath("screens", "shared", "pages.tcss").resolve()
"""What the first page does without: parsing it takes as long as all that the first page needs."""
_LEAVE_ON = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Palette(CommandPalette):
    """The command palette, which may be paged before its lines were laid out: Textual's then ends the program."""

    def _action_command_list(self, action: str) -> None:
        with suppress(KeyError):
            super()._action_command_list(action)


class ZoomgovApp(Routes[int]):
    """Holds the services and what is remembered; every screen reaches both through here."""

    TITLE = "zoomgov"
    # Textual does not load the style of a default screen, so the list's is named here.
    CSS_PATH = ["app.tcss", "screens/connectors/connectors.tcss"]
    COMMANDS = App.COMMANDS | {people_commands}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (22, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,question_mark", "help", "Help", key_display="f1", tooltip="What this screen is for, and its keys"),
        # With priority, because it is to work from a field and a dialog as well.
        Binding(
            "ctrl+g", "go_to", "Find or go to a person", show=False, priority=True, tooltip="By name or e-mail address"
        ),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, tooltip="Leave; everything typed is kept"),
        # With priority, so that the focus has moved before the next key is given to it: typing ahead of a busy
        # screen would else end in the field that was left.
        Binding("tab", "app.focus_next", "Next field", show=False, priority=True, system=True),
        Binding("shift+tab", "app.focus_previous", "Previous field", show=False, priority=True, system=True),
    ]

    def __init__(self, services: Services, *, now: Callable[[], datetime] = _utc_now) -> None:
        """`now` gives an aware time; tests pass a fixed one."""
        super().__init__()
        self.services = services
        self.now = now
        self.session = load_session(services.settings.data_dir)
        self._idle: Timer | None = None
        self._told = False
        """Whether something was said since somebody last pressed a key or clicked."""
        for theme in THEMES:
            self.register_theme(theme)
        wanted = os.environ.get("TEXTUAL_THEME") or self.session.theme
        self.theme = wanted if wanted in self.available_themes else DARK.name
        self._few_colours: list[LineFilter] = []

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What is done to all that is drawn."""
        return [*super().get_line_filters(), *self._few_colours]

    def on_mount(self) -> None:
        self._idle = self.set_interval(_IDLE_AFTER, self._tidy)
        self.screen_change_signal.subscribe(self, self._page_changed, immediate=True)

    def _tidy(self) -> None:
        if all(worker.is_finished for worker in self.workers):  # a sync, say, is waited for
            process.tidy()

    async def on_event(self, event: events.Event) -> None:
        """Handle an event; those of a person put off what is done while nobody waits."""
        if isinstance(event, events.InputEvent) and self._idle is not None:
            self._idle.reset()
        if isinstance(event, events.Key | events.Paste | events.MouseDown):
            self._told = False
        await super().on_event(event)

    # What was said at an earlier key lies over the words that matter now, above all in a small terminal.

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Say something in a corner, in place of what was said at an earlier key."""
        self._forget_what_was_said()
        self._told = True
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def _page_changed(self, screen: Screen[object]) -> None:
        self._forget_what_was_said()

    def _forget_what_was_said(self) -> None:
        if not self._told:
            self.clear_notifications()
            for below in self.screen_stack[:-1]:  # which can be seen around a dialog
                below.query("ToastHolder").remove()

    def run_until_closed(self) -> int:
        """Run in this terminal; SIGTERM, and a terminal that hangs up (ssh does), end it as its own key does."""
        process.prepare()
        self.suit_terminal()
        before = {
            name: signal.signal(name, self._leave) for name in _LEAVE_ON if signal.getsignal(name) is not signal.SIG_IGN
        }
        try:
            return self.run() or 0
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)

    def suit_terminal(self) -> None:
        """Make do with the colours there are; over ssh a terminal seldom tells that it has all of them."""
        if self.console.color_system == "standard":
            self.theme = IN_SIXTEEN_COLOURS.get(self.theme, self.theme)
        elif self.console.color_system == "256" and not self.no_color:
            self._few_colours = [Ansi256()]

    def _leave(self, number: int, frame: object) -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon_threadsafe(lambda: loop.create_task(self.action_quit(), name="leave on a signal"))

    def get_default_screen(self) -> Screen[None]:
        """The list of connectors lies under everything else."""
        return first_page()

    def refresh_css(self, animate: bool = True) -> None:
        """Style everything anew. Before the first page there is nothing to style, so only the colours are taken over.

        Textual would parse all style sheets here, and again for that page: 8 ms at every start.
        """
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def _load_screen_css(self, screen: Screen[object]) -> None:
        """Read the style sheets of a page that is opened over another. Textual would parse all others once more."""
        for path in (_STYLE_OF_PAGES, *screen.css_path):
            if not self.stylesheet.has_source(str(path), ""):
                self.stylesheet.read(path)
                self.stylesheet.parse()
        super()._load_screen_css(screen)

    def _watch_theme(self, theme_name: str) -> None:
        super()._watch_theme(theme_name)
        if self.is_running and theme_name != self.session.theme:
            self._remember(replace(self.session, theme=theme_name))

    def save_place(self, connector_id: str, step: Step | None) -> None:
        """Note where one is, so that the next start opens there. None: the list."""
        self._remember(replace(self.session, connector=connector_id, step=int(step or 0)))

    def _remember(self, what: SessionState) -> None:
        if what != self.session:
            self.session = what
            save_session(self.services.settings.data_dir, what)

    async def action_quit(self) -> None:
        """Leave once every screen has put down what it holds."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, Page):
                await screen.settle()
        self.cancel_workers_of(*self.screen_stack)
        self.exit(0)

    async def action_help(self) -> None:
        """Explain the screen on top."""
        await self.open_help()

    def action_command_palette(self) -> None:
        """Open the command palette, unless it lies under another page already; Textual looks at the top only."""
        if not any(isinstance(screen, CommandPalette) for screen in self.screen_stack):
            self.push_screen(Palette())  # without the id that one being left still has

    def search_themes(self) -> None:
        """Open the palette of colours."""
        self.push_screen(Palette(providers=[ThemeProvider], placeholder="Search for themes …"))

    async def action_go_to(self) -> None:
        """Find a person, those of the connector on screen first."""
        await self.open_go_to()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action of the screen on top, then the theme: one definition serves keys, footer, help and palette."""
        # Of hits that are as good, the first given comes first: who types “find” looks for a person.
        listed = {"command_palette"}  # which this is; an action with several keys is listed once
        for active in sorted(screen.active_bindings.values(), key=lambda active: active.binding.action != "go_to"):
            binding = active.binding
            if binding.action in listed:
                continue
            if active.enabled and binding.description and active.node in (screen, self) and not binding.system:
                listed.add(binding.action)
                yield SystemCommand(
                    binding.description,
                    active.tooltip or binding.tooltip or f"Key: {self.get_key_display(binding)}",
                    partial(self.run_action, binding.action, active.node),
                )
        yield SystemCommand("Theme", "Choose the colours; they are kept for next time", self.action_change_theme)

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """Draw the screen as SVG, with every secret masked first: a picture outlives the session."""
        from zoomgov.widgets.field import SecretInput

        for screen in self.screen_stack:
            for entry in screen.query(SecretInput):
                entry.mask()
        return super().export_screenshot(title=title, simplify=simplify)

    def _fatal_error(self) -> None:
        """Leave after a crash. Textual would print local variables, and with them what was typed."""
        import rich
        from rich.segment import Segments
        from rich.traceback import Traceback

        self.bell()
        traceback = Traceback(show_locals=False, width=None, suppress=[rich])
        self._exit_renderables.append(Segments(self.console.render(traceback, self.console.options)))
        self._close_messages_no_wait()


if TYPE_CHECKING:
    _as_host: type[SyncHost] = ZoomgovApp  # pages see the app through a cast, so this is where it is checked


def run() -> None:
    """Run the app on the services of this environment."""
    from zoomgov.services.services import build_services

    services = build_services(os.environ)
    try:
        status = ZoomgovApp(services).run_until_closed()
    finally:
        services.close()
    raise SystemExit(status)
