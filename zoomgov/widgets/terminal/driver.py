"""Textual's driver, made to survive the loss of its terminal. For POSIX systems.

Textual 8.2.8 does not. Its output thread ends with the first write that fails, and then the event loop waits for ever
for a place in the queue of that thread. Its input thread reads the end of a terminal again and again, on all of a core,
or takes an error there for a crash of the app.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from rich.console import COLOR_SYSTEMS
from rich.style import Style
from textual.drivers.linux_driver import LinuxDriver

from zoomgov import ending

assert sys.platform != "win32"  # for the type checker
import termios  # noqa: E402

if TYPE_CHECKING:
    from typing import TextIO

    from textual.app import App


class TerminalDriver(LinuxDriver):
    """Goes on, without a terminal, until the app has left."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:  # Any: whatever the app returns
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file: Any = _Output(self._file)  # Any: Textual wants a file, and uses no more than what this one has

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]  # of Textual
        self._draw_name()
        ending.at_last(self._give_terminal_back)

    def _draw_name(self) -> None:
        """Draw the program's name where the top line of every page has it, while the first page is made: 50 ms."""
        theme = self._app.current_theme
        style = Style(bold=True)
        if not self._app.no_color:
            style += Style(color=theme.primary, bgcolor=theme.variables.get("footer-background", "default"))
        name = f"  {self._app.title}".ljust(self._app.size.width)
        colors = COLOR_SYSTEMS.get(self._app.console.color_system or "")
        self.write(f"\x1b[H{style.render(name, color_system=colors)}")

    def stop_application_mode(self) -> None:
        super().stop_application_mode()
        ending.not_any_more(self._give_terminal_back)

    def stop_reading(self) -> None:
        """End the input thread: there is nothing to read any more."""
        self.exit_event.set()

    def _run_input_thread(self) -> None:
        with suppress(OSError, ValueError):  # the watch of `ending` ends the app
            self.run_input_thread()

    def _give_terminal_back(self) -> None:
        if self.attrs_before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)


class _Output:
    """A file in which nothing fails. What cannot be written is lost, and so is whoever would have seen it."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            return self._file.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()

    def isatty(self) -> bool:
        return self._file.isatty()
