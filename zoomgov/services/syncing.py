"""Syncing a connector, and keeping its label true meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from zoomgov.connectors.model import ConnectorStatus, Proof, Step
from zoomgov.connectors.rows import RegistryError
from zoomgov.disk.errors import StoreBusy, StoreError
from zoomgov.services.problems import as_problem, likeliest_cause
from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import datetime

    from zoomgov.connectors.model import Connector
    from zoomgov.connectors.registry import Registry
    from zoomgov.secret import Credentials
    from zoomgov.services.credentials import ConnectorCredentials
    from zoomgov.services.stores import Stores
    from zoomgov.sync.estimate import Estimate
    from zoomgov.sync.events import SyncEvent, SyncSummary
    from zoomgov.zoom.client import ZoomClient

T = TypeVar("T")


class Syncing:
    """Syncs connectors, and estimates what a sync takes."""

    def __init__(
        self,
        registry: Registry,
        stores: Stores,
        credentials: ConnectorCredentials,
        client_of: Callable[[Connector, Credentials], ZoomClient],
        *,
        now: Callable[[], datetime],
        keep_syncs: int | None = None,
    ) -> None:
        """Read through `client_of` into `stores`; the label is in `registry`.

        Args:
            now: aware; the times of a sync.
            keep_syncs: after a sync, forget all but so many; None keeps all.
        """
        self._registry = registry
        self._stores = stores
        self._credentials = credentials
        self._client_of = client_of
        self._now = now
        self._keep_syncs = keep_syncs

    async def sync(
        self, connector: Connector, on_event: Callable[[SyncEvent], None], *, thorough: bool = False
    ) -> SyncSummary:
        """Sync and keep the connector's label true: Syncing, then Connected, or Error with the reason.

        Cancelling it stops cleanly. Before the new sync is published, the label becomes what it was, the previous
        sync stays visible, and the next one goes on from the lists that are finished; afterwards it is Connected.

        Raises:
            ZoomError: nothing could be read.
            NoCredentials, VaultError, StoreBusy, StoreError, RegistryError: it did not start.
        """
        from zoomgov.sync.engine import run_sync
        from zoomgov.sync.events import Published

        published = False

        def listen(event: SyncEvent) -> None:
            nonlocal published
            published = published or isinstance(event, Published)
            on_event(event)

        credentials = await self._or_label(connector, self._credentials.required(connector))
        async with self._client_of(connector, credentials) as client:
            store = await self._or_label(connector, asyncio.to_thread(self._stores.open, connector))
            try:
                summary = await run_sync(
                    client,
                    store,
                    on_event=listen,
                    thorough=thorough,
                    without=connector.without,
                    now=self._now,
                    while_locked=self._labelled(connector, lambda: published),
                )
            except StoreBusy:
                raise  # the label belongs to the sync that runs
            except Exception as error:
                await self._label_failed(connector, error)
                raise
            with suppress(StoreError):  # searches are slower without, and what is not pruned now is with the next sync
                await asyncio.to_thread(store.build_search)
                if self._keep_syncs is not None:
                    await asyncio.to_thread(store.prune, self._keep_syncs)
        return summary

    async def estimate(self, connector: Connector) -> Estimate:
        """How many requests a sync will take, and how long; costs a few requests.

        Raises:
            ZoomError: Zoom cannot be asked.
            NoCredentials, VaultError, StoreError: it did not start.
        """
        from zoomgov.sync.engine import load_learnt_limits
        from zoomgov.sync.estimate import estimate

        async with self._client_of(connector, await self._credentials.required(connector)) as client:
            if await asyncio.to_thread(self._stores.exists, connector):
                await asyncio.to_thread(
                    load_learnt_limits, client, await asyncio.to_thread(self._stores.open, connector)
                )
            return await estimate(client, without=connector.without)

    async def _or_label(self, connector: Connector, start: Awaitable[T]) -> T:
        """The result of `start`; where it fails, a connector that was synced before is labelled *Error*.

        What is shown of it from then on is older than people think, and nobody may have seen the error.
        """
        from zoomgov.services.credentials import NoCredentials, VaultError

        try:
            return await start
        except (NoCredentials, VaultError, StoreError) as error:
            if connector.last_sync_at is not None and not isinstance(error, StoreBusy):
                with suppress(RegistryError):
                    await self._label(connector, ConnectorStatus.ERROR, as_problem(error).what)
            raise

    @asynccontextmanager
    async def _labelled(self, connector: Connector, published: Callable[[], bool]) -> AsyncIterator[None]:
        """Label the connector *Syncing* during the block, and then as it ended.

        Only while no other sync of it can run: so a label *Syncing* beside a store that nobody has locked was left
        behind by a program that was killed (`Connectors` puts it right).
        """
        await self._label(connector, ConnectorStatus.SYNCING)
        try:
            yield
            await asyncio.shield(self._label_synced(connector))
        except asyncio.CancelledError:
            # A label that cannot be changed now is put right when it is shown.
            with suppress(RegistryError):
                if published():
                    await asyncio.shield(self._label_synced(connector))
                else:
                    await asyncio.shield(self._label_as_before(connector))
            raise
        except Exception as error:
            await self._label_failed(connector, error)
            raise

    async def _label_failed(self, connector: Connector, error: Exception) -> None:
        from zoomgov.verify.lines import line_for

        # What cannot be written, most of all on a full disk, must not hide the error that has to be told.
        with suppress(RegistryError):
            if isinstance(error, ZoomError):
                reason = f"{likeliest_cause(error).title} ({error})"
                await self._label(connector, ConnectorStatus.ERROR, reason, line_for(error))
                if error.kind is ErrorKind.CREDENTIALS:
                    await asyncio.to_thread(partial(self._registry.update, connector.id, proved=frozenset()))
            else:
                await self._label(connector, ConnectorStatus.ERROR, as_problem(error).what)

    async def _label(self, connector: Connector, status: ConnectorStatus, reason: str = "", line: str = "") -> None:
        change = partial(self._registry.update, connector.id, status=status, reason=reason, reason_line=line)
        await asyncio.to_thread(change)

    async def _label_as_before(self, connector: Connector) -> None:
        await self._label(connector, connector.status, connector.reason, connector.reason_line)

    async def _label_synced(self, connector: Connector) -> None:
        def change() -> None:
            known = self._registry.connector(connector.id)
            self._registry.update(
                connector.id,
                status=ConnectorStatus.CONNECTED,
                step=Step.DONE,
                last_sync_at=self._now(),
                proved=known.proved | {Proof.TOKEN},
            )

        await asyncio.to_thread(change)
