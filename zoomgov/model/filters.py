"""Parses what is typed to find rows: words, and conditions like `role:admin last-login:>90d dept:"Field Sales"`.

Pure, and raises nothing, because it runs after every key. What cannot be parsed is left out and named in
`Filter.problems`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from zoomgov.model.kinds import Kind
from zoomgov.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FieldKind = Literal["status", "words", "resources", "age", "number"]

STATUSES: Final = ("active", "inactive", "pending")
NONE: Final = "none"
ANY: Final = "any"
NEVER: Final = "never"

_USERS: Final[Mapping[str, FieldKind]] = {
    "role": "words",
    "status": "status",
    "licence": "words",
    "dept": "words",
    "group": "resources",
    "last-login": "age",
    "admin-of": "resources",
    "contact-group": "resources",
    "created": "age",
    "groups": "number",
    "name": "words",
    "email": "words",
    "domain": "words",
}
FIELDS: Final[Mapping[Kind, Mapping[str, FieldKind]]] = {
    Kind.USERS: _USERS,
    Kind.GROUPS: {"members": "number", "admins": "number", "name": "words"},
    Kind.CONTACT_GROUPS: {"members": "number", "privacy": "words", "description": "words", "name": "words"},
    Kind.ROLES: {"members": "number", "type": "words", "description": "words", "name": "words"},
}
"""The fields of each kind, the most useful first."""

FIELDS_OF_WORDS: Final = frozenset(
    field for fields in FIELDS.values() for field, form in fields.items() if form in ("words", "resources")
)
HINTS: Final[Mapping[Kind, str]] = {
    Kind.USERS: 'role:admin  status:inactive  last-login:>90d  licence:licensed  dept:"Field Sales"  group:none',
    Kind.GROUPS: "members:0  members:>100  admins:0",
    Kind.CONTACT_GROUPS: "members:0  privacy:anyone",
    Kind.ROLES: "members:0  type:custom",
}

_SYNONYMS: Final = {
    "license": "licence",
    "department": "dept",
    "lastlogin": "last-login",
    "last_login": "last-login",
    "login": "last-login",
    "admin": "admin-of",
    "contact": "contact-group",
    "mail": "email",
    "e-mail": "email",
}
_TOKEN: Final = re.compile(
    r'(?P<sign>-?)(?P<field>[A-Za-z][A-Za-z_-]*):(?P<value>(?:"[^"]*"?|[^\s"])*)|"(?P<quoted>[^"]*)"?|(?P<word>[^\s"]+)'
)
_PART: Final = re.compile(r'"([^"]*)"?|([^,"]+)')
_AGE: Final = re.compile(r"([<>])(\d{1,5})([dwmy]?)")
_DAYS: Final = {"": 1, "d": 1, "w": 7, "m": 30, "y": 365}
LONGEST: Final = 10_000
"""Characters of a filter that are read."""
_NUMBER: Final = re.compile(r"([<>]?)(\d{1,9})")


class Value(NamedTuple):
    """One alternative of a condition."""

    text: str
    """Folded."""
    sign: str = ""
    """`<` or `>` of an age in days or a number; `=` for exactly this text; empty otherwise."""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Condition:
    """One field that must have one of some values, or none of them."""

    field: str
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed text."""

    text: str
    """The plain words."""
    conditions: tuple[Condition, ...] = ()
    problems: tuple[str, ...] = ()
    """What could not be parsed, a sentence each."""


def parse_filter(text: str, kind: Kind) -> Filter:
    """Parse what was typed to find rows of `kind`."""
    words: list[str] = []
    conditions: list[Condition] = []
    problems: list[str] = []
    if len(text) > LONGEST:
        text = text[:LONGEST]
        problems.append(f"It is too long: what follows the first {LONGEST:,} characters is left out.")
    for token in _TOKEN.finditer(text):
        typed = token["field"]
        if typed is None:
            words.append(token["quoted"] if token["word"] is None else token["word"])
            continue
        field = _SYNONYMS.get(typed.lower(), typed.lower())
        form = FIELDS[kind].get(field)
        if form is None:
            known = ", ".join(FIELDS[kind])
            problems.append(f"There is no field “{typed}”; there are {known}. In quotes it is searched as a word.")
            continue
        values = []
        for quoted, bare in _PART.findall(token["value"]):
            value = _value(form, quoted or bare, exact=not bare)
            if isinstance(value, str):
                problems.append(f"{field}: {value}")
            elif value.text or value.sign:
                values.append(value)
        if values:
            conditions.append(Condition(field, tuple(values), bool(token["sign"])))
    return Filter(" ".join(words), tuple(conditions), tuple(dict.fromkeys(problems)))


