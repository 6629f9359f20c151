"""Which signals end a command in order."""

from __future__ import annotations

import signal
from typing import Final

_STOPS: Final = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def stops() -> list[signal.Signals]:
    """What ends a command in order: Ctrl-C, SIGTERM, and a terminal that hangs up as ssh does, unless under nohup."""
    return [name for name in _STOPS if name is signal.SIGINT or signal.getsignal(name) is not signal.SIG_IGN]
