"""The Textual app: themes, command palette, notifications, signals, session state."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
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
from textual.content import Content
from textual.theme import ThemeProvider

from zoomgov import ending, process
from zoomgov.connectors.model import Step
from zoomgov.connectors.rows import RegistryError
from zoomgov.preferences.session import SessionState, load_session, save_session
from zoomgov.screens.routes import Routes, first_page, people_commands
from zoomgov.screens.shared.page import Page
from zoomgov.text import printable
from zoomgov.widgets.banner import Banner
from zoomgov.widgets.terminal.ansi256 import Ansi256
from zoomgov.widgets.theme import DARK, IN_SIXTEEN_COLOURS, THEMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.filter import LineFilter
    from textual.notifications import SeverityLevel
    from textual.screen import Screen
    from textual.timer import Timer
    from textual.widget import AwaitMount

    from zoomgov.connectors.model import Connector
    from zoomgov.screens.synced.sync_page import SyncHost
    from zoomgov.services.running import SyncRun
    from zoomgov.services.services import Services


SHOW_DEMO: Final = -1
"""In place of an exit status: the demo is to be started."""
_IDLE_AFTER = 1.0
"""Seconds without input after which the app counts as idle; up to twice as many."""
_CHIP_EVERY = 0.5
"""Seconds between two updates of what the top line says of a sync that runs."""
_PAGES_CSS: Final = Path(__file__).resolve().parent.joinpath("screens", "shared", "pages.tcss").resolve()
"""Style of all pages but the first, which does without: parsing it would double its time for style sheets."""
_QUIT_SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Palette(CommandPalette):
    """The command palette. Ignores page keys until its lines are measured; Textual's raises KeyError then."""

    def _action_command_list(self, action: str) -> None:
        with suppress(KeyError):
            super()._action_command_list(action)


