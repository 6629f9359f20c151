"""The credentials of connectors: finding, storing and clearing them.

What screens and commands need of the vault is here too: they do not reach into `zoomgov.vault`.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from zoomgov.connectors.model import Step
from zoomgov.connectors.rows import RegistryError
from zoomgov.vault import MemoryVault, Vault, VaultChoice, VaultError, VaultKeeper
from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from collections.abc import Callable

    from zoomgov.connectors.model import Connector
    from zoomgov.connectors.registry import Registry
    from zoomgov.secret import Credentials

__all__ = [
    "ConnectorCredentials",
    "CredentialSource",
    "MemoryVault",
    "NoCredentials",
    "Vault",
    "VaultChoice",
    "VaultError",
]


class CredentialSource(StrEnum):
    """Where credentials come from."""

    ENVIRONMENT = "environment"
    SESSION = "session"
    """This program's memory."""
    KEYRING = "keyring"


class NoCredentials(ZoomError):
    """There is nothing to sign in to Zoom with."""

    def __init__(self, connector: Connector) -> None:
        super().__init__(
            ErrorKind.CREDENTIALS,
            "POST /oauth/token",
            f"No credentials are stored for {connector.name}.",
        )


class ConnectorCredentials:
    """Finds, stores and clears the credentials of connectors."""

    def __init__(
        self,
        registry: Registry,
        vault: VaultKeeper,
        given: Credentials | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Store credentials in `vault`; `given` are those of the environment, which take precedence over all others.

        Args:
            now: aware; the time at which credentials were stored.
        """
        self.vault = vault
        """The keyring; public for `probe`, which tells its name."""
        self._registry = registry
        self._given = given
        self._now = now
        self._session: dict[str, Credentials] = {}

    @property
    def given_by_environment(self) -> bool:
        """Whether the environment holds credentials, which are used for every connector."""
        return self._given is not None

    async def find(self, connector: Connector) -> tuple[Credentials, CredentialSource] | None:
        """The credentials and where they come from; None when there are none.

        Raises:
            VaultError: the keyring could not be asked.
        """
        if self._given is not None:
            return self._given, CredentialSource.ENVIRONMENT
        return await self.find_stored(connector)

    async def find_stored(self, connector: Connector) -> tuple[Credentials, CredentialSource] | None:
        """The same without those of the environment.

        Raises:
            VaultError: the keyring could not be asked.
        """
        if (in_session := self._session.get(connector.id)) is not None:
            return in_session, CredentialSource.SESSION
        stored = await self.vault.read(connector.id)
        return None if stored is None else (stored, CredentialSource.KEYRING)

    async def required(self, connector: Connector) -> Credentials:
        """The credentials to sign in to Zoom with.

        Raises:
            NoCredentials: there are none.
            VaultError: the keyring could not be asked.
        """
        found = await self.find(connector)
        if found is None:
            raise NoCredentials(connector)
        return found[0]

    async def save(self, connector: Connector, credentials: Credentials, *, session_only: bool = False) -> str:
        """Store the credentials, and return where: in the keyring, read back, or in this process's memory.

        The connector's two ids become those of `credentials`, and its set-up goes on with *Verify*.

        Raises:
            VaultError: the keyring refused; it holds what it held before.
            RegistryError: the connector is not there any more, and nothing was stored; or the list of connectors
                cannot be written, and the credentials are stored.
        """
        before = await asyncio.to_thread(self._registry.connector, connector.id)
        stored_at = before.credentials_at  # which memory does not change
        if session_only:
            self._session[connector.id] = credentials
            where = "this session's memory"
        else:
            where = await self.vault.probe()
            await self.vault.store(connector.id, credentials)
            self._session.pop(connector.id, None)
            stored_at = self._now()
        # What another app was found to hold says nothing about this one.
        same_app = before.client_id == credentials.client_id
        await asyncio.to_thread(
            partial(
                self._registry.update,
                connector.id,
                account_id=credentials.account_id,
                client_id=credentials.client_id,
                held_scopes=before.held_scopes if same_app else frozenset(),
                proved=frozenset(),
                credentials_at=stored_at,
                step=max(connector.step, Step.VERIFY),
            )
        )
        return where

    async def clear(self, connector: Connector, *, force: bool = False) -> None:
        """Clear the credentials, in the keyring and in memory.

        Args:
            force: ignore a keyring that cannot be asked or refuses; what it may hold stays there.

        Raises:
            VaultError: the keyring did not clear them; those in memory stay too.
        """
        try:
            await self.vault.clear(connector.id)
        except VaultError:
            if not force:
                raise
        self._session.pop(connector.id, None)
        with suppress(RegistryError):  # on a full disk, or one that is not in the list any more
            await asyncio.to_thread(partial(self._registry.update, connector.id, credentials_at=None))
