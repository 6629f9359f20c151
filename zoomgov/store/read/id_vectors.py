"""Many ids at once: read from SQLite as one value, kept as vectors and masks.

SQLite puts the ids of a query into one JSON array, which Python decodes: half the work of fetching row by row, and
meanwhile the GIL is free, so the screen keeps drawing.
"""

from __future__ import annotations

import json
from array import array
from itertools import compress
from typing import TYPE_CHECKING, Any, Final

from zoomgov.store.damage import MOST_IDS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

Mask = bytes | bytearray
"""A set of ids as a byte map: byte n is 1 when id n is in the set. Small, and quick to test."""

_PIECE: Final = 32_768
"""Characters of a JSON array decoded in one go."""
_COARSE: Final = 64
"""Buckets a long vector is split into before sorting, so that no step holds the GIL for long."""
_BUCKETS: Final = 4096
"""Up to so many different ranks each have a bucket of their own (bucket sort)."""


def ids_of(connection: sqlite3.Connection, sql: str, values: Sequence[Any] = ()) -> array[int]:
    """Return the column `id` of the query `sql`, in its order."""
    # the limit keeps SQLite from dropping the order of a subquery
    text = connection.execute(f"SELECT json_group_array(id) FROM ({sql} LIMIT -1)", values).fetchone()[0]
    return decoded(text)


def decoded(text: str) -> array[int]:
    """Return the numbers of a JSON array, decoded in pieces: little memory, and the GIL is never held for long."""
    found, start, last = array("I"), 1, len(text) - 1
    while start < last:
        end = text.find(",", start + _PIECE)
        end = last if end < 0 else end
        found.extend(json.loads(f"[{text[start:end]}]"))
        start = end + 1
    return found


def pairs_of(connection: sqlite3.Connection, sql: str, values: Sequence[Any] = ()) -> tuple[array[int], array[int]]:
    """Return the columns `id` and `number` of the query `sql`."""
    ids, numbers = connection.execute(
        f"SELECT json_group_array(id), json_group_array(number) FROM ({sql})", values
    ).fetchone()
    return decoded(ids), decoded(numbers)


def span(connection: sqlite3.Connection) -> int:
    """Length of a mask: the highest id, and one.

    Raises:
        ValueError: there is an id so high that no memory would do; `store.damage` tells it.
    """
    highest = int(connection.execute("SELECT coalesce(max(id), 0) FROM things").fetchone()[0])
    if highest > MOST_IDS:
        raise ValueError(f"an id is {highest}")
    return highest + 1


def mask_of(size: int, ids: Iterable[int]) -> bytearray:
    """Return the mask of `ids`."""
    mask = bytearray(size)
    for number in ids:
        mask[number] = 1
    return mask


def masked(ids: Iterable[int], mask: Mask) -> Iterable[int]:
    """Return those of `ids` that are in `mask`, in their order, one by one."""
    if 1 not in mask:  # seen at once, where looking for each would take 12 ms for 200,000
        return ()
    listed = ids if isinstance(ids, array) else array("I", ids)
    return compress(listed, map(mask.__getitem__, listed))


def both(one: Mask, other: Mask) -> bytes:
    """Return the intersection."""
    met = int.from_bytes(one, "little") & int.from_bytes(other, "little")
    return met.to_bytes(max(len(one), len(other)), "little")


def either(one: Mask, other: Mask) -> bytes:
    """Return the union."""
    met = int.from_bytes(one, "little") | int.from_bytes(other, "little")
    return met.to_bytes(max(len(one), len(other)), "little")


_TURNED: Final = bytes([1, 0]) + bytes(254)


def neither(mask: Mask) -> Mask:
    """Return the complement."""
    return mask.translate(_TURNED)


def sorted_by(ids: array[int], ranks: array[int], top: int, *, descending: bool) -> array[int]:
    """Return `ids` sorted by `ranks[id]`, which go from 0 to `top`. Stable, in both directions."""
    shift = max(top.bit_length() - _COARSE.bit_length() + 1, 0) if top >= _BUCKETS else 0
    buckets = [array("I") for _ in range((top >> shift) + 1)]
    if shift:
        for number in ids:
            buckets[ranks[number] >> shift].append(number)
    else:
        for number in ids:
            buckets[ranks[number]].append(number)
    merged = array("I")
    for bucket in reversed(buckets) if descending else buckets:
        merged.extend(sorted(bucket, key=ranks.__getitem__, reverse=descending) if shift else bucket)
    return merged
