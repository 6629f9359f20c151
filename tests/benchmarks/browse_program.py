"""The program that the benchmarks look at, its made-up account, and what they wait for on its screens."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.benchmarks.frames import Frames, Took
from tests.benchmarks.made_up import Account, sync
from zoomgov.app import ZoomgovApp
from zoomgov.connectors.model import ConnectorStatus, Draft, Owner, Step
from zoomgov.services.services import Services
from zoomgov.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

_PACKAGE: Final = Path(__file__).parents[2] / "zoomgov"
NOW: Final = datetime(2026, 11, 2, tzinfo=UTC)


class Bench(Frames, ZoomgovApp):
    """The program itself, telling of its frames."""

    # Textual looks for these beside the file of the class.
    CSS_PATH = [_PACKAGE / name for name in ("app.tcss", "screens/connectors/connectors.tcss")]

    def __init__(self, services: Services) -> None:
        super().__init__(services, now=lambda: NOW)
        self.animation_level = "none"

    async def until(self, do: Callable[[], object], ready: Callable[[], bool], seconds: float = 30) -> Took:
        """Do something as if a person did it: what is for moments without one is put off."""
        if self._idle_timer is not None:
            self._idle_timer.reset()
        return await super().until(do, ready, seconds)

    @property
    def table(self) -> Any:
        """The table on screen."""
        return self.screen.search_table.table  # type: ignore[attr-defined]


def make(home: Path, users: int, memberships: int) -> None:
    """Make a connector with two syncs, the second with 1 % of the people changed."""
    services = Services(Settings(data_dir=home))
    made = services.registry.create(Draft(new_app="Zoom", name="Bench", owners=(Owner("o@example.org"),)))
    services.registry.update(made.id, status=ConnectorStatus.CONNECTED, step=Step.DONE, last_sync_at=NOW)
    store = services.stores.open(made)
    account = Account(users, memberships, max(min(1_000, users // 20), 2))
    sync(store, account)
    account.churn(0.01, 0.005)
    sync(store, account)
    store.build_search()
    services.close()


# What is waited for


def on(app: Bench, name: str) -> bool:
    """Whether this screen is on top."""
    return type(app.screen).__name__ == name


def has_rows(app: Bench, name: str = "BrowseScreen") -> bool:
    """Whether this screen is on top, with rows in its table and a place for them."""
    if not on(app, name):
        return False
    found = getattr(app.screen, "search_table", None)
    return found is not None and found.table.row_count > 0 and found.table.region.height > 2


def listed(app: Bench) -> bool:
    """Whether the connectors are on screen."""
    return on(app, "ConnectorsScreen") and bool(app.screen.connectors)  # type: ignore[attr-defined]


def shows(app: Bench, text: str) -> bool:
    """Whether the rows on screen are those found by `text`."""
    return bool(app.table.displayed_query.text == text)


def place_in(table: Any) -> tuple[int, int, int]:
    """Where one is in a table: row, first row on screen, column."""
    return table.cursor_index, table.scroll_offset.y, table._viewport.current
