"""Parser for text copied from Zoom's *App Credentials* page: finds the three credentials in it.

People copy the page, a table, a JSON object or a file of variables; labels and values are on one line or on several,
with buttons and help texts between them. An ambiguous value is left out, with a warning: a value in the wrong field
costs more time than one pasted by hand. So is one that was wrapped on the way and cannot be put together for sure:
half a secret looks like a secret.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zoomgov.connectors.paste_labels import BUTTONS, labels_in
from zoomgov.connectors.paste_text import LENGTHS, plain_lines
from zoomgov.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Sequence

FIELDS: Final = {"account_id": "Account ID", "client_id": "Client ID", "client_secret": "Client secret"}
"""The three fields in the page's order, with their labels."""

_TOKENS: Final = {"secret_token": "Secret Token", "verification_token": "Verification Token"}
_TITLES: Final = {**FIELDS, **_TOKENS}
_BETWEEN: Final = re.compile(
    r"[\s\"'`,;|<>(){}\[\]&\u2018-\u201f\u00ab\u00bb\u2039\u203a\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+"
)
"""Between words: blanks, quotes, brackets, and Chinese, Japanese and Korean letters, which no value holds."""
_BULLET: Final = re.compile(r"^[ \t]*(?:[-*•·–]|\d{1,2}[.)])[ \t]+")

_MASK: Final = re.compile(r"[•●*∙·⋅]{3,}|x{6,}", re.IGNORECASE)
_LONGEST: Final = 100_000
"""Characters of a paste that are looked at; the page has some 2,000."""
_MOST_LABELS: Final = 2 * len(_TITLES)
"""Labels in a row to which a wrapped value may belong; each costs a search through all that follows them."""
_PART: Final = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


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
    labelled: bool = False
    """Whether there was a label: the text is not one value."""

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
    parts: list[_Value] = field(default_factory=list)
    """What may be a value, or a part of one that was wrapped."""


@dataclass(frozen=True, slots=True)
class _Value:
    text: str
    line: int
    masked: bool = False


def parse_credentials_block(text: str) -> Pasted:
    """Find Account ID, Client ID and Client secret in `text`.

    A single value without a label is not assigned: it belongs to the field it was pasted into.
    """
    before, labels = _read(plain_lines(text[:_LONGEST]))
    if not labels:
        return _by_shape(before.values)
    warnings: list[str] = []
    bound: list[tuple[str, _Value]] = []
    if before.values and _may_be_reversed(labels):
        bound = _reversed_or_not(before, labels, warnings)
    else:
        for run in _runs(labels):
            bound += _bind(run, warnings)
    return _collect(bound, [before, *labels], warnings)


def _read(lines: Sequence[str]) -> tuple[_Label, list[_Label]]:
    """The labels, each with the values after it; first a nameless one with the values before them all."""
    before = _Label("", 0, separated=False)
    labels: list[_Label] = []
    for number, line in enumerate(lines):
        line = _BULLET.sub("", line)
        matches = labels_in(line)
        ends = [*(start for _, _, start, _ in matches[1:]), len(line)] if matches else []
        _add(labels[-1] if labels else before, line[: matches[0][2]] if matches else line, number, explicit=False)
        for (name, separated, _, start), end in zip(matches, ends, strict=True):
            labels.append(_Label(name, number, separated))
            _add(labels[-1], line[start:end], number, explicit=separated)
    return before, labels


def _add(label: _Label, text: str, line: int, *, explicit: bool) -> None:
    """Add what part of a line holds to the label before it."""
    words = [word.rstrip(".") for word in _BETWEEN.split(text)]
    words = [word for word in words if word and word.lower() not in BUTTONS]
    label.values += _values(words, line, explicit=explicit)
    if all(_PART.fullmatch(word) and (len(words) == 1 or not _PLAIN_WORD.fullmatch(word)) for word in words):
        label.parts += [_Value(word, line) for word in words if word.strip("_-")]


def _values(words: Sequence[str], line: int, *, explicit: bool) -> list[_Value]:
    """The values in part of a line. After `:` or `=` (`explicit`) a single word is one, whatever its shape."""
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
    return 28 <= length <= 128 if name == "client_secret" else 16 <= length <= 26


def _runs(labels: Sequence[_Label]) -> list[list[_Label]]:
    """Split the labels into runs, each ending with a label that has values after it."""
    runs: list[list[_Label]] = [[]]
    for label in labels:
        runs[-1].append(label)
        if label.values:
            runs.append([])
    return [run for run in runs if run]


def _bind(run: list[_Label], warnings: list[str]) -> list[tuple[str, _Value]]:
    """Assign the values at the end of a run to the labels of the run; wrapped ones are put together or left out."""
    doubts: list[str] = []
    bound = _bind_as_they_stand(run, doubts)
    if bound and all(value.masked or _is_whole(name, value) for name, value in bound):
        return bound
    if whole := _put_together([label.name for label in run], run[-1].parts):
        return whole
    warnings += doubts
    taken = {value.text for _, value in bound}
    left = {part.line for part in run[-1].parts if part.text not in taken and not _PLAIN_WORD.fullmatch(part.text)}
    for name, value in bound:
        beside = left.intersection((value.line - 1, value.line, value.line + 1))
        if beside and not _is_whole(name, value) and _PART.fullmatch(value.text):
            warnings.append(
                f"The {_TITLES[name]} seems to be wrapped, and where it ends is not clear: paste it by hand."
            )
            return [pair for pair in bound if pair[0] != name]
    return bound


