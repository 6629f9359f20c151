"""How each screen looks, as it should be and when something is wrong. Looked at before they were kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from textual import events

from tests.screens.stage import LockedVault
from zoomgov.advice.knowledge import Advice, Trust
from zoomgov.connectors.model import ConnectorStatus, Step
from zoomgov.model.syncs import ListKey, NotRead
from zoomgov.sync.events import (
    ListAdvanced,
    ListFinished,
    ListStarted,
    Outcome,
    PartAdvanced,
    RequestsCounted,
    SyncSummary,
)
from zoomgov.verify.model import CapabilityState, CapabilityVerdict, Report, planned_lines
from zoomgov.verify.model import CheckStatus as LineStatus
from zoomgov.zoom.endpoints import Label
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.limits import LabelUse
from zoomgov.zoom.scopes import Capability

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.pilot import Pilot

    from tests.screens.stage import Stage
    from zoomgov.sync.events import SyncEvent

SMALL, WIDE = (80, 24), (120, 36)
SCOPE = "contact_group:read:list_members:admin"
ADVICE = Advice(
    id="pair",
    title="Client ID and Client secret do not belong together",
    cause="Zoom does not know this pair. Most often one of the two was copied short, or comes from another app.",
    remedy=("Open your app in the Marketplace.", "Click App Credentials.", "Copy both and paste them again here."),
    link="https://marketplace.zoom.us",
    trust=Trust.ZOOM,
    source="Zoom's page on OAuth errors",
)
SUMMARY = SyncSummary(
    number=3,
    outcome=Outcome.COMPLETE,
    counts={"users": 2000, "groups": 60, "contact_groups": 12, "roles": 8, "group member": 3120, "role": 2000},
    not_read=(),
    disagreements=(),
    requests={"GET /users": 22, "GET /groups": 1},
    refused=0,
    retried=0,
    seconds=4.2,
    changes={"users_added": 4},
)
USES = (
    LabelUse(Label.LIGHT, 3, 76.0, 120, None),
    LabelUse(Label.MEDIUM, 20, 57.0, 2345, None),
    LabelUse(Label.HEAVY, 0, 38.0, 1, 59_999),
)
EVENTS: list[SyncEvent] = [
    ListStarted(ListKey("users-active"), "Active users", 1900),
    ListAdvanced(ListKey("users-active"), 1200, 1900),
    ListStarted(ListKey("groups"), "Groups", 60),
    ListFinished(ListKey("groups"), 60, 60),
    PartAdvanced("group-admins", "Group admins", 12, 60, 19),
    RequestsCounted(61, 2, 2, 7, 23.0, USES),
]


@pytest.fixture
def look(stage: Stage, snap_compare: Callable[..., bool]) -> Callable[..., bool]:
    """Compare the screen after `steps` with the picture kept."""

    def compare(*steps: str | Callable[[Pilot[int]], Awaitable[None]], size: tuple[int, int] = SMALL) -> bool:
        async def act(pilot: Pilot[int]) -> None:
            await stage.until(pilot, lambda: stage.list_of(pilot).ready)
            await stage.settled(pilot)
            for step in steps:
                await (stage.press(pilot, step) if isinstance(step, str) else step(pilot))
            await stage.settled(pilot)
            pilot.app.clear_notifications()
            await pilot.pause()

        return bool(snap_compare(stage.app(), terminal_size=size, run_before=act))

    return compare


def found(stage: Stage, *, missing: bool) -> Report:
    """A report with one scope missing, or none."""
    lines = [
        replace(line, status=LineStatus.PROBLEM, result=f"missing {SCOPE}", scopes=(SCOPE,))
        if missing and line.id == "scope.list_contact_group_members"
        else replace(line, status=LineStatus.OK, result="fine")
        for line in planned_lines()
    ]
    shut = CapabilityState.MISSING_SCOPE if missing else CapabilityState.READY
    return Report("zoom.us", stage.NOW, 0.5, tuple(lines), (CapabilityVerdict(Capability.CONTACT_GROUPS, shut),))


def test_connectors(stage: Stage, look: Callable[..., bool]) -> None:
    synced = stage.NOW.replace(hour=9)
    stage.add_connector(name="Zoom", step=Step.DONE, status=ConnectorStatus.CONNECTED, last_sync_at=synced)
    stage.add_connector(name="Zoom Japan 日本", step=Step.SCOPES)
    reason = "Client ID and Client secret do not belong together (POST /oauth/token: HTTP 400)"
    stage.add_connector(name="Labs", step=Step.DONE, status=ConnectorStatus.ERROR, reason=reason, last_sync_at=synced)
    assert look("down", "down")


@pytest.mark.parametrize("size", [SMALL, WIDE, (60, 18)], ids=str)
def test_welcome(look: Callable[..., bool], size: tuple[int, int]) -> None:
    assert look("down", size=size)


def test_app(stage: Stage, look: Callable[..., bool]) -> None:
    stage.services.registry.create_app("Zoom (Okta)", True)
    assert look("a", "down")


def test_owners_with_a_problem(look: Callable[..., bool]) -> None:
    async def fill(pilot: Pilot[int]) -> None:
        await pilot.press("tab", *"Zoom", "enter")

    async def wrong(pilot: Pilot[int]) -> None:
        await pilot.press("tab", *"mona", "enter")

    assert look("a", fill, wrong)


@pytest.mark.parametrize(
    "step", [Step.ZOOM_APP, Step.SCOPES, Step.ACTIVATION, Step.CREDENTIALS], ids=lambda step: step.name.lower()
)
def test_step(stage: Stage, look: Callable[..., bool], step: Step) -> None:
    stage.add_connector(step=step)
    assert look("enter")


def test_scopes_wide(stage: Stage, look: Callable[..., bool]) -> None:
    stage.add_connector(step=Step.SCOPES)
    assert look("enter", "space", size=WIDE)


@pytest.mark.parametrize("step", [Step.ZOOM_APP, Step.ACTIVATION], ids=lambda step: step.name.lower())
def test_two_panes(stage: Stage, look: Callable[..., bool], step: Step) -> None:
    stage.add_connector(step=step)
    assert look("enter", size=WIDE)


def test_what_to_read(stage: Stage, look: Callable[..., bool]) -> None:
    stage.add_connector(step=Step.SCOPES)
    assert look("enter", "w", "end", "up", "space")


def test_credentials_refused_by_the_keyring(stage: Stage, look: Callable[..., bool]) -> None:
    stage.restart(vault=LockedVault())
    stage.add_connector(step=Step.CREDENTIALS)

    async def paste(pilot: Pilot[int]) -> None:
        assert pilot.app.screen.focused is not None
        pilot.app.screen.focused.post_message(events.Paste(stage.BLOCK))
        await pilot.pause()
        pilot.app.clear_notifications()

    assert look("enter", paste, "enter")


@pytest.mark.parametrize("missing", [False, True], ids=["ready", "not_ready"])
def test_verify(stage: Stage, look: Callable[..., bool], missing: bool) -> None:
    stage.services.rounds = [found(stage, missing=missing)]
    stage.add_connector(step=Step.VERIFY)
    assert look("enter")


@pytest.mark.parametrize("case", ["running", "complete", "partial", "failed"])
def test_sync(stage: Stage, look: Callable[..., bool], case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    gap = NotRead(
        "contact-groups", "", "Code 4711: does not contain scopes.", ("contact_group:read:list_groups:admin",)
    )
    stage.services.events = EVENTS
    ends: dict[str, SyncSummary | Exception] = {
        "partial": replace(SUMMARY, outcome=Outcome.PARTIAL, not_read=(gap,)),
        "failed": ZoomError(
            ErrorKind.CREDENTIALS, "POST /oauth/token", "Invalid client_id or client_secret", 400, "invalid_client"
        ),
    }
    stage.services.outcome = ends.get(case, SUMMARY)
    monkeypatch.setattr(stage.services.checking, "explain", lambda error, connector: ADVICE)
    if case == "running":
        stage.services.gate.clear()
    stage.add_connector(step=Step.SYNC)

    async def drawn(pilot: Pilot[int]) -> None:
        words = {"running": "◐ Zoom: 61 requests", "failed": "Try again"}.get(case, "Overview")
        await stage.until(pilot, lambda: words in stage.text(pilot) and "Save log" in stage.text(pilot))

    assert look("enter", "enter", drawn)
