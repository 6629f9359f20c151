"""The composition root: builds every job from the settings, each with the few parts it needs.

Screens and commands reach the core only through here. A job, and with it what costs time to import (the HTTP client,
the keyring, the decoder, asyncio), is imported when first used, so that the app starts as fast as an empty one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from zoomgov.settings import Network, Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from zoomgov.connectors.model import Connector
    from zoomgov.connectors.registry import Registry
    from zoomgov.secret import Credentials
    from zoomgov.services.backup import Backup
    from zoomgov.services.checking import Checking
    from zoomgov.services.connectors import Connectors
    from zoomgov.services.credentials import ConnectorCredentials
    from zoomgov.services.demonstration import Demo, Demonstration
    from zoomgov.services.disconnecting import Disconnecting
    from zoomgov.services.editing import Editing
    from zoomgov.services.past_syncs import PastSyncs
    from zoomgov.services.restoring import Restoring
    from zoomgov.services.rotation import Rotation
    from zoomgov.services.running import RunningSyncs
    from zoomgov.services.stores import Stores
    from zoomgov.services.sync_logs import SyncLogs
    from zoomgov.services.syncing import Syncing
    from zoomgov.vault import Vault
    from zoomgov.zoom.client import ZoomClient

P = ParamSpec("P")
T = TypeVar("T")

_DIRECT: Final = Network()


class Services:
    """All jobs of the core, by name, and the list of connectors that they share.

    Their methods that are not `async` block for at most a small database read; call those through `run` from a screen.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        vault: Vault | None = None,
        demo: Demo | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Open nothing yet.

        Args:
            vault: keeps credentials; by default the system's keyring.
            now: aware.
        """
        self.settings = settings
        self.demo = demo
        self._vault = vault
        self._now = now

    @cached_property
    def registry(self) -> Registry:
        """Apps, owners and connectors; opens the file on first use."""
        from zoomgov.connectors.registry import Registry

        return Registry(self.settings.registry_path)

    @cached_property
    def connectors(self) -> Connectors:
        """Shows, takes over and removes connectors."""
        from zoomgov.services.connectors import Connectors

        return Connectors(self.registry, self.stores, lambda: self.credentials, lambda: self.sync_logs)

    @cached_property
    def stores(self) -> Stores:
        """What was synced."""
        from zoomgov.services.stores import Stores

        return Stores(self.settings.store_path)

    @cached_property
    def credentials(self) -> ConnectorCredentials:
        """The credentials of connectors."""
        from zoomgov.services.credentials import ConnectorCredentials
        from zoomgov.vault import KeyringVault, VaultKeeper

        keeper = VaultKeeper(self._vault or KeyringVault())
        return ConnectorCredentials(self.registry, keeper, self.settings.environment_credentials, now=self._now)

    @cached_property
    def checking(self) -> Checking:
        """Verifies connectors and explains errors."""
        from zoomgov.services.checking import Checking

        return Checking(self.registry, self.credentials, partial(open_client, network=self.settings.network))

    @cached_property
    def syncing(self) -> Syncing:
        """Syncs connectors."""
        from zoomgov.services.syncing import Syncing

        return Syncing(
            self.registry,
            self.stores,
            self.credentials,
            partial(open_client, network=self.settings.network),
            now=self._now,
            keep_syncs=self.settings.keep_syncs,
        )

    @cached_property
    def editing(self) -> Editing:
        """Renames, changes and duplicates connectors."""
        from zoomgov.services.editing import Editing

        return Editing(self.registry, self.stores, lambda: self.credentials)

    @cached_property
    def disconnecting(self) -> Disconnecting:
        """Takes the credentials of connectors away and keeps what was synced."""
        from zoomgov.services.disconnecting import Disconnecting

        return Disconnecting(self.registry, self.stores, self.credentials, now=self._now)

    @cached_property
    def rotation(self) -> Rotation:
        """Replaces the Client secret of connectors."""
        from zoomgov.services.rotation import Rotation

        return Rotation(self.credentials, open_client)

    @cached_property
    def past_syncs(self) -> PastSyncs:
        """Lists the last syncs of connectors."""
        from zoomgov.services.past_syncs import PastSyncs

        return PastSyncs(self.stores)

    @cached_property
    def backup(self) -> Backup:
        """Saves everything but secrets in one file."""
        from zoomgov.services.backup import Backup

        return Backup(self.settings.data_dir, self.settings_file, now=self._now)

    @cached_property
    def restoring(self) -> Restoring:
        """Takes over such a file."""
        from zoomgov.services.restoring import Restoring

        return Restoring(
            self.settings.data_dir, self.settings_file, lambda: self.credentials, self.close, now=self._now
        )

    @property
    def settings_file(self) -> Path | None:
        """The file of settings; None where they come from the environment alone."""
        found: Path | None = getattr(self.settings, "file", None)  # which not every version of them has
        return found

    @cached_property
    def demonstration(self) -> Demonstration | None:
        """Makes the connector of a demo; None where this is not one."""
        if self.demo is None:
            return None
        from zoomgov.services.demonstration import Demonstration

        return Demonstration(self.registry, self.credentials, self.syncing, self.demo)

    @cached_property
    def running(self) -> RunningSyncs:
        """The syncs that run in this program, whatever page is open."""
        from zoomgov.services.running import RunningSyncs

        return RunningSyncs(lambda: self.syncing, self.sync_logs, now=self._now)

    @property
    def running_if_any(self) -> RunningSyncs | None:
        """The same, without importing it while no sync was started yet."""
        found: RunningSyncs | None = self.__dict__.get("running")
        return found

    @cached_property
    def sync_logs(self) -> SyncLogs:
        """The logs of the last syncs."""
        from zoomgov.services.sync_logs import SyncLogs

        return SyncLogs(self.settings.data_dir / "logs")

    async def run(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking call on a worker thread."""
        import asyncio

        return await asyncio.to_thread(job, *args, **kwargs)

    def close(self) -> None:
        """Close every file."""
        if "stores" in self.__dict__:
            self.stores.close()
        if "registry" in self.__dict__:
            self.registry.close()


def open_client(connector: Connector, credentials: Credentials, network: Network = _DIRECT) -> ZoomClient:
    """A client of the connector's Zoom, to be entered with `async with`."""
    from zoomgov.zoom.client import ZoomClient
    from zoomgov.zoom.clouds import parse_cloud
    from zoomgov.zoom.transport import HttpxTransport

    transport = HttpxTransport(proxy=network.proxy, ca_file=network.ca_file)
    return ZoomClient(parse_cloud(connector.cloud), credentials, transport=transport, scope_kind=connector.scope_kind)


def build_services(environ: Mapping[str, str], *, vault: Vault | None = None, demo: Demo | None = None) -> Services:
    """Build the services from the environment and `settings.toml`; opens and creates nothing yet.

    Raises:
        SettingsError: a variable, or something in the file, has a value that cannot be used.
        ForeignError: the file is not believed.
    """
    return Services(load_settings(environ), vault=vault, demo=demo)
