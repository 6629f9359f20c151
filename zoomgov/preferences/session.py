"""What the app remembers between two starts besides the work itself: the theme, and where one was.

Not in the registry, because it belongs to this person's screen and not to the connectors; losing it costs nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FILE = "screen.json"


@dataclass(frozen=True, slots=True)
class SessionState:
    """Read at start, written when it changes."""

    theme: str = ""
    connector: str = ""
    """Id of the connector whose wizard was open; empty in steps 1 and 2, where none exists yet."""
    step: int = 0
    """Value of the wizard step on screen; 0 when no wizard was open."""


def load_session(data_dir: Path) -> SessionState:
    """Read what was remembered; anything missing or broken is as if nothing had been."""
    try:
        found = json.loads((data_dir / _FILE).read_bytes())
        return SessionState(theme=str(found["theme"]), connector=str(found["connector"]), step=int(found["step"]))
    except (OSError, ValueError, KeyError, TypeError):
        return SessionState()


def save_session(data_dir: Path, what: SessionState) -> None:
    """Write `what` in one step, so that a second copy of the program never reads half of it.

    A folder that cannot be written is no reason to stop: the next start then opens the list.
    """
    with contextlib.suppress(OSError):
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=data_dir, prefix=f".{_FILE}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(asdict(what), file)
            os.replace(name, data_dir / _FILE)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
