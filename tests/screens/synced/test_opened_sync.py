"""An opened sync that is replaced by a newer one while something is asked of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.screens.company import fill, fill_again
from zoomgov.model.kinds import Kind
from zoomgov.model.queries import Query
from zoomgov.screens.synced.opened_sync import OpenedSync
from zoomgov.store.store import Store
from zoomgov.widgets.table.table_source import SourceError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return fill(tmp_path / "c1.db")


def test_a_question_under_way_is_answered_from_the_older_sync(store: Store) -> None:
    opened = OpenedSync("Zoom", store.reader)
    opened.open()
    with opened._reading() as older:
        fill_again(store)
        opened.open()
        assert (older.number, opened.sync and opened.sync.number) == (1, 2)
        assert len(older.order(Kind.USERS)) == 60
        with opened._reading() as newer:
            assert newer.number == 2
    with pytest.raises(SourceError, match="closed"), opened._reading():
        older.order(Kind.USERS)
    assert len(opened.order(Kind.USERS, Query())) == 60
    opened.close()


def test_an_idle_reader_is_closed_when_a_newer_sync_is_opened(store: Store) -> None:
    opened = OpenedSync("Zoom", store.reader)
    opened.open()
    with opened._reading() as older:
        pass
    fill_again(store)
    opened.open()
    with pytest.raises(SourceError, match="closed"), opened._reading():
        older.order(Kind.USERS)
    opened.close()
