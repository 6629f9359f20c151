"""Values that must never be printed, logged or written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable

_MASK: Final = "••••••••"
_TOKEN: Final = re.compile(
    r"(?<![\w-])([\w-]*?)eyJ[\w-]{6,}((?:\.[\w-]*){0,2})|\b(?:Bearer|Basic)\s+[\w.~+/=-]{16,}", re.IGNORECASE
)
"""With what stands before a token without a gap, as in `%3DeyJ`: looked through once, so that the time is linear."""
REMOVED: Final = "[removed]"
_SHORTEST: Final = 6
"""Shortest secret that is removed: one of a few letters, mistyped, would be removed from every word."""


class Secret:
    """A string that prints as a mask however it is formatted; only `reveal` gives the text.

    Compares in constant time, cannot be pickled or hashed, and has no length: each of those is a known way for a
    secret to leak into a log or a cache, or to be guessed.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text. Call it only where the text is sent to Zoom or handed to the keyring."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        import hmac  # with its hash functions; most starts compare no secret

        return hmac.compare_digest(self._text.encode(), other._text.encode())

    __hash__ = None  # type: ignore[assignment]  # unhashable on purpose

    def __repr__(self) -> str:
        return f"Secret({_MASK})"

    def __str__(self) -> str:
        return _MASK

    def __format__(self, spec: str) -> str:
        return format(_MASK, spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied to disk")


@dataclass(frozen=True, slots=True)
class Credentials:
    """The three values on the *App Credentials* page of a Server-to-Server OAuth app (Z-S2S)."""

    account_id: str
    client_id: str
    client_secret: Secret

    def __repr__(self) -> str:
        return f"Credentials(account_id={self.account_id!r}, client_id={self.client_id!r})"

    @property
    def complete(self) -> bool:
        """True when none of the three values is empty."""
        return bool(self.account_id and self.client_id and self.client_secret)


def is_utf8(text: str) -> bool:
    """Whether UTF-8 has it, as Zoom and keyrings want: what a variable or a terminal held in another encoding is not.

    Python keeps such bytes as lone surrogates.
    """
    return not any("\ud800" <= character <= "\udfff" for character in text)


def sent_forms(credentials: Credentials) -> tuple[Secret, ...]:
    """The forms in which the client secret is sent, and those in which a server may send it back.

    Servers do, on purpose or in a debug page: as it is, in base64 alone or with the Client ID as in the Authorization
    header, and each of these as it is written in JSON, in an address or in HTML.
    """
    import base64
    from html import escape
    from urllib.parse import quote

    secret = credentials.client_secret.reveal()
    pair = f"{credentials.client_id}:{secret}"
    alone = [secret] if len(secret) >= _SHORTEST else []
    plain = [*alone]
    for text in (pair, *alone):
        data = text.encode("utf-8", "surrogatepass")
        # without the padding, which not everybody writes
        plain += [encode(data).decode().rstrip("=") for encode in (base64.b64encode, base64.urlsafe_b64encode)]
    forms = {
        form
        for text in plain
        for form in (
            text,
            quote(text, safe="", errors="replace"),
            escape(text),
            text.replace("/", "\\/"),
            text.replace("+", "\\u002b"),
            text.replace("/", "&#x2F;"),
            text.replace("+", "&#43;"),
        )
    }
    return tuple(Secret(form) for form in sorted(forms, key=len, reverse=True))


def scrubbed(text: str, secrets: Iterable[Secret] = (), mark: str = REMOVED) -> str:
    """`text` with `mark` in place of each of `secrets`, and of anything like a token: the one scrubbing for all."""
    for secret in secrets:
        if secret:
            text = text.replace(secret.reveal(), mark)
    return _TOKEN.sub(lambda match: _without_token(match, mark), text)


def _without_token(match: re.Match[str], mark: str) -> str:
    before, parts = match[1] or "", match[2] or ""
    # within a word `eyJ` may stand by chance, but hardly before a dot and as much again
    is_one = not before or before[-1] == "-" or len(parts) > _SHORTEST
    return f"{before}{mark}" if is_one else match.group()
