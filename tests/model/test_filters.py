"""Parsing filters: words and fields of the search line."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zoomgov.model.filters import FIELDS, as_typed, completed, matches, parse_filter
from zoomgov.model.kinds import Kind
from zoomgov.text import fold

KINDS = st.sampled_from(list(Kind))
PIECES = st.sampled_from(
    ["role:", "status:", "-", '"', ":", ",", ">90d", "<", "never", "none", " ", "dept:", "group:", "é", "\0", "x:y"]
)
TYPED = st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=12).map("".join))


@given(TYPED, KINDS)
@example('role:"', Kind.USERS)
@example(":::", Kind.USERS)
def test_anything_can_be_typed(text: str, kind: Kind) -> None:
    found = parse_filter(text, kind)
    for condition in found.conditions:
        assert condition.field in FIELDS[kind]
        assert condition.values
    more = completed(text, kind, {"dept": ["Field Sales", "Law"], "role": ["Owner"]})
    assert more is None or (more.startswith(text) and len(more) > len(text))


@given(st.text(alphabet="abc é-.@'%_", max_size=20))
def test_without_colons_and_quotes_all_is_words(text: str) -> None:
    found = parse_filter(text, Kind.USERS)
    assert found.text.split() == text.split()
    assert not found.conditions
    assert not found.problems


@given(st.text(max_size=12).filter(lambda text: '"' not in text and fold(text).strip()))
def test_a_quoted_value_means_exactly_itself(value: str) -> None:
    (condition,) = parse_filter(f'dept:"{value}"', Kind.USERS).conditions
    assert matches(condition.values[0], value)
    assert not matches(condition.values[0], f"{value}x")


def test_fields_values_words_and_signs() -> None:
    found = parse_filter(
        'ann role:admin,owner -status:inact last-login:>2w dept:"Field Sales" "a:b" license:basic', Kind.USERS
    )
    assert found.text == "ann a:b"
    assert not found.problems
    told = {
        condition.field: (condition.negated, [(value.text, value.sign, value.number) for value in condition.values])
        for condition in found.conditions
    }
    assert told == {
        "role": (False, [("admin", "", 0), ("owner", "", 0)]),
        "status": (True, [("inactive", "", 0)]),
        "last-login": (False, [(">2w", ">", 14)]),
        "dept": (False, [("field sales", "=", 0)]),
        "licence": (False, [("basic", "", 0)]),
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("colour:red", "no field “colour”"),
        ("status:gone", "“gone” is none of active, inactive, pending."),
        ("last-login:90", "“90” is no time; write >90d, <7d or never."),
        ("groups:many", "“many” is no number"),
    ],
)
def test_what_is_not_understood_is_said_and_left_out(text: str, says: str) -> None:
    found = parse_filter(f"ann {text}", Kind.USERS)
    assert found.text == "ann"
    assert not found.conditions
    assert says in " ".join(found.problems)


@pytest.mark.parametrize("text", ["role:", "last-login:>", "last-login:", "groups:<", "status:", 'dept:"'])
def test_half_typed_conditions_say_nothing_yet(text: str) -> None:
    found = parse_filter(text, Kind.USERS)
    assert (found.text, found.conditions, found.problems) == ("", (), ())


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("sta", "status:"),
        ("ann -ro", "ann -role:"),
        ("status:in", "status:inactive"),
        ("role:ow", "role:owner"),
        ('dept:"fi', 'dept:"field Sales"'),
        ("dept:fi", None),
        ("last-login:n", "last-login:never"),
        ("group:no", "group:none"),
        ("role:owner,ad", "role:owner,admin"),
        ("", None),
        ("zzz", None),
        ("status:inactive ", None),
    ],
)
def test_completion(text: str, more: str | None) -> None:
    assert completed(text, Kind.USERS, {"role": ["owner", "admin"], "dept": ["Field Sales"]}) == more


@given(TYPED, KINDS)
def test_what_was_understood_can_be_typed_again(text: str, kind: Kind) -> None:
    found = parse_filter(text, kind)
    again = parse_filter(as_typed(found.text, found.conditions), kind)
    assert again.conditions == found.conditions
    assert again.text.split() == found.text.split()
    assert not again.problems
