"""A registry of connectors on disk, and its clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from zoomgov.connectors.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Clock:
    """A clock that advances one minute with each call."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def registry_path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "connectors.sqlite3"


@pytest.fixture
def registry(registry_path: Path) -> Iterator[Registry]:
    registry = Registry(registry_path, clock=Clock())
    yield registry
    registry.close()
