"""What stops a command cleanly: signals, and the loss of its terminal or of the reader of its output."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Final

from zoomgov import ending
from zoomgov.services.problems import Exit

if TYPE_CHECKING:
    from types import FrameType

_STOPS: Final = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def stops() -> list[signal.Signals]:
    """SIGINT, and SIGTERM and SIGHUP unless they are ignored, as under nohup."""
    return [name for name in _STOPS if name is signal.SIGINT or signal.getsignal(name) is not signal.SIG_IGN]


def stop(number: int, frame: FrameType | None) -> None:
    """Handle one of `stops`.

    Raises:
        KeyboardInterrupt: always, so that cleanup code runs.
    """
    in_time(number)
    raise KeyboardInterrupt


def in_time(number: int) -> None:
    """See to it that the command ends soon, unless it is a person who waits for that at the keyboard."""
    if number != signal.SIGINT:
        ending.within_time(Exit.INTERRUPTED)


def lost() -> None:
    """Stop the command, told on another thread that nobody can see any more what it prints."""
    ending.within_time(Exit.INTERRUPTED)
    os.kill(os.getpid(), signal.SIGINT)
