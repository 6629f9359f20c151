"""How exports are moved to their path, atomically."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from zoomgov.export import ExportError, Format, write_export

if TYPE_CHECKING:
    from pathlib import Path

    from zoomgov.store.reader import Reader


def test_a_folder_that_cannot_be_put_in_place_puts_the_older_one_back(
    reader: Reader, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    destination = folder / "all"
    write_export(reader, Format.CSV, destination, connector="Older")
    before = {file.name: file.read_bytes() for file in destination.iterdir()}
    rename = os.rename

    def fails_to_publish(source: Path, target: Path) -> None:
        if source.name == "tables":
            raise PermissionError(13, "Permission denied")
        rename(source, target)

    monkeypatch.setattr("os.rename", fails_to_publish)
    with pytest.raises(ExportError, match="Permission denied"):
        write_export(reader, Format.CSV, destination, connector="Newer")
    assert {file.name: file.read_bytes() for file in destination.iterdir()} == before
    assert list(folder.iterdir()) == [destination]


def test_a_folder_that_cannot_be_put_in_place_leaves_nothing_where_nothing_was(
    reader: Reader, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(source: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.rename", fails)
    with pytest.raises(ExportError, match="Permission denied"):
        write_export(reader, Format.CSV, folder / "all", connector="Newer")
    assert list(folder.iterdir()) == []
