"""How the processor time of a search grows with the text, and texts that make patterns slow.

Thread time, not the clock: another process that is busy does not count. A quadratic pattern takes 64 times as long for
eight times the text, a linear one eight times; the limit lies between them, so noise does not reach it.
"""

from __future__ import annotations

import re
import time
from re import _parser  # type: ignore[attr-defined]  # no public way leads to the tree of a pattern
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHORT: Final = (60, 300)
"""How often something is repeated; a cubic pattern would never end on the longer one."""
FACTOR: Final = 8
MOST: Final = 24
"""How many times as long a text `FACTOR` times as long may take."""
NOTHING: Final = 0.005
"""Seconds that the long text may take in any case: a quadratic search takes three million steps."""


def grows_too_fast(call: Callable[[str], object], before: str, pump: str, after: str) -> bool:
    """Whether `call` takes more than in proportion for a text that repeats `pump`."""
    for short in SHORT:
        small, large = before + pump * short + after, before + pump * short * FACTOR + after
        if _seconds(call, large) >= NOTHING and all(
            _seconds(call, large) > MOST * _seconds(call, small) for _ in range(3)
        ):
            return True
    return False


def _seconds(call: Callable[[str], object], text: str) -> float:
    begun = time.thread_time()
    call(text)
    return time.thread_time() - begun


def attacks(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str, str]]:
    """Texts to try a pattern with: what begins a match, what one of its parts may repeat, what ends it in vain."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    # Any: the parser's tree is typed nowhere
    tree: Any = _parser.parse(source, pattern.flags & ~re.UNICODE & ~re.DEBUG)
    pieces = list(dict.fromkeys(_pieces(tree)))[:10]
    prefixes = ["", *filter(None, dict.fromkeys(_prefixes(tree)))]
    prefixes = list(dict.fromkeys([*prefixes[:4], *prefixes[-4:]]))
    pumps = list(
        dict.fromkeys(
            [
                *pieces,
                *prefixes[1:],
                *(f"{one} " for one in prefixes[1:]),
                *(a + b for a in pieces[:4] for b in pieces[:4] if a != b),
            ]
        )
    )
    for before in prefixes:
        for pump in pumps:
            for after in ("", "\0", " "):
                yield before, pump, after


def _sample(op: Any, value: Any) -> str:
    """A text that one node of the tree matches, more or less."""
    name = str(op)
    if name == "LITERAL":
        return chr(value)
    if name in ("ANY", "NOT_LITERAL"):
        return "a"
    if name == "IN":
        return _of_set(value)
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        low, _, inner = value
        return _text(inner) * int(low)
    if name == "SUBPATTERN":
        return _text(value[3])
    if name == "BRANCH":
        return _text(value[1][0])
    return ""


def _text(nodes: Any) -> str:
    return "".join(_sample(op, value) for op, value in nodes)


def _of_set(members: Any) -> str:
    categories = {
        "CATEGORY_SPACE": " ", "CATEGORY_NOT_SPACE": "a", "CATEGORY_DIGIT": "1", "CATEGORY_WORD": "a",
        "CATEGORY_NOT_WORD": "-",
    }  # fmt: skip
    if str(members[0][0]) == "NEGATE":
        return next((one for one in "a1 -.x(" if not _in_set(one, members[1:])), "")
    op, value = members[0]
    if str(op) == "LITERAL":
        return chr(value)
    if str(op) == "RANGE":
        return chr(value[0])
    return categories.get(str(value), "a")


def _in_set(character: str, members: Any) -> bool:
    for op, value in members:
        if str(op) == "LITERAL" and chr(value) == character:
            return True
        if str(op) == "RANGE" and value[0] <= ord(character) <= value[1]:
            return True
        if str(op) == "CATEGORY" and str(value) == "CATEGORY_SPACE" and character.isspace():
            return True
    return False


def _pieces(nodes: Any) -> Iterator[str]:
    """What each part of a pattern may repeat."""
    for op, value in nodes:
        name = str(op)
        if name == "LITERAL" and not chr(value).isalnum():
            yield chr(value)
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            if text := _text(value[2]):
                yield text
            for inner, members in value[2]:
                if str(inner) == "IN":
                    yield from (chr(one) for kind, one in members if str(kind) == "LITERAL")
                    if text := _of_set(members):
                        yield text
            yield from _pieces(value[2])
        elif name == "SUBPATTERN":
            yield from _pieces(value[3])
        elif name == "BRANCH":
            for branch in value[1]:
                yield from _pieces(branch)
        elif name in ("ASSERT", "ASSERT_NOT"):
            yield from _pieces(value[1])


def _prefixes(nodes: Any) -> Iterator[str]:
    """Beginnings of a match, up to each of the pattern's parts, and wholes of each of its alternatives."""
    text = ""
    for op, value in nodes:
        if str(op) != "LITERAL" and text:
            yield text
        if str(op) == "BRANCH":
            for branch in value[1]:
                yield from (text + prefix for prefix in _prefixes(branch))
        elif str(op) == "SUBPATTERN":
            yield from (text + prefix for prefix in _prefixes(value[3]))
        text += _sample(op, value)
    yield text
