"""The last syncs of a connector, as they were published."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.conftest import FINISHED, NOW, STARTED, FullDisk, publish
from zoomgov.connectors.model import Connector, ConnectorStatus
from zoomgov.disk.errors import StoreError
from zoomgov.model.syncs import ListKey, NotRead
from zoomgov.services.past_syncs import PastSyncs
from zoomgov.services.stores import Stores


@pytest.fixture
def past(stores: Stores) -> PastSyncs:
    return PastSyncs(stores)


def test_before_the_first_sync_there_is_none(past: PastSyncs, connector: Connector, stores: Stores) -> None:
    history = past.last(connector)
    assert (history.syncs, history.kept, history.failed, history.running) == ((), 0, "", False)
    assert not stores.exists(connector)


def test_the_newest_comes_first_with_outcome_and_duration(
    past: PastSyncs, connector: Connector, stores: Stores
) -> None:
    for _ in range(3):
        publish(stores, connector)
    history = past.last(connector, 2)
    assert [sync.number for sync in history.syncs] == [3, 2]
    assert history.kept == 3
    newest = history.syncs[0]
    assert (newest.started_at, newest.finished_at, newest.seconds) == (STARTED, FINISHED, 300.0)


def test_what_was_not_read_is_told(past: PastSyncs, connector: Connector, stores: Stores) -> None:
    with stores.open(connector).begin(STARTED) as writer:
        writer.restart(ListKey("groups"))
        writer.finish(ListKey("groups"), None)
        writer.publish(FINISHED, not_read=[NotRead("roles", "", "Zoom said no (4711).", ("role:read:admin",))])
    (sync,) = past.last(connector).syncs
    assert sync.outcome == "partial"
    assert [(part.part, part.reason) for part in sync.not_read] == [("roles", "Zoom said no (4711).")]


def test_a_sync_that_failed_since_is_told_though_none_was_published(
    past: PastSyncs, connector: Connector, registry: FullDisk, stores: Stores
) -> None:
    publish(stores, connector)
    failed = registry.update(connector.id, status=ConnectorStatus.ERROR, reason="The secret is wrong.")
    assert past.last(failed).failed == "The secret is wrong."
    assert past.last(replace(failed, reason="")).failed == "The reason is not known."
    disconnected = registry.update(failed.id, status=ConnectorStatus.NOT_CONNECTED, reason="It was disconnected.")
    assert past.last(disconnected).failed == ""


def test_a_sync_that_runs_is_told(past: PastSyncs, connector: Connector, stores: Stores) -> None:
    with stores.open(connector).begin(STARTED):
        assert past.last(connector).running


def test_a_store_that_is_gone_is_not_called_never_synced(past: PastSyncs, connector: Connector) -> None:
    with pytest.raises(StoreError, match="missing or empty"):
        past.last(replace(connector, last_sync_at=NOW))


def test_a_clock_that_was_set_back_leaves_no_duration(past: PastSyncs, connector: Connector, stores: Stores) -> None:
    with stores.open(connector).begin("2126-01-01T00:00:00Z") as writer:
        writer.restart(ListKey("groups"))
        writer.finish(ListKey("groups"), None)
        writer.publish(FINISHED)
    (sync,) = past.last(connector).syncs
    assert sync.seconds is None
