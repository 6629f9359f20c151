"""Sanitises text from Zoom for terminals and spreadsheets, and folds it for searching and sorting.

Anyone who may set a display name in Zoom chooses text that ends up in an administrator's terminal and spreadsheet.
Sanitise it at the edge: where it is drawn, printed or written.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final
from unicodedata import combining, normalize

if TYPE_CHECKING:
    from collections.abc import Sequence

# Format characters that change how neighbours are drawn: bidirectional marks, embeddings, overrides and
# isolates, the byte order mark, soft hyphen, interlinear annotation, tags. Joiners (ZWJ, ZWNJ) stay: names need them.
_KEPT_FORMAT: Final = frozenset("\u200c\u200d")
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_SPACES: Final = frozenset("\t\n\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029")
_FORMULA_STARTS: Final = frozenset("=+-@\t\r\n|%＝＋－＠")
_AFTER_SEPARATOR: Final = re.compile(rf";(?=\s*[{re.escape(''.join(sorted(_FORMULA_STARTS)))}])")


def printable(value: object) -> str:
    """Return `value` as one line that a terminal shows as is.

    Line breaks and tabs become blanks; control, escape, bidirectional, surrogate and private
    characters become U+FFFD, so that something hidden is seen to be there.
    """
    text = "" if value is None else str(value)
    if text.isprintable():
        return text
    return "".join(_printable_character(character) for character in text)


def _printable_character(character: str) -> str:
    if character in _SPACES:
        return " "
    category = unicodedata.category(character)
    if category in ("Cc", "Cs", "Co", "Cn") or (category == "Cf" and character not in _KEPT_FORMAT):
        return _REPLACEMENT
    return character


def escaped_for_terminal(text: str) -> str:
    """Return JSON text with `\\u` escapes for what a terminal would act on: control and bidirectional characters.

    The same JSON to whoever decodes it. Line ends stay: within a string of JSON there are none.
    """
    if all(line.isprintable() for line in text.split("\n")):
        return text
    return "".join(
        character if character == "\n" or _printable_character(character) == character else _escape(character)
        for character in text
    )


def _escape(character: str) -> str:
    data = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{data[at : at + 2].hex()}" for at in range(0, len(data), 2))


def spreadsheet_safe(value: object) -> str:
    """Return `printable(value)` so that a spreadsheet reads it as text, never as a formula.

    A leading apostrophe is what OWASP's page on CSV injection recommends. Where the decimal separator is a comma,
    spreadsheets separate cells by semicolons, so what follows a semicolon is treated as the start of a cell, too.
    """
    text = printable(value)
    if ";" in text:
        text = _AFTER_SEPARATOR.sub(";'", text)
    return f"'{text}" if text.lstrip()[:1] in _FORMULA_STARTS and text.strip() else text


def all_spreadsheet_safe(values: Sequence[str]) -> bool:
    """Whether `spreadsheet_safe` would return each of these unchanged. Conservative: may be False when it would.

    Checks many cells at once for a tenth of the cost, as nearly all that Zoom sends is harmless.
    """
    joined = "".join(values)
    if ";" in joined or not joined.isprintable():
        return False
    return not any(first in _FORMULA_STARTS or first.isspace() for first in {value[:1] for value in values})


_MARKS: Final = re.compile("[\u0300-\u036f]+")
_LINES: Final = str.maketrans({"\0": " ", "\n": " "})
"""Line ends separate the fields of the search text; FTS5 ends a phrase at NUL."""


def fold(text: str) -> str:
    """Return `text` without case, Latin, Greek or Cyrillic accents, and compatibility forms, on one line.

    Marks outside U+0300-U+036F stay: in other scripts they make another letter.
    """
    return _fold(text).translate(_LINES)


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    if len(text) > _PIECE:
        return normalize("NFC", _in_order(_MARKS.sub("", _decomposed(text)))).casefold()
    return normalize("NFC", _MARKS.sub("", normalize("NFKD", text))).casefold()


def compatible(text: str) -> str:
    """Return `normalize("NFKC", text)`, in time proportional to its length."""
    if len(text) > _PIECE:
        return normalize("NFC", _in_order(_decomposed(text)))
    return normalize("NFKC", text)


_PIECE: Final = 256
"""`normalize` sorts each run of combining marks by insertion, so a run of 80,000 takes it 5 seconds: longer texts are
decomposed piece by piece, and sorted here. To compose what is in order takes it no longer than it should."""


def _decomposed(text: str) -> str:
    """`normalize("NFKD", text)`, but for the order of the marks in a run."""
    return "".join(normalize("NFKD", text[at : at + _PIECE]) for at in range(0, len(text), _PIECE))


def _in_order(text: str) -> str:
    """Sort each run of combining marks by their class, as Unicode's canonical order wants it (D109)."""
    sorted_: list[str] = []
    run: list[str] = []
    for character in text:
        if combining(character):
            run.append(character)
            continue
        sorted_ += sorted(run, key=combining)
        sorted_.append(character)
        run.clear()
    return "".join([*sorted_, *sorted(run, key=combining)])


def person_name(display_name: str, first_name: str, last_name: str, email: str) -> str:
    """Return a person's name: display name, else first and last name, else the address."""
    return display_name or f"{first_name} {last_name}".strip() or email


def search_text(display_name: str, first_name: str, last_name: str, email: str, dept: str) -> str:
    """Return name, address and department, folded, one a line. It begins with the name, so it sorts by name."""
    name = person_name(display_name, first_name, last_name, email)
    text = _fold(f"{name}\n{email}\n{dept}")
    if text.count("\n") == 2 and "\0" not in text:
        return text
    return f"{fold(name)}\n{fold(email)}\n{fold(dept)}"
