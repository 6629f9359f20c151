"""Text as it is searched and sorted: without case and accents."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import normalize

_MARKS: Final = re.compile("[\u0300-\u036f]+")
_LINES: Final = str.maketrans({"\0": " ", "\n": " "})
"""A line end parts the fields of the search text; SQLite's search ends its phrases at NUL."""


def fold(text: str) -> str:
    """Return `text` without case, Latin, Greek or Cyrillic accents, and compatibility forms, on one line.

    Marks outside U+0300-U+036F stay: in other scripts they make another letter.
    """
    return _fold(text).translate(_LINES)


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    return normalize("NFC", _MARKS.sub("", normalize("NFKD", text))).casefold()


def person_name(display_name: str, first_name: str, last_name: str, email: str) -> str:
    """Return what a person is called: display name, else first and last name, else the address."""
    return display_name or f"{first_name} {last_name}".strip() or email


def search_text(display_name: str, first_name: str, last_name: str, email: str, dept: str) -> str:
    """Return name, address and department, folded, a line each: begins with the name, so it sorts by name."""
    name = person_name(display_name, first_name, last_name, email)
    text = _fold(f"{name}\n{email}\n{dept}")
    if text.count("\n") == 2 and "\0" not in text:
        return text
    return f"{fold(name)}\n{fold(email)}\n{fold(dept)}"
