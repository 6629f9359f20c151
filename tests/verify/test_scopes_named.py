"""Over real HTTP: which scopes verify and sync tell people to add, and scopes of accounts with sub-accounts."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from zoomgov.sim.world.faults import FaultRule
from zoomgov.verify.model import CheckStatus, Report
from zoomgov.zoom.endpoints import LIST_ROLES, LIST_USERS
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.scopes import ScopeKind, scopes_to_tick
from zoomgov.zoom.transport import HttpxTransport

from .conftest import client_for, credentials_of

if TYPE_CHECKING:
    from zoomgov.sim.server.server import SimServer

Verify = Callable[..., Coroutine[Any, Any, Report]]
LISTED = {
    "write first": "role:write:admin, role:read:admin, role:write:role:admin, role:read:list_roles:admin",
    "classic first": "role:read:admin, role:write:admin, role:read:list_roles:admin, role:read:list_roles",
    "classic only": "role:write:admin,role:read:admin",
    "granular only": "role:update:role:admin,role:read:list_roles,role:read:list_roles:admin",
    "writing only": "role:write:admin",
}
TICK = {ScopeKind.GRANULAR: "role:read:list_roles:admin", ScopeKind.CLASSIC: "role:read:admin"}


def refuse_roles(zoom: SimServer, listed: str) -> None:
    body = {"code": 4711, "message": f"Invalid access token, does not contain scopes:[{listed}]."}
    zoom.control.add_fault(FaultRule(path="/v2/roles$", status=400, body=body, times=None))


@pytest.mark.parametrize("listed", LISTED.values(), ids=LISTED.keys())
@pytest.mark.parametrize("kind", ScopeKind)
async def test_one_reading_scope_of_the_apps_kind(
    zoom: SimServer, run_verify: Verify, kind: ScopeKind, listed: str
) -> None:
    zoom.control.set_scopes(scopes_to_tick(kind))
    refuse_roles(zoom, listed)
    async with client_for(zoom.url, credentials_of(zoom)) as client:
        with pytest.raises(ZoomError) as refused:
            await client.get(LIST_ROLES)
    assert refused.value.kind is ErrorKind.SCOPE
    assert refused.value.missing_scopes == (TICK[kind],)
    line = (await run_verify()).line("probe.list_roles")
    assert line is not None
    told = " ".join(text for cause in line.advice for text in (cause.cause, *cause.remedy))
    assert TICK[kind] in told
    assert "role:write" not in told
    assert "role:update" not in told


async def test_a_token_that_names_no_scopes_goes_by_what_was_chosen(zoom: SimServer, run_verify: Verify) -> None:
    zoom.control.set_scopes(())
    for kind in ScopeKind:
        report = await run_verify(facts={"scope_kind": kind})
        assert set(report.missing_scopes) <= set(scopes_to_tick(kind))


def mastered(text: str) -> str:
    return " ".join(f"{scope.removesuffix(':admin')}:master" for scope in text.split())


async def test_master_scopes_that_zoom_refuses_are_missing(zoom: SimServer, run_verify: Verify) -> None:
    zoom.control.set_scopes(mastered(" ".join(scopes_to_tick(ScopeKind.GRANULAR))).split())
    report = await run_verify()
    line = report.line("scope.list_users")
    assert line is not None
    assert line.status is CheckStatus.PROBLEM
    assert line.scopes == ("user:read:list_users:admin",)
    assert line.evidence, "the call was tried"
    probe = report.line("probe.list_users")
    assert probe is not None
    assert probe.status is CheckStatus.SKIPPED


class Renaming:
    """The transport of a client, with the scopes of the token's answer written in another way."""

    def __init__(self, rewrite: Callable[[str], object]) -> None:
        self._inner = HttpxTransport()
        self._rewrite = rewrite

    async def send(self, request: Any) -> Any:
        response = await self._inner.send(request)
        if "/oauth" in request.url:
            body = json.loads(response.body)
            body["scope"] = self._rewrite(body["scope"])
            response = replace(response, body=json.dumps(body).encode())
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


async def test_master_scopes_that_work_are_no_problem(zoom: SimServer, run_verify: Verify) -> None:
    for kind in ScopeKind:
        zoom.control.set_scopes(scopes_to_tick(kind))
        report = await run_verify(transport=Renaming(mastered))
        assert report.ready, list(report.problems)
        assert report.missing_scopes == ()
        assert report.scope_kind is kind
        assert not [line.id for line in report.warnings]


@pytest.mark.parametrize("between", [",", ", ", " , ", ";", "\n", "  "])
async def test_a_scope_list_with_commas_is_a_scope_list(zoom: SimServer, run_verify: Verify, between: str) -> None:
    report = await run_verify(transport=Renaming(lambda text: between.join(text.split())))
    assert report.ready
    assert report.held == tuple(sorted(scopes_to_tick(ScopeKind.GRANULAR)))


async def test_a_scope_list_that_is_json_is_a_scope_list(zoom: SimServer) -> None:
    transport = Renaming(lambda text: text.split())
    async with client_for(zoom.url, credentials_of(zoom), transport) as client:
        info = await client.authenticate()
        assert info.scopes == frozenset(scopes_to_tick(ScopeKind.GRANULAR))
        assert (await client.get(LIST_USERS)).status == 200
