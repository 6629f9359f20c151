"""Saved filters, columns, widths and orders: saving, reading, and damaged files."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from zoomgov.preferences.views import ViewPreferences, ViewPreferencesFile, read_preferences, write_preferences

if TYPE_CHECKING:
    from pathlib import Path

ALL = ViewPreferences(
    filters={"users": {"invited": "status:pending", "Zoë": 'dept:"Field Sales"'}},
    columns={"users": ["email", "role"], "groups": []},
    widths={"users": {"name": 30}},
    orders={"users": [("dept", False), ("name", True)]},
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "kept.json"


def test_what_is_written_is_read_back(path: Path) -> None:
    assert read_preferences(path) == ViewPreferences()
    write_preferences(path, ALL)
    assert read_preferences(path) == ALL
    assert list(path.parent.iterdir()) == [path]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 60_000,
        b'{"filters": 3, "columns": {}}',
        b'{"filters": {"users": []}, "columns": {}}',
        b'{"orders": {"users": [["name"]]}}',
        b'{"widths": {"users": {"name": "wide"}}}',
    ],
)
def test_a_damaged_file_is_as_if_there_were_none(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert read_preferences(path) == ViewPreferences()


def test_a_file_of_an_older_version_lacks_what_came_later(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"filters": {"users": {"a": "b"}}, "columns": {}, "something else": 1}')
    assert read_preferences(path) == ViewPreferences({"users": {"a": "b"}})


def test_a_width_is_one_a_table_can_have(path: Path) -> None:
    write_preferences(path, ViewPreferences(widths={"users": {"name": -3, "email": 7, "dept": 100_000}}))
    assert read_preferences(path).widths == {"users": {"name": 1, "email": 7, "dept": 500}}


def test_nothing_is_written_when_nothing_changes(path: Path) -> None:
    file = ViewPreferencesFile(path)
    file.change(lambda preferences: preferences.columns.update(users=["email"]))
    before = path.stat().st_mtime_ns, path.stat().st_ino
    file.change(lambda preferences: preferences.columns.update(users=["email"]))
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before
    file.change(lambda preferences: preferences.columns["users"].append("role"))
    assert file.read().columns == {"users": ["email", "role"]}
