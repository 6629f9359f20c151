"""Just enough of the Protocol Buffers wire format to write messages: fields of text, numbers and messages."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_VARINT, _FIXED64, _BYTES = 0, 1, 2
_MORE = 0x80


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number >= _MORE:
        encoded.append(number & 0x7F | _MORE)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


_SHORT: Final = tuple(map(_varint, range(1 << 12)))
"""Encodings of small numbers. Nearly all are tags and lengths, so this lookup halves the time of a large account."""


def varint(number: int) -> bytes:
    """Return a non-negative number as a varint: seven bits a byte."""
    return _SHORT[number] if number < len(_SHORT) else _varint(number)


def data(field: int, content: bytes) -> bytes:
    """Return a message or bytes; written even when empty, since presence has a meaning."""
    size = len(content)
    return _SHORT[field << 3 | _BYTES] + (_SHORT[size] if size < len(_SHORT) else _varint(size)) + content


def text(field: int, value: str) -> bytes:
    """Return text; nothing when it is empty, as in proto3."""
    return data(field, value.encode()) if value else b""


def number(field: int, value: int) -> bytes:
    """Return a non-negative integer, an enum or a boolean; nothing when it is 0."""
    return varint(field << 3 | _VARINT) + varint(value) if value else b""


def numbers(field: int, values: Iterable[int]) -> bytes:
    """Return a packed list of enums."""
    return data(field, b"".join(map(varint, values)))


def any_of(field: int, type_name: str, message: bytes = b"") -> bytes:
    """Return a `google.protobuf.Any` that holds `message` of the named type."""
    return data(field, text(1, f"type.googleapis.com/{type_name}") + (data(2, message) if message else b""))


def struct_of(values: Mapping[str, str | float | bool | None]) -> bytes:
    """Return a `google.protobuf.Struct`: its fields as a map from name to value."""
    return b"".join(data(1, text(1, name) + data(2, _value(value))) for name, value in sorted(values.items()))


def _value(value: str | float | bool | None) -> bytes:
    if value is None:
        return varint(1 << 3 | _VARINT) + b"\0"
    if isinstance(value, bool):
        return varint(4 << 3 | _VARINT) + varint(value)
    if isinstance(value, str):
        return data(3, value.encode())
    return varint(2 << 3 | _FIXED64) + struct.pack("<d", value)
