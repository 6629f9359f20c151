"""Writes XLSX: a cover sheet, a sheet for each table with filters and a frozen header, and one about the columns."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from traceback import clear_frames
from typing import TYPE_CHECKING, Any, Final

from zoomgov.export.files import Packing
from zoomgov.export.tables import ABOUT
from zoomgov.export.text import safe_rows
from zoomgov.text import printable, spreadsheet_safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from zoomgov.export.model import Watch
    from zoomgov.export.tables import Table

_LAST_ROW: Final = 1_048_575
"""Rows of data a sheet can hold besides its header; a longer table goes on in the next sheet."""
_LONGEST: Final = 32_767
"""Characters a cell can hold."""
_ELLIPSIS: Final = "…"
_DAY_0: Final = datetime(1899, 12, 30, tzinfo=UTC)
_FIRST_DAY: Final = 61
"""1 March 1900: before it, spreadsheets disagree about dates."""
_WARNINGS: Final = ("Not read", "Not compared", "Disagrees")
_TIMES_ON_COVER: Final = ("Started", "Finished")


def write_xlsx(
    lines: list[tuple[str, str]],
    tables: Iterable[Table],
    path: Path,
    folder: Path,
    at: str,
    watch: Watch,
    last_row: int = _LAST_ROW,
) -> None:
    """Write the workbook.

    Args:
        lines: of the cover sheet.
        folder: for temporary files; the caller removes it.
        at: the time recorded as that of its creation.
        last_row: rows a sheet can hold besides its header.
    """
    import xlsxwriter
    import xlsxwriter.exceptions

    with Packing(path, watch) as file:
        book = _Book(
            xlsxwriter.Workbook(
                file,
                {
                    "constant_memory": True,
                    "tmpdir": str(folder),
                    "strings_to_formulas": False,
                    "strings_to_urls": False,
                    "strings_to_numbers": False,
                },
            ),
            last_row,
        )
        try:
            book.write(lines, tables, at)
        except BaseException as error:
            book.abandon()
            clear_frames(error.__traceback__)  # of the archive, while its file can still be written
            if isinstance(error, xlsxwriter.exceptions.FileCreateError):
                raise OSError(str(error)) from error
            raise


class _Book:
    """The workbook being written. Rows of a sheet can only be written from the top down."""

    def __init__(self, book: Any, last_row: int) -> None:
        self._book, self._last_row = book, last_row
        self._sheets: list[Any] = []
        self._bold = book.add_format({"bold": True})
        self._title = book.add_format({"bold": True, "font_size": 16})
        self._label = book.add_format({"bold": True, "valign": "top"})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._warning = book.add_format({"text_wrap": True, "valign": "top", "bold": True, "font_color": "#9C0006"})
        self._heading = book.add_format({"bold": True, "bg_color": "#DDEBF7", "bottom": 1})
        self._time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})
        self._count = book.add_format({"num_format": "#,##0"})

    def write(self, lines: list[tuple[str, str]], tables: Iterable[Table], at: str) -> None:
        """Write everything."""
        self._book.set_properties({"title": "Zoom access", "created": datetime.fromisoformat(at).replace(tzinfo=None)})
        cover = self._sheet("About")
        cover.hide_gridlines(2)
        for number, width in enumerate((24, 90, 12)):
            cover.set_column(number, number, width)
        cover.write_string(0, 0, "Zoom access", self._title)
        row = 2
        for label, value in lines:
            cover.write_string(row, 0, label, self._label)
            moment = _serial(value) if label in _TIMES_ON_COVER else None
            if moment is not None:
                cover.write_number(row, 1, moment, self._time)
                cover.write_string(row, 2, "UTC")
            else:
                alarming = label in _WARNINGS or value.startswith("NO")
                cover.write_string(row, 1, _cell(spreadsheet_safe(value)), self._warning if alarming else self._wrapped)
            row += 1
        row += 1
        for number, heading in enumerate(("Sheet", "What it holds", "Rows")):
            cover.write_string(row, number, heading, self._heading)
        written = []
        for table in tables:
            names = self._fill(table)
            row += 1
            cover.write_url(row, 0, f"internal:'{names[0]}'!A1", string=names[0])
            more = f" Goes on in {', '.join(names[1:])}." if len(names) > 1 else ""
            cover.write_string(row, 1, ABOUT[table.name] + more, self._wrapped)
            cover.write_number(row, 2, table.written, self._count)
            written.append(table)
        row += 1
        cover.write_url(row, 0, "internal:'Columns'!A1", string="Columns")
        cover.write_string(row, 1, "What the columns of the other sheets mean.", self._wrapped)
        self._explain(written)
        self._book.close()

    def abandon(self) -> None:
        """Close the temporary files of sheets, which XlsxWriter would close with the workbook."""
        for sheet in self._sheets:
            for file in (sheet.row_data_fh, sheet.fh):
                if file is not None:
                    with suppress(OSError):  # the full disk that led here
                        file.close()
        self._book.fileclosed = True  # or it warns when it is collected

    def _sheet(self, name: str) -> Any:
        sheet = self._book.add_worksheet(name)
        self._sheets.append(sheet)
        return sheet

    def _fill(self, table: Table) -> list[str]:
        """Write the table, and return the names of its sheets."""
        formats = [self._time if column.type == "time" else None for column in table.columns]
        names: list[str] = []
        sheet, row = self._begin(table, names), 1
        for page in table.pages():
            for values in safe_rows(table.columns, page, {"boolean": _booleans, "time": _times}):
                if row > self._last_row:
                    self._finish(sheet, row - 1, len(table.columns))
                    sheet, row = self._begin(table, names), 1
                for column, shown in enumerate(values):
                    kind = shown.__class__
                    if kind is str:
                        if shown:
                            sheet.write_string(row, column, _cell(shown))
                    elif kind is bool:
                        sheet.write_boolean(row, column, shown)
                    elif shown is not None:
                        sheet.write_number(row, column, shown, formats[column])
                row += 1
        self._finish(sheet, row - 1, len(table.columns))
        return names

    def _begin(self, table: Table, names: list[str]) -> Any:
        part = len(names) + 1
        names.append(str(table.name) if part == 1 else f"{table.name} {part}")
        sheet = self._sheet(names[-1])
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.ignore_errors({"number_stored_as_text": "A2:XFD1048576"})  # ids are text even where they are digits
        for number, column in enumerate(table.columns):
            sheet.set_column(number, number, max(column.width, len(column.key) + 3))
            sheet.write_string(0, number, column.key, self._heading)
        return sheet

    def _finish(self, sheet: Any, rows: int, columns: int) -> None:
        sheet.autofilter(0, 0, rows, columns - 1)

    def _explain(self, tables: Sequence[Table]) -> None:
        sheet = self._sheet("Columns")
        sheet.freeze_panes(1, 0)
        for number, (heading, width) in enumerate((("Sheet", 18), ("Column", 22), ("Meaning", 100))):
            sheet.set_column(number, number, width)
            sheet.write_string(0, number, heading, self._heading)
        row = 1
        for table in tables:
            for column in table.columns:
                for number, text in enumerate((str(table.name), column.key, column.about)):
                    sheet.write_string(row, number, text)
                row += 1
        self._finish(sheet, row - 1, 3)


def _cell(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + _ELLIPSIS


def _booleans(values: Sequence[bool | None]) -> Sequence[bool | str]:
    return ["" if value is None else value for value in values]


def _times(values: Sequence[str]) -> Sequence[float | str]:
    """A serial date where the text is a time; else the text, which must not be lost."""
    return [_text_or_serial(value) if value else "" for value in values]


def _text_or_serial(value: str) -> float | str:
    serial = _serial(value)
    return spreadsheet_safe(value) if serial is None else serial


def _serial(value: str) -> float | None:
    """A time as a serial date, days since 1899-12-30 UTC; None when it is no time, or lies before March 1900."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    days = (moment - _DAY_0).total_seconds() / 86_400
    return days if days >= _FIRST_DAY else None
