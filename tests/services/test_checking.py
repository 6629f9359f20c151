"""Verifying a connector: what the checks are given, and what is saved; the checks are a fake."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.services.conftest import GIVEN, NOW, FakeClients, FakeVault, FullDisk
from zoomgov.connectors.model import Connector, Owner
from zoomgov.connectors.rows import RegistryError
from zoomgov.services.checking import Checking
from zoomgov.services.credentials import ConnectorCredentials, NoCredentials
from zoomgov.vault import VaultError
from zoomgov.verify.model import CheckLine, CheckStatus, KnownFacts, Report, Section
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.scopes import SCOPES, ScopeKind

TICKED, OTHER_SCOPE = sorted(SCOPES)[:2]
TOKEN = CheckLine("credentials.token", Section.CREDENTIALS, "Token", CheckStatus.OK)
READY = Report("zoom.us", NOW, 1.0, (TOKEN,), held=(OTHER_SCOPE,))
UNREADY = replace(READY, lines=(replace(TOKEN, status=CheckStatus.PROBLEM),))


class Checks:
    """In place of `verify`: gives `report` and its lines."""

    def __init__(self) -> None:
        self.report = READY
        self.asked: list[tuple[Any, KnownFacts, Any]] = []

    async def __call__(
        self, client: object, facts: KnownFacts, on_line: Callable[[CheckLine], None], *, only: object
    ) -> Report:
        self.asked.append((client, facts, only))
        for line in self.report.lines:
            on_line(line)
        return self.report


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Checks:
    checks = Checks()
    monkeypatch.setattr("zoomgov.verify.checks.verify", checks)
    return checks


@pytest.fixture
def checking(registry: FullDisk, credentials: ConnectorCredentials, clients: FakeClients, checks: Checks) -> Checking:
    return Checking(registry, credentials, clients)


@pytest.fixture
def ready(connector: Connector, vault: FakeVault, registry: FullDisk) -> Connector:
    vault.store(connector.id, GIVEN)
    return registry.update(
        connector.id,
        owners=(Owner("a@example.com"), Owner("b@example.com")),
        without=frozenset({"roles"}),
        scope_kind=ScopeKind.CLASSIC,
        checked=frozenset({TICKED, "activate"}),
    )


def ignore(line: CheckLine) -> None:
    pass


async def test_the_checks_are_told_all_that_is_known(
    checking: Checking, checks: Checks, ready: Connector, registry: FullDisk, clients: FakeClients
) -> None:
    registry.update(ready.id, held_scopes=frozenset({"x:read"}))  # by a check after `ready` was read
    lines: list[CheckLine] = []
    assert await checking.verify(ready, lines.append, only=("credentials.token",)) is READY
    assert lines == [TOKEN]
    (client,) = clients.opened
    facts = KnownFacts(
        credentials=GIVEN,
        owners=("a@example.com", "b@example.com"),
        without=frozenset({"roles"}),
        scope_kind=ScopeKind.CLASSIC,
        ticked=frozenset({TICKED}),
        held_before=frozenset({"x:read"}),
    )
    assert checks.asked == [(client, facts, ("credentials.token",))]
    assert client.opened_for == (ready.id, GIVEN)
    assert client.closed


async def test_all_checks_run_unless_some_are_named(checking: Checking, checks: Checks, ready: Connector) -> None:
    await checking.verify(ready, ignore)
    assert checks.asked[0][2] is None


@pytest.mark.parametrize(
    ("report", "held"),
    [(READY, {OTHER_SCOPE}), (UNREADY, {"before"}), (replace(READY, held=None), {"before"})],
    ids=["ready", "not ready", "no token asked for"],
)
async def test_only_a_ready_report_leaves_its_scopes(
    checking: Checking, checks: Checks, ready: Connector, registry: FullDisk, report: Report, held: set[str]
) -> None:
    registry.update(ready.id, held_scopes=frozenset({"before"}))
    checks.report = report
    await checking.verify(ready, ignore)
    assert registry.connector(ready.id).held_scopes == held


APP = CheckLine("credentials.app", Section.CREDENTIALS, "App", CheckStatus.PROBLEM)
UNREACHED = replace(READY, lines=(replace(TOKEN, status=CheckStatus.SKIPPED),))
SCOPE_MISSING = replace(READY, lines=(TOKEN, CheckLine("scope.x", Section.SCOPES, "x", CheckStatus.PROBLEM)))


@pytest.mark.parametrize(
    ("report", "proved"),
    [
        (READY, {"token", "ready"}),
        (SCOPE_MISSING, {"token"}),
        (UNREADY, set()),
        (replace(UNREACHED, lines=(*UNREACHED.lines, APP)), set()),
        (UNREACHED, {"token"}),
    ],
    ids=["ready", "a scope is missing", "refused", "not activated", "not asked"],
)
async def test_a_whole_report_leaves_what_it_proves(
    checking: Checking, checks: Checks, ready: Connector, registry: FullDisk, report: Report, proved: set[str]
) -> None:
    registry.update(ready.id, proved=frozenset({"token"}))
    checks.report = report
    await checking.verify(ready, ignore)
    assert registry.connector(ready.id).proved == proved
    assert (await checking.keep_proof(ready, READY)).proved == {"token", "ready"}
    checks.report = UNREADY
    await checking.verify(ready, ignore, only=("credentials.token",))
    assert registry.connector(ready.id).proved == {"token", "ready"}, "a part of a report says nothing of the rest"


async def test_without_credentials_nothing_is_asked(
    checking: Checking, ready: Connector, vault: FakeVault, clients: FakeClients
) -> None:
    vault.clear(ready.id)
    with pytest.raises(NoCredentials):
        await checking.verify(ready, ignore)
    vault.refusal = VaultError("locked", "")
    with pytest.raises(VaultError):
        await checking.verify(ready, ignore)
    assert clients.opened == []


async def test_a_connector_that_is_gone_is_said(
    checking: Checking, ready: Connector, registry: FullDisk, clients: FakeClients
) -> None:
    registry.remove(ready.id)
    with pytest.raises(RegistryError):
        await checking.verify(ready, ignore)
    assert clients.opened == []


def test_a_cause_links_to_the_connectors_cloud(checking: Checking, connector: Connector) -> None:
    error = ZoomError(ErrorKind.CREDENTIALS, "POST /oauth/token", "Invalid client_id", 400, "invalid_client")
    usual = checking.explain(error)
    assert usual == checking.explain(error, connector)
    government = checking.explain(error, replace(connector, cloud="zoomgov.com"))
    assert government.id == usual.id
    assert "zoomgov.com" in government.link
    assert "zoomgov.com" not in usual.link