class ZoomgovApp(Routes[int]):
    """The app: holds the services and the session state for all pages."""

    TITLE = "zoomgov"
    # Textual does not load the style sheet of a default screen: the list's is named here.
    CSS_PATH = ["app.tcss", "screens/connectors/connectors.tcss"]
    COMMANDS = App.COMMANDS | {people_commands}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (22, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,question_mark", "help", "Help", key_display="f1", tooltip="What this screen is for, and its keys"),
        # With priority, so that it works in input fields and dialogs too.
        Binding(
            "ctrl+g", "go_to", "Find or go to a person", show=False, priority=True, tooltip="By name or e-mail address"
        ),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, tooltip="Leave; everything typed is kept"),
        # With priority, so that the focus has moved before the next key is delivered: keys typed ahead would
        # otherwise go to the field that was left.
        Binding("tab", "app.focus_next", "Next field", show=False, priority=True, system=True),
        Binding("shift+tab", "app.focus_previous", "Previous field", show=False, priority=True, system=True),
    ]

    def __init__(self, services: Services, *, now: Callable[[], datetime] = _utc_now, show_demo: bool = False) -> None:
        """Open nothing yet.

        Args:
            now: returns an aware time; tests pass a fixed one.
            show_demo: begin with the demo's account filled.
        """
        super().__init__()
        self.services = services
        self.shows_demo = show_demo
        if services.demo is not None:
            self.sub_title = "DEMO"  # the top line of every page says it
        self.now = now
        self.session = load_session(services.settings.data_dir)
        self._theme_in_file = services.settings.theme
        self._idle_timer: Timer | None = None
        self._quits_on: asyncio.AbstractEventLoop | None = None
        self.sync_chip = Content("")
        """What the top line of every page says of syncs."""
        self._chip_timer: Timer | None = None
        self._notified = False
        """Whether there was a notification since the last input."""
        for theme in THEMES:
            self.register_theme(theme)
        wanted = (os.environ.get("TEXTUAL_THEME"), services.settings.theme, self.session.theme)
        self.theme = next((name for name in wanted if name and name in self.available_themes), DARK.name)
        self._color_filters: list[LineFilter] = []

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return the filters of everything that is drawn."""
        return [*super().get_line_filters(), *self._color_filters]

    def on_mount(self) -> None:
        self._quits_on = asyncio.get_running_loop()
        self._idle_timer = self.set_interval(_IDLE_AFTER, self._collect_garbage)
        self.screen_change_signal.subscribe(self, self._page_changed, immediate=True)

    def _collect_garbage(self) -> None:
        """Collect garbage while the app is idle, unless a worker runs, such as a sync."""
        known = self.services.running_if_any
        if all(worker.is_finished for worker in self.workers) and not (known is not None and known.any_running):
            process.tidy()

    async def on_event(self, event: events.Event) -> None:
        """Handle an event; input restarts the idle timer."""
        if isinstance(event, events.InputEvent) and self._idle_timer is not None:
            self._idle_timer.reset()
        if isinstance(event, events.Key | events.Paste | events.MouseDown):
            self._notified = False
        await super().on_event(event)

    # Older notifications are removed: they cover the text that matters now, above all in a small terminal.

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Show a notification, and remove those from before the last input."""
        self._remove_old_notifications()
        self._notified = True
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def _page_changed(self, screen: Screen[object]) -> None:
        self._remove_old_notifications()

    def _remove_old_notifications(self) -> None:
        if not self._notified:
            self.clear_notifications()
            for below in self.screen_stack[:-1]:  # visible around a dialog
                below.query("ToastHolder").remove()

    def run_until_closed(self) -> int:
        """Run in this terminal; return the exit status. SIGTERM and SIGHUP (ssh is lost) quit as Ctrl+Q does."""
        process.prepare()
        self.adapt_colors()
        if sys.platform != "win32" and self.driver_class.__name__ == "LinuxDriver":
            from zoomgov.widgets.terminal.driver import TerminalDriver

            self.driver_class = TerminalDriver
        old_handlers = {
            name: signal.signal(name, self._quit_on_signal)
            for name in _QUIT_SIGNALS
            if signal.getsignal(name) is not signal.SIG_IGN
        }
        watched = ending.watch(self._lose_terminal)
        ending.at_last(self.services.close)
        try:
            return self.run() or 0
        finally:
            ending.watch(watched)
            for name, handler in old_handlers.items():
                signal.signal(name, handler)

    def adapt_colors(self) -> None:
        """Use the colours that the terminal has: 16, 256 or all. Over ssh few terminals announce all."""
        if self.console.color_system == "standard":
            self.theme = IN_SIXTEEN_COLOURS.get(self.theme, self.theme)
        elif self.console.color_system == "256" and not self.no_color:
            self._color_filters = [Ansi256()]

    def _quit_on_signal(self, number: int, frame: object) -> None:
        ending.within_time(0)
        self._quit_soon()

    def _lose_terminal(self) -> None:
        """Quit, told so on another thread."""
        ending.within_time(0)
        if (stop_reading := getattr(self._driver, "stop_reading", None)) is not None:
            stop_reading()
        self._quit_soon()

    def _quit_soon(self) -> None:
        if (loop := self._quits_on) is not None:  # else it has not begun yet, or ended already
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(lambda: loop.create_task(self.action_quit(), name="quit on a signal"))

    def get_default_screen(self) -> Screen[None]:
        """Return the list of connectors, the bottom of the stack."""
        return first_page()

    def refresh_css(self, animate: bool = True) -> None:
        """Apply the theme. Before the first page only its variables are set.

        Textual would parse all style sheets here, and again for that page: 8 ms at each start.
        """
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def _get_screen(self, screen: Screen[object] | str) -> tuple[Screen[object], AwaitMount]:
        """Register a page once its style sheets are parsed.

        From Python 3.12 on Textual's tasks are eager: a page that is registered makes its widgets at once, and they
        would take their first frame's styles from the sheets of the pages before it.
        """
        page = self.get_screen(screen)
        self._load_screen_css(page)
        return super()._get_screen(page)

    def _load_screen_css(self, screen: Screen[object]) -> None:
        """Parse the style sheets of a page when it is first opened. Textual would parse all others again."""
        for path in (_PAGES_CSS, *screen.css_path):
            if not self.stylesheet.has_source(str(path), ""):
                self.stylesheet.read(path)
                self.stylesheet.parse()
        super()._load_screen_css(screen)

    def _watch_theme(self, theme_name: str) -> None:
        super()._watch_theme(theme_name)
        if self.is_running and theme_name != self.session.theme:
            self._save_session(replace(self.session, theme=theme_name))
        if self.is_running and self._theme_in_file not in ("", theme_name):
            self._theme_in_file = theme_name
            self.run_worker(self._set_theme_in_file(), group="theme", exit_on_error=False)

    async def _set_theme_in_file(self) -> None:
        """Change `settings.toml`, whose theme wins over the session's at the next start."""
        file = self.services.settings.file

        def set_theme() -> None:
            from zoomgov.settings.catalogue import BY_KEY
            from zoomgov.settings.edit import set_setting

            if file is not None:
                set_setting(file, BY_KEY["app.theme"], self._theme_in_file)

        try:
            await asyncio.to_thread(set_theme)
        except Exception as error:
            from zoomgov.services.problems import as_problem

            self.notify(f"The next start has another theme: {as_problem(error).text}", severity="warning", markup=False)

    # Syncs run in the services, whatever page is open; here is what all pages tell of them.

    def start_sync(self, connector: Connector) -> SyncRun:
        """Begin to sync, and tell it on every page."""
        running = self.services.running
        running.on_end = self._sync_ended
        run = running.start(connector)
        if self._chip_timer is None:
            self._chip_timer = self.set_interval(_CHIP_EVERY, self._tell_syncs)
        self._tell_syncs()
        return run

    def saw_sync(self, run: SyncRun) -> None:
        """Tell the end of a sync no longer."""
        run.seen = True
        self._tell_syncs()

    def _sync_ended(self, run: SyncRun) -> None:
        self._tell_syncs()
        for page in self.screen_stack if self.is_running else ():
            if isinstance(page, Page):
                page.sync_ended(run.connector.id)

    def _tell_syncs(self) -> None:
        """Bring the top line of every page up to date."""
        from zoomgov.widgets.sync_chip import chip_content

        running = self.services.running
        if self._chip_timer is not None and not running.any_running:
            self._chip_timer.stop()
            self._chip_timer = None
        if (chip := chip_content(running.to_show)) != self.sync_chip:
            self.sync_chip = chip
            for screen in self.screen_stack if self.is_running else ():
                for banner in screen.query(Banner):
                    banner.refresh()

    async def action_show_sync(self) -> None:
        """Open the sync that the top line tells of."""
        known = self.services.running_if_any
        if known is None or not known.to_show:
            return
        connector = known.to_show[0].connector
        top = self.screen
        if getattr(top, "STEP", None) is not Step.SYNC or getattr(top, "connector", connector).id != connector.id:
            try:
                connector = await self.services.run(self.services.registry.connector, connector.id)
            except RegistryError as error:
                self.notify(printable(error), severity="error", markup=False)
            else:
                self.open_step(Step.SYNC, connector)

    def save_place(self, connector_id: str, step: Step | None) -> None:
        """Save the open page, so that the next start opens it. None: the list of connectors."""
        self._save_session(replace(self.session, connector=connector_id, step=int(step or 0)))

    def _save_session(self, session: SessionState) -> None:
        if session != self.session:
            self.session = session
            save_session(self.services.settings.data_dir, session)

    async def action_quit(self) -> None:
        """Quit, once every page has saved its input and stopped its work."""
        await self._leave(0)

    async def leave_for_demo(self) -> None:
        """Quit in the same way, with the status that asks for the demo."""
        await self._leave(SHOW_DEMO)

    async def _leave(self, status: int) -> None:
        for screen in reversed(self.screen_stack):
            if isinstance(screen, Page):
                await screen.settle()
        if (known := self.services.running_if_any) is not None:
            await known.stop_all()  # finished lists are kept
        self.cancel_workers_of(*self.screen_stack)
        self.exit(status)

    async def action_help(self) -> None:
        """Open the help of the page on top."""
        await self.open_help()

    def action_command_palette(self) -> None:
        """Open the command palette, unless it is open under another page; Textual checks the top only."""
        if not any(isinstance(screen, CommandPalette) for screen in self.screen_stack):
            self.push_screen(Palette())  # without an id: the palette that is being closed still has Textual's

    def search_themes(self) -> None:
        """Open the palette of themes."""
        self.push_screen(Palette(providers=[ThemeProvider], placeholder="Search for themes …"))

    async def action_go_to(self) -> None:
        """Open *Go to a person*; people of the connector on screen come first."""
        await self.open_go_to()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield every action of the page on top, then the theme: bindings define keys, footer, help and palette."""
        # Equally good hits keep this order, and who types “find” looks for a person: that comes first.
        listed = {"command_palette"}  # the palette itself; an action with several keys is listed once
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
        if self.sync_chip:
            yield SystemCommand("Show the sync", "What it reads, and how it ended", self.action_show_sync)
        yield SystemCommand("Theme", "Choose the colours; they are kept for next time", self.action_change_theme)

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """Draw the screen as SVG, with secrets masked: the file outlives the session."""
        from zoomgov.widgets.field import SecretInput

        for screen in self.screen_stack:
            for entry in screen.query(SecretInput):
                entry.mask()
        return super().export_screenshot(title=title, simplify=simplify)

    def _fatal_error(self) -> None:
        """End after a crash. Textual's traceback would print local variables, and with them secrets."""
        import rich
        from rich.segment import Segments
        from rich.traceback import Traceback

        self.bell()
        traceback = Traceback(show_locals=False, width=None, suppress=[rich])
        self._exit_renderables.append(Segments(self.console.render(traceback, self.console.options)))
        self._close_messages_no_wait()


if TYPE_CHECKING:
    _as_host: type[SyncHost] = ZoomgovApp  # pages cast the app to this type: here it is checked


def run() -> int:
    """Run the app with the services of this environment; return the exit status, or `SHOW_DEMO`."""
    from zoomgov.services.services import build_services

    services = build_services(process.environment())
    try:
        return ZoomgovApp(services).run_until_closed()
    finally:
        services.close()
