"""XLSX and Parquet, read back with other libraries than those that wrote them."""

from __future__ import annotations

import json
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import pyarrow.parquet
import pytest

from zoomgov.export import COLUMNS, WHOLE, ExportCancelled, Format, OneTable, Progress, TableName, write_export
from zoomgov.export.model import Watch
from zoomgov.export.tables import ExportColumn, Table
from zoomgov.export.workbook import write_xlsx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from zoomgov.store.reader import Reader


@pytest.fixture
def path(reader: Reader, folder: Path) -> Path:
    made = folder / "zoom.xlsx"
    write_export(reader, Format.XLSX, made, connector="=Zoom")
    return made


@pytest.fixture
def book(path: Path) -> Iterator[Any]:
    with closing(openpyxl.load_workbook(path)) as opened:
        yield opened


def at(*parts: int) -> datetime:
    """A time as workbooks have it: without a zone."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[arg-type, misc]


def cover_of(book: Any) -> list[tuple[Any, ...]]:
    return [row for row in book["About"].iter_rows(values_only=True) if any(row)]


def test_there_is_a_cover_and_a_sheet_for_each_table(book: Any) -> None:
    assert book.sheetnames == ["About", *WHOLE, "Columns"]
    assert book.active.title == "About"
    rows = cover_of(book)
    facts = {row[0]: row[1] for row in rows}
    assert facts["Connector"] == "'=Zoom"
    assert facts["Sync"] == "1"
    assert facts["Started"] == at(2026, 11, 1, 8)
    assert ("Finished", at(2026, 11, 1, 8, 5, 10), "UTC") in rows
    assert facts["Complete"].startswith("NO")
    assert facts["Written by"].startswith("zoomgov ")
    assert facts["Disagrees"] == "members of role Member: read 2, expected 3 (total_members of GET /roles)"
    gaps = [row[1] for row in rows if row[0] == "Not read"]
    assert gaps == ["group-admins g2: 403 code 200: No permission.", "role r9: =not allowed"]
    held = {row[0]: row[2] for row in rows if row[0] in list(WHOLE)}
    assert held == {table: book[table].max_row - 1 for table in WHOLE}


def test_a_click_on_the_cover_leads_to_the_sheet(book: Any) -> None:
    links = {cell.value: cell.hyperlink.location for (cell, *_) in book["About"].iter_rows() if cell.hyperlink}
    assert links == {name: f"'{name}'!A1" for name in [*WHOLE, "Columns"]}


def test_no_cell_is_a_formula_a_link_or_a_number_made_of_text(book: Any, path: Path) -> None:
    with zipfile.ZipFile(path) as packed:
        assert not [name for name in packed.namelist() if "rels" in name and "sheet" in name]  # no link leads outside
        assert not [name for name in packed.namelist() if "sheet" in name and b"<f>" in packed.read(name)]
    kinds = {"integer": {"n"}, "time": {"d", "n"}, "boolean": {"b", "n"}}  # n: also an empty cell
    for table in WHOLE:
        header, *rows = book[table].iter_rows()
        assert [cell.value for cell in header] == [column.key for column in COLUMNS[table]]
        for row in rows:
            for cell, column in zip(row, COLUMNS[table], strict=True):
                assert cell.data_type in kinds.get(column.type, {"s", "n"})
                assert cell.data_type == "s" or cell.value is None or column.type in kinds
                assert not str(cell.value).startswith(("=", "+", "-", "@"))
    users = {row[0]: row for row in book["users"].iter_rows(values_only=True)}
    bob = dict(zip([column.key for column in COLUMNS[TableName.USERS]], users["bob"], strict=True))
    assert bob["name"] == '\'=HYPERLINK("https://evil.example","x")'
    assert (bob["role_id"], bob["type"], bob["verified"]) == ("2", 2, True)
    assert bob["created_at"] == at(2024, 1, 1)


def test_sheets_have_filters_widths_and_a_header_that_stays(book: Any) -> None:
    for table in WHOLE:
        sheet = book[table]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == f"A1:{sheet.cell(1, len(COLUMNS[table])).column_letter}{sheet.max_row}"
        widths = {
            number: group.width
            for group in sheet.column_dimensions.values()
            for number in range(group.min, group.max + 1)
        }
        assert all(widths[number] >= len(column.key) for number, column in enumerate(COLUMNS[table], start=1))


def test_the_columns_are_explained(book: Any) -> None:
    rows = list(book["Columns"].iter_rows(min_row=2, values_only=True))
    assert rows == [(str(table), column.key, column.about) for table in WHOLE for column in COLUMNS[table]]


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        ("2026-10-30T10:00:00Z", at(2026, 10, 30, 10)),
        ("2026-10-30T10:00:00+02:00", at(2026, 10, 30, 8)),
        ("2026-10-30", at(2026, 10, 30)),
        ("1899-01-01T00:00:00Z", "1899-01-01T00:00:00Z"),
        ("yesterday", "yesterday"),
        ("=1+1", "'=1+1"),
        ("", None),
    ],
)
def test_times_are_dates_where_they_can_be(tmp_path: Path, time: str, shown: Any) -> None:
    columns = (ExportColumn("when", "time", "a time"),)
    table = Table(TableName.GROUPS, columns, [(time,)], 1)
    write_xlsx([], [table], tmp_path / "x.xlsx", tmp_path, "2026-11-01T08:05:10Z", Watch())
    with closing(openpyxl.load_workbook(tmp_path / "x.xlsx")) as book:
        assert book["groups"]["A2"].value == shown


def test_a_workbook_can_be_stopped_while_it_is_packed(reader: Reader, folder: Path) -> None:
    seen: list[Progress] = []
    with pytest.raises(ExportCancelled):
        write_export(
            reader, Format.XLSX, folder / "x.xlsx", connector="Zoom", on_progress=seen.append,
            cancelled=lambda: bool(seen) and seen[-1].step == "packing",
        )  # fmt: skip
    assert list(folder.iterdir()) == []


def test_a_long_table_goes_on_in_another_sheet(tmp_path: Path) -> None:
    columns = COLUMNS[TableName.GROUPS]
    rows = [(f"g{number}", "x" * 40_000, number, None, None) for number in range(25)]
    tables = [Table(TableName.GROUPS, columns, rows, 25), Table(TableName.ROLES, COLUMNS[TableName.ROLES], [], 0)]
    write_xlsx(
        [("Connector", "Zoom")], tables, tmp_path / "x.xlsx", tmp_path, "2026-11-01T08:05:10Z", Watch(), last_row=10
    )
    with closing(openpyxl.load_workbook(tmp_path / "x.xlsx")) as book:
        assert book.sheetnames == ["About", "groups", "groups 2", "groups 3", "roles", "Columns"]
        sheets = [book[name] for name in ("groups", "groups 2", "groups 3")]
        found = [row[0] for sheet in sheets for row in sheet.iter_rows(min_row=2, values_only=True)]
        assert found == [f"g{number}" for number in range(25)]
        assert len(book["groups"]["B2"].value) == 32_767
        assert book["roles"].max_row == 1
        told = [row[1] for row in cover_of(book) if row[0] == "groups"]
        assert told == ["User groups, by name. Goes on in groups 2, groups 3."]


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
    from zoomgov.model.queries import Query

    what = OneTable(TableName.USERS, Query(text="nobody at all"))
    write_export(reader, Format.PARQUET, folder / "none.parquet", connector="Zoom", what=what)
    made = pyarrow.parquet.read_table(folder / "none.parquet")
    assert (made.num_rows, made.column_names[0]) == (0, "id")
