"""A connector of the made-up account, made and filled without the wizard."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from zoomgov.connectors.model import Draft, Owner, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from zoomgov.connectors.model import Connector
    from zoomgov.connectors.registry import Registry
    from zoomgov.secret import Credentials
    from zoomgov.services.credentials import ConnectorCredentials
    from zoomgov.services.syncing import Syncing
    from zoomgov.sync.events import SyncEvent

SYNCS: Final = 2
"""Between two syncs some of the people change, so that there is something to compare."""
NAME: Final = "Demo"
INSTALL_SIM: Final = "Install it with the simulator: pipx install 'zoomgov[sim]', or pip install 'zoomgov[sim]'."
_SIMULATOR: Final = ("starlette", "uvicorn")


def missing_packages() -> list[str]:
    """Return what the simulator needs and is not installed here."""
    return [name for name in _SIMULATOR if find_spec(name) is None]


@dataclass(frozen=True, slots=True)
class Demo:
    """A made-up account to try everything on."""

    credentials: Credentials
    cloud: str


class Demonstration:
    """Makes the connector of a demo."""

    def __init__(self, registry: Registry, credentials: ConnectorCredentials, syncing: Syncing, demo: Demo) -> None:
        self._registry = registry
        self._credentials = credentials
        self._syncing = syncing
        self._demo = demo

    async def create(self) -> Connector:
        """Create the connector, and store its credentials.

        Raises:
            RegistryError, VaultError: it cannot be stored.
        """
        draft = Draft(new_app="Zoom", name=NAME, cloud=self._demo.cloud, owners=(Owner("owner@example.com"),))
        connector = await asyncio.to_thread(self._registry.create, draft)
        await self._credentials.save(connector, self._demo.credentials)
        return connector

    async def fill(self, on_sync: Callable[[int], None], on_event: Callable[[SyncEvent], None]) -> Connector:
        """Create the connector and sync it `SYNCS` times. Cancelling it leaves what was finished.

        Args:
            on_sync: told which of them begins, from 1.
            on_event: told what each does.

        Raises:
            RegistryError, VaultError, StoreError, ZoomError: it cannot be stored, or the simulator does not answer.
        """
        connector = await self.create()
        await asyncio.to_thread(partial(self._registry.update, connector.id, step=Step.DONE))
        for number in range(1, SYNCS + 1):
            on_sync(number)
            await self._syncing.sync(connector, on_event)
        return await asyncio.to_thread(self._registry.connector, connector.id)
