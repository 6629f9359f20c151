"""The composition root: builds every part from the settings, and does the few jobs that need several parts.

Screens and commands reach the core only through here. Parts that cost time to import (the HTTP
client, the keyring, the decoder) are imported when first used, so that the app starts as fast
as an empty one.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from zoomgov.connectors.model import Connector, ConnectorStatus, Step
from zoomgov.connectors.rows import RegistryError
from zoomgov.settings import Settings, load_settings
from zoomgov.zoom.clouds import parse_cloud
from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from zoomgov.advice.knowledge import Advice
    from zoomgov.connectors.registry import Registry
    from zoomgov.model.syncs import SyncInfo
    from zoomgov.secret import Credentials
    from zoomgov.store.reader import Reader
    from zoomgov.store.store import Store
    from zoomgov.sync.estimate import Estimate
    from zoomgov.sync.events import SyncEvent, SyncSummary
    from zoomgov.vault import Vault, VaultKeeper
    from zoomgov.verify.model import CheckLine, Report
    from zoomgov.zoom.client import ZoomClient

P = ParamSpec("P")
T = TypeVar("T")

ENVIRONMENT: Final = "environment"
KEYRING: Final = "keyring"
SESSION: Final = "session"


@dataclass(frozen=True, slots=True)
class Demo:
    """A made-up account to try everything on."""

    credentials: Credentials
    cloud: str


class Services:
    """Everything the screens and commands may ask of the core.

    Methods that are not `async` block for at most a small database read; call those through `run` from a screen.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        vault: Vault | None = None,
        demo: Demo | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings
        self.demo = demo
        self._vault = vault
        self._now = now
        self._session: dict[str, Credentials] = {}
        self._stores: dict[str, Store] = {}

    @cached_property
    def registry(self) -> Registry:
        """Apps, owners and connectors; opens the file on first use."""
        from zoomgov.connectors.registry import Registry

        return Registry(self.settings.registry_path)

    @cached_property
    def vault(self) -> VaultKeeper:
        """The keyring."""
        from zoomgov.vault import KeyringVault, VaultKeeper

        return VaultKeeper(self._vault or KeyringVault())

    async def run(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking call on a worker thread."""
        return await asyncio.to_thread(job, *args, **kwargs)

    # Connectors

    def connectors(self) -> list[Connector]:
        """All connectors; a label *Syncing* left behind by a program that died is put right first."""
        return [self._settled(connector) for connector in self.registry.connectors()]

    def find(self, name: str) -> Connector | None:
        """The connector of this name, its label put right as in `connectors`."""
        found = self.registry.find(name)
        return None if found is None else self._settled(found)

    def _settled(self, connector: Connector) -> Connector:
        if connector.status is not ConnectorStatus.SYNCING or self._store_busy(connector):
            return connector
        status = ConnectorStatus.CONNECTED if connector.last_sync_at is not None else ConnectorStatus.NOT_CONNECTED
        try:
            return self.registry.update(connector.id, status=status, reason="")
        except RegistryError:  # a full disk is no reason not to show it
            return replace(connector, status=status, reason="")

    def _store_busy(self, connector: Connector) -> bool:
        from zoomgov.store.store import is_busy

        return is_busy(self.settings.store_path(connector.id))

    async def import_handoff(self, data: bytes) -> Connector:
        """Create the connector that somebody handed over in a file, and open its wizard next.

        Raises:
            HandoffError: it is no hand-off file, or one that cannot be used.
        """
        from zoomgov.connectors.handoff import read_handoff

        handoff = read_handoff(data)

        def create() -> Connector:
            made = self.registry.create(handoff.draft(self.registry.apps(), self.registry.connectors()))
            return self.registry.update(made.id, scope_kind=handoff.scope_kind, without=handoff.without)

        return await self.run(create)

    async def remove(self, connector: Connector, *, force: bool = False) -> None:
        """Remove a connector, its stored credentials and everything synced.

        Args:
            force: also when there is no keyring to ask, as where credentials come from the environment or were kept
                for one session; a keyring that is out of reach keeps what it may hold.

        Raises:
            VaultError: the keyring did not let go of the credentials; nothing was removed.
            StoreBusy: a sync of it is running; nothing was removed.
        """
        from zoomgov.store.store import remove_store
        from zoomgov.vault import VaultError

        try:
            await self.clear_credentials(connector)
        except VaultError:
            if not force:
                raise
        self._close_store(connector)
        await self.run(remove_store, self.settings.store_path(connector.id))
        await self.run(self.registry.remove, connector.id)

    # Credentials

    async def credentials(self, connector: Connector) -> tuple[Credentials, str] | None:
        """The credentials and where they come from: environment, session or keyring; None when there are none.

        Raises:
            VaultError: the keyring could not be asked.
        """
        if (given := self.settings.environment_credentials) is not None:
            return given, ENVIRONMENT
        if (kept := self._session.get(connector.id)) is not None:
            return kept, SESSION
        stored = await self.vault.read(connector.id)
        return None if stored is None else (stored, KEYRING)

    async def save_credentials(
        self, connector: Connector, credentials: Credentials, *, session_only: bool = False
    ) -> str:
        """Keep the credentials and say where: in the keyring, read back, or in this program's memory.

        Raises:
            VaultError: the keyring refused; it holds nothing of them.
        """
        if session_only:
            self._session[connector.id] = credentials
            where = "this session's memory"
        else:
            where = await self.vault.probe()
            await self.vault.store(connector.id, credentials)
            self._session.pop(connector.id, None)
        before = await self.run(self.registry.connector, connector.id)
        # What another app was found to hold says nothing about this one.
        same_app = before.client_id == credentials.client_id
        await self.run(
            partial(
                self.registry.update,
                connector.id,
                account_id=credentials.account_id,
                client_id=credentials.client_id,
                held_scopes=before.held_scopes if same_app else frozenset(),
                step=max(connector.step, Step.VERIFY),
            )
        )
        return where

    async def clear_credentials(self, connector: Connector) -> None:
        """Forget the credentials, in the keyring and in memory.

        Raises:
            VaultError: the keyring did not let go of them.
        """
        self._session.pop(connector.id, None)
        await self.vault.clear(connector.id)

    # Zoom

    async def _required_credentials(self, connector: Connector) -> Credentials:
        found = await self.credentials(connector)
        if found is None:
            raise NoCredentials(connector)
        return found[0]

    def _client(self, connector: Connector, credentials: Credentials) -> ZoomClient:
        from zoomgov.zoom.client import ZoomClient

        return ZoomClient(parse_cloud(connector.cloud), credentials)

    async def verify(
        self, connector: Connector, on_line: Callable[[CheckLine], None], *, only: Collection[str] | None = None
    ) -> Report:
        """Run all checks, or those named in `only`; each line is given to `on_line` as it finishes.

        Raises:
            NoCredentials: there are none to verify.
            VaultError: the keyring could not be asked.
        """
        from zoomgov.verify.checks import verify
        from zoomgov.verify.model import KnownFacts
        from zoomgov.zoom.scopes import SCOPES

        credentials = await self._required_credentials(connector)
        known = await self.run(self.registry.connector, connector.id)  # as it is after an earlier check
        facts = KnownFacts(
            credentials=credentials,
            owners=tuple(owner.email for owner in connector.owners),
            without=connector.without,
            scope_kind=connector.scope_kind,
            ticked=connector.checked.intersection(SCOPES),
            held_before=known.held_scopes,
        )
        async with self._client(connector, credentials) as client:
            report = await verify(client, facts, on_line, only=only)
        if report.ready and report.held is not None:
            # Only then: a report with gaps would forget what was there before they came.
            await self.run(partial(self.registry.update, connector.id, held_scopes=frozenset(report.held)))
        return report

    async def sync(
        self, connector: Connector, on_event: Callable[[SyncEvent], None], *, thorough: bool = False
    ) -> SyncSummary:
        """Sync and keep the connector's label true: Syncing, then Connected, or Error with the reason.

        Cancelling it stops cleanly: the label is what it was, the previous sync stays visible and the next
        sync goes on from the lists that are finished.

        Raises:
            ZoomError: nothing could be read.
            NoCredentials, VaultError, StoreBusy, StoreError: it did not start.
        """
        from zoomgov.disk.errors import StoreBusy, StoreError
        from zoomgov.sync.engine import run_sync
        from zoomgov.sync.events import Published
        from zoomgov.verify.lines import line_for

        before, published = connector, False

        def listen(event: SyncEvent) -> None:
            nonlocal published
            published = published or isinstance(event, Published)
            on_event(event)

        async with self._client(connector, await self._required_credentials(connector)) as client:
            store = await self.run(self._store, connector)
            await self._label(connector, ConnectorStatus.SYNCING)
            try:
                summary = await run_sync(client, store, on_event=listen, thorough=thorough, without=connector.without)
                await asyncio.shield(self._label_synced(connector))
            except StoreBusy:
                raise  # the label belongs to the sync that runs
            except ZoomError as error:
                advice = self.explain(error, connector)
                await self._label(connector, ConnectorStatus.ERROR, f"{advice.title} ({error})", line_for(error))
                raise
            except asyncio.CancelledError:
                if published:
                    await asyncio.shield(self._label_synced(connector))
                else:
                    with suppress(RegistryError):  # a label *Syncing* left behind is put right when it is shown
                        await asyncio.shield(self._label(before, before.status, before.reason, before.reason_line))
                raise
            except Exception as error:
                with suppress(RegistryError):  # most of all on a full disk, which is what has to be told
                    await self._label(connector, ConnectorStatus.ERROR, str(error) or type(error).__name__)
                raise
            with suppress(StoreError):  # searches are slower without, and what is not pruned now is with the next sync
                await self.run(store.build_search)
                if self.settings.keep_syncs is not None:
                    await self.run(store.prune, self.settings.keep_syncs)
        return summary

    async def _label_synced(self, connector: Connector) -> None:
        await self.run(
            partial(
                self.registry.update,
                connector.id,
                status=ConnectorStatus.CONNECTED,
                reason="",
                step=Step.DONE,
                last_sync_at=self._now(),
            )
        )

    async def estimate(self, connector: Connector) -> Estimate:
        """How many requests a sync will take, and how long; costs a few requests.

        Raises:
            ZoomError: Zoom cannot be asked.
            NoCredentials, VaultError: it did not start.
        """
        from zoomgov.sync.engine import load_learnt_limits
        from zoomgov.sync.estimate import estimate

        async with self._client(connector, await self._required_credentials(connector)) as client:
            if self.settings.store_path(connector.id).exists():
                await self.run(load_learnt_limits, client, await self.run(self._store, connector))
            return await estimate(client, without=connector.without)

    async def _label(self, connector: Connector, status: ConnectorStatus, reason: str = "", line: str = "") -> None:
        await self.run(partial(self.registry.update, connector.id, status=status, reason=reason, reason_line=line))

    def explain(self, error: ZoomError, connector: Connector | None = None) -> Advice:
        """The most likely cause of `error` and what to click, with links to the connector's cloud."""
        from zoomgov.advice.knowledge import explain
        from zoomgov.zoom.clouds import ZOOM_US

        return explain(error, cloud=parse_cloud(connector.cloud) if connector else ZOOM_US)[0]

    # What was synced

    def _store(self, connector: Connector) -> Store:
        from zoomgov.store.store import Store

        if connector.id not in self._stores:
            self._stores[connector.id] = Store.open(self.settings.store_path(connector.id))
        return self._stores[connector.id]

    def reader(self, connector: Connector) -> Reader:
        """A new reader of what was last synced; the caller closes it.

        Raises:
            StoreError: it cannot be read, or what was synced is not where it was.
        """
        self._expect_store(connector)
        return self._store(connector).reader()

    def _expect_store(self, connector: Connector) -> None:
        """Never take what was moved away for nothing synced yet."""
        from zoomgov.disk.errors import StoreError

        path = self.settings.store_path(connector.id)
        if connector.last_sync_at is not None and not (path.exists() and path.stat().st_size):
            raise StoreError(
                f"{path} is missing or empty: it holds what was last synced on "
                f"{connector.last_sync_at:%Y-%m-%d}. Put it back where it was, or sync again to read everything anew."
            )

    def latest_sync(self, connector: Connector) -> SyncInfo | None:
        """The last published sync, or None.

        Raises:
            StoreError: as `reader`.
        """
        self._expect_store(connector)
        if not self.settings.store_path(connector.id).exists():
            return None
        with self.reader(connector) as reader:
            return reader.latest()

    def _close_store(self, connector: Connector) -> None:
        store = self._stores.pop(connector.id, None)
        if store is not None:
            store.close()

    def close(self) -> None:
        """Close every file."""
        for store in self._stores.values():
            store.close()
        self._stores.clear()
        if "registry" in self.__dict__:
            self.registry.close()


class NoCredentials(ZoomError):
    """There is nothing to sign in to Zoom with."""

    def __init__(self, connector: Connector) -> None:
        super().__init__(
            ErrorKind.CREDENTIALS,
            "POST /oauth/token",
            f"No credentials are stored for {connector.name}.",
        )


def build_services(environ: Mapping[str, str], *, vault: Vault | None = None, demo: Demo | None = None) -> Services:
    """Build the services from the environment; opens and creates nothing yet."""
    return Services(load_settings(environ), vault=vault, demo=demo)
