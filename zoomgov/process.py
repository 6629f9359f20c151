"""How this process handles its memory, and what its children inherit."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_YOUNG, _OLDER, _OLD = 2_000, 10, 1_000
_ENOUGH: Final = 3
"""Times that the older objects were gone through, until all are worth it."""
_M_ARENA_MAX: Final = -8
"""Of mallopt(3)."""


def prepare() -> None:
    """Set the process up, before its work begins: what was made so far stays until it ends.

    Python goes through all objects there are whenever a quarter of them is new: a tenth of a second in which no key
    is answered, for cycles that only screens make. So what lives long is left out, and the rest is gone through by
    `tidy` when nobody waits, or at last where that never is.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG, _OLDER, _OLD)
    if sys.platform == "linux":
        _share_one_arena()


def tidy() -> None:
    """Free all that only refers to itself, where that may be much: some 100 ms, so while nobody waits."""
    if gc.get_count()[2] >= _ENOUGH:
        gc.unfreeze()
        gc.collect()
        gc.freeze()


def _share_one_arena() -> None:
    """Let all threads take memory from one place: glibc gives each its own, and what one freed no other can use.

    Python's threads take turns anyway, so none waits for it.
    """
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


def environment_of_children(environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` without the variables of this program: credentials may be among them, and a browser, a mail
    program or a pager needs none.
    """
    return {name: value for name, value in environ.items() if not name.upper().startswith("ZOOMGOV_")}
