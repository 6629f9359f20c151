"""Checks of the scopes: those of the token against those needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.verify.answers import LISTED_BY, NotTried, text_of
from zoomgov.verify.context import Context, Outcome, evidence_of, ok, severity, skipped
from zoomgov.verify.model import CheckStatus
from zoomgov.zoom.client import Answer
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.scopes import Importance, needs_for_scope, unneeded, writes

if TYPE_CHECKING:
    from zoomgov.zoom.scopes import Need


async def scope(context: Context, need: Need) -> Outcome:
    """One need of the catalogue: held, missing, or not needed."""
    if isinstance(await context.answers.token(), ZoomError):
        return skipped("No token")
    if need.capability in context.facts.without:
        return skipped(f"{need.capability}: left out, as you chose")
    held = await context.answers.held()
    if need.classic_only and not (held or frozenset()).intersection(need.classic):
        return skipped("Not offered to newer apps, and not needed there")
    if held is None:
        return await _by_call(context, need)
    names = [name for name in need.accepted if name in held]
    if not names and (wider := need.for_sub_accounts(held)):
        return await _by_call_with(context, need, held, wider[0])
    if not names:
        return await _missing(context, need, held)
    if all(writes(name) for name in names):
        return ok(f"Held through {names[0]}, which may also change things")
    return ok(f"Held: {next(name for name in names if not writes(name))}")


async def _by_call(context: Context, need: Need) -> Outcome:
    """The outcome for a token that names no scopes: whether the call works."""
    found = await context.answers.probe(need.id)
    if isinstance(found, Answer):
        return ok("The token names no scopes, but the call worked")
    if isinstance(found, NotTried) and need.id in LISTED_BY:
        found = await context.answers.probe(LISTED_BY[need.id])  # when that is refused, most likely this would be too
    if isinstance(found, ZoomError) and found.kind is ErrorKind.SCOPE:
        return await _missing(context, need, frozenset(), found)
    return skipped("The token names no scopes")


async def _by_call_with(context: Context, need: Need, held: frozenset[str], name: str) -> Outcome:
    """The outcome where a scope for accounts with sub-accounts stands in place of the usual one: what the call says."""
    found = await context.answers.probe(need.id)
    if isinstance(found, NotTried) and need.id in LISTED_BY:
        found = await context.answers.probe(LISTED_BY[need.id])
    if isinstance(found, ZoomError) and found.kind is ErrorKind.SCOPE:
        return await _missing(context, need, held, found)
    if isinstance(found, Answer):
        return ok(f"Held: {name}, and the call worked")
    return skipped(f"Held: {name}, and the call did not show whether it is enough")


async def _missing(context: Context, need: Need, held: frozenset[str], refusal: ZoomError | None = None) -> Outcome:
    scopes = (need.tick(await context.answers.scope_kind()),)
    similar = _similar(need, held)
    if need.importance is Importance.OPTIONAL:
        result = f"Not ticked. Optional: {need.opens}"
        return Outcome(CheckStatus.SKIPPED, result, advice=context.advise("add-scopes"), scopes=scopes)
    facts = context.facts
    causes = ["missing-scope", "scope-not-offered"]
    if similar:
        causes.insert(0, "scope-wrong-level")
    elif facts.held_before.intersection(need.accepted):
        causes.insert(0, "scopes-dropped")
    elif await _lesser_owner(context):
        causes.insert(0 if facts.ticked.intersection(need.accepted) else 1, "scopes-dropped")
    elif facts.ticked.intersection(need.accepted):
        causes = ["scope-not-saved", "missing-scope", "scopes-dropped", "scope-not-offered"]
    elif not any(needs_for_scope(name) for name in held):
        causes.insert(1, "scopes-dropped")
    result = f"Missing: {scopes[0]}" + (f" (ticked is {similar})" if similar else "")
    evidence = (evidence_of(refusal),) if refusal else ()
    return Outcome(severity(need.importance), result, evidence, context.advise(*causes, scopes=scopes), scopes)


def _similar(need: Need, held: frozenset[str]) -> str | None:
    """A scope of the token that differs from a wanted one only in level or action: ticked by mistake."""
    for name in sorted(held):
        parts = name.split(":")
        for wanted in need.accepted:
            pieces = wanted.split(":")
            level = f"{name}:admin" == wanted
            action = len(parts) == len(pieces) == 4 and parts[:1] + parts[2:] == pieces[:1] + pieces[2:]
            if level or action:
                return name
    return None


async def _lesser_owner(context: Context) -> bool:
    """Whether the app's owner is known not to be the Account Owner: Zoom may have removed scopes."""
    return text_of(await context.answers.app_owner(), "role_id") not in ("", "0")


async def excess(context: Context) -> Outcome:
    """Scopes to remove (least privilege): those that write, are not needed, or serve only what was left out."""
    held = await context.answers.held()
    if held is None:
        return skipped("No token" if isinstance(await context.answers.token(), ZoomError) else "No scopes named")
    without = context.facts.without
    extra = set(unneeded(held))
    for name in held:
        needs = needs_for_scope(name)
        if needs and all(need.capability in without for need in needs):
            extra.add(name)
    writing = tuple(sorted(name for name in extra if writes(name)))
    reading = tuple(sorted(name for name in extra if not writes(name)))
    if not extra:
        return ok("Nothing more than needed")
    said, causes = [], context.advise()
    if writing:
        said.append(f"{len(writing)} may change your Zoom: {', '.join(writing)}")
        causes += context.advise("excess-write", scopes=writing)
    if reading:
        said.append(f"{len(reading)} not needed: {', '.join(reading)}")
        causes += context.advise("excess-read", scopes=reading)
    return Outcome(CheckStatus.WARNING, "; ".join(said), advice=causes, scopes=(*writing, *reading))
