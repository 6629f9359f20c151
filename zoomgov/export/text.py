"""CSV, JSON and JSON Lines."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from zoomgov.text import spreadsheet_safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import BinaryIO

    from zoomgov.export.tables import Column, Table, Type

_encode: Final = msgspec.json.Encoder().encode
NOT_READ: Final = "not read"
"""In place of a list that was never read, where an empty cell would say that there is nothing in it."""


def write_csv(table: Table, out: BinaryIO) -> None:
    """Write one table: UTF-8, a line for the names, no cell that a spreadsheet would run."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=False)
    try:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([column.key for column in table.columns])
        for page in table.pages():
            writer.writerows(safe_rows(table.columns, page))
        text.flush()
    finally:
        text.detach()


def safe_rows(columns: Sequence[Column], page: list[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    """Return the rows with cells that no spreadsheet runs: numbers and text."""
    made = (_COLUMNS[column.type](values) for column, values in zip(columns, zip(*page, strict=True), strict=True))
    return zip(*made, strict=True)


_PLAIN: Final = r"(?:[A-Za-z0-9][ -~]*)?"
_all_plain: Final = re.compile(f"{_PLAIN}(?:\0{_PLAIN})*").fullmatch
"""Cells that `spreadsheet_safe` would return as they are, joined: most columns are told harmless in one go."""


def _text(values: Sequence[str]) -> Sequence[str]:
    joined = "\0".join(values)
    if joined.count("\0") == len(values) - 1 and _all_plain(joined):
        return values
    return [value and spreadsheet_safe(value) for value in values]


def _number(values: Sequence[int | None]) -> Sequence[int | str]:
    return ["" if value is None else value for value in values]


def _boolean(values: Sequence[bool | None]) -> Sequence[str]:
    return ["" if value is None else "true" if value else "false" for value in values]


def _list(values: Sequence[list[str] | None]) -> Sequence[str]:
    return [NOT_READ if value is None else spreadsheet_safe("; ".join(value)) for value in values]


def _json(values: Sequence[bytes]) -> Sequence[str]:
    return ["" if value in (b"{}", b"[]") else spreadsheet_safe(value.decode()) for value in values]


_COLUMNS: Final[dict[Type, Callable[[Any], Sequence[Any]]]] = {
    "text": _text,
    "integer": _number,
    "boolean": _boolean,
    "list": _list,
    "json": _json,
}


def about_csv(lines: list[tuple[str, str]]) -> str:
    """Return what a reader must know as a small CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("what", "value"))
    writer.writerows((label, spreadsheet_safe(value)) for label, value in lines)
    return text.getvalue()


def write_json(facts: dict[str, Any], tables: Iterable[Table], out: BinaryIO) -> None:
    """Write one object: `about`, and an array of objects for each table. Text is as Zoom sent it."""
    out.write(b'{"about":' + _encode(facts))
    for table in tables:
        out.write(b",\n" + _encode(str(table.name)) + b":[")
        objects = _objects(table)
        separator = b"\n"
        for page in table.pages():
            out.write(separator + b",\n".join(_encode(objects(row)) for row in page))
            separator = b",\n"
        out.write(b"\n]")
    out.write(b"}\n")


def write_jsonl(facts: dict[str, Any], tables: Iterable[Table], out: BinaryIO) -> None:
    """Write one object a line, each with its `table`; the first line is `about`."""
    out.write(_encode({"table": "about", **facts}) + b"\n")
    for table in tables:
        objects, head = _objects(table), {"table": str(table.name)}
        for page in table.pages():
            out.write(b"".join(_encode(head | objects(row)) + b"\n" for row in page))


def _objects(table: Table) -> Callable[[tuple[Any, ...]], dict[str, Any]]:
    names = [column.key for column in table.columns]
    raw = [name for name, column in zip(names, table.columns, strict=True) if column.type == "json"]

    def make(row: tuple[Any, ...]) -> dict[str, Any]:
        made = dict(zip(names, row, strict=True))
        for name in raw:
            made[name] = msgspec.Raw(made[name])
        return made

    return make
