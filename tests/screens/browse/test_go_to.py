"""Going to a person from anywhere, by keys alone at 80x24."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from tests.screens.company import CONNECTOR, NOW, SIZE, press
from zoomgov.screens.browse.browse import BrowseScreen
from zoomgov.screens.browse.go_to import GoToScreen
from zoomgov.screens.browse.person import PersonScreen
from zoomgov.settings import Settings

if TYPE_CHECKING:
    from tests.screens.company import Company, Settled
    from zoomgov.connectors.model import Connector
    from zoomgov.services.services import Services
    from zoomgov.store.reader import Reader
    from zoomgov.store.store import Store


class TwoConnectors:
    """As much of the services as going to a person needs."""

    def __init__(self, store: Store, *names: str) -> None:
        self.store = store
        self.settings = Settings(store.path.parent)
        self.readers: list[Reader] = []
        self._connectors = [replace(CONNECTOR, id=name, name=name, last_sync_at=NOW) for name in names]
        self._connectors.append(replace(CONNECTOR, id="new", name="Never synced"))
        self.connectors = self.stores = self

    def all(self) -> list[Connector]:
        return self._connectors

    def reader(self, connector: Connector) -> Reader:
        self.readers.append(self.store.reader())
        return self.readers[-1]


async def go(app: Any, pilot: Any, settled: Settled, *names: str, beginning: str = "") -> TwoConnectors:
    await settled(pilot)
    services = TwoConnectors(app.store, *names)
    app.push_screen(GoToScreen(cast("Services", services), beginning))
    await settled(pilot)
    return services


async def test_a_person_is_found_by_name_or_mail_and_opened(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await go(app, pilot, settled, "Acme")
        assert "60 users" in app.text()
        await press(pilot, settled, *"person007@")
        assert "1 of 60 users" in app.text()
        await press(pilot, settled, "enter", "enter")
        assert isinstance(app.screen, PersonScreen)
        assert "person007@acme.example" in app.text()
        await press(pilot, settled, "escape")
        assert isinstance(app.screen, BrowseScreen)


async def test_the_connector_on_screen_comes_first_and_the_text_stays(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await go(app, pilot, settled, "Acme", "Zeta", beginning="Zeta")
        assert "Go to a person in Zeta  1 of 2" in app.text()
        await press(pilot, settled, *"fatima", "ctrl+n")
        assert "Go to a person in Acme  2 of 2" in app.text()
        for _ in range(100):  # what was typed is searched once the new table has it
            if "6 of 60 users" in app.text():
                break
            await settled(pilot)
        assert "6 of 60 users" in app.text()


async def test_without_a_sync_it_says_what_to_do(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await go(app, pilot, settled)
        assert "nothing has been synced" in app.text()
        await pilot.press("escape")
        assert isinstance(app.screen, BrowseScreen)
