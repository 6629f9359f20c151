"""JSON as Zoom, or whoever answers in its place, may write it: real answers with fields changed, and JSON by hand.

Documents are written here and not by a library, as libraries do not write what has to be tried: keys that repeat, lone
surrogates, numbers without end, NaN, nesting without end, bytes that are no text.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from tests.fuzz.texts import hostile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Json = Any  # what JSON there may be, `Raw` and `Pairs` included


class Raw(bytes):
    """Bytes to write as they are in place of a value."""


class Pairs(list[tuple[str, Json]]):
    """An object as its pairs, in which keys may repeat."""


UNUSUAL: Final = tuple(
    Raw(text)
    for text in (
        b"1e308", b"1E-400", b"-0", b"-0.0", b"2.0", b"2.5", b"1" + b"0" * 400, b"-1" + b"0" * 400,
        b"1." + b"0" * 500, b"9223372036854775808", b"18446744073709551616", b"-9223372036854775809",
        b"9007199254740993", b'"\\u0000"', b'"\\ud83d\\ude00"', b'"\\u202e"', b"[" * 300 + b"]" * 300,
        b'{"a":' * 300 + b"1" + b"}" * 300, b"[[" + b"1," * 500 + b"1]]", b'{"a":1,"a":2,"a":[]}', b"[\n\t ]",
    )
)  # fmt: skip
"""JSON that few write."""
BROKEN: Final = tuple(
    Raw(text)
    for text in (
        b"", b".5", b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"01", b"9" * 5000, b"0x10", b"1_000",
        b"+1", b'"\\ud83d"', b'"\\udc00\\ud800"', b'"\\ud800\\u0041"', b'"\xff"', b'"\xed\xa0\x80"', b'"\xc0\xaf"',
        b'"\\x41"', b'"\x01"', b'"a\nb"', b"'a'", b"nul", b"True", b"undefined", b"/* */1", b"[" * 5000,
        b"[" * 600 + b"]" * 600, b'{"a":' * 1200 + b"1" + b"}" * 1200, b"[,]", b'{"a"}',
    )
)  # fmt: skip
"""What is no JSON, or what some parsers take and others refuse."""
NUMBERS: Final = (
    0, 1, 2, -1, 99, 200, 255, 256, 300, 429, 1001, 1970, 4700, 4711, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 2**64,
    -(2**63), 10**40, 0.0, 1.5, -2.0, 1e15, 1e308, 5e-324,
)  # fmt: skip
WORDS: Final = (
    "", "0", "1", "2", "2.0", "-1", " 7 ", "9" * 19, "9223372036854775808", "1970-01-01T00:00:00Z", "active", "pending",
    "deactivated", "null", "true", "me", "..", "/", "//", "dir.x", "2026-11-20T09:12:00Z", "ada@example.org",
)  # fmt: skip

values: Final[st.SearchStrategy[Json]] = (
    st.none() | st.booleans() | st.sampled_from(NUMBERS) | st.sampled_from(WORDS) | hostile | st.sampled_from(UNUSUAL)
)


def _nested(leaves: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.lists(st.tuples(st.sampled_from(WORDS) | hostile, inner), max_size=4).map(Pairs)
        ),
        max_leaves=8,
    )


well_formed: Final = _nested(values)
anything: Final = _nested(values | st.sampled_from(BROKEN))


def written(value: Json, *, ascii_only: bool = True) -> bytes:
    """The bytes of a document."""
    if isinstance(value, Raw):
        return bytes(value)
    if isinstance(value, dict):
        value = Pairs(value.items())
    if isinstance(value, Pairs):
        pairs = (written(str(key), ascii_only=ascii_only) + b":" + written(one, ascii_only=ascii_only)
                 for key, one in value)  # fmt: skip
        return b"{" + b",".join(pairs) + b"}"
    if isinstance(value, list | tuple):
        return b"[" + b",".join(written(one, ascii_only=ascii_only) for one in value) + b"]"
    return json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")


def places(value: Json, at: tuple[Any, ...] = ()) -> Iterable[tuple[Any, ...]]:
    """The path of every value in a document."""
    yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if type(value) is list else ()
    for key, one in inner:
        yield from places(one, (*at, key))


def _changed(value: Json, at: Sequence[Any], how: str, other: Json) -> Json:
    """A copy of `value` in which what is `at` a path was changed."""
    if not at:
        return {
            "retype": other,
            "nest": [value],
            "in a text": json.dumps(value, default=str),
            "as text": str(value),
            "null": None,
        }.get(how, value)
    key, rest = at[0], at[1:]
    if isinstance(value, dict) and how in ("drop", "rename", "repeat") and not rest:
        pairs = Pairs(value.items())
        place = list(value).index(key)
        if how == "drop":
            del pairs[place]
        elif how == "rename":
            pairs[place] = (key.upper(), value[key])
        else:
            pairs.insert(place if isinstance(other, bool) else len(pairs), (key, other))
        return pairs if how == "repeat" else dict(pairs)
    if isinstance(value, list) and how in ("drop", "repeat") and not rest:
        return value[:key] + value[key : key + 1] * (0 if how == "drop" else 3) + value[key + 1 :]
    if isinstance(value, dict):
        return {name: _changed(one, rest, how, other) if name == key else one for name, one in value.items()}
    if isinstance(value, list):
        return [_changed(one, rest, how, other) if place == key else one for place, one in enumerate(value)]
    return value


CHANGES: Final = ("drop", "retype", "retype", "retype", "nest", "in a text", "as text", "null", "rename", "repeat")


def altered(examples: Sequence[Json], *, most: int = 4) -> st.SearchStrategy[Json]:
    """One of `examples` in which up to `most` values were dropped, retyped, made huge, nested or repeated."""

    @st.composite  # without arguments, which hypothesis would print whole
    def change(draw: st.DrawFn) -> Json:
        value = examples[draw(st.integers(0, len(examples) - 1))]
        for _ in range(draw(st.integers(0, most))):
            found = list(places(value))[1:] or [()]  # the whole is seldom told by its fields
            at = found[draw(st.integers(0, len(found) - 1))]
            value = _changed(value, at, draw(st.sampled_from(CHANGES)), draw(mostly(well_formed, anything)))
        return value

    return change()


def mostly(often: st.SearchStrategy[Json], seldom: st.SearchStrategy[Json], one_in: int = 8) -> st.SearchStrategy[Json]:
    """`often`, and one time in so many `seldom`."""
    return st.integers(1, one_in).flatmap(lambda number: seldom if number == one_in else often)


def damaged(whole: st.SearchStrategy[bytes], *, most: int = 6) -> st.SearchStrategy[bytes]:
    """Bytes with some flipped, cut out, doubled, exchanged with those of another example, or cut off."""

    @st.composite
    def damage(draw: st.DrawFn) -> bytes:
        data = draw(whole)
        for _ in range(draw(st.integers(0, most))):
            how = draw(st.sampled_from(["flip", "cut", "double", "splice", "truncate", "put"]))
            at = draw(st.integers(0, max(len(data) - 1, 0)))
            length = draw(st.integers(1, 40))
            if how == "flip" and data:
                data = (
                    data[:at]
                    + bytes([data[at] ^ draw(st.sampled_from([1, 2, 4, 8, 16, 32, 64, 128]))])
                    + data[at + 1 :]
                )
            elif how == "cut":
                data = data[:at] + data[at + length :]
            elif how == "double":
                data = data[:at] + data[at : at + length] + data[at:]
            elif how == "splice":
                data = data[:at] + draw(whole)[at:]
            elif how == "truncate":
                data = data[:at]
            elif how == "put":
                data = data[:at] + draw(st.binary(max_size=8)) + data[at:]
        return data

    return damage()


def bodies(examples: Sequence[Json]) -> st.SearchStrategy[bytes]:
    """What may come in place of one of `examples`: mostly an altered one."""
    as_json = st.builds(lambda value, plain: written(value, ascii_only=plain), altered(examples), st.booleans())
    other = damaged(as_json) | anything.map(written) | st.binary(max_size=60)
    return mostly(as_json, other, 5)
