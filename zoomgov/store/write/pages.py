"""One page of a list as it is staged: packed and unpacked."""

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
"""Flags of a staged person: there is no current version; the person goes by another key from now on."""


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
    """One page as it lies in `stage_pages.payload`. Ids are those of `things`."""

    users: list[StagedUser] = []
    """But for those who go by a new key: they lie in `stage_pages.renamed`."""
    logins: list[tuple[int, str, str, int | None]] = []
    """Last login, client and digest of the others, where they may differ."""
    groups: list[tuple[int, GroupRow]] = []
    contact_groups: list[tuple[int, ContactGroupRow]] = []
    roles: list[tuple[int, RoleRow]] = []
    role_details: list[tuple[int, RoleDetail]] = []
    blobs: dict[str, bytes] = {}


NOTHING: Final = Held("", ())
PAGE_FORMAT: Final = 6
"""Written beside what is staged; a page of another format is read from Zoom again."""
_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(StagedPage)
_renamed: Final = msgspec.msgpack.Decoder(list[StagedUser])
_EMPTY: Final = zlib.compress(_encoder.encode(StagedPage()), 1)


def pack(page: StagedPage) -> bytes:
    """Return the page as it is stored: a third of its size, for 1 ms a page of 300 people."""
    return _EMPTY if page == StagedPage() else zlib.compress(_encoder.encode(page), 1)


def unpack(payload: bytes) -> StagedPage:
    return _decoder.decode(zlib.decompress(payload))


def pack_renamed(people: list[StagedUser]) -> bytes:
    """Return people who go by a new key as `stage_pages.renamed` has them: nothing for nobody."""
    return _encoder.encode(people) if people else b""


def unpack_renamed(blob: bytes) -> list[StagedUser]:
    return _renamed.decode(blob) if blob else []


def ids_of(blob: bytes) -> array[int]:
    """Return the ids packed in `blob`."""
    ids = array("I")
    ids.frombytes(blob)
    return ids


def pack_grants(people: Sequence[int], facts: Sequence[Sequence[int]]) -> bytes:
    """Return principals and the facts of each as `stage_pages.grants` has them: how many there are, who they are,
    how many facts each has, and the facts, one after the other.
    """
    counts = [len(listed) for listed in facts]
    return array("I", [len(people), *people, *counts, *chain.from_iterable(facts)]).tobytes()


def unpack_grants(blob: bytes) -> tuple[array[int], array[int], array[int]]:
    """Return principals, how many facts each has, and the facts, one after the other."""
    packed = ids_of(blob)
    size = packed[0]
    return packed[1 : size + 1], packed[size + 1 : 2 * size + 1], packed[2 * size + 1 :]


def grants_of(blob: bytes) -> Iterator[tuple[int, array[int]]]:
    """Yield (principal, facts)."""
    people, counts, facts = unpack_grants(blob)
    place = 0
    for principal, count in zip(people, counts, strict=True):
        yield principal, facts[place : place + count]
        place += count
