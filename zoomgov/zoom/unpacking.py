"""Unpacking of answers as they come in, so that one that is small on the wire cannot fill the memory.

An answer of a few kilobytes may unpack to gigabytes, the more so when it was packed twice. So one coding is taken at
most, each step of unpacking is bounded, and all large answers of the process share one allowance.
"""

from __future__ import annotations

import asyncio
import zlib
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

SMALL: Final = 1 << 20
"""Bytes; answers up to this size are read side by side and count for nothing."""
ALLOWANCE: Final = 64 << 20
"""Bytes that large answers may take together, from their reading until nobody needs them."""
PATIENCE: Final = 10.0
"""Seconds to wait for others to be dealt with when the allowance is used up."""
_LOOKS_EVERY: Final = 0.02
"""Seconds."""
_STEP: Final = 1 << 18
"""Bytes unpacked at once: the event loop has its turn between two steps."""
_ANY_HEADER: Final = zlib.MAX_WBITS | 32
"""Of zlib: gzip's header or zlib's own, whichever is there."""


class BadlyPackedError(Exception):
    """The answer cannot be unpacked; the text says why."""


class TooLargeError(Exception):
    """The answer, unpacked, is larger than it may be; the text says what it may be."""


class Unpacker(Protocol):
    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what `chunk` holds, in pieces of `_STEP` bytes at most; raises `BadlyPackedError`."""
        ...

    def finish(self) -> None:
        """Tell that there is no more; raises `BadlyPackedError` when there should be."""
        ...


def unpacker(codings: Sequence[str]) -> Unpacker:
    """The unpacker for the values of Content-Encoding.

    One that is not known leaves the answer as it is: some gateways name a character set there.

    Raises:
        BadlyPackedError: it was packed more than once.
    """
    named = [coding for coding in (one.strip().lower() for one in codings) if coding and coding != "identity"]
    if len(named) > 1:
        raise BadlyPackedError("it was packed more than once")
    if named and named[0] in ("gzip", "x-gzip", "deflate"):
        return _Deflated(named[0] == "deflate")
    return _Plain()


class _Plain:
    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    def finish(self) -> None:
        pass


class _Deflated:
    def __init__(self, may_lack_header: bool) -> None:
        self._zlib = zlib.decompressobj(_ANY_HEADER)
        self._may_lack_header = may_lack_header
        self._begun = False

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        while chunk and not self._zlib.eof:
            try:
                piece = self._zlib.decompress(chunk, _STEP)
            except zlib.error as error:
                if self._begun or not self._may_lack_header:
                    raise BadlyPackedError(str(error)) from None
                # some servers send deflate without the header that RFC 9110 wants around it
                self._zlib, self._may_lack_header = zlib.decompressobj(-zlib.MAX_WBITS), False
                continue
            self._begun = True
            chunk = self._zlib.unconsumed_tail
            if piece:
                yield piece

    def finish(self) -> None:
        if self._begun and not self._zlib.eof:
            raise BadlyPackedError("it ends too early")


class Memory:
    """What all answers of a transport may take together. Belongs to one event loop."""

    def __init__(self, allowance: int = ALLOWANCE) -> None:
        self._free = allowance
        self._returned: deque[int] = deque()
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def reading(self, most: int) -> AsyncIterator[Parts]:
        """Collect one answer of at most `most` bytes."""
        parts = Parts(self, most)
        try:
            yield parts
        finally:
            parts.close()

    async def take(self, size: int) -> None:
        """Take `size` bytes; waits until they are free. Only the holder of the turn calls it.

        Raises:
            TooLargeError: nothing became free in time.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    while self._returned:
                        self._free += self._returned.popleft()
                    if self._free >= size:
                        break
                    await asyncio.sleep(_LOOKS_EVERY)
        except TimeoutError:
            raise TooLargeError("too many large answers came at once") from None
        self._free -= size

    def give_back(self, size: int) -> None:
        """Give back `size` bytes, from any thread: nobody knows which one frees a body."""
        self._returned.append(size)

    async def turn(self) -> None:
        """Wait until no other large answer is being read: half of each would fill the memory as well."""
        await self._turn.acquire()

    def turn_is_over(self) -> None:
        self._turn.release()


class Parts:
    """The parts of an answer that is being read."""

    def __init__(self, memory: Memory, most: int) -> None:
        self._memory = memory
        self._most = most
        self._parts: list[bytes] = []
        self._size = 0
        self._taken = 0
        self._has_turn = False

    async def add(self, part: bytes) -> None:
        """Keep a part.

        Raises:
            TooLargeError: it is too much, for one answer or for all.
        """
        self._size += len(part)
        if self._size > self._most:
            raise TooLargeError(f"it is larger than {self._most} bytes")
        if self._size > SMALL:
            if not self._has_turn:
                await self._memory.turn()
                self._has_turn = True
            needed = self._size - self._taken
            await self._memory.take(needed)
            self._taken += needed
            await asyncio.sleep(0)
        self._parts.append(part)

    def whole(self) -> bytes:
        """The answer. What it takes of the allowance is given back when nobody refers to it any more."""
        found = b"".join(self._parts)
        self._parts.clear()
        if self._taken:
            found = _LargeBody(found)
            found.size, found.memory = self._taken, self._memory
            self._taken = 0
        return found

    def close(self) -> None:
        """Give back what was not handed out."""
        self._parts.clear()
        if self._taken:
            self._memory.give_back(self._taken)
            self._taken = 0
        if self._has_turn:
            self._memory.turn_is_over()
            self._has_turn = False


class _LargeBody(bytes):
    """A body that gives its part of the allowance back when it is freed."""

    size: int = 0
    memory: Memory | None = None

    def __del__(self) -> None:
        if self.memory is not None:
            self.memory.give_back(self.size)
