"""Reads single values of Zoom's JSON leniently: a number may be text or `2.0`, an id may be a number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,19}(\.0{0,19})?")
_MOST: Final = 2**63 - 1
"""The largest number SQLite holds."""
MOST_COUNTED: Final = 10**12
"""The largest number that can be a count; sums and differences of such numbers fit in SQLite, too."""


def as_text(value: object) -> str:
    """A text or a whole number, as text; else ""."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def as_number(value: object) -> int | None:
    """A whole number, also when Zoom sends it as text or with a fraction of zero; None for one SQLite cannot hold."""
    if value.__class__ is int and 0 <= value <= _MOST:  # nearly always
        return value
    if isinstance(value, str):
        value = value.strip()
        value = int(value.partition(".")[0]) if _WHOLE.fullmatch(value) else None
    elif isinstance(value, float):
        value = int(value) if value.is_integer() else None
    if isinstance(value, int) and not isinstance(value, bool) and -_MOST - 1 <= value <= _MOST:
        return value
    return None


def as_count(value: object) -> int | None:
    """`as_number`, but None for what cannot be a count: negative, or more than there is of anything in Zoom."""
    number = as_number(value)
    return number if number is not None and 0 <= number <= MOST_COUNTED else None


def as_strings(value: object) -> tuple[str, ...]:
    """The texts and whole numbers in a list, as texts; () when it is none, as Zoom leaves empty lists out.

    White space alone is no text.
    """
    return tuple([text for item in value if (text := as_text(item)).strip()]) if isinstance(value, list) else ()


_PLANS_OF_PEOPLE: Final = ("plan_base", "plan_united", "plan_zoom_one")


def seats_used(usage: Mapping[str, Any]) -> int:  # Any: whatever JSON Zoom sends
    """Seats in use of the plan that has the most, each of them somebody's; 0 when nothing tells."""
    used = [0]
    for key, value in usage.items():
        if key.startswith(_PLANS_OF_PEOPLE):
            entries = value if isinstance(value, list) else [value]
            used.append(sum(as_count(one.get("usage")) or 0 for one in entries if isinstance(one, dict)))
    return max(used)
