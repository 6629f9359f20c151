"""What the last sync did not read, with the names of what is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.widgets.table.table_source import SourceError

from ..synced.opened_sync import OpenedSync
from ..synced.sync_notes import targets_to_name

if TYPE_CHECKING:
    from zoomgov.connectors.model import Connector
    from zoomgov.model.syncs import SyncInfo
    from zoomgov.services.services import Services


def read_gaps(services: Services, connector: Connector) -> tuple[SyncInfo, dict[str, str]]:
    """Read the connector's last sync, and the names by Zoom's id. Blocks.

    Raises:
        SourceError: there is none, or it cannot be read.
    """
    opened_sync = OpenedSync(connector.name, lambda: services.stores.reader(connector))
    try:
        opened_sync.open()
        if opened_sync.sync is None:
            raise SourceError("There is no finished sync.")
        return opened_sync.sync, opened_sync.names(targets_to_name(opened_sync.sync))
    finally:
        opened_sync.close()
