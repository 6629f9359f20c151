"""Hostile texts: what acts on terminals, mixes directions, breaks parsers, or takes long to read."""

from __future__ import annotations

import unicodedata
from typing import Final

from hypothesis import strategies as st

ANSI: Final = ("\x1b[31m", "\x1b[0m", "\x1b]0;title\x07", "\x1b[2J", "\x1bP1$r\x1b\\", "\x1b[6n", "\x9b31m", "\x1b")
BIDI: Final = tuple("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
CONTROLS: Final = tuple(map(chr, (*range(0x20), *range(0x7F, 0xA0))))
MARKUP: Final = (
    "[bold]", "[/]", "[/bold]", "[@click=app.quit]", "[link=file:///etc]", "[red on", "<b>", "</script>", "&amp;",
    "&#0;", "&#x110000;", "{0}", "{hosts}", "%s", "%n", "${HOME}", "$(id)", "`id`", "'; DROP TABLE users; --",
)  # fmt: skip
ODD: Final = (
    "\ud800", "\udfff", "\ud83d", "\0", "\ufeff", "\ufffe", "\uffff", "\ue000", "\U000e0041", "\U0010ffff", "\u2028",
    "\u2029", "\x85", "\u00ad", "\u200b", "\u200d", "\u3000", "\u00a0", "İ", "ß", "ﬁ", "\u1e9e", "\u0130", "\U0001f600",
    "👩‍👩‍👧", "\u0345", "²", "٣", "\u0be9", "１",
)  # fmt: skip
SCRIPTS: Final = ("Ada Osei", "Žofie", "佐藤 ユウキ", "نور حمدان", "שלום", "Дмитрий", "क्‍ष", "ประเทศไทย", "Ελλάδα")
COMBINING: Final = ("a\u0301", "\u0301", "\u0316\u0301", "e\u20dd", "\u093f")
SIGNS: Final = tuple(" \n\t\r\"'\\/:;,.=-_@#?&%+|()[]{}<>*")
PIECES: Final = (*ANSI, *BIDI, *CONTROLS, *MARKUP, *ODD, *SCRIPTS, *COMBINING, *SIGNS)

any_text: Final = st.text(st.characters(codec=None), max_size=30)
"""With lone surrogates, which names cut within an emoji have."""
piece: Final = st.sampled_from(PIECES) | any_text
runs: Final = st.builds(lambda one, times: one * times, piece, st.integers(2, 60))
hostile: Final = st.lists(piece | runs, max_size=8).map("".join)
encodable: Final = hostile.map(lambda text: text.encode("utf-8", "replace").decode())
"""Without lone surrogates."""


def salted(*words: str, most: int = 12) -> st.SearchStrategy[str]:
    """Texts made of `words`, with hostile pieces between."""
    known = st.sampled_from(words)
    return st.lists(known | known | piece | runs, max_size=most).map("".join)


def edited(*examples: str) -> st.SearchStrategy[str]:
    """Real examples with characters changed, parts cut out, repeated, exchanged with another's, or cut off."""
    example = st.integers(0, len(examples) - 1).map(lambda number: examples[number])
    return st.builds(_edit, example, st.lists(_edits(example | piece), max_size=6))


def _edits(others: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, int, int, str]]:
    place = st.integers(0, 2**16)
    return st.tuples(
        st.sampled_from(["put", "change", "cut", "repeat", "splice", "truncate"]), place, st.integers(0, 40), others
    )


def _edit(text: str, edits: list[tuple[str, int, int, str]]) -> str:
    for how, place, length, other in edits:
        at = place % (len(text) + 1)
        end = at + length
        text = {
            "put": text[:at] + other[: length + 1] + text[at:],
            "change": text[:at] + other[:1] + text[at + 1 :],
            "cut": text[:at] + text[end:],
            "repeat": text[:at] + text[at:end] * 3 + text[end:],
            "splice": text[:at] + other[place % (len(other) + 1) :],
            "truncate": text[:at],
        }[how][:20_000]
    return text


def is_harmless(text: str) -> bool:
    """Whether a terminal shows the text as it is, on one line: the opposite of what `printable` removes."""
    return all(
        unicodedata.category(one) not in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")
        and (unicodedata.category(one) != "Cf" or one in "\u200c\u200d")
        for one in text
    )
