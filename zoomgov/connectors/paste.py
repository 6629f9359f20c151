"""Parser for text copied from Zoom's *App Credentials* page: finds the three credentials in it.

People copy the page, a table, a JSON object or a file of variables; labels and values are on one line or on several,
with buttons and help texts between them. An ambiguous value is left out, with a warning: a value in the wrong field
costs more time than one pasted by hand.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zoomgov.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Sequence

FIELDS: Final = {"account_id": "Account ID", "client_id": "Client ID", "client_secret": "Client secret"}
"""The three fields in the page's order, with their labels."""

_NAMED: Final = {"accountid": "account_id", "clientid": "client_id", "clientsecret": "client_secret"}
_TOKENS: Final = {"secrettoken": "Secret Token", "verificationtoken": "Verification Token"}
_LABEL: Final = re.compile(
    r"(?:(?<![a-z0-9])|(?<=zoom))"
    r"(?P<name>(?:account|client)[ \t_-]*id|client[ \t_-]*secret|(?:secret|verification)[ \t_-]*token)"
    r"(?![a-z0-9_-])[\"'`*)\]]*(?P<separator>[ \t]*(?:=>|->|[:=\uff1a]))?",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(r"[\s\"'`,;|<>(){}\[\]&]+")
_BULLET: Final = re.compile(r"^[ \t]*(?:[-*•·–]|\d{1,2}[.)])[ \t]+")
_IGNORED: Final = frozenset(
    [
        "copy",
        "copied",
        "copied!",
        "show",
        "hide",
        "view",
        "reveal",
        "regenerate",
        "rotate",
        "generate",
        "edit",
        "save",
        "continue",
        "required",
        "optional",
        "export",
        "set",
    ]
)
"""Labels of buttons on the page, and shell keywords."""

_MASK: Final = re.compile(r"[•●*∙·⋅]{3,}|x{6,}", re.IGNORECASE)
_INVISIBLE: Final = ("Cc", "Cf", "Cs", "Co", "Cn")


@dataclass(frozen=True, slots=True)
class Pasted:
    """The credentials found in a paste; None where there is none, or it is ambiguous."""

    account_id: str | None = None
    client_id: str | None = None
    client_secret: Secret | None = None
    warnings: tuple[str, ...] = ()
    """For the person; contain no value."""
    by_position: bool = False
    """Whether there were no labels, so that the page's order decided."""

    @property
    def found(self) -> tuple[str, ...]:
        """Names of the fields that were found, in the page's order."""
        return tuple(name for name in FIELDS if getattr(self, name))


@dataclass(slots=True)
class _Label:
    name: str
    line: int
    separated: bool
    values: list[_Value] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Value:
    text: str
    line: int
    masked: bool = False


def parse_credentials_block(text: str) -> Pasted:
    """Find Account ID, Client ID and Client secret in `text`.

    A single value without a label is not assigned: it belongs to the field it was pasted into.
    """
    before, labels = _read(_visible(text))
    warnings: list[str] = []
    if not labels:
        return _by_shape(before)
    bound: list[tuple[str, _Value]] = []
    if len(before) == 1 and _may_be_reversed(labels):
        bound = _reversed_or_not(before[0], labels, warnings)
    else:
        for run in _runs(labels):
            bound += _bind(run, warnings)
    return _collect(bound, warnings)


def _visible(text: str) -> str:
    """Drop invisible characters, and replace all kinds of blanks and line ends by plain ones."""
    text = "\n".join(text.splitlines())
    kept = (" " if character != "\n" and character.isspace() else character for character in text)
    return "".join(one for one in kept if one == "\n" or unicodedata.category(one) not in _INVISIBLE)


def _read(text: str) -> tuple[list[_Value], list[_Label]]:
    """Split `text` into the values before the first label, and the labels each with the values after it."""
    before: list[_Value] = []
    labels: list[_Label] = []
    for number, line in enumerate(text.split("\n")):
        line = _BULLET.sub("", line)
        matches = list(_LABEL.finditer(line))
        ends = [*(match.start() for match in matches[1:]), len(line)] if matches else []
        head = _values(line[: matches[0].start()] if matches else line, number, explicit=False)
        (labels[-1].values if labels else before).extend(head)
        for match, end in zip(matches, ends, strict=True):
            name = re.sub(r"[ \t_-]", "", match["name"]).lower()
            label = _Label(name, number, separated=bool(match["separator"]))
            label.values = _values(line[match.end() : end], number, explicit=label.separated)
            labels.append(label)
    return before, labels


def _values(text: str, line: int, *, explicit: bool) -> list[_Value]:
    """The values in part of a line. After `:` or `=` (`explicit`) a single word is one, whatever its shape."""
    words = [word.rstrip(".") for word in _BETWEEN.split(text)]
    words = [word for word in words if word and word.lower() not in _IGNORED]
    values = []
    for place, word in enumerate(words):
        if _MASK.fullmatch(word):
            values.append(_Value("", line, masked=True))
        elif not any(character.isalnum() for character in word):
            continue
        elif (
            _looks_like_a_value(word)
            or (len(words) == 1 and (explicit or _could_be_a_value(word)))
            or (explicit and place == 0 and _could_be_a_value(word))
        ):
            values.append(_Value(word, line))
    return values


def _looks_like_a_value(word: str) -> bool:
    """Whether it is a long run of characters that is not made of words, as *Server-to-Server* is."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,}=*", word):
        return False
    return not all(re.fullmatch(r"[A-Z]?[a-z]*|[A-Z]+", part) for part in re.split(r"[-_=]", word))


def _could_be_a_value(word: str) -> bool:
    """Whether a word alone on a line is a value rather than prose: long, or an address or number."""
    if "://" in word:
        return False
    return len(word) >= 16 or "@" in word or (len(word) >= 6 and any(character.isdigit() for character in word))


def _fits(name: str, value: _Value) -> bool:
    """Whether its length is usual for the field: about 22 characters for ids, 32 for secrets (observed)."""
    length = len(value.text)
    return 28 <= length <= 128 if name == "clientsecret" else 16 <= length <= 26


def _runs(labels: Sequence[_Label]) -> list[list[_Label]]:
    """Split the labels into runs, each ending with a label that has values after it."""
    runs: list[list[_Label]] = [[]]
    for label in labels:
        runs[-1].append(label)
        if label.values:
            runs.append([])
    return [run for run in runs if run]


def _bind(run: list[_Label], warnings: list[str]) -> list[tuple[str, _Value]]:
    """Assign the values at the end of a run to the labels of the run."""
    last = run[-1]
    values = last.values
    if not values:
        return []
    on_own_line = len(run) == 1 or run[-2].line != last.line
    if len(run) == 1 or values[0].line == last.line:
        return [(last.name, values[0])]
    row = [label for label in run if label.line == last.line]
    for columns in (run, row):
        pairs = list(zip((label.name for label in columns), values, strict=False))
        if len(columns) == len(values) > 1 and (columns is row or all(_fits(*pair) for pair in pairs)):
            return pairs
    if on_own_line and len(values) == 1:
        return [(last.name, values[0])]
    warnings.append("Labels and values stand apart, so it is not clear which belongs to which: paste them one by one.")
    return []


def _may_be_reversed(labels: Sequence[_Label]) -> bool:
    """Whether each value could as well belong to the label that follows it."""
    return (
        len(labels) > 1
        and not labels[-1].values
        and all(len(label.values) == 1 and not label.separated for label in labels[:-1])
    )


def _reversed_or_not(first: _Value, labels: list[_Label], warnings: list[str]) -> list[tuple[str, _Value]]:
    values = [first, *(label.values[0] for label in labels[:-1])]
    backward = [(label.name, value) for label, value in zip(labels, values, strict=True)]
    forward = [(label.name, value) for label, value in zip(labels, values[1:], strict=False)]
    if all(value.line == label.line for label, value in zip(labels, values, strict=True)):
        return backward
    if all(label.values[0].line == label.line for label in labels[:-1]):
        return forward
    fits = [all(_fits(*pair) for pair in pairs) for pairs in (backward, forward)]
    if fits[0] != fits[1]:
        return backward if fits[0] else forward
    warnings.append("Values and labels alternate, so it is not clear which belongs to which: paste them one by one.")
    return []


def _by_shape(values: Sequence[_Value]) -> Pasted:
    """Assign values without labels: safe only for three in the page's order, two ids and the longer secret."""
    texts = list(dict.fromkeys(value.text for value in values if not value.masked))
    if len(texts) < 2:
        return Pasted()
    shapes = [[_fits(name, _Value(text, 0)) for name in ("clientid", "clientsecret")] for text in texts]
    if shapes == [[True, False], [True, False], [False, True]]:
        warning = "There were no labels: the values were taken in the order of Zoom's page. Check them."
        return Pasted(texts[0], texts[1], Secret(texts[2]), (warning,), by_position=True)
    return Pasted(warnings=("There were no labels to tell the values apart: paste them one by one.",))


def _collect(bound: Sequence[tuple[str, _Value]], warnings: list[str]) -> Pasted:
    found: dict[str, str] = {}
    for name, title in FIELDS.items():
        given = [value for label, value in bound if _NAMED.get(label) == name]
        texts = list(dict.fromkeys(value.text for value in given if not value.masked))
        if len(texts) == 1:
            found[name] = texts[0]
        elif texts:
            warnings.append(f"There are two different values for {title}: paste the right one by hand.")
        elif given:
            warnings.append(f"The {title} is hidden on the page: show it there, or use the copy button beside it.")
    tokens = [_TOKENS[label] for label, value in bound if label in _TOKENS and value.text not in found.values()]
    if tokens:
        names = " and ".join(dict.fromkeys(tokens))
        warnings.append(
            f"{names} left out: it belongs to webhooks. The Client secret is on the App Credentials page of your app."
        )
    if {"client_id", "client_secret"} <= found.keys() and "account_id" not in found:
        warnings.append(
            "There is no Account ID here. If the page shows none, the app is not a Server-to-Server OAuth app."
        )
    secret = Secret(found["client_secret"]) if "client_secret" in found else None
    return Pasted(found.get("account_id"), found.get("client_id"), secret, tuple(dict.fromkeys(warnings)))
