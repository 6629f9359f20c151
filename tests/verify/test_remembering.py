"""Scopes remembered from one verification to the next, to find those that were taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zoomgov.connectors.model import Connector, ConnectorStatus, Draft, Owner
from zoomgov.secret import Credentials, Secret
from zoomgov.services.services import Services
from zoomgov.settings import Settings
from zoomgov.vault import MemoryVault
from zoomgov.zoom.errors import ZoomError
from zoomgov.zoom.scopes import LEFT_OUT, ScopeKind, scopes_to_tick

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from zoomgov.sim.server.server import SimServer
    from zoomgov.verify.model import CheckLine, Report

ROLES = "role:read:list_roles:admin"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    services = Services(Settings(data_dir=tmp_path, environment_credentials=None), vault=MemoryVault())
    yield services
    services.close()


@pytest.fixture
async def connector(services: Services, zoom: SimServer) -> Connector:
    owner = Owner(zoom.account.owner.email)
    made = services.registry.create(Draft(new_app="Zoom", name="Zoom", cloud=zoom.url, owners=(owner,)))
    await services.credentials.save(made, credentials(zoom))
    return services.registry.connector(made.id)


def credentials(zoom: SimServer, client_id: str = "") -> Credentials:
    return Credentials(zoom.account_id, client_id or zoom.client_id, Secret(zoom.client_secret))


async def check(services: Services, connector: Connector) -> Report:
    def ignore(line: CheckLine) -> None:
        pass

    return await services.checking.verify(services.registry.connector(connector.id), ignore)


def first_cause(report: Report) -> str:
    line = report.line("scope.list_roles")
    assert line is not None
    return line.advice[0].id


async def test_a_scope_that_was_there_before_is_said_to_be_taken_away(
    services: Services, connector: Connector, zoom: SimServer
) -> None:
    assert (await check(services, connector)).ready
    assert ROLES in services.registry.connector(connector.id).held_scopes
    zoom.control.withdraw_scope(ROLES)
    for _ in range(2):  # the second time too: a report with gaps leaves what was remembered alone
        assert first_cause(await check(services, connector)) == "scopes-dropped"


async def test_nothing_is_remembered_of_another_app(services: Services, connector: Connector, zoom: SimServer) -> None:
    await check(services, connector)
    await services.credentials.save(connector, credentials(zoom))
    assert services.registry.connector(connector.id).held_scopes
    await services.credentials.save(connector, credentials(zoom, client_id="another"))
    assert services.registry.connector(connector.id).held_scopes == frozenset()


async def test_what_was_ticked_in_step_4_and_never_arrived_is_said(
    services: Services, connector: Connector, zoom: SimServer
) -> None:
    zoom.control.withdraw_scope(ROLES)
    assert first_cause(await check(services, connector)) == "missing-scope"
    services.registry.update(connector.id, checked=frozenset({ROLES, "activate"}))
    assert first_cause(await check(services, connector)) == "scope-not-saved"


async def test_what_a_new_connector_leaves_out_is_neither_asked_for_nor_a_problem(
    services: Services, connector: Connector, zoom: SimServer
) -> None:
    assert connector.without == LEFT_OUT
    wanted = [scope for scope in scopes_to_tick(ScopeKind.GRANULAR) if scope != "account:read:settings:admin"]
    zoom.control.set_scopes(wanted)
    report = await check(services, connector)
    assert report.ready
    assert not report.warnings


async def test_a_sync_that_fails_on_a_scope_names_the_line_that_explains_it(
    services: Services, connector: Connector, zoom: SimServer
) -> None:
    zoom.control.set_scopes([])
    with pytest.raises(ZoomError):
        await services.syncing.sync(connector, lambda event: None)
    failed = services.registry.connector(connector.id)
    assert failed.status is ConnectorStatus.ERROR
    assert failed.reason_line == "probe.list_users"
    zoom.control.set_scopes(scopes_to_tick(ScopeKind.GRANULAR))
    await services.syncing.sync(failed, lambda event: None)
    assert services.registry.connector(connector.id).reason_line == ""
