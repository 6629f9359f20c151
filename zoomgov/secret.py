"""Values that must never be printed, logged or written."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Final, NoReturn

_MASK: Final = "••••••••"


class Secret:
    """A string whose every casual form is a mask; only `reveal` gives the text.

    Compares in constant time, cannot be pickled or hashed, and has no length: each of
    those has carried a secret into a log, a cache or a guess before.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text. Call it only where the text leaves for Zoom or the keyring."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
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
    """What a Server-to-Server OAuth app shows on its *App Credentials* page (Z-S2S)."""

    account_id: str
    client_id: str
    client_secret: Secret

    def __repr__(self) -> str:
        return f"Credentials(account_id={self.account_id!r}, client_id={self.client_id!r})"

    @property
    def complete(self) -> bool:
        """True when none of the three values is empty."""
        return bool(self.account_id and self.client_id and self.client_secret)
