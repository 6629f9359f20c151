"""Files to hand over: CSV, JSON, JSON Lines, XLSX, Parquet and .c1z.

`write_export` writes them. The libraries for XLSX, Parquet and .c1z are extras, imported only when asked for.
"""

from __future__ import annotations

from zoomgov.export.model import (
    WHOLE,
    ExportCancelled,
    ExportError,
    Format,
    OneTable,
    Progress,
    TableName,
    WholeSync,
    Written,
)
from zoomgov.export.tables import COLUMNS, documentation
from zoomgov.export.write import What, install_command, is_occupied, write_export

__all__ = [
    "COLUMNS",
    "WHOLE",
    "ExportCancelled",
    "ExportError",
    "Format",
    "OneTable",
    "Progress",
    "TableName",
    "What",
    "WholeSync",
    "Written",
    "documentation",
    "install_command",
    "is_occupied",
    "write_export",
]
