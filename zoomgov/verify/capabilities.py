"""What users get, capability by capability, concluded from the other checks."""

from __future__ import annotations

from typing import Final

from zoomgov.verify.answers import IN_THE_WAY, LISTED_BY, MAY_BE_NOTHING, NotTried, body
from zoomgov.verify.context import Context, Outcome, skipped
from zoomgov.verify.model import CapabilityState, CapabilityVerdict, CheckStatus
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.scopes import NEEDS, NEEDS_BY_ID, Capability, Importance, Need

_STATES: Final = {
    ErrorKind.SCOPE: CapabilityState.MISSING_SCOPE,
    ErrorKind.PRIVILEGE: CapabilityState.ROLE,
    ErrorKind.PLAN: CapabilityState.PLAN,
}
_WORST: Final = (
    CapabilityState.PLAN,
    CapabilityState.MISSING_SCOPE,
    CapabilityState.ROLE,
    CapabilityState.FAILED,
    CapabilityState.NOT_OFFERED,
    CapabilityState.UNKNOWN,
    CapabilityState.READY,
)
"""In order of precedence: a scope does not help where the plan is too low, nor a privilege where a scope is missing."""


async def verdict(context: Context, capability: Capability) -> tuple[CapabilityVerdict, Outcome]:
    """The state of one capability, from what its needs found."""
    if capability in context.facts.without:
        chosen = CapabilityVerdict(capability, CapabilityState.WITHOUT)
        return chosen, skipped("Left out, as you chose")
    needs = [need for need in NEEDS if need.capability is capability]
    states = [(need, await _state(context, need)) for need in needs]
    required = [pair for pair in states if pair[0].importance is Importance.REQUIRED]
    decisive = required or states
    state = min((state for _, state in decisive), key=_WORST.index)
    lacking = [need for need, one in states if one is CapabilityState.MISSING_SCOPE]
    kind = await context.answers.scope_kind()
    scopes = tuple(dict.fromkeys(need.tick(kind) for need in lacking)) if lacking else ()
    found = CapabilityVerdict(capability, state, scopes if state is CapabilityState.MISSING_SCOPE else ())
    result = _text(state, decisive, scopes)
    if state is CapabilityState.READY:
        weak = [need.title for need, one in states if one is not CapabilityState.READY]
        weaker = any(
            need.importance is Importance.RECOMMENDED and one is not CapabilityState.READY for need, one in states
        )
        without = f", without: {', '.join(weak)}" if weak else ""
        return found, Outcome(CheckStatus.WARNING if weaker else CheckStatus.OK, f"Ready{without}")
    if state is CapabilityState.PLAN:
        return found, skipped(result)  # one cause, one headline: the line about the plan
    if required:
        known = state is not CapabilityState.UNKNOWN
        return found, Outcome(CheckStatus.PROBLEM if known else CheckStatus.SKIPPED, result, scopes=found.scopes)
    refused = state in (CapabilityState.ROLE, CapabilityState.PLAN, CapabilityState.FAILED)
    return found, Outcome(CheckStatus.WARNING if refused else CheckStatus.SKIPPED, result, scopes=found.scopes)


async def _state(context: Context, need: Need) -> CapabilityState:
    found = await context.answers.probe(need.id)
    if isinstance(found, ZoomError):
        if found.kind in IN_THE_WAY and await context.answers.in_the_way() is not None:
            return CapabilityState.UNKNOWN
        return _STATES.get(found.kind, CapabilityState.FAILED)
    if not isinstance(found, NotTried):
        return CapabilityState.READY if body(found) or need.id in MAY_BE_NOTHING else CapabilityState.FAILED
    if found.nothing_there:
        return CapabilityState.READY
    held = await context.answers.held()
    if need.classic_only and held is not None and not held.intersection(need.classic):
        return CapabilityState.NOT_OFFERED
    if held is not None and not need.may_be_met_by(held):
        return CapabilityState.MISSING_SCOPE
    listing = NEEDS_BY_ID.get(LISTED_BY.get(need.id, ""))
    return await _state(context, listing) if listing is not None else CapabilityState.UNKNOWN


def _text(state: CapabilityState, states: list[tuple[Need, CapabilityState]], scopes: tuple[str, ...]) -> str:
    names = ", ".join(need.title for need, one in states if one is state)
    match state:
        case CapabilityState.MISSING_SCOPE:
            return f"Missing scope: {', '.join(scopes) or 'see the listing it belongs to'}"
        case CapabilityState.ROLE:
            return f"The role of the app's owner lacks the right: {names}"
        case CapabilityState.PLAN:
            return "The plan is too low: Pro or higher is needed"
        case CapabilityState.FAILED:
            return f"Could not be read: {names}"
        case CapabilityState.NOT_OFFERED:
            return "Only older apps can ask, and newer accounts have none"
    return "Not checked"
