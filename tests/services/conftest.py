"""Parts of the services: a real registry and real stores, a vault that can fail, and a client that is a fake."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

import pytest

from zoomgov.connectors.model import Connector, Draft, Owner
from zoomgov.connectors.registry import Registry
from zoomgov.connectors.rows import RegistryError
from zoomgov.model.syncs import ListKey
from zoomgov.secret import Credentials, Secret
from zoomgov.services.connectors import Connectors
from zoomgov.services.credentials import ConnectorCredentials
from zoomgov.services.stores import Stores
from zoomgov.services.sync_logs import SyncLogs
from zoomgov.vault import MemoryVault, VaultError, VaultKeeper
from zoomgov.zoom.client import ZoomClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
STARTED, FINISHED = "2026-03-01T08:00:00Z", "2026-03-01T08:05:00Z"
GIVEN = Credentials("account", "client", Secret("secret"))
OTHER = Credentials("account", "another client", Secret("another secret"))
FULL = RegistryError("The disk is full.")


class FullDisk(Registry):
    """A registry that refuses every change after `writes_left` ones."""

    writes_left: int | None = None

    def _count(self) -> None:
        if self.writes_left is not None:
            self.writes_left -= 1
            if self.writes_left < 0:
                raise FULL

    def amend(self, connector_id: str, wanted: Callable[[Connector], Mapping[str, object]]) -> Connector:
        self._count()
        return super().amend(connector_id, wanted)

    def remove(self, connector_id: str) -> None:
        self._count()
        super().remove(connector_id)


class FakeVault(MemoryVault):
    """A vault in memory that raises `refusal` while that is set, and calls `on_clear` before it clears."""

    def __init__(self) -> None:
        super().__init__()
        self.refusal: VaultError | None = None
        self.on_clear: Callable[[], None] = lambda: None

    def _refuse(self) -> None:
        if self.refusal is not None:
            raise self.refusal

    def probe(self) -> str:
        self._refuse()
        return "the fake keyring"

    def store(self, connector_id: str, credentials: Credentials, wanted: Callable[[], bool] = lambda: True) -> None:
        self._refuse()
        super().store(connector_id, credentials, wanted)

    def read(self, connector_id: str) -> Credentials | None:
        self._refuse()
        return super().read(connector_id)

    def clear(self, connector_id: str, wanted: Callable[[], bool] = lambda: True) -> None:
        self.on_clear()
        self._refuse()
        super().clear(connector_id, wanted)

    def holds(self, connector: Connector) -> Credentials | None:
        """Return what is stored, even while it refuses."""
        return self._credentials.get(connector.id)


class FakeClient:
    """A client without requests; records for whom it was opened, and whether it was closed."""

    def __init__(self, connector: Connector, credentials: Credentials) -> None:
        self.opened_for = (connector.id, credentials)
        self.account = f"{connector.cloud} {credentials.account_id}"
        self.closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self.closed = True


class FakeClients:
    """Opens fake clients, and records them."""

    def __init__(self) -> None:
        self.opened: list[FakeClient] = []

    def __call__(self, connector: Connector, credentials: Credentials, **_: object) -> ZoomClient:
        self.opened.append(FakeClient(connector, credentials))
        return cast("ZoomClient", self.opened[-1])


def publish(stores: Stores, connector: Connector) -> None:
    """Publish a sync that has read one empty list."""
    with stores.open(connector).begin(STARTED) as writer:
        writer.restart(ListKey("groups"))
        writer.finish(ListKey("groups"), None)
        writer.publish(FINISHED)


def files_in(folder: Path) -> list[str] | None:
    """Return the names of all files in `folder`; None: there is no folder."""
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else None


def block(folder: Path) -> None:
    """Put a file where the folder should be."""
    folder.write_text("in the way")


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[FullDisk]:
    registry = FullDisk(tmp_path / "data" / "connectors.sqlite3", clock=lambda: NOW)
    yield registry
    registry.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the stores, which does not exist yet."""
    return tmp_path / "data" / "stores"


@pytest.fixture
def stores(folder: Path) -> Iterator[Stores]:
    stores = Stores(lambda connector_id: folder / f"{connector_id}.sqlite3")
    yield stores
    stores.close()


@pytest.fixture
def vault() -> FakeVault:
    return FakeVault()


@pytest.fixture
def credentials(registry: FullDisk, vault: FakeVault) -> ConnectorCredentials:
    return ConnectorCredentials(registry, VaultKeeper(vault), now=lambda: NOW)


@pytest.fixture
def logs(tmp_path: Path) -> SyncLogs:
    return SyncLogs(tmp_path / "logs")


@pytest.fixture
def connectors(registry: FullDisk, stores: Stores, credentials: ConnectorCredentials, logs: SyncLogs) -> Connectors:
    return Connectors(registry, stores, lambda: credentials, lambda: logs)


@pytest.fixture
def clients() -> FakeClients:
    return FakeClients()


@pytest.fixture
def connector(registry: FullDisk) -> Connector:
    return registry.create(Draft(new_app="Zoom", name="Zoom", owners=(Owner("mona@example.com"),)))
