"""Removes secrets from reports, and personal data from those for a support ticket."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from zoomgov.secret import scrubbed, sent_forms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zoomgov.secret import Credentials

T = TypeVar("T")

_EMAIL: Final = re.compile(r"(?<![^\s@<>,;:\"'()\[\]])[^\s@<>,;:\"'()\[\]]+@((?:[\w-]+\.)+\w{2,})")
_ID: Final = re.compile(r"(?<![\w:.-])(dir\.)?([A-Za-z0-9_-]{16,})(?![\w:-])")
_KEPT: Final = 4
"""Characters of an id that stay, so that two of them can be told apart."""


def redact(text: str, known: Iterable[str] = ()) -> str:
    """Mask e-mail addresses except their domain, shorten ids, drop anything like a token.

    Args:
        known: ids that are shortened wherever they stand, whatever they look like.
    """
    text = scrubbed(text)
    for value in sorted({value.strip() for value in known if value.strip()}, key=len, reverse=True):
        shown = "***" if "@" in value or len(value) <= 2 * _KEPT else f"{value[:_KEPT]}…"
        text = text.replace(value, shown)
    text = _EMAIL.sub(r"***@\1", text)
    return _ID.sub(_shortened, text)


class Scrubber:
    """Removes the secret, in each form in which it is sent, and anything like a token from what is shown.

    Servers can send back what they were sent, on purpose or in a debug page.
    """

    def __init__(self, credentials: Credentials) -> None:
        self._forms = sent_forms(credentials)

    def __call__(self, value: T) -> T:
        """`value` without secrets: a text, or texts anywhere in tuples and frozen dataclasses."""
        clean: Any = value  # Any: the type stays the same, which the checker cannot see
        if type(value) is str:
            clean = scrubbed(clean, self._forms)
        elif type(value) is tuple:
            clean = tuple(self(item) for item in clean)
        elif is_dataclass(value) and not isinstance(value, type):
            changed = {field.name: self(getattr(value, field.name)) for field in fields(value)}
            clean = replace(value, **changed)
        result: T = clean
        return result


def _shortened(match: re.Match[str]) -> str:
    """Shorten what mixes cases or has digits, as ids do; words of a scope's name do not."""
    value = match.group(2)
    mixed = re.search(r"\d", value) or (re.search(r"[A-Z]", value) and re.search(r"[a-z]", value))
    return f"{match.group(1) or ''}{value[:_KEPT]}…" if mixed else match.group()
