"""Takes the pages of lists apart into records, and reads their fields leniently: missing, null, mistyped or new.

Users are decoded to dictionaries rather than typed records, because every field Zoom sends is kept, known or not.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from zoomgov.zoom.answers import UNREADABLE, decode_leniently
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.values import as_count, as_number, as_strings, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zoomgov.zoom.endpoints import Endpoint

Record = dict[str, Any]  # Any: Zoom's fields are whatever Zoom sends
_OBJECT: Final = msgspec.json.Decoder(Record)


def decode_object(endpoint: Endpoint, body: bytes) -> Record:
    """The answer as an object.

    Raises:
        ZoomError: UNEXPECTED when it is none.
    """
    try:
        return decode_leniently(_OBJECT, body)
    except UNREADABLE as error:
        raise ZoomError(ErrorKind.UNEXPECTED, endpoint.template, f"The answer cannot be read: {error}") from None


def decode_list(endpoint: Endpoint, body: bytes) -> list[Record]:
    """The rows of one page; `[]` when the list is left out, as Zoom does with what is empty.

    Raises:
        ZoomError: UNEXPECTED when the answer or a row in it is not an object.
    """
    page = decode_object(endpoint, body)
    for key in endpoint.list_keys:
        rows = page.get(key)
        if rows is None:
            continue
        if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
            return rows
        raise ZoomError(ErrorKind.UNEXPECTED, endpoint.template, f"{key!r} is not a list of objects.")
    return []


def lacks_list(endpoint: Endpoint, body: bytes) -> bool:
    """Whether the answer has none of the keys that may hold the rows."""
    page = decode_object(endpoint, body)
    return all(page.get(key) is None for key in endpoint.list_keys)


def split_list(endpoint: Endpoint, body: bytes) -> list[msgspec.Raw] | None:
    """The rows of one page, each as the JSON that Zoom sent; None when they cannot be found by the short way."""
    try:
        rows: list[msgspec.Raw] = _raw_rows(endpoint.list_keys[0]).decode(body).rows
    except UNREADABLE:
        return None
    return rows


@cache
def _raw_rows(key: str) -> msgspec.json.Decoder[Any]:
    """Decodes a page to the raw rows under `key`, and skips the rest."""
    page = msgspec.defstruct("Page", [("rows", list[msgspec.Raw], msgspec.field(name=key))])
    return msgspec.json.Decoder(page)


def join_list(endpoint: Endpoint, records: Sequence[msgspec.Raw]) -> bytes:
    """The JSON of a page with these rows."""
    return b'{"%s":[%s]}' % (endpoint.list_keys[0].encode(), b",".join(records))


def text(record: Mapping[str, Any], *keys: str) -> str:
    """The first of `keys` that holds a text or a number, as text; else "". White space alone is no text."""
    return next((found for key in keys if (found := as_text(record.get(key))).strip()), "")


def number(record: Mapping[str, Any], key: str) -> int | None:
    """`as_number` of what is under `key`."""
    return as_number(record.get(key))


def count(record: Mapping[str, Any], key: str) -> int | None:
    """`as_count` of what is under `key`."""
    return as_count(record.get(key))


def strings(record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """`as_strings` of what is under `key`."""
    return as_strings(record.get(key))