def _value(form: FieldKind, text: str, *, exact: bool) -> Value | str:
    """Parse one value; a string is the reason why it is none."""
    folded = fold(text).strip()
    if form == "status":
        found = [status for status in STATUSES if folded and status.startswith(folded)]
        return Value(found[0]) if found or not folded else f"“{text}” is none of {', '.join(STATUSES)}."
    if form == "age":
        if NEVER.startswith(folded) and folded:
            return Value(NEVER)
        age = _AGE.fullmatch(folded)
        if age is not None:
            return Value(folded, age[1], int(age[2]) * _DAYS[age[3]])
        return Value("") if folded in ("", "<", ">") else f"“{text}” is no time; write >90d, <7d or never."
    if form == "number":
        number = _NUMBER.fullmatch(folded)
        if number is not None:
            return Value(folded, number[1] or "=", int(number[2]))
        return Value("") if folded in ("", "<", ">") else f"“{text}” is no number; write 0, >100 or <5."
    return Value(folded, "=" if exact and folded else "")


def matches(value: Value, text: str) -> bool:
    """Whether a text column has this value: contains it, or is just this when it was quoted."""
    if value.text == NONE and not value.sign:
        return not text.strip()
    folded = fold(text)
    return folded.strip() == value.text if value.sign else value.text in folded


def number_matches(value: Value, number: int) -> bool:
    """Whether a number has this value."""
    return {"<": number < value.number, ">": number > value.number}.get(value.sign, number == value.number)


def _last_part(value: str) -> str:
    """What follows the last comma that is in no quotation marks."""
    quoted = False
    for place in range(len(value) - 1, -1, -1):
        if value[place] == '"':
            quoted = not quoted
        elif value[place] == "," and not quoted:
            return value[place + 1 :]
    return value


def completed(text: str, kind: Kind, values: Mapping[str, Sequence[str]]) -> str | None:
    """Return `text` with its last word completed to a field or to one of its `values`; None when nothing fits."""
    tokens = list(_TOKEN.finditer(text)) if len(text) <= LONGEST else []
    if not tokens or tokens[-1].end() != len(text):
        return None
    token = tokens[-1]
    if token["field"] is None:
        start = token["word"] or ""
        fields = [*FIELDS[kind], *(word for word, field in _SYNONYMS.items() if field in FIELDS[kind])]
        fits = [field for field in fields if start and field.startswith(start.lower().removeprefix("-"))]
        return None if not fits else text + fits[0][len(start.removeprefix("-")) :] + ":"
    field = _SYNONYMS.get(token["field"].lower(), token["field"].lower())
    typed = _last_part(token["value"])
    bare = typed.removeprefix('"')
    if not bare or (len(typed) > 1 and typed.endswith('"')):
        return None
    offered = [*values.get(field, ()), *_FIXED.get(FIELDS[kind].get(field, "words"), ())]
    for value in offered:
        if fold(value).startswith(fold(bare)) and len(value) > len(bare) and '"' not in value:
            if typed != bare:
                return f'{text}{value[len(bare) :]}"'
            if not re.search(r"[\s,]", value):
                return text + value[len(bare) :]
    return None


_FIXED: Final[Mapping[FieldKind, Sequence[str]]] = {
    "status": STATUSES,
    "age": (NEVER,),
    "resources": (NONE, ANY),
}


def as_typed(text: str, conditions: Sequence[Condition]) -> str:
    """Words and conditions as text that `parse_filter` reads."""
    words = [f'"{word}"' if ":" in word else word for word in text.split()]
    for condition in conditions:
        exact = FIELDS_OF_WORDS.intersection((condition.field,))
        values = [f'"{value.text}"' if (value.sign and exact) or " " in value.text else value.text
                  for value in condition.values]  # fmt: skip
        words.append(f"{'-' * condition.negated}{condition.field}:{','.join(values)}")
    return " ".join(words)
