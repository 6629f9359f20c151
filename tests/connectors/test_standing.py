"""How far each step of the wizard is: what was only passed is not done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from zoomgov.connectors.model import App, Connector, ConnectorStatus, Draft, Owner, Proof, Step
from zoomgov.connectors.standing import ACTIVATED, SCOPES_CONFIRMED, ZOOM_APP_CLICKS, Standing, standings
from zoomgov.zoom.scopes import LEFT_OUT, Capability, Importance, ScopeKind, scopes_to_tick

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MADE = Connector(
    "1", "Zoom", App("1", "Zoom", False), (Owner("me@example.com"),), "zoom.us", ConnectorStatus.NOT_CONNECTED, "",
    Step.ZOOM_APP, NOW, without=frozenset(LEFT_OUT),
)  # fmt: skip


def done(connector: Connector | None, draft: Draft | None = None) -> set[Step]:
    return {step for step, how in standings(connector, draft or Draft()).items() if how is Standing.DONE}


def test_every_step_with_a_page_has_a_standing() -> None:
    assert list(standings(None, Draft())) == [step for step in Step if step is not Step.DONE]
    assert len(Step) == 9


def test_the_form_is_done_step_by_step_and_whole_once_there_is_a_connector() -> None:
    assert done(None) == set()
    assert done(None, Draft(step=Step.OWNERS)) == {Step.APP}
    assert done(MADE) == {Step.APP, Step.OWNERS}


def test_what_was_only_passed_is_seen_and_not_done() -> None:
    found = standings(replace(MADE, step=Step.VERIFY), Draft())
    seen = [step for step, how in found.items() if how is Standing.SEEN]
    assert seen == [Step.ZOOM_APP, Step.SCOPES, Step.ACTIVATION, Step.CREDENTIALS]
    assert [step for step, how in found.items() if how is Standing.OPEN] == [Step.VERIFY, Step.SYNC]


def test_ticks_do_what_happens_in_zoom() -> None:
    some = replace(MADE, checked=frozenset(ZOOM_APP_CLICKS[1:]))
    assert Step.ZOOM_APP not in done(some)
    assert Step.ZOOM_APP in done(replace(some, checked=frozenset(ZOOM_APP_CLICKS)))
    needed = {Importance.REQUIRED, Importance.RECOMMENDED}
    for kind in ScopeKind:
        wanted = [part for part in Capability if part.value not in MADE.without]
        scopes = {*scopes_to_tick(kind, capabilities=wanted, importances=needed), SCOPES_CONFIRMED}
        connector = replace(MADE, scope_kind=kind, checked=frozenset(scopes))
        assert Step.SCOPES in done(connector)
        for scope in scopes:
            assert Step.SCOPES not in done(replace(connector, checked=frozenset(scopes - {scope})))
    assert Step.ACTIVATION in done(replace(MADE, checked=frozenset({ACTIVATED})))


def test_a_token_proves_app_activation_and_credentials_and_a_ready_report_the_scopes() -> None:
    proved = frozenset({Proof.TOKEN.value})
    assert done(replace(MADE, proved=proved)) - done(MADE) == {Step.ZOOM_APP, Step.ACTIVATION, Step.CREDENTIALS}
    assert Step.VERIFY not in done(replace(MADE, proved=proved))
    assert {Step.SCOPES, Step.VERIFY} <= done(replace(MADE, proved=proved | {Proof.READY.value}))
    assert Step.SYNC in done(replace(MADE, last_sync_at=NOW))
