"""How far each step of the wizard is: done only where the person ticked it off or Zoom proved it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from zoomgov.connectors.model import Connector, Draft, Proof, Step
from zoomgov.zoom.scopes import Capability, Importance, scopes_to_tick

if TYPE_CHECKING:
    from collections.abc import Mapping

ZOOM_APP_CLICKS: Final = ("sign-in", "build", "server-to-server", "name", "credentials", "information", "feature")
"""Ids of the ticks of step 3."""
SCOPES_CONFIRMED: Final = "scopes-done"
"""Id of the tick of step 4 for *Done* and *Continue*."""
ACTIVATED: Final = "activate"
"""Id of the tick of step 5 for *Activate your app*."""


class Standing(StrEnum):
    """How far a step is."""

    DONE = "done"
    """Everything in it is ticked, or what Zoom answered proves it."""
    SEEN = "seen"
    """It was passed, with nothing that shows it to be done."""
    OPEN = "open"
    """It was not reached."""


def standings(connector: Connector | None, draft: Draft) -> Mapping[Step, Standing]:
    """Return the standing of each step that has a page."""
    reached = draft.step if connector is None else connector.step
    found: dict[Step, Standing] = {}
    for step in Step:
        if step is Step.DONE:
            break
        done = step is Step.APP and reached > Step.APP if connector is None else _is_done(step, connector)
        found[step] = Standing.DONE if done else Standing.SEEN if step < reached else Standing.OPEN
    return found


def _is_done(step: Step, connector: Connector) -> bool:
    token, ready = Proof.TOKEN in connector.proved, Proof.READY in connector.proved
    match step:
        case Step.APP | Step.OWNERS:
            return True  # there is a connector: both were checked when it was created
        case Step.ZOOM_APP:
            return token or connector.checked.issuperset(ZOOM_APP_CLICKS)
        case Step.SCOPES:
            return ready or connector.checked.issuperset({*_asked_for(connector), SCOPES_CONFIRMED})
        case Step.ACTIVATION:
            return token or ACTIVATED in connector.checked
        case Step.CREDENTIALS:
            return token
        case Step.VERIFY:
            return ready
    return connector.last_sync_at is not None


def _asked_for(connector: Connector) -> frozenset[str]:
    """Return the scopes to tick for what the connector reads; optional ones need not be."""
    wanted = frozenset(part for part in Capability if part.value not in connector.without)
    importances = {Importance.REQUIRED, Importance.RECOMMENDED}
    return frozenset(scopes_to_tick(connector.scope_kind, capabilities=wanted, importances=importances))
