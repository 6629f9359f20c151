"""Writes CSV, JSON and JSON Lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec

from zoomgov.text import all_spreadsheet_safe, spreadsheet_safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import BinaryIO

    from zoomgov.export.tables import ExportColumn, Table, Type

_encode: Final = msgspec.json.Encoder().encode
_AT_ONCE: Final = 200
"""Rows given to the CSV writer in one call, which holds the GIL: no frame is drawn until it returns."""
NOT_READ: Final = "not read"
"""Cell of a list that was never read, as an empty cell would mean an empty list."""


def write_csv(table: Table, out: BinaryIO) -> None:
    """Write one table: UTF-8, a header line, and no cell that a spreadsheet would take for a formula."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=False)
    try:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([column.key for column in table.columns])
        for page in table.pages():
            rows = iter(safe_rows(table.columns, page))
            while some := list(islice(rows, _AT_ONCE)):
                writer.writerows(some)
        text.flush()
    finally:
        text.detach()


def safe_rows(
    columns: Sequence[ExportColumn], page: list[tuple[Any, ...]], special: Mapping[Type, Cells] | None = None
) -> Iterable[tuple[Any, ...]]:
    """Return the rows with cells that no spreadsheet takes for formulas: numbers, text, None for an empty cell.

    Args:
        special: converters that replace those of `CELLS` for some types.
    """
    kinds = CELLS if special is None else {**CELLS, **special}
    made = (kinds[column.type](values) for column, values in zip(columns, zip(*page, strict=True), strict=True))
    return zip(*made, strict=True)


def _text(values: Sequence[str]) -> Sequence[str]:
    return values if all_spreadsheet_safe(values) else [value and spreadsheet_safe(value) for value in values]


def _number(values: Sequence[int | None]) -> Sequence[int | None]:
    return values


def _boolean(values: Sequence[bool | None]) -> Sequence[str]:
    return ["" if value is None else "true" if value else "false" for value in values]


def _list(values: Sequence[list[str] | None]) -> Sequence[str]:
    return _text([NOT_READ if value is None else "; ".join(value) for value in values])


def _json(values: Sequence[bytes]) -> Sequence[str]:
    return _text(["" if value == b"{}" or value == b"[]" else value.decode() for value in values])


Cells = Callable[[Any], "Sequence[Any]"]
"""Converts the values of a column to cells."""

CELLS: Final[dict[Type, Cells]] = {
    "text": _text,
    "time": _text,
    "integer": _number,
    "boolean": _boolean,
    "list": _list,
    "json": _json,
}


def about_csv(lines: list[tuple[str, str]]) -> str:
    """Return the lines of `about_lines` as CSV."""
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