def _is_whole(name: str, value: _Value) -> bool:
    return len(value.text) == LENGTHS[name]


def _put_together(names: Sequence[str], parts: Sequence[_Value]) -> list[tuple[str, _Value]]:
    """Join consecutive parts to one value of the usual length for each name; empty unless there is just one way."""
    ways: list[list[tuple[str, _Value]]] = []
    if len(names) > _MOST_LABELS:
        return []
    most = sum(LENGTHS[name] for name in names)
    for start in range(len(parts)):
        pairs: list[tuple[str, _Value]] = []
        text = ""
        for part in parts[start : start + most]:
            text += part.text
            if len(text) >= LENGTHS[names[len(pairs)]]:
                pairs.append((names[len(pairs)], _Value(text, part.line)))
                text = ""
                if len(pairs) == len(names) or not _is_whole(*pairs[-1]):
                    break
        if len(pairs) == len(names) and all(_is_whole(*pair) for pair in pairs):
            ways.append(pairs)
    return ways[0] if len(ways) == 1 else []


def _bind_as_they_stand(run: list[_Label], warnings: list[str]) -> list[tuple[str, _Value]]:
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
        len(labels) > 1 and not labels[-1].values and all(label.values and not label.separated for label in labels[:-1])
    )


def _single(label: _Label) -> _Value | None:
    """The one value that stands there, put together when it was wrapped; None when there are several."""
    if len(label.values) == 1 and (label.values[0].masked or len(label.parts) < 2):
        return label.values[0]
    text = "".join(part.text for part in label.parts)
    return _Value(text, label.parts[-1].line) if len(text) in LENGTHS.values() else None


def _reversed_or_not(before: _Label, labels: list[_Label], warnings: list[str]) -> list[tuple[str, _Value]]:
    singles = [_single(label) for label in (before, *labels[:-1])]
    values = [value for value in singles if value is not None]
    if len(values) < len(singles):
        warnings.append(_ALTERNATE)
        return []
    backward = [(label.name, value) for label, value in zip(labels, values, strict=True)]
    forward = [(label.name, value) for label, value in zip(labels, values[1:], strict=False)]
    if all(value.line == label.line for label, value in zip(labels, values, strict=True)):
        return backward
    if all(value.line == label.line for label, value in zip(labels, values[1:], strict=False)):
        return forward
    fits = [all(_fits(*pair) for pair in pairs) for pairs in (backward, forward)]
    if fits[0] != fits[1]:
        return backward if fits[0] else forward
    warnings.append(_ALTERNATE)
    return []


_ALTERNATE: Final = "Values and labels alternate, so it is not clear which belongs to which: paste them one by one."


def _by_shape(values: Sequence[_Value]) -> Pasted:
    """Assign values without labels: safe only for three in the page's order, two ids and the longer secret."""
    texts = list(dict.fromkeys(value.text for value in values if not value.masked))
    if len(texts) < 2:
        return Pasted()
    shapes = [[_fits(name, _Value(text, 0)) for name in ("client_id", "client_secret")] for text in texts]
    if shapes == [[True, False], [True, False], [False, True]]:
        warning = "There were no labels: the values were taken in the order of Zoom's page. Check them."
        return Pasted(texts[0], texts[1], Secret(texts[2]), (warning,), by_position=True)
    return Pasted(warnings=("There were no labels to tell the values apart: paste them one by one.",))


def _collect(bound: Sequence[tuple[str, _Value]], labels: Sequence[_Label], warnings: list[str]) -> Pasted:
    found: dict[str, str] = {}
    for name, title in FIELDS.items():
        given = [value for label, value in bound if label == name]
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
        warnings.append(_no_account_id(bound, labels))
    text = found.get("client_secret", "")
    if text and len(text) < LENGTHS["client_secret"]:
        warnings.append(
            f"The Client secret has {len(text)} characters, and Zoom's usually have {LENGTHS['client_secret']}:"
            " check that it was copied whole."
        )
    return Pasted(
        found.get("account_id"),
        found.get("client_id"),
        Secret(text) if text else None,
        tuple(dict.fromkeys(warnings)),
        labelled=True,
    )


def _no_account_id(bound: Sequence[tuple[str, _Value]], labels: Sequence[_Label]) -> str:
    """Why there is no Account ID: another kind of app is only one of the reasons."""
    taken = {value.text for _, value in bound}
    left = [value for label in labels for value in label.values if value.text not in taken and not value.masked]
    if any(label.name == "account_id" for label in labels):
        return "The Account ID was not found beside its label: paste it by hand."
    if any(_fits("account_id", value) and _looks_like_a_value(value.text) for value in left):
        return "One value stands beside no label that is known: if it is the Account ID, paste it by hand."
    return "There is no Account ID here. If the page shows none, the app is not a Server-to-Server OAuth app."
