"""Ends the process in time: when it is told to, and when its terminal or the reader of its output is gone.

Leaving in order may take for ever: a name lookup that hangs, a terminal that takes no more output. So whoever begins
to leave on a signal also calls `within_time`, which ends the process by force once the time is up. What is stored stays
whole: SQLite's transactions are finished or undone, and a sync goes on from its finished lists.
"""

from __future__ import annotations

import os
import stat
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS: Final = 2.5
"""In which the process may leave in order. With what is below, it has ended after five in any case."""
_CLOSING: Final = 1.0
"""Seconds in which files are closed after that."""
_LOOKS_EVERY: Final = 0.5
"""Seconds between two looks at the terminal. A system that is asked to wait for its end tells it late, or never."""

_closers: list[Callable[[], object]] = []
_state = threading.Lock()
_lost: Callable[[], object] | None = None
_watches = False
_ends = False


def at_last(close: Callable[[], object]) -> None:
    """Have `close` called, on another thread, if the process has to be ended by force. The last comes first."""
    _closers.append(close)


def not_any_more(close: Callable[[], object]) -> None:
    """Take back `at_last`: it was closed in order."""
    with suppress(ValueError):
        _closers.remove(close)


def watch(lost: Callable[[], object] | None) -> Callable[[], object] | None:
    """Call `lost`, on a thread, once a terminal of this process hangs up, or nobody reads its output any more.

    Returns:
        What was called before; there is one at a time. From the first call on, `within_time` is in force.
    """
    global _lost, _watches
    before, _lost = _lost, lost
    if not _watches and sys.platform != "win32":
        _watches = True
        watched = [descriptor for descriptor in (0, 1, 2) if _can_be_lost(descriptor)]
        if watched:
            threading.Thread(target=_look_at, args=(watched,), daemon=True, name="terminal watch").start()
    return before


def within_time(code: int) -> None:
    """End the process with `code` if it has not left by itself in `SECONDS`."""
    global _ends
    with _state:
        if _ends or not _watches:  # not in force where this is a library, say in tests
            return
        _ends = True
    threading.Thread(target=_end, args=(code,), daemon=True, name="end by force").start()


def _end(code: int) -> None:
    time.sleep(SECONDS)
    closing = threading.Thread(target=_close_all, daemon=True, name="close by force")
    closing.start()
    closing.join(_CLOSING)
    os._exit(code)


def _close_all() -> None:
    for close in reversed(_closers):
        with suppress(Exception):  # there is nobody left to tell
            close()


def _look_at(watched: list[int]) -> None:
    missed: set[int] = set()
    while True:
        time.sleep(_LOOKS_EVERY)
        gone = {descriptor for descriptor in watched if is_lost(descriptor)}
        # Twice: whoever writes to a pipe that nobody reads is told so by the write itself, and ends in its own way.
        if gone & missed or any(os.isatty(one) or _is_dead_terminal(one) for one in gone):
            break
        missed = gone
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in gone:
        os.dup2(quiet, descriptor)  # what is still written goes nowhere, instead of failing
    if _lost is not None:
        _lost()


def _can_be_lost(descriptor: int) -> bool:
    """Whether it is a terminal, or output that somebody reads."""
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:  # closed when the process was started
        return False
    return os.isatty(descriptor) or (descriptor > 0 and (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)))


def is_lost(descriptor: int) -> bool:
    """Whether a terminal has hung up, or the reader of a pipe is gone."""
    if sys.platform == "win32":
        return False
    import select

    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        return True
    if stat.S_ISCHR(mode):
        return _is_dead_terminal(descriptor)
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return False
    looking = select.poll()
    looking.register(descriptor, 0)
    return bool(looking.poll(0))


def _is_dead_terminal(descriptor: int) -> bool:
    """Whether it was a terminal that has hung up. `isatty` says no of such a one; so does any other device."""
    if sys.platform == "win32":
        return False
    import errno
    import termios

    try:
        termios.tcgetattr(descriptor)
    except termios.error as error:
        return bool(error.args and error.args[0] in (errno.EIO, errno.ENXIO))
    return False
