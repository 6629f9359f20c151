"""XLSX and Parquet, read back by other means than they were written with."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pyarrow.parquet
import pytest

from zoomgov.export import COLUMNS, WHOLE, Format, OneTable, TableName, write_export
from zoomgov.export.tables import Table
from zoomgov.export.workbook import write_xlsx

if TYPE_CHECKING:
    from zoomgov.store import Reader

_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


class Book:
    """The sheets of a workbook: rows of (type, value), straight from the XML."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as packed:
            self.names = packed.namelist()
            sheets = ElementTree.fromstring(packed.read("xl/workbook.xml")).findall("m:sheets/m:sheet", _NS)
            self.roots = {
                sheet.attrib["name"]: ElementTree.fromstring(packed.read(f"xl/worksheets/sheet{number}.xml"))
                for number, sheet in enumerate(sheets, start=1)
            }

    def cells(self, sheet: str) -> list[dict[str, tuple[str, str]]]:
        rows = []
        for row in self.roots[sheet].findall("m:sheetData/m:row", _NS):
            found = {}
            for cell in row.findall("m:c", _NS):
                column = cell.attrib["r"].rstrip("0123456789")
                kind = cell.attrib.get("t", "n")
                text = "".join(part.text or "" for part in cell.iter(f"{{{_NS['m']}}}t"))
                found[column] = (kind, text or cell.findtext("m:v", "", _NS))
            rows.append(found)
        return rows


@pytest.fixture
def book(reader: Reader, folder: Path) -> Book:
    write_export(reader, Format.XLSX, folder / "zoom.xlsx", connector="=Zoom")
    return Book(folder / "zoom.xlsx")


def test_there_is_a_cover_and_a_sheet_for_each_table(book: Book) -> None:
    assert list(book.roots) == ["About", *WHOLE]
    cover = {row["A"][1]: row["B"][1] for row in book.cells("About") if "B" in row}
    assert cover["Connector"] == "'=Zoom"
    assert cover["Sync"] == "1"
    assert cover["Finished"] == "2026-11-01T08:05:10Z"
    assert cover["Complete"].startswith("NO")
    assert cover["Written by"].startswith("zoomgov ")
    assert cover["Disagrees"] == "members of role Member: read 2, expected 3 (total_members of GET /roles)"
    gaps = [row["B"][1] for row in book.cells("About") if row.get("A", ("", ""))[1] == "Not read"]
    assert gaps == ["group-admins g2: 403 code 200: No permission.", "role r9: =not allowed"]


def test_no_cell_is_a_formula_a_link_or_a_number_made_of_text(book: Book) -> None:
    assert not [name for name in book.names if "rels" in name and "sheet" in name]
    for root in book.roots.values():
        assert root.find(".//m:f", _NS) is None
    for table in WHOLE:
        header, *rows = book.cells(table)
        assert [value for _, value in header.values()] == [column.key for column in COLUMNS[table]]
        for row in rows:
            for (_, value), column in [
                (cell, COLUMNS[table][ord(letter) - ord("A")]) for letter, cell in row.items() if len(letter) == 1
            ]:
                assert value[:1] not in ("=", "+", "-", "@") or column.type == "integer"
    users = {row["A"][1]: row for row in book.cells("users")}
    assert users["bob"]["B"] == ("inlineStr", '\'=HYPERLINK("https://evil.example","x")')
    assert users["bob"]["I"] == ("inlineStr", "2")
    assert users["bob"]["F"] == ("n", "2")


def test_sheets_have_filters_and_a_header_that_stays(book: Book) -> None:
    for table in WHOLE:
        pane = book.roots[table].find("m:sheetViews/m:sheetView/m:pane", _NS)
        assert pane is not None
        assert pane.attrib["state"] == "frozen"
        assert book.roots[table].find("m:autoFilter", _NS) is not None


def test_a_long_table_goes_on_in_another_sheet(tmp_path: Path) -> None:
    columns = COLUMNS[TableName.GROUPS]
    rows = [(f"g{number}", "x" * 40_000, number, None, None) for number in range(25)]
    tables = [Table(TableName.GROUPS, columns, rows, 25), Table(TableName.ROLES, COLUMNS[TableName.ROLES], [], 0)]
    write_xlsx([("Connector", "Zoom")], tables, tmp_path / "x.xlsx", tmp_path, "2026-11-01T08:05:10Z", last_row=10)
    book = Book(tmp_path / "x.xlsx")
    assert list(book.roots) == ["About", "groups", "groups 2", "groups 3", "roles"]
    found = [row["A"][1] for name in ("groups", "groups 2", "groups 3") for row in book.cells(name)[1:]]
    assert found == [f"g{number}" for number in range(25)]
    assert len(book.cells("groups")[1]["B"][1]) == 32_767
    assert len(book.cells("roles")) == 1


def test_parquet_keeps_types_and_says_where_it_is_from(reader: Reader, folder: Path) -> None:
    write_export(reader, Format.PARQUET, folder / "all", connector="Zoom")
    assert {entry.name for entry in (folder / "all").iterdir()} == {f"{table}.parquet" for table in WHOLE}
    roles = pyarrow.parquet.read_table(folder / "all" / "roles.parquet")
    assert roles.column("privileges").to_pylist() == [None, [], ["User:Edit", "User:Read"]]
    users = pyarrow.parquet.read_table(folder / "all" / "users.parquet")
    assert users.column_names == [column.key for column in COLUMNS[TableName.USERS]]
    people = {row["id"]: row for row in users.to_pylist()}
    assert people["bob"]["name"].startswith("=HYPERLINK")
    assert people["bob"]["verified"] is True
    assert json.loads(people["ann"]["extra"]) == {"company": "Ex", "phone_number": "+1"}
    assert json.loads(users.schema.metadata[b"zoomgov"])["not_read"][0]["part"] == "group-admins"


def test_an_empty_parquet_table_has_its_columns(reader: Reader, folder: Path) -> None:
    from zoomgov.store import Query

    what = OneTable(TableName.USERS, Query(text="nobody at all"))
    write_export(reader, Format.PARQUET, folder / "none.parquet", connector="Zoom", what=what)
    made = pyarrow.parquet.read_table(folder / "none.parquet")
    assert (made.num_rows, made.column_names[0]) == (0, "id")
