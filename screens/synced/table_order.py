"""Where the view preferences of a connector are saved, and the order they give a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.preferences.views import ViewPreferences, ViewPreferencesFile
from zoomgov.widgets.table.table_source import TableQuery

if TYPE_CHECKING:
    from collections.abc import Collection

    from zoomgov.connectors.model import Connector
    from zoomgov.services.services import Services


def preferences_of(services: Services, connector: Connector) -> ViewPreferencesFile:
    """Return the file of a connector's view preferences."""
    return ViewPreferencesFile(services.settings.data_dir / "browse" / f"{connector.id}.json")


def preferred_order(
    preferences: ViewPreferences, table: str, shown: Collection[str], first: str | None = None
) -> TableQuery:
    """Return the order a table was last in, by those of its columns that are shown; by `first` where it was in none."""
    keys = [(key, down) for key, down in preferences.orders.get(table, []) if key in shown]
    return TableQuery(sort=first) if not keys else TableQuery().sorted_by(keys)
