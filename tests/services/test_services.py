"""The composition root: services are built when they are first used, on one registry."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.services.conftest import GIVEN, NOW, OTHER, FakeClients, FakeVault, publish
from zoomgov.connectors.model import Draft, Owner
from zoomgov.connectors.registry import Registry
from zoomgov.connectors.rows import RegistryError
from zoomgov.services.credentials import CredentialSource
from zoomgov.services.demonstration import Demo
from zoomgov.services.services import Services, build_services, open_client
from zoomgov.settings import Settings, SettingsError
from zoomgov.sync.events import Outcome, SyncSummary

DRAFT = Draft(new_app="Zoom", name="Zoom", owners=(Owner("mona@example.com"),))


def test_building_opens_and_creates_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    demo = Demo(GIVEN, "http://127.0.0.1:1")
    services = build_services({"ZOOMGOV_HOME": str(home), "ZOOMGOV_KEEP_SYNCS": "5"}, demo=demo)
    assert services.settings.data_dir == home
    assert services.settings.keep_syncs == 5
    assert services.demo is demo
    services.close()
    assert not home.exists()
    with pytest.raises(SettingsError):
        build_services({"ZOOMGOV_KEEP_SYNCS": "one"})


async def test_the_jobs_share_one_list_of_connectors_and_one_vault(tmp_path: Path) -> None:
    vault = FakeVault()
    services = Services(Settings(tmp_path), vault=vault)
    made = services.registry.create(DRAFT)
    assert services.connectors.all() == [made]
    assert await services.credentials.save(made, GIVEN) == "the fake keyring"
    assert vault.holds(made) == GIVEN
    assert services.stores.open(made).path == services.settings.store_path(made.id)
    await services.connectors.remove(made)
    assert vault.holds(made) is None
    assert services.registry.connectors() == []
    assert not services.settings.store_path(made.id).exists()
    services.close()


async def test_the_environments_credentials_reach_the_jobs(tmp_path: Path) -> None:
    services = Services(Settings(tmp_path, environment_credentials=OTHER), vault=FakeVault())
    made = services.registry.create(DRAFT)
    assert await services.credentials.find(made) == (OTHER, CredentialSource.ENVIRONMENT)
    services.close()


def test_each_job_is_built_once(tmp_path: Path) -> None:
    services = Services(Settings(tmp_path), vault=FakeVault())
    for name in ("registry", "connectors", "stores", "credentials", "checking", "syncing"):
        assert getattr(services, name) is getattr(services, name)
    services.close()


def test_closing_closes_what_was_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Registry] = []
    monkeypatch.setattr(Registry, "close", lambda registry: closed.append(registry))
    services = Services(Settings(tmp_path), vault=FakeVault())
    services.close()
    assert closed == []
    made = services.registry.create(DRAFT)
    store = services.stores.open(made)
    services.close()
    assert closed == [services.registry]
    assert services.stores.open(made) is not store
    monkeypatch.undo()
    services.close()


async def test_a_sync_gets_the_clock_and_how_many_to_keep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run_sync(
        client: object, store: object, *, while_locked: AbstractAsyncContextManager[object], **more: object
    ) -> SyncSummary:
        async with while_locked:
            return SyncSummary(3, Outcome.COMPLETE, {}, (), (), {}, 0, 0, 1.0)

    monkeypatch.setattr("zoomgov.sync.engine.run_sync", run_sync)
    monkeypatch.setattr("zoomgov.services.services.open_client", FakeClients())
    settings = Settings(tmp_path, environment_credentials=GIVEN, keep_syncs=2)
    services = Services(settings, vault=FakeVault(), now=lambda: NOW)
    made = services.registry.create(DRAFT)
    for _ in range(3):
        publish(services.stores, made)
    await services.syncing.sync(made, lambda event: None)
    assert services.registry.connector(made.id).last_sync_at == NOW
    with services.stores.reader(made) as reader:
        assert [sync.number for sync in reader.syncs()] == [2, 3]
    services.close()


async def test_a_vault_that_is_given_is_used(tmp_path: Path) -> None:
    vault = FakeVault()
    services = build_services({"ZOOMGOV_HOME": str(tmp_path)}, vault=vault)
    made = services.registry.create(DRAFT)
    await services.credentials.save(made, GIVEN)
    assert vault.holds(made) == GIVEN
    services.close()


async def test_blocking_calls_run_on_a_worker_thread(tmp_path: Path) -> None:
    def job(a: int, *, b: int) -> tuple[int, bool]:
        return a + b, threading.current_thread() is threading.main_thread()

    assert await Services(Settings(tmp_path)).run(job, 1, b=2) == (3, False)


async def test_a_client_is_of_the_connectors_cloud_and_credentials(tmp_path: Path) -> None:
    services = Services(Settings(tmp_path), vault=FakeVault())
    made = services.registry.create(DRAFT)
    async with open_client(replace(made, cloud="zoomgov.com"), GIVEN) as client:
        assert client.account == "zoomgov.com account"
    services.close()


def test_listing_connectors_loads_nothing_heavy(tmp_path: Path) -> None:
    heavy = (
        "asyncio",
        "httpx",
        "keyring",
        "msgspec",
        "zoomgov.vault",
        "zoomgov.store",
        "zoomgov.sync",
        "zoomgov.verify",
        "zoomgov.zoom.client",
    )
    program = f"""
import sys
from zoomgov.services.services import build_services
services = build_services({{"ZOOMGOV_HOME": {str(tmp_path / "home")!r}}})
services.connectors.all()
services.close()
print([name for name in {heavy!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_damaged_list_of_connectors_is_said(tmp_path: Path) -> None:
    (tmp_path / "connectors.sqlite3").write_bytes(b"no database at all, but long enough to look like one" * 99)
    services = Services(Settings(tmp_path))
    with pytest.raises(RegistryError):
        services.connectors.all()
    services.close()
