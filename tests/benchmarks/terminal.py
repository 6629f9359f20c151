"""Run a program on a real pseudo-terminal and note when its screen changes."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SIZE: Final = (80, 24)
"""Columns and lines."""
_QUIET: Final = 0.7
"""Seconds without a change of any character after which a page counts as settled; a blinking cursor changes none."""
_LONGEST: Final = 30.0
_ESCAPE: Final = re.compile(
    r"\x1b\[(?P<values>[<=>?]?[\d;:]*)(?P<final>[ -/]*[@-~])|\x1b[\]P_^][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]"
)
_INCOMPLETE: Final = re.compile(r"\x1b(?:\[[<=>?]?[\d;:]*[ -/]*|[\]P_^][^\x07\x1b]*\x1b?|[ -/]*)?\Z")


_BLANK: Final = (" ", "")


class Display:
    """What is on a terminal, as far as Textual draws: text, colours, moves of the cursor, clearing."""

    def __init__(self, columns: int, lines: int) -> None:
        self._columns, self._count = columns, lines
        self._cells = [[_BLANK] * columns for _ in range(lines)]
        self._x = self._y = 0
        self._style = ""
        self._rest = ""

    @property
    def cells(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """By line, the character and the style of each cell."""
        return tuple(map(tuple, self._cells))

    @property
    def lines(self) -> tuple[str, ...]:
        """The characters of each line."""
        return tuple("".join(character for character, _ in line) for line in self._cells)

    def feed(self, text: str) -> None:
        """Take output; an escape sequence may go on in the next piece."""
        text = self._rest + text
        cut = _INCOMPLETE.search(text)
        self._rest = text[cut.start() :] if cut else ""
        text = text[: cut.start()] if cut else text
        place = 0
        for found in _ESCAPE.finditer(text):
            self._write(text[place : found.start()])
            place = found.end()
            self._move(found["values"] or "", found["final"] or "")
        self._write(text[place:])

    def _move(self, values: str, final: str) -> None:
        if final == "H":
            line, _, column = values.partition(";")
            self._y, self._x = min(int(line or 1), self._count) - 1, min(int(column or 1), self._columns) - 1
        elif final == "J" and values in ("2", "3"):
            self._cells = [[_BLANK] * self._columns for _ in range(self._count)]
        elif final == "m":
            self._style = "" if values in ("", "0") else f"{self._style};{values}"

    def _write(self, text: str) -> None:
        for character in text:
            if character == "\n":
                self._y = min(self._y + 1, self._count - 1)
            elif character == "\r":
                self._x = 0
            elif character >= " ":
                width = cell_len(character)
                if width and self._x + width <= self._columns:
                    self._cells[self._y][self._x : self._x + width] = [
                        (character, self._style),
                        *[("", self._style)] * (width - 1),
                    ]
                self._x += width


class Shown(NamedTuple):
    """When a page was there, in milliseconds from the start of its program.

    `first` and `whole` leave out the time for which the program was ready to run and others had the processor.
    """

    first: float
    """The first character that is not blank."""
    whole: float
    """The last change of a character or its style, after which the page stayed as it was for `_QUIET` seconds."""
    clock: float
    """`whole`, on the wall."""
    lines: tuple[str, ...]
    """The settled page."""


def waited(process: int) -> float:
    """Milliseconds for which the main thread of a process was ready to run while others had the processor.

    Linux tells, also of a process that has ended and was not yet asked for its status; elsewhere 0.
    """
    with suppress(OSError):
        return int(Path(f"/proc/{process}/schedstat").read_bytes().split()[1]) / 1e6
    return 0.0


def show(command: Sequence[str], environment: Mapping[str, str], leave: bytes = b"\x11") -> Shown:
    """Run `command` on a terminal until its page has settled, then press the key `leave`, by default Ctrl-Q.

    Raises:
        SystemExit: it showed nothing, or did not end.
    """
    began = time.perf_counter()
    process, terminal = pty.fork()
    if not process:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
        os.execve(command[0], list(command), dict(environment))
    display, decode = Display(*SIZE), codecs.getincrementaldecoder("utf-8")("replace").decode
    blank, before = display.lines, display.cells
    first = whole = clock = 0.0
    changed = began
    while (now := time.perf_counter()) - began < _LONGEST and not (first and now - changed > _QUIET):
        if not select.select([terminal], [], [], 0.05)[0]:
            continue
        try:
            piece = os.read(terminal, 1 << 16)
        except OSError:  # it has ended
            break
        now = time.perf_counter()
        own = (now - began) * 1000 - waited(process)
        display.feed(decode(piece))
        if display.cells != before and display.lines != blank:
            before, changed = display.cells, now
            first, whole, clock = first or own, own, (now - began) * 1000
    _end(process, terminal, leave)
    if not first:
        raise SystemExit(f"{' '.join(command)} showed nothing.")
    return Shown(first, whole, clock, display.lines)


def _end(process: int, terminal: int, leave: bytes) -> None:
    """Press a key, and take what is drawn until the program has ended."""
    with suppress(OSError):
        os.write(terminal, leave)
    ends = time.perf_counter() + _LONGEST
    while time.perf_counter() < ends:
        with suppress(OSError):
            if select.select([terminal], [], [], 0.05)[0]:
                os.read(terminal, 1 << 16)
        if os.waitpid(process, os.WNOHANG)[0]:
            os.close(terminal)
            return
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    raise SystemExit(f"A program did not end when {leave!r} was pressed.")
