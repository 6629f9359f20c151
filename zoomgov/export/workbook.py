"""XLSX: a cover sheet, then one sheet a table, with filters and a header that stays."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from zoomgov.export.tables import ABOUT
from zoomgov.export.text import safe_rows
from zoomgov.text import printable, spreadsheet_safe

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from zoomgov.export.tables import Table

_LAST_ROW: Final = 1_048_575
"""Rows of data a sheet can hold besides its header; a longer table goes on in the next sheet."""
_LONGEST: Final = 32_767
"""Characters a cell can hold."""
_ASIDE: Final = "…"


def write_xlsx(
    lines: list[tuple[str, str]], tables: Iterable[Table], path: Path, folder: Path, at: str, last_row: int = _LAST_ROW
) -> None:
    """Write the workbook.

    Args:
        lines: of the cover sheet.
        folder: for what does not fit into memory; the caller removes it.
        at: the time the workbook bears.
        last_row: rows a sheet can hold besides its header.
    """
    import xlsxwriter
    import xlsxwriter.exceptions

    book = xlsxwriter.Workbook(
        path,
        {
            "constant_memory": True,
            "tmpdir": str(folder),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    sheets = []
    try:
        book.set_properties({"title": "Zoom access", "created": datetime.fromisoformat(at).replace(tzinfo=None)})
        bold = book.add_format({"bold": True})
        cover = book.add_worksheet("About")
        sheets.append(cover)
        cover.set_column(0, 0, 24)
        cover.set_column(1, 1, 100)
        for number, (label, value) in enumerate(lines):
            cover.write_string(number, 0, label, bold)
            cover.write_string(number, 1, _cell(spreadsheet_safe(value)))
        rows_told = len(lines) + 1
        cover.write_string(rows_told, 0, "Sheet", bold)
        cover.write_string(rows_told, 1, "What it holds", bold)
        for offset, table in enumerate(tables, start=1):
            cover.write_string(rows_told + offset, 0, str(table.name))
            cover.write_string(rows_told + offset, 1, ABOUT[table.name])
            for sheet in _fill(book, table, bold, last_row):
                sheets.append(sheet)
        book.close()
    except BaseException as error:
        for sheet in sheets:  # it keeps a file open for each until the workbook is closed
            for file in (sheet.row_data_fh, sheet.fh):
                if file is not None:
                    with suppress(OSError):  # the full disk that led here
                        file.close()
        if isinstance(error, xlsxwriter.exceptions.FileCreateError):
            raise OSError(str(error)) from error
        raise


def _fill(book: Any, table: Table, bold: Any, last_row: int) -> Iterable[Any]:
    """Write the table, and yield its sheets as they are begun."""
    titles = [column.key for column in table.columns]
    sheet, row, part = None, 0, 0
    for page in table.pages():
        for values in safe_rows(table.columns, page):
            if sheet is None or row > last_row:
                if sheet is not None:
                    _finish(sheet, row - 1, len(titles))
                part += 1
                sheet = _begin(book, table, part, titles, bold)
                yield sheet
                row = 1
            for column, shown in enumerate(values):
                if shown.__class__ is str:
                    if shown:
                        sheet.write_string(row, column, _cell(shown))
                else:
                    sheet.write_number(row, column, shown)
            row += 1
    if sheet is None:
        sheet, row = _begin(book, table, 1, titles, bold), 1
        yield sheet
    _finish(sheet, row - 1, len(titles))


def _begin(book: Any, table: Table, part: int, titles: list[str], bold: Any) -> Any:
    sheet = book.add_worksheet(str(table.name) if part == 1 else f"{table.name} {part}")
    sheet.freeze_panes(1, 0)
    for number, column in enumerate(table.columns):
        sheet.set_column(number, number, max(column.width, len(column.key) + 3))
        sheet.write_string(0, number, titles[number], bold)
    return sheet


def _finish(sheet: Any, rows: int, columns: int) -> None:
    sheet.autofilter(0, 0, rows, columns - 1)


def _cell(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + _ASIDE
