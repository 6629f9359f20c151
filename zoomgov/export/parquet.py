"""Parquet, one file a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

    from zoomgov.export.tables import Table

_PAGES: Final = 50
"""Pages of a thousand rows in one row group."""


def write_parquet(facts: dict[str, Any], table: Table, path: Path) -> None:
    """Write one table; what a reader must know is in the schema's metadata under `zoomgov`."""
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    types = {
        "text": pyarrow.string(),
        "integer": pyarrow.int64(),
        "boolean": pyarrow.bool_(),
        "list": pyarrow.list_(pyarrow.string()),
        "json": pyarrow.string(),
    }
    schema = pyarrow.schema(
        [pyarrow.field(column.key, types[column.type], metadata={"about": column.about}) for column in table.columns],
        metadata={"zoomgov": msgspec.json.encode(facts)},
    )
    with ParquetWriter(path, schema, compression="zstd") as writer:
        rows: list[tuple[Any, ...]] = []
        for number, page in enumerate(table.pages(), start=1):
            rows += page
            if number % _PAGES == 0:
                writer.write_batch(_batch(pyarrow, table, schema, rows))
                rows = []
        writer.write_batch(_batch(pyarrow, table, schema, rows))


def _batch(pyarrow: Any, table: Table, schema: Any, rows: list[tuple[Any, ...]]) -> Any:
    columns = zip(*rows, strict=True) if rows else ([] for _ in table.columns)
    arrays = []
    for column, field, values in zip(table.columns, schema, columns, strict=True):
        if column.type == "json":
            values = [None if value is None else value.decode() for value in values]
        arrays.append(pyarrow.array(values, type=field.type))
    return pyarrow.record_batch(arrays, schema=schema)
