"""Unchanged records are recognised by their digest, in any order of the list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.conftest import FINISHED, STARTED, user
from zoomgov.model.rows import Held
from zoomgov.model.syncs import ListKey
from zoomgov.store.store import Store
from zoomgov.store.write.writer import SyncWriter

PEOPLE = 60


def digest_of(place: int) -> int:
    return (place * 7919 + 1) * (-1 if place % 2 else 1)


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SyncWriter]:
    """Of a second sync; the first read sixty people, whose records' digests are `digest_of`, and some without one."""
    path: Path = tmp_path_factory.mktemp("store") / "store.sqlite3"
    with Store.open(path) as store:
        first = store.begin(STARTED)
        assert first.unchanged([digest_of(0)]) == {}
        for status in ("inactive", "active", "pending"):
            places = range(PEOPLE // 3) if status == "active" else range(PEOPLE // 3, PEOPLE)
            rows = [user(f"{status}-{place}", status=status) for place in places]
            digests = {row.key: digest_of(place) for row, place in zip(rows, places, strict=True)}
            key = ListKey(f"users-{status}")
            first.stage(
                key, users=rows, held=[Held("", ())] * len(rows), digests={} if status == "pending" else digests
            )
            first.finish(key, len(rows))
        first.publish(FINISHED)
        second = store.begin(STARTED)
        yield second
        second.close()


@given(st.lists(st.integers(0, PEOPLE + 5), max_size=70))
def test_in_any_order_and_with_strangers(writer: SyncWriter, places: list[int]) -> None:
    known = {digest_of(place): place for place in range(PEOPLE)}
    asked = [digest_of(place) for place in places]
    found = writer.unchanged(asked)
    assert found.keys() == {digest for digest in asked if digest in known}
    every = writer.unchanged(list(known))
    assert len(set(every.values())) == PEOPLE
    assert all(every[digest] == number for digest, number in found.items())


def test_nothing_is_asked(writer: SyncWriter) -> None:
    assert writer.unchanged([]) == {}
