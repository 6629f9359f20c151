"""The folders of data and settings: the platform's, or ZOOMGOV_HOME for both."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from zoomgov.settings.model import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SHOWN: Final = 60
"""Characters of a name that an error quotes."""


def folder_of(environ: Mapping[str, str], platforms: Callable[[], Path]) -> Path:
    """ZOOMGOV_HOME, or the folder that `platforms` gives where that is not set.

    Raises:
        SettingsError: it begins with a `~` that stands for nobody's home, or is no folder's name.
    """
    home = environ.get("ZOOMGOV_HOME", "")
    remedy = "Set ZOOMGOV_HOME to a folder of yours." if home else "Set HOME, or ZOOMGOV_HOME to a folder of yours."
    try:
        folder = Path(home).expanduser() if home else platforms()
    except RuntimeError:  # of pathlib and of newer platformdirs; older ones leave the `~`
        folder = Path(home or "~")
    name = str(folder)
    if name.startswith("~") or "\0" in name:
        shown = repr(name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…")
        raise SettingsError(f"The folder {shown} of zoomgov is nowhere to be found. {remedy}")
    return folder.absolute()
