"""A reader: it stays with its sync, is shared by threads, and can be interrupted and closed."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.store.conftest import FINISHED, STARTED, publish, stage, user
from tests.store.crowd import SMALL, SORTS, crowd
from zoomgov.disk.errors import StoreError
from zoomgov.model.kinds import Kind
from zoomgov.model.queries import Query
from zoomgov.store.store import Store

if TYPE_CHECKING:
    pass


def test_a_reader_stays_with_its_sync(store: Store) -> None:
    publish(store, SMALL)
    with store.reader() as reader:
        ids = reader.order(Kind.USERS)
        before = reader.rows(Kind.USERS, ids)
        publish(store, replace(SMALL, users=[user("zoe")], user_grants=[], grants=[]))
        assert reader.number == 1
        latest = reader.latest()
        assert latest is not None
        assert latest.number == 2
        assert reader.rows(Kind.USERS, ids) == before
        assert reader.order(Kind.USERS) == ids
        with store.reader() as newer:
            assert [row[0] for row in newer.rows(Kind.USERS, newer.order(Kind.USERS))] == ["Person zoe"]
            assert [info.number for info in newer.syncs()] == [1, 2]
        store.prune(1)
        with pytest.raises(StoreError, match="no longer kept"):
            reader.order(Kind.USERS)
    with pytest.raises(StoreError, match="no sync 1"):
        store.reader(1)


def test_pages_are_read_while_another_thread_orders(store: Store) -> None:
    publish(store, crowd(300))
    failures: list[BaseException] = []
    with store.reader() as reader:
        ids = reader.order(Kind.USERS)
        expected = reader.rows(Kind.USERS, ids[:128])

        def order() -> None:
            try:
                for key, down in SORTS * 3:
                    reader.order(Kind.USERS, Query(text="a", sort=((key, down),)))
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=order)
        thread.start()
        while thread.is_alive():
            assert reader.rows(Kind.USERS, ids[:128]) == expected
        thread.join()
    assert failures == []


def test_what_is_staged_by_another_run_is_invisible(store: Store) -> None:
    publish(store, SMALL)
    with store.reader() as reader:
        before = [reader.rows(Kind.USERS, reader.order(Kind.USERS)), reader.person("ann"), reader.syncs()]
        with store.begin(STARTED) as writer:
            stage(writer, replace(SMALL, users=[user("ann", dept="Law")], user_grants=[]))
            assert [reader.rows(Kind.USERS, reader.order(Kind.USERS)), reader.person("ann"), reader.syncs()] == before
            writer.publish(FINISHED)


def test_an_order_can_be_given_up_and_nothing_else(store: Store) -> None:
    """Interrupted from within, as no other moment is sure to lie in the middle of it."""
    publish(store, crowd(30))
    with store.reader() as reader:
        reader.interrupt()
        assert len(reader.order(Kind.USERS)) == 30

        def interrupted() -> int:
            reader.interrupt()
            return 0

        reader._asking.connection.set_progress_handler(interrupted, 1)
        assert reader.person("u1") is not None
        with pytest.raises(StoreError, match="interrupted"):
            reader.order(Kind.USERS, Query(text="a"))
        reader._asking.connection.set_progress_handler(None, 1)
        assert len(reader.order(Kind.USERS)) == 30


def test_a_closed_reader_says_so(store: Store) -> None:
    publish(store, SMALL)
    reader = store.reader()
    reader.close()
    for call in (reader.syncs, lambda: reader.rows(Kind.USERS, [1]), lambda: reader.order(Kind.USERS)):
        with pytest.raises(StoreError, match="The store was closed"):
            call()
