"""Pages of a list: their sizes and signed page tokens (zoom-api 2.1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from zoomgov.sim.world.answers import Request, invalid, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
LIFETIME: Final = 15 * 60
"""Seconds for which a page token is valid (C22, Z-PAG)."""
_HEAD: Final = struct.Struct(">IQ")
"""Offset of the page, and the milliseconds at which the token was issued."""
_UNSIGNED: Final = frozenset({"next_page_token"})


@dataclass(frozen=True, slots=True)
class PageOfRows(Generic[T]):
    """One page of a list, and the values of its envelope."""

    items: Sequence[T]
    size: int
    total: int
    number: int
    next_token: str
    by_token: bool
    """Whether a page token was sent."""
    has_tokens: bool = True
    """False: pages are found by their number, and the answer has no tokens."""

    def next_page(self) -> dict[str, Any]:
        """Return the fields that tell of the next page."""
        if self.has_tokens:
            return {"next_page_token": self.next_token}
        return {"page_count": -(-self.total // self.size) or 1, "page_number": self.number}

    def envelope(self) -> dict[str, Any]:
        """Return the envelope; `page_count` and `page_number` are sent only without a token (FORUM 68825)."""
        counted = {} if self.by_token else {"page_count": -(-self.total // self.size) or 1, "page_number": self.number}
        return counted | {
            "page_size": self.size,
            "total_records": self.total,
            **self.next_page(),
        }


class Pager:
    """Cuts lists into pages. A page token is offset and time, signed together with path and other parameters."""

    def __init__(self, seed: int) -> None:
        self._key = f"zoomgov sim {seed}".encode()
        self._epoch = 0

    def invalidate_tokens(self) -> None:
        """Make every token issued so far invalid or expired."""
        self._epoch += 1

    def page(
        self,
        request: Request,
        items: Sequence[T],
        *,
        default: int,
        maximum: int,
        refuse_too_big: bool,
        now: float,
        tokens: bool = True,
    ) -> PageOfRows[T]:
        """Return the page that the request asks for.

        Args:
            request: its path and query.
            items: the whole list.
            default: page size without `page_size`.
            maximum: largest page size.
            refuse_too_big: refuse a larger one; else it is lowered to `maximum`.
            now: Unix seconds.

        Raises:
            Refused: page size or page number is not a positive number, or the page token is not valid for this query.
        """
        query = request.query
        size = _number(query, "page_size", default)
        if size > maximum:
            if refuse_too_big:
                raise invalid("page_size", f"The value must not be larger than {maximum}.")
            size = maximum
        token = query.get("next_page_token", "")
        number = 1
        if token:
            start = self._read(token, request, now)
        else:
            number = _number(query, "page_number", 1)
            start = (number - 1) * size
        end = start + size
        return PageOfRows(
            items=items[start:end],
            size=size,
            total=len(items),
            number=number,
            next_token=self._make(end, request, now) if tokens and end < len(items) else "",
            by_token=bool(token),
            has_tokens=tokens,
        )

    def _make(self, offset: int, request: Request, now: float) -> str:
        head = _HEAD.pack(offset, int(now * 1000))
        return _text(head + self._sign(head, request))

    def _read(self, token: str, request: Request, now: float) -> int:
        expired = refuse(400, 300, "The next page token is invalid or expired.")
        try:
            raw = base64.urlsafe_b64decode(token)
        except ValueError:
            raise expired from None
        head = raw[: _HEAD.size]
        if (
            len(raw) != _HEAD.size + 12
            or _text(raw) != token
            or not hmac.compare_digest(raw[_HEAD.size :], self._sign(head, request))
        ):
            raise expired
        offset, issued = _HEAD.unpack(head)
        if now - issued / 1000 > LIFETIME:
            raise expired
        return int(offset)

    def _sign(self, head: bytes, request: Request) -> bytes:
        query = sorted((name, value) for name, value in request.query.items() if name not in _UNSIGNED)
        text = repr((self._epoch, request.segments, query)).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(head + text, digest_size=12, key=self._key).digest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def _number(query: Any, name: str, default: int) -> int:
    text = query.get(name)
    if text is None or text == "":
        return default
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10**9:
        raise invalid(name, "The value must be a positive number.")
    return int(text)
