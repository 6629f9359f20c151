"""The list of connectors: show it with true labels, take over a hand-off file, remove a connector."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from zoomgov.connectors.model import NOT_FINISHED, ConnectorStatus, Step
from zoomgov.connectors.rows import RegistryError
from zoomgov.services.problems import Problem, system_reason
from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from zoomgov.connectors.model import Connector
    from zoomgov.connectors.registry import Registry
    from zoomgov.services.credentials import ConnectorCredentials
    from zoomgov.services.stores import Stores
    from zoomgov.services.sync_logs import SyncLogs
    from zoomgov.store.store import StoreRemoval

T = TypeVar("T")


class NotRemoved(Problem):
    """A connector was not removed, or only in part; the text says what is gone.

    Attributes:
        by_force: whether `remove` with `force` would do it all the same.
    """

    def __init__(self, what: str, why: str, *next_steps: str, by_force: bool = False) -> None:
        super().__init__(what, why, *next_steps)
        self.by_force = by_force


class Connectors:
    """Shows, takes over and removes connectors."""

    def __init__(
        self,
        registry: Registry,
        stores: Stores,
        credentials_of: Callable[[], ConnectorCredentials],
        logs_of: Callable[[], SyncLogs],
    ) -> None:
        """Work on `registry`. The two others are called when a connector is removed: showing the list needs neither."""
        self._registry = registry
        self._stores = stores
        self._credentials_of = credentials_of
        self._logs_of = logs_of

    def all(self) -> list[Connector]:
        """All connectors; a label *Syncing* left behind by a program that died is put right first.

        Blocks for a small read, as `find` does.

        Raises:
            RegistryError: the list of connectors cannot be read.
        """
        return [self._settled(connector) for connector in self._registry.connectors()]

    def find(self, name: str) -> Connector | None:
        """The connector of this name, its label put right as in `all`.

        Raises:
            RegistryError: the list of connectors cannot be read.
        """
        found = self._registry.find(name)
        return None if found is None else self._settled(found)

    async def import_handoff(self, data: bytes) -> Connector:
        """Create the connector that somebody handed over in a file.

        Raises:
            HandoffError: it is no hand-off file, or one that cannot be used.
            RegistryError: the list of connectors cannot be written.
        """
        import asyncio

        from zoomgov.connectors.handoff import read_handoff

        handoff = read_handoff(data)

        def create() -> Connector:
            made = self._registry.create(handoff.draft(self._registry.apps(), self._registry.connectors()))
            return self._registry.update(made.id, scope_kind=handoff.scope_kind, without=handoff.without)

        return await asyncio.to_thread(create)

    async def remove(self, connector: Connector, *, force: bool = False) -> None:
        """Remove a connector, its stored credentials and everything synced.

        The store is locked first, so that no sync begins meanwhile; then go the credentials, the files and the
        connector itself. Once the credentials are gone, the rest is done even if the task is cancelled.

        Args:
            force: also when there is no keyring to ask, as where credentials come from the environment or were kept
                for one session; a keyring that is out of reach keeps what it may hold.

        Raises:
            StoreBusy: a sync of it is running; nothing was removed.
            StoreError: the store cannot be locked; nothing was removed.
            NotRemoved: a part could not be removed; says which is gone and which is left.
        """
        import asyncio

        from zoomgov.services.credentials import VaultError

        lock = asyncio.to_thread(self._stores.removal, connector)
        removal = await _to_the_end(lock, undo=lambda removal: removal.release())
        try:
            await self._credentials_of().clear(connector, force=force)
        except VaultError as error:
            removal.release()
            gone = "Only part of the credentials was removed." if error.incomplete else "Nothing was removed."
            raise NotRemoved(f"{gone} {error.title}", error.reason, by_force=True) from error
        except BaseException:
            removal.release()
            raise
        await _to_the_end(asyncio.to_thread(self._remove_rest, connector, removal))

    def _remove_rest(self, connector: Connector, removal: StoreRemoval) -> None:
        name = printable(connector.name)
        try:
            try:
                self._logs_of().remove(connector)
                removal.delete()
            except OSError as error:
                raise NotRemoved(
                    f"{name} was removed only in part: its credentials are gone, what was synced is not.",
                    f"{system_reason(error)}.",
                    "Close other programs that use the file, then remove it again.",
                ) from error
            try:
                self._registry.remove(connector.id)
            except RegistryError as error:
                raise NotRemoved(
                    f"{name} was removed only in part: its credentials and what was synced are gone, its place in "
                    "the list is not.",
                    str(error),
                    "Remove it again once that is fixed.",
                ) from error
        finally:
            removal.release()

    def _settled(self, connector: Connector) -> Connector:
        if not self._left_behind(connector):
            return connector
        try:
            return self._registry.amend(connector.id, self._ended)
        except RegistryError:  # a full disk is no reason not to show it
            return replace(connector, **self._ended(connector))

    def _left_behind(self, connector: Connector) -> bool:
        """Whether the label says *Syncing* while nobody syncs. True for good only where nobody else writes labels."""
        return connector.status is ConnectorStatus.SYNCING and not self._stores.is_busy(connector)

    def _ended(self, connector: Connector) -> dict[str, Any]:
        """What a sync whose program is gone has left to be changed of the connector."""
        if not self._left_behind(connector):
            return {}
        finished = self._stores.finished_sync(connector)
        if finished is None:
            return {"status": ConnectorStatus.ERROR, "reason": NOT_FINISHED}
        at = datetime.fromisoformat(finished.finished_at)
        return {
            "status": ConnectorStatus.CONNECTED,
            "step": Step.DONE,
            "last_sync_at": max(at, connector.last_sync_at or at),
        }


async def _to_the_end(job: Coroutine[Any, Any, T], *, undo: Callable[[T], None] | None = None) -> T:
    """Wait for `job` even when cancelled meanwhile; then undo it, if that is given, and be cancelled.

    What `job` raises has to be told, so it is raised in place of the cancellation.
    """
    import asyncio

    task = asyncio.ensure_future(job)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        done = task.result()
        if undo is not None:
            undo(done)
        raise
