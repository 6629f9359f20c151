"""Pasted text as plain lines: without the quoting of mails and web pages, and without invisible characters."""

from __future__ import annotations

import html
import quopri
import re
import unicodedata
from typing import Final

LENGTHS: Final = {"account_id": 22, "client_id": 22, "client_secret": 32, "secret_token": 22, "verification_token": 22}
"""Characters of each value, as observed; Zoom does not document them."""

_INVISIBLE: Final = ("Cc", "Cf", "Cs", "Co", "Cn")
_PIECE: Final = 500
"""Characters whose forms are made plain together."""
_ENTITY: Final = re.compile(r"&(?:nbsp|quot|amp|lt|gt|apos|colon|equals|#\d{1,6}|#x[0-9a-f]{1,5});", re.IGNORECASE)

# What an equals sign is followed by in a quoted-printable text (RFC 2045, 6.7): itself, a character in UTF-8, a blank
# at the end of a line, or the end of a line that goes on in the next.
_QUOTED: Final = re.compile(
    r"=(?:3D|20(?=\n|$)|0D|0A|09|[C-F][0-9A-F](?:(?:=\n)?=[89AB][0-9A-F]){1,3}|[ \t]{0,8}(?=\n|$))"
)
_QUOTED_EQUALS: Final = re.compile(r"=3D([A-Za-z0-9_-]*)")
_SOFT_BREAK: Final = re.compile(r"(?<![A-Za-z0-9_-])([A-Za-z0-9_-]+)=\n([A-Za-z0-9_-]+)")


def plain_lines(text: str) -> list[str]:
    """The lines of a pasted text, as a person would read them.

    Full-width letters and colons become plain ones, invisible characters go, all kinds of blanks become a space.
    """
    text = "\n".join(text.splitlines())
    text = _ENTITY.sub(lambda match: html.unescape(match.group()), _unquoted(text))
    # in pieces, as a run of accents takes time that grows with its square
    text = "".join(unicodedata.normalize("NFKC", text[at : at + _PIECE]) for at in range(0, len(text), _PIECE))
    kept = (" " if character != "\n" and character.isspace() else character for character in text)
    return "".join(one for one in kept if one == "\n" or unicodedata.category(one) not in _INVISIBLE).split("\n")


def _unquoted(text: str) -> str:
    """The text of a mail copied from its source; any other text as it is.

    A value may begin with `3D` by chance, so every equals sign must be one that quoted-printable knows.
    """
    if "=" not in text:
        return text
    if "=" not in _QUOTED.sub("", text):
        words = [match[1] for match in _QUOTED_EQUALS.finditer(text)]
        by_chance = bool(words) and all(len(word) + 2 in LENGTHS.values() for word in words)
        others = any(match.group() not in ("=3D", "=") for match in _QUOTED.finditer(text))
        if others or (words and not by_chance):
            return quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")
    return _SOFT_BREAK.sub(_joined, text)


def _joined(match: re.Match[str]) -> str:
    """Undo a soft line break, where the two halves make one value; an equals sign may end a line otherwise, too."""
    if len(match[1]) + len(match[2]) in LENGTHS.values():
        return match[1] + match[2]
    return f"{match[1]}\n{match[2]}" if len(match[1]) in LENGTHS.values() else match.group()
