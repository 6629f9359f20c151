"""CSV, JSON and JSON Lines, and the files they are written to."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import stat
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from zoomgov.export import (
    COLUMNS,
    WHOLE,
    ExportCancelled,
    ExportError,
    Format,
    OneTable,
    Progress,
    TableName,
    documentation,
    install_command,
    write_export,
)
from zoomgov.export.tables import ExportColumn, Table
from zoomgov.export.text import safe_rows, write_json
from zoomgov.model.kinds import Kind
from zoomgov.model.queries import Query, Target
from zoomgov.text import all_spreadsheet_safe, spreadsheet_safe

if TYPE_CHECKING:
    from zoomgov.store.reader import Reader

FORMULA = '=HYPERLINK("https://evil.example","x")'


def write(reader: Reader, form: Format, destination: Any, **options: Any) -> Any:
    return write_export(reader, form, destination, connector="Zoom – main", **options)


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def streamed(reader: Reader, form: Format, **options: Any) -> str:
    out = io.BytesIO()
    write(reader, form, out, **options)
    return out.getvalue().decode()


def test_json_holds_everything_as_zoom_sent_it(reader: Reader) -> None:
    made = json.loads(streamed(reader, Format.JSON))
    assert list(made) == ["about", *WHOLE]
    assert made["about"]["connector"] == "Zoom – main"
    assert made["about"]["sync"] == 1
    assert [gap["part"] for gap in made["about"]["not_read"]] == ["group-admins", "role"]
    assert made["about"]["disagreements"][0]["expected"] == 3
    people = {person["id"]: person for person in made["users"]}
    assert people["bob"]["name"] == FORMULA
    assert people["cat"]["name"] == "عائشة \u202eexe"
    assert people["ann"]["extra"] == {"company": "Ex", "phone_number": "+1"}
    assert (people["ann"]["verified"], people["bob"]["verified"], people["cat"]["verified"]) == (None, True, False)
    assert people["ann"]["pmi"] == 9_876_543_210
    assert people["ann"]["role"] == "Owner"
    assert people["bob"]["dept"] == "@SUM(1)"
    assert [(g["kind"], g["target"], g["principal_id"]) for g in made["grants"]] == [
        ("role", "Member", "bob"),
        ("role", "Member", "cat"),
        ("role", "Owner", "ann"),
        ("group admin", "Finance", "ann"),
        ("group member", "Finance", "bob"),
        ("group member", "Finance", "ann"),
        ("contact group member", 'Everyone, "all"\n of us', "bob"),
        ("contact group member", 'Everyone, "all"\n of us', "email:guest@elsewhere.example"),
        ("contact group member", 'Everyone, "all"\n of us', "g1"),
    ]
    assert {(way["principal_id"], way["via"]) for way in made["nested-access"]} == {
        ("ann", "Finance"),
        ("bob", "Finance"),
    }
    for table in WHOLE:
        assert all(list(row) == [column.key for column in COLUMNS[table]] for row in made[table])


def test_what_was_never_read_is_not_none(reader: Reader) -> None:
    made = json.loads(streamed(reader, Format.JSON))
    admins = {group["id"]: group["admins"] for group in made["groups"]}
    assert admins == {"g1": 1, "g2": None}
    assert {role["id"]: role["privileges"] for role in made["roles"]} == {
        "0": ["User:Edit", "User:Read"],
        "2": [],
        "r9": None,
    }
    told = read_csv(streamed(reader, Format.CSV, what=OneTable(TableName.ROLES)))
    assert {role["id"]: role["privileges"] for role in told} == {"0": "User:Edit; User:Read", "2": "", "r9": "not read"}


def test_json_lines_say_of_which_table_they_are(reader: Reader) -> None:
    lines = [json.loads(line) for line in streamed(reader, Format.JSONL).splitlines()]
    assert lines[0]["table"] == "about"
    assert [line["id"] for line in lines if line["table"] == "groups"] == ["g2", "g1"]
    whole = json.loads(streamed(reader, Format.JSON))
    for table in WHOLE:
        assert [line for line in lines if line["table"] == table] == [{"table": table, **row} for row in whole[table]]


def test_csv_runs_nothing_and_tears_no_line(reader: Reader) -> None:
    for table in WHOLE:
        text = streamed(reader, Format.CSV, what=OneTable(table))
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert rows[0] == [column.key for column in COLUMNS[table]]
        assert len(rows) == len(text.splitlines())
        assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "|", "%", "\t", "\r")]
    people = {row["id"]: row for row in read_csv(streamed(reader, Format.CSV, what=OneTable(TableName.USERS)))}
    assert people["bob"]["name"] == f"'{FORMULA}"
    assert people["bob"]["dept"] == "'@SUM(1)"
    assert "\u202e" not in people["cat"]["name"]
    assert people["ann"]["verified"] == ""


def test_a_filter_keeps_its_order_and_says_so(reader: Reader) -> None:
    what = OneTable(TableName.USERS, Query(text="example.org", sort=(("email", True),)))
    made = json.loads(streamed(reader, Format.JSON, what=what))
    assert [person["id"] for person in made["users"]] == ["cat", "bob", "ann"]
    assert made["about"]["filter"] == "example.org"
    assert list(made) == ["about", "users"]


def test_rows_chosen_by_hand_keep_the_order_and_say_so(reader: Reader) -> None:
    ids = dict(zip(reader.keys(everyone := list(reader.order(Kind.USERS, Query()))), everyone, strict=True))
    chosen = frozenset({ids["ann"], ids["cat"], 10**9})  # the last is in no sync
    what = OneTable(TableName.USERS, Query(sort=(("email", True),)), chosen)
    made = json.loads(streamed(reader, Format.JSON, what=what))
    assert [person["id"] for person in made["users"]] == ["cat", "ann"]
    assert made["about"]["rows_chosen_by_hand"] == 3
    in_default_order = json.loads(streamed(reader, Format.JSON, what=OneTable(TableName.USERS, only=chosen)))
    assert len(in_default_order["users"]) == 2


def test_people_within_a_thing_come_with_how(reader: Reader) -> None:
    what = OneTable(TableName.USERS, Query(within=Target(Kind.CONTACT_GROUPS, "c1")))
    made = read_csv(streamed(reader, Format.CSV, what=what))
    assert {row["id"]: row["how"] for row in made} == {
        "ann": "through Finance",
        "bob": "member, through Finance",
        "email:guest@elsewhere.example": "member",
    }
    assert {row["id"]: row["status"] for row in made}["email:guest@elsewhere.example"] == "not a user"
    nothing = OneTable(TableName.USERS, Query(within=Target(Kind.GROUPS, "no such group")))
    assert read_csv(streamed(reader, Format.CSV, what=nothing)) == []


def test_a_comparison_is_one_flat_table(reader: Reader) -> None:
    with reader.another(2) as newer:
        changes = newer.diff(1)
    rows = read_csv(streamed(reader, Format.CSV, what=changes))
    assert {(row["change"], row["kind"], row["id"], row["field"], row["old"], row["new"]) for row in rows} >= {
        ("removed", "users", "cat", "", "", ""),
        ("changed", "users", "bob", "Department", "'@SUM(1)", "Sales"),
        ("lost", "role", "cat", "", "", ""),
    }
    made = json.loads(streamed(reader, Format.JSON, what=changes))
    assert made["about"]["compared_with_sync"] == 1
    assert len(made["changes"]) == len(rows)


@pytest.mark.parametrize("form", [Format.JSON, Format.JSONL, Format.XLSX, Format.C1Z])
def test_the_same_sync_gives_the_same_bytes(reader: Reader, folder: Path, form: Format) -> None:
    first, second = folder / f"one.{form}", folder / f"two.{form}"
    write(reader, form, first)
    write(reader, form, second)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
@pytest.mark.parametrize("form", list(Format))
def test_a_file_is_private_whole_and_alone(reader: Reader, folder: Path, form: Format) -> None:
    what: dict[str, Any] = {} if form is not Format.CSV else {"what": OneTable(TableName.USERS)}
    path = folder / f"zoom.{form}"
    if form is Format.PARQUET:
        what = {"what": OneTable(TableName.USERS)}
    before = os.umask(0)
    try:
        written = write(reader, form, path, sha256=True, **what)
    finally:
        os.umask(before)
    assert written.path == path
    assert sorted(entry.name for entry in folder.iterdir()) == [path.name, f"{path.name}.sha256"]
    assert {stat.S_IMODE(entry.stat().st_mode) for entry in folder.iterdir()} == {0o600}
    told, name = (folder / f"{path.name}.sha256").read_text().split()
    assert (told, name) == (hashlib.sha256(path.read_bytes()).hexdigest(), path.name)


@pytest.mark.parametrize("form", list(Format))
def test_stopping_leaves_nothing_and_the_older_file(reader: Reader, folder: Path, form: Format) -> None:
    path = folder / "export"
    if form in (Format.CSV, Format.PARQUET):
        path = folder / "export.zip"
    path.write_text("older")
    seen: list[Progress] = []
    with pytest.raises(ExportCancelled):
        write(reader, form, path, on_progress=seen.append, cancelled=lambda: len(seen) > 3)
    assert path.read_text() == "older"
    assert list(folder.iterdir()) == [path]


def test_progress_ends_at_the_total(reader: Reader) -> None:
    seen: list[Progress] = []
    streamed(reader, Format.JSON, on_progress=seen.append)
    last = {progress.table: progress for progress in seen}
    assert list(last) == [str(table) for table in WHOLE]
    assert {table: progress.done for table, progress in last.items() if progress.total is not None} == {
        table: progress.total for table, progress in last.items() if progress.total is not None
    }


def test_a_folder_of_csv_is_replaced_as_a_whole(reader: Reader, folder: Path) -> None:
    path = folder / "out"
    written = write(reader, Format.CSV, path, sha256=True)
    names = {f"{table}.csv" for table in WHOLE} | {"about.csv", "SHA256SUMS"}
    assert {entry.name for entry in path.iterdir()} == names
    assert written.rows["users"] == 4
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    for line in (path / "SHA256SUMS").read_text().splitlines():
        told, name = line.split("  ")
        assert told == hashlib.sha256((path / name).read_bytes()).hexdigest()
    assert ["Not read", "role r9: =not allowed"] in list(csv.reader(io.StringIO((path / "about.csv").read_text())))
    (path / "users.csv").write_text("older")
    write(reader, Format.CSV, path)
    assert "older" not in (path / "users.csv").read_text()
    assert not (path / "SHA256SUMS").exists()
    (path / "notes.txt").write_text("mine")
    with pytest.raises(ExportError, match=r"notes\.txt"):
        write(reader, Format.CSV, path)
    assert (path / "notes.txt").read_text() == "mine"
    assert list(folder.iterdir()) == [path]


def test_a_zip_of_csv_bears_the_time_of_the_sync(reader: Reader, folder: Path) -> None:
    path = folder / "out.zip"
    write(reader, Format.CSV, path)
    with zipfile.ZipFile(path) as packed:
        assert packed.testzip() is None
        assert {entry.date_time for entry in packed.infolist()} == {(2026, 11, 1, 8, 5, 10)}
        assert len(read_csv(packed.read("users.csv").decode())) == 4


@pytest.mark.parametrize(
    ("form", "name", "says"),
    [
        (Format.CSV, "zoom.csv", "--kind|one table|folder"),
        (Format.JSON, "missing/zoom.json", "no folder"),
        (Format.JSON, ".", "is a folder"),
        (Format.CSV, "file", "is a file"),
    ],
)
def test_a_place_that_will_not_do_is_refused(reader: Reader, folder: Path, form: Format, name: str, says: str) -> None:
    (folder / "file").write_text("")
    with pytest.raises(ExportError, match=says):
        write(reader, form, folder / name)
    assert [entry.name for entry in folder.iterdir()] == ["file"]


@pytest.mark.parametrize("form", [Format.XLSX, Format.PARQUET, Format.C1Z, Format.CSV])
def test_what_cannot_be_streamed_is_refused(reader: Reader, form: Format) -> None:
    with pytest.raises(ExportError):
        write(reader, form, io.BytesIO())


@pytest.mark.parametrize("form", [Format.XLSX, Format.PARQUET, Format.C1Z])
def test_a_missing_library_is_named_with_what_to_install(
    reader: Reader, folder: Path, form: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoomgov.export.write.find_spec", lambda name: None)
    with pytest.raises(ExportError, match=r"not installed\. Install it: .+ -m pip install \w+$"):
        write(reader, form, folder / "x")


@pytest.mark.parametrize(
    ("prefix", "command"),
    [
        ("/home/ann/.local/share/pipx/venvs/zoomgov", "pipx inject zoomgov pyarrow"),
        ("/home/ann/.local/share/uv/tools/zoomgov", "uv pip install --python '/my python' pyarrow"),
        ("/usr", "'/my python' -m pip install pyarrow"),
    ],
)
def test_the_command_to_install_it_fits_where_zoomgov_runs(
    prefix: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoomgov.export.write.find_spec", lambda name: None)
    monkeypatch.setattr("sys.prefix", prefix)
    monkeypatch.setattr("sys.executable", "/my python")
    assert install_command(Format.PARQUET) == command
    assert install_command(Format.CSV) is None


def test_every_column_is_documented() -> None:
    text = documentation()
    page = (Path(__file__).parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")
    assert text in page, "run make pictures"
    for table, columns in COLUMNS.items():
        assert f"### {table}" in text
        for column in columns:
            assert column.about
            assert f"| `{column.key}` | {column.type} |" in text


HARD = [
    "a\0=1", "a\0b", "=1", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u200b=1", "\ufeff=1", "Zoë", "a\nb", "", "a=b",
    "-1", "+1", "@SUM(1)", "|calc", "＝1", "＋1", "－1", "＠A", "\u202ea", "a;b", "a;=1", "a; \t+1", "a;＝1",
    ";=1", "'=1",
    "=cmd|'/C calc'!A0", "a;-2+3+cmd|'/C calc'!A0",
]  # fmt: skip


@pytest.mark.parametrize("value", HARD)
def test_no_spreadsheet_finds_a_formula(value: str) -> None:
    """Wherever it takes a cell to begin: at its start, or after a semicolon where the comma is the decimal sign."""
    for cell in spreadsheet_safe(value).split(";"):
        assert cell.strip("\u00a0 \t\r\n")[:1] not in set("=+-@|%＝＋－＠")


@pytest.mark.parametrize("value", HARD)
def test_json_keeps_what_a_spreadsheet_must_not_see(value: str) -> None:
    table = Table(TableName.GROUPS, (ExportColumn("name", "text", "name"),), [(value,)], 1)
    out = io.BytesIO()
    write_json({}, [table], out)
    assert json.loads(out.getvalue())["groups"] == [{"name": value}]


@pytest.mark.parametrize("value", HARD)
def test_a_cell_is_as_safe_in_company_as_alone(value: str) -> None:
    column = COLUMNS[TableName.GROUPS][1]
    for others in ([], ["plain", ""], ["=other"]):
        assert not all_spreadsheet_safe([*others, value]) or spreadsheet_safe(value) == value
        page = [(text,) for text in [*others, value]]
        assert list(safe_rows([column], page)) == [(text and spreadsheet_safe(text),) for (text,) in page]


@pytest.mark.parametrize("form", list(Format))
def test_a_full_disk_leaves_the_older_file_and_nothing_else(reader: Reader, folder: Path, form: Format) -> None:
    resource = pytest.importorskip("resource", reason="Windows has no limit on the size of files")
    path = folder / ("export.zip" if form in (Format.CSV, Format.PARQUET) else "export")
    path.write_text("older")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, hard))
    try:
        with pytest.raises(ExportError, match="could not be written"):
            write(reader, form, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text() == "older"
    assert list(folder.iterdir()) == [path]
