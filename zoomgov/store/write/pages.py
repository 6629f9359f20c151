"""One staged page of a list, packed into the columns of `stage_pages` and unpacked."""

from __future__ import annotations

import zlib
from array import array
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import msgspec

from zoomgov.model.rows import ContactGroupRow, GroupRow, Held, RoleDetail, RoleRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NEW, RENAMED = 1, 2
"""Bits of `StagedUser.flags`: there is no current version; the person's key is a new one from now on."""


class StagedUser(msgspec.Struct, array_like=True, gc=False):
    """A person who differs from their current version, in the shape they are published in."""

    id: int
    flags: int
    key: str
    content: tuple[Any, ...]
    """As `user_content` gives it. Any: texts, numbers and bytes."""
    last_login_time: str
    last_client_version: str
    record: int | None
    """Digest of Zoom's record."""


class StagedPage(msgspec.Struct, array_like=True, gc=False):
    """Content of `stage_pages.payload`. Ids are those of `things`."""

    users: list[StagedUser] = []
    """Without those who have a new key: they are in `stage_pages.renamed`."""
    logins: list[tuple[int, str, str, int | None]] = []
    """(Id, last login, client, digest of the record) of people whose content is unchanged, where these may differ."""
    groups: list[tuple[int, GroupRow]] = []
    contact_groups: list[tuple[int, ContactGroupRow]] = []
    roles: list[tuple[int, RoleRow]] = []
    role_details: list[tuple[int, RoleDetail]] = []
    blobs: dict[str, bytes] = {}


NOTHING: Final = Held("", ())
PAGE_FORMAT: Final = 6
"""Stored with what is staged. What was staged in another format is dropped and read from Zoom again."""
_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(StagedPage)
_renamed: Final = msgspec.msgpack.Decoder(list[StagedUser])
_EMPTY: Final = zlib.compress(_encoder.encode(StagedPage()), 1)


def pack(page: StagedPage) -> bytes:
    """Return the page as it is stored: a third of its size, for 1 ms a page of 300 people."""
    return _EMPTY if page == StagedPage() else zlib.compress(_encoder.encode(page), 1)


def unpack(payload: bytes) -> StagedPage:
    """Raises `ValueError` for what `pack` did not write."""
    try:
        return _decoder.decode(zlib.decompress(payload))
    except zlib.error as error:
        raise ValueError(str(error)) from None


def pack_renamed(people: list[StagedUser]) -> bytes:
    """Pack people with a new key for `stage_pages.renamed`; empty for nobody."""
    return _encoder.encode(people) if people else b""


def unpack_renamed(blob: bytes) -> list[StagedUser]:
    return _renamed.decode(blob) if blob else []


def ids_of(blob: bytes) -> array[int]:
    """Return the ids packed in `blob`."""
    ids = array("I")
    ids.frombytes(blob)
    return ids


def pack_grants(people: Sequence[int], facts: Sequence[Sequence[int]]) -> bytes:
    """Pack principals and the facts of each for `stage_pages.grants`.

    Layout, 32-bit unsigned integers: number of principals; their ids; the number of facts of each; the facts of the
    first, the second, and so on.
    """
    counts = [len(listed) for listed in facts]
    return array("I", [len(people), *people, *counts, *chain.from_iterable(facts)]).tobytes()


def unpack_grants(blob: bytes) -> tuple[array[int], array[int], array[int]]:
    """Return principals, the number of facts of each, and all facts in that order.

    Raises:
        ValueError: `pack_grants` did not write it; people would lose what they have.
    """
    packed = ids_of(blob)
    size = packed[0]
    people, counts, facts = packed[1 : size + 1], packed[size + 1 : 2 * size + 1], packed[2 * size + 1 :]
    if len(counts) != size or sum(counts) != len(facts):
        raise ValueError("the grants of a page are not whole")
    return people, counts, facts


def grants_of(blob: bytes) -> Iterator[tuple[int, array[int]]]:
    """Yield each principal and their facts."""
    people, counts, facts = unpack_grants(blob)
    place = 0
    for principal, count in zip(people, counts, strict=True):
        yield principal, facts[place : place + count]
        place += count
