"""Disconnecting a connector: its credentials go, what was synced stays."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from zoomgov.connectors.model import ConnectorStatus, Step
from zoomgov.services.problems import Problem
from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from zoomgov.connectors.model import Connector
    from zoomgov.connectors.registry import Registry
    from zoomgov.services.credentials import ConnectorCredentials
    from zoomgov.services.stores import Stores


class NotDisconnected(Problem):
    """A connector keeps its credentials, or a part of them; the text says which.

    Attributes:
        by_force: whether `disconnect` with `force` would do it all the same.
    """

    def __init__(self, what: str, why: str, *next_steps: str, by_force: bool = False) -> None:
        super().__init__(what, why, *next_steps)
        self.by_force = by_force


def without_credentials(registry: Registry, connector_id: str, reason: str) -> Connector:
    """Label a connector *Not connected*, with the reason; its set-up goes on where credentials are entered.

    Raises:
        RegistryError: it is not there any more, or the list of connectors cannot be written.
    """
    step = min(registry.connector(connector_id).step, Step.CREDENTIALS)
    return registry.update(
        connector_id, status=ConnectorStatus.NOT_CONNECTED, reason=reason, step=step, credentials_at=None
    )


class Disconnecting:
    """Disconnects connectors."""

    def __init__(
        self,
        registry: Registry,
        stores: Stores,
        credentials: ConnectorCredentials,
        *,
        now: Callable[[], datetime],
    ) -> None:
        """`now` is aware; its day is named in the reason."""
        self._registry = registry
        self._stores = stores
        self._credentials = credentials
        self._now = now

    async def disconnect(self, connector: Connector, *, force: bool = False) -> Connector:
        """Clear its credentials, in the keyring and in memory, and label it *Not connected*. What was synced stays.

        Account ID and Client ID, which are no secrets, stay so that it can be connected again with the secret alone.
        No sync of it can begin meanwhile. Once the credentials are gone the label follows even if the task is
        cancelled.

        Args:
            force: also where no keyring can be asked; one that is out of reach keeps what it may hold.

        Raises:
            StoreBusy: a sync of it is running; nothing has changed.
            NotDisconnected: the environment or a keyring keeps the credentials; says what to do.
            RegistryError: the credentials are gone, and the label could not be written.
        """
        from zoomgov.services.credentials import VaultError

        if self._credentials.given_by_environment:
            raise NotDisconnected(
                f"{printable(connector.name)} is still connected: the environment holds its credentials.",
                "ZOOMGOV_ACCOUNT_ID, ZOOMGOV_CLIENT_ID and ZOOMGOV_CLIENT_SECRET are set where zoomgov was started, "
                "and are used for every connector. Nothing has changed.",
                "Unset them there, then disconnect again: the keyring may hold credentials, too.",
            )
        lock = await asyncio.to_thread(self._stores.removal, connector)
        try:
            try:
                await self._credentials.clear(connector, force=force)
            except VaultError as error:
                gone = "Only part of the credentials was removed." if error.incomplete else "Nothing has changed."
                raise NotDisconnected(f"{gone} {error.title}", error.reason, by_force=True) from error
            reason = f"It was disconnected on {self._now():%Y-%m-%d}."
            label = asyncio.ensure_future(
                asyncio.to_thread(partial(without_credentials, self._registry, connector.id, reason))
            )
            try:
                return await asyncio.shield(label)
            except asyncio.CancelledError:
                await asyncio.wait([label])
                raise
        finally:
            lock.release()
