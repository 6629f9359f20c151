"""The signals that stop a command cleanly."""

from __future__ import annotations

import signal
from typing import Final

_STOPS: Final = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def stops() -> list[signal.Signals]:
    """SIGINT, and SIGTERM and SIGHUP unless they are ignored, as under nohup."""
    return [name for name in _STOPS if name is signal.SIGINT or signal.getsignal(name) is not signal.SIG_IGN]
