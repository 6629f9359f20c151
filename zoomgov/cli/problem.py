"""How a command ends when something is wrong."""

from __future__ import annotations

import signal
from enum import IntEnum
from typing import Final

_STOPS: Final = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def stops() -> list[signal.Signals]:
    """What ends a command in order: Ctrl-C, SIGTERM, and a terminal that hangs up as ssh does, unless under nohup."""
    return [name for name in _STOPS if name is signal.SIGINT or signal.getsignal(name) is not signal.SIG_IGN]


class Exit(IntEnum):
    """Exit codes, the same for every command."""

    OK = 0
    FAILED = 1
    USAGE = 2
    PARTIAL = 3
    INTERRUPTED = 130


class Problem(Exception):
    """Something the person must know: what happened, why, and what to do next.

    Args:
        what: one sentence.
        why: the cause with Zoom's own words where there are any; may be empty.
        next_steps: what to click or run, in order; may be none.
        code: exit code of the command.
    """

    def __init__(self, what: str, why: str = "", *next_steps: str, code: Exit = Exit.FAILED) -> None:
        super().__init__(what)
        self.what, self.why, self.next_steps, self.code = what, why, next_steps, code

    def lines(self) -> list[str]:
        """The text as printed, one line a part."""
        parts = [("zoomgov: ", self.what), ("  why:  ", self.why), *(("  next: ", step) for step in self.next_steps)]
        return [f"{label}{text}" for label, text in parts if text]
