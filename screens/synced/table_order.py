"""What browsing remembers of how somebody looks at a connector: columns, their widths, the order, named filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.preferences.views import ViewPreferences, ViewPreferencesFile
from zoomgov.widgets.table.table_source import TableQuery

if TYPE_CHECKING:
    from collections.abc import Collection

    from zoomgov.connectors.model import Connector
    from zoomgov.services.services import Services


def preferences_of(services: Services, connector: Connector) -> ViewPreferencesFile:
    """Return what is remembered of browsing a connector."""
    return ViewPreferencesFile(services.settings.data_dir / "browse" / f"{connector.id}.json")


def preferred_order(kept: ViewPreferences, table: str, shown: Collection[str], first: str | None = None) -> TableQuery:
    """Return the order a table was last in, by those of its columns that are shown; by `first` where it was in none."""
    keys = [(key, down) for key, down in kept.orders.get(table, []) if key in shown]
    return TableQuery(sort=first) if not keys else TableQuery().sorted_by(keys)
