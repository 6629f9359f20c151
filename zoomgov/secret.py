"""Values that must never be printed, logged or written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NoReturn

_MASK: Final = "••••••••"


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
