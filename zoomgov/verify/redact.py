"""Taking out of a report what a support ticket does not need: who, which account, which thing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_EMAIL: Final = re.compile(r"[^\s@<>,;:\"'()\[\]]+@((?:[\w-]+\.)+\w{2,})")
_ID: Final = re.compile(r"(?<![\w:.-])(dir\.)?([A-Za-z0-9_-]{16,})(?![\w:-])")
_TOKEN: Final = re.compile(r"\beyJ[\w-]{6,}(?:\.[\w-]*){0,2}|\b(Bearer|Basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE)
_KEPT: Final = 4
"""Characters of an id that stay, so that two of them can be told apart."""


def redact(text: str, known: Iterable[str] = ()) -> str:
    """Mask e-mail addresses except their domain, shorten ids, drop anything like a token.

    Args:
        known: ids that are shortened wherever they stand, whatever they look like.
    """
    text = _TOKEN.sub("[removed]", text)
    for value in sorted({value.strip() for value in known if value.strip()}, key=len, reverse=True):
        shown = "***" if "@" in value or len(value) <= 2 * _KEPT else f"{value[:_KEPT]}…"
        text = text.replace(value, shown)
    text = _EMAIL.sub(r"***@\1", text)
    return _ID.sub(_shortened, text)


def _shortened(match: re.Match[str]) -> str:
    """Ids mix cases or hold digits; words of a scope's name do not."""
    value = match.group(2)
    mixed = re.search(r"\d", value) or (re.search(r"[A-Z]", value) and re.search(r"[a-z]", value))
    return f"{match.group(1) or ''}{value[:_KEPT]}…" if mixed else match.group()
