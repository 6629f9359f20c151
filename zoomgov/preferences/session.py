"""What the app restores at the next start: the theme, and the page that was open.

Not in the registry, because it belongs to this person's screen and not to the connectors; losing it costs nothing.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from zoomgov.disk.files import make_private_folder, write_private
from zoomgov.disk.ownership import ForeignError, expect_own, is_own

if TYPE_CHECKING:
    from pathlib import Path

_FILE: Final = "screen.json"
_NUMBERING: Final = 2
"""How the wizard's steps are numbered. In a file without this number *Activation* was no step: those after it had one
less."""
_FIRST_MOVED: Final = 5
"""The first step whose number that changed."""


@dataclass(frozen=True, slots=True)
class SessionState:
    """Read at start, written when it changes."""

    theme: str = ""
    connector: str = ""
    """Id of the connector whose wizard was open; empty in steps 1 and 2, where none exists yet."""
    step: int = 0
    """Value of the wizard step on screen; 0 when no wizard was open."""


def load_session(data_dir: Path) -> SessionState:
    """Read the file; one that is missing, damaged or not ours is as if nothing had been saved.

    By the standard library's decoder: this runs before the first frame, and importing msgspec would take longer than
    decoding three fields ever can.
    """
    if not is_own(data_dir / _FILE):
        return SessionState()
    try:
        found = json.loads((data_dir / _FILE).read_bytes())
        step = int(found["step"])
        if "numbering" not in found and step >= _FIRST_MOVED:
            step += 1
        return SessionState(theme=str(found["theme"]), connector=str(found["connector"]), step=max(step, 0))
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return SessionState()


def save_session(data_dir: Path, state: SessionState) -> None:
    """Write `state` whole, so that a second copy of the program never reads half of it.

    A folder that cannot be written is no reason to stop: the next start then opens the list.
    """
    with contextlib.suppress(OSError, ForeignError):
        make_private_folder(data_dir)
        expect_own(data_dir / _FILE)
        content = json.dumps(asdict(state) | {"numbering": _NUMBERING})
        write_private(data_dir / _FILE, content, replace=True, durable=False)
