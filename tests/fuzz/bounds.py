"""Bounds that hold whatever machine runs: steps of the interpreter and bytes of memory, in proportion to the input."""

from __future__ import annotations

import sys
import tracemalloc
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

T = TypeVar("T")

STEPS_ALWAYS: Final = 60_000
"""Lines of Python that anything may take: the first call of a function imports modules and fills caches."""
BYTES_ALWAYS: Final = 4 << 20


class TooMuchError(AssertionError):
    """More steps or memory than in proportion."""


def within_steps(call: Callable[[], T], size: int, each: int) -> T:
    """The result of `call`, which may run `each` lines of Python for each of `size` characters.

    Counted, not timed: the same on a busy machine. It ends what would run for ever, too.

    Raises:
        TooMuchError: it takes more.
    """
    left = STEPS_ALWAYS + each * size

    def step(frame: FrameType, event: str, arg: Any) -> Any:  # what Python's tracing hands over
        nonlocal left
        left -= 1
        if left < 0:
            raise TooMuchError(f"more than {STEPS_ALWAYS + each * size} steps for {size} characters")
        return step

    before = sys.gettrace()
    if before is not None:  # a debugger, or what measures coverage
        return call()
    sys.settrace(step)
    try:
        return call()
    finally:
        sys.settrace(before)


def within_memory(call: Callable[[], T], size: int, each: int) -> T:
    """The result of `call`, which may take `each` bytes of memory at once for each of `size` bytes.

    Raises:
        TooMuchError: it takes more.
    """
    tracemalloc.start()
    try:
        result = call()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    if peak > BYTES_ALWAYS + each * size:
        raise TooMuchError(f"{peak} bytes at once for {size}")
    return result
