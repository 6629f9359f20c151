"""CSV, JSON and JSON Lines."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

import msgspec

from zoomgov.text import spreadsheet_safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
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
        cells = cell_writers(table.columns)
        for page in table.pages():
            writer.writerows([[cell(value) for cell, value in zip(cells, row, strict=True)] for row in page])
        text.flush()
    finally:
        text.detach()


def cell_writers(columns: Iterable[Column]) -> list[Callable[[Any], Any]]:
    """Return for each column what turns its values into a cell that no spreadsheet runs: a number or text."""
    return [_CELLS[column.type] for column in columns]


def _text(value: str | None) -> str:
    return spreadsheet_safe(value) if value else ""


def _number(value: int | None) -> int | str:
    return "" if value is None else value


def _boolean(value: bool | None) -> str:
    return "" if value is None else "true" if value else "false"


def _list(value: list[str] | None) -> str:
    return NOT_READ if value is None else spreadsheet_safe("; ".join(value))


def _json(value: bytes | None) -> str:
    return "" if value in (None, b"{}", b"[]") else spreadsheet_safe(bytes(value or b"").decode())


_CELLS: Final[dict[Type, Callable[[Any], Any]]] = {
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
