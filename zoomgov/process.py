"""The memory of this process, without pauses that a key press would feel, and what its children inherit."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

_THRESHOLDS: Final = (2_000, 10, 1_000)
"""Of `gc.set_threshold`: new objects until generation 0 is collected, collections of 0 until 1, of 1 until 2."""
_COLLECTIONS_BEFORE_FULL: Final = 3
"""Collections of generation 1 after which a full one may free enough to be worth its time."""
_M_ARENA_MAX: Final = -8
"""The parameter of mallopt(3)."""


def pause_collection() -> None:
    """Collect no garbage until `prepare`, while modules are loaded: what they make stays, so there is none.

    Measured: 13 of the 155 ms that Textual takes to load.
    """
    gc.disable()


def prepare() -> None:
    """Tune garbage collection and malloc; call once the modules are loaded, before the work begins.

    Python starts a full collection whenever a quarter of all objects is new. It takes a tenth of a second, in which
    no key is answered, for reference cycles that only screens make. So the objects made so far are frozen, which
    leaves them out of collections, and `tidy` collects the rest while nobody waits. The high third threshold is for
    programs that never call `tidy`.
    """
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    gc.enable()
    if sys.platform == "linux":
        _share_one_arena()


def tidy() -> None:
    """Run a full collection if it may free much. Takes some 100 ms: call it while nobody waits."""
    if gc.get_count()[2] >= _COLLECTIONS_BEFORE_FULL:
        gc.unfreeze()
        gc.collect()
        gc.freeze()


def _share_one_arena() -> None:
    """Let all threads allocate from one arena: glibc gives each its own, and no thread reuses what another freed.

    The GIL lets one thread run at a time anyway, so they do not contend for it.
    """
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


_HARMLESS: Final = frozenset(
    f"TEXTUAL_{name}"
    for name in (
        "ANIMATIONS", "COLOR_SYSTEM", "DIM_FACTOR", "DISABLE_KITTY_KEY", "FILTERS", "FPS", "SLOW_THRESHOLD",
        "SMOOTH_SCROLL", "SNAPSHOT_TEMPDIR", "SPEEDUPS", "THEME",
    )
)  # fmt: skip
"""Variables of Textual 8.2.8 that decide only on looks and speed, and one of its plug-in for tests."""


def take_textual_variables(environ: MutableMapping[str, str]) -> list[str]:
    """Take every variable of Textual's away but those known to be harmless, and return their names.

    The others write each key and paste to a file, or send them to a socket, the client secret among them (TEXTUAL,
    TEXTUAL_DEBUG, TEXTUAL_LOG, TEXTUAL_DEVTOOLS_*), save pictures, press keys, or load a driver from somewhere. One
    that a newer Textual brings is taken away as well. Call it before Textual is imported.
    """
    taken = sorted(name for name in environ if name.upper().startswith("TEXTUAL") and name.upper() not in _HARMLESS)
    for name in taken:
        del environ[name]
    return taken


def leave_no_core() -> None:
    """Write no image of the memory to disk should the process crash: secrets and people's data are in it.

    For POSIX systems. A handler that the system pipes such images to (`kernel.core_pattern` of Linux) is told the limit
    and decides for itself; those of systemd and Ubuntu keep nothing.
    """
    if sys.platform == "win32":
        return
    import resource

    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


_own: dict[str, str] = {}
"""The variables of this program, once they were taken out of the environment."""


def hide_own_variables() -> None:
    """Take the variables of this program out of its environment; `environment` still has them.

    Libraries start programs too, with all that is in the environment: click asks bash for its version, and a keyring
    may call a helper. Credentials may be among the variables.
    """
    for name in [name for name in os.environ if _is_own(name)]:
        _own[name] = os.environ.pop(name)


def environment() -> dict[str, str]:
    """The environment with the variables of this program."""
    return {**os.environ, **_own}


def _is_own(name: str) -> bool:
    return name.upper().startswith("ZOOMGOV_")


def without_own_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` without the variables of this program: credentials may be among them, and a browser, a mail
    program or a pager needs none.
    """
    return {name: value for name, value in environ.items() if not _is_own(name)}
