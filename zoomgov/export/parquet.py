"""Writes Parquet: one file for each table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

    from zoomgov.export.tables import Table

_PAGES: Final = 50
"""Pages of a thousand rows in one row group."""


def write_parquet(facts: dict[str, Any], table: Table, path: Path) -> None:
    """Write one table; the facts of `about` are in the schema's metadata under `zoomgov`."""
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    types = {
        "text": pyarrow.string(),
        "time": pyarrow.string(),  # a time in a form that Zoom does not document must not be lost
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
        batches = []
        for page in table.pages():
            batches.append(_batch(pyarrow, table, schema, page))
            if len(batches) == _PAGES:
                writer.write_table(pyarrow.Table.from_batches(batches))
                batches = []
        writer.write_table(pyarrow.Table.from_batches(batches, schema))


def _batch(pyarrow: Any, table: Table, schema: Any, rows: list[tuple[Any, ...]]) -> Any:
    arrays = []
    for column, field, values in zip(table.columns, schema, zip(*rows, strict=True), strict=True):
        texts = [None if value is None else value.decode() for value in values] if column.type == "json" else values
        arrays.append(pyarrow.array(texts, type=field.type))
    return pyarrow.record_batch(arrays, schema=schema)
