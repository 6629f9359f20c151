"""Sanitising names from Zoom for terminals and spreadsheets."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomgov.text import compatible, fold, printable, spreadsheet_safe


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("Ada Osei", "Ada Osei"),
        ("Žofie Nováková", "Žofie Nováková"),
        ("佐藤 ユウキ", "佐藤 ユウキ"),
        ("نور حمدان", "نور حمدان"),
        ("क्‍ष", "क्‍ष"),
        ("two\nlines\tand more", "two lines and more"),
        ("\x1b[31mred\x1b[0m", "�[31mred�[0m"),
        ("abc\u202edcba", "abc�dcba"),
        ("a\u2066b\u2069", "a�b�"),
        ("bell\x07 null\x00 csi\x9b", "bell� null� csi�"),
        ("\ud800", "�"),
        ("\ufeffmark", "�mark"),
        ("[bold]x[/]", "[bold]x[/]"),
        (None, ""),
        (7, "7"),
    ],
)
def test_hidden_characters_are_seen_and_harmless(hostile: object, shown: str) -> None:
    assert printable(hostile) == shown


@given(st.text())
def test_any_text_becomes_one_line_without_control_characters(text: str) -> None:
    shown = printable(text)
    assert len(shown) == len(text)
    assert len(shown.splitlines()) <= 1
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs", "Co", "Zl", "Zp")]
    assert printable(shown) == shown


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-1", "@SUM(A1)", "|calc", "%0", "  =1", "\t=1", "\n=1", "＝1", "＋1", "－1", "＠x"]
)
def test_formulas_become_text(formula: str) -> None:
    assert spreadsheet_safe(formula).startswith("'")


@pytest.mark.parametrize("harmless", ["", " ", "Ada", "a=b", "1-2", "'quoted"])
def test_what_is_no_formula_stays_as_it_is(harmless: str) -> None:
    assert spreadsheet_safe(harmless) == harmless


@given(st.text())
def test_no_cell_begins_as_a_formula(text: str) -> None:
    assert spreadsheet_safe(text).lstrip(" ")[:1] not in set("=+-@|%＝＋－＠")


MARKS = (
    "\u0301\u0323\u0345\u034f\u0344\u05b0\u05c2\u064b\u0653\u093c"
    "\u0f71\u0f73\u0fb5\u1161\u11a8\u1dc2\u3099\uff9e\ufb1e\U0001d165"
)
OTHERS = "aÄﬁı佐ア가ㄱक\u09c7ا\0\n\ud800Ωẛ"
texts = st.lists(
    st.tuples(st.text(st.sampled_from(OTHERS) | st.characters(), max_size=3), st.text(MARKS, max_size=9)),
).map(lambda pairs: "".join(starters + marks for starters, marks in pairs))


@given(texts, st.integers(1, 40))
def test_a_text_of_any_length_is_normalised_as_unicode_wants_it(text: str, times: int) -> None:
    text *= times
    assert compatible(text) == unicodedata.normalize("NFKC", text)


@given(texts, st.integers(1, 40))
def test_a_long_text_is_folded_as_a_short_one_is(text: str, times: int) -> None:
    text *= times
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not "\u0300" <= c <= "\u036f")
    expected = text.lower() if text.isascii() else unicodedata.normalize("NFC", bare).casefold()
    assert fold(text) == expected.replace("\0", " ").replace("\n", " ")
