"""Checks by one real call per endpoint: the owner's role may lack a privilege though the app has the scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zoomgov.model.licences import seats
from zoomgov.verify.answers import IN_THE_WAY, MAY_BE_NOTHING, NotTried, body, rows, text_of
from zoomgov.verify.context import Context, Outcome, evidence_of, line_of_api_failure, severity, skipped
from zoomgov.verify.model import CheckStatus
from zoomgov.zoom.endpoints import ENDPOINTS_BY_ID
from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from zoomgov.zoom.client import Answer
    from zoomgov.zoom.scopes import Need


async def probe(context: Context, need: Need) -> Outcome:
    """One need of the catalogue, by a real call with the smallest page."""
    found = await context.answers.probe(need.id)
    if isinstance(found, NotTried):
        return Outcome(CheckStatus.OK, found.reason) if found.nothing_there else skipped(found.reason)
    if isinstance(found, ZoomError):
        return await _refused(context, need, found)
    if not body(found) and need.id not in MAY_BE_NOTHING:
        shown = ZoomError(ErrorKind.UNEXPECTED, need.endpoint, "The answer holds nothing.", status=found.status)
        return context.failed(shown, severity(need.importance))
    result, hints = _summary(context, need.id, found)
    return Outcome(CheckStatus.OK, result, (evidence_of(found, need.endpoint),), context.advise(*hints))


async def _refused(context: Context, need: Need, error: ZoomError) -> Outcome:
    if error.kind in IN_THE_WAY and (common := await context.answers.in_the_way()) is not None:
        line = line_of_api_failure(context, common)
        titles = {
            "credentials.cloud": "The app belongs to this Zoom cloud",
            "credentials.token": "Zoom accepts the credentials",
        }
        return skipped(f"No call gets through: see {titles.get(line, 'Connection')}")
    held = await context.answers.held()
    status = severity(need.importance)
    if error.kind is ErrorKind.SCOPE:
        if held is None:
            return skipped("The scope is missing")
        if held is not None and not need.met_by(held):
            return skipped("The scope is missing")  # one for sub-accounts was tried in its place
        wanted = error.missing_scopes or (need.tick(await context.answers.scope_kind()),)
        causes = context.explain(error, "scope-just-added", "missing-scope", scopes=wanted)
        text = "The token lists the scope, but Zoom does not go by it yet"
        return Outcome(status, text, (evidence_of(error),), causes)
    if error.kind is ErrorKind.PLAN:
        return skipped("Not on this plan: see The plan is high enough")
    if error.kind is ErrorKind.NOT_FOUND and need.id not in ("list_users", "list_groups", "list_roles"):
        status = CheckStatus.WARNING
    return context.failed(error, status)


def _summary(context: Context, need_id: str, answer: Answer) -> tuple[str, tuple[str, ...]]:
    """What the answer shows, in a few words, and ids of advice that belongs to it."""
    listed = rows(answer, *ENDPOINTS_BY_ID[need_id].list_keys)
    count = answer.total_records if answer.total_records is not None else len(listed)
    match need_id:
        case "list_users":
            return _count(count, "active user"), ()
        case "read_user":
            return f"Read {text_of(body(answer), 'email') or 'one user'}", ()
        case "list_groups":
            return _count(count, "group"), ()
        case "list_group_members":
            return f"{_count(count, 'member')} in the first group", ()
        case "list_group_admins":
            return f"{_count(count, 'admin')} of the first group", ()
        case "list_contact_groups":
            return "Answered" if listed else "None to read", ()
        case "list_contact_group_members":
            return "Answered", ()
        case "list_roles":
            return _count(count, "role"), ()
        case "list_role_members":
            return f"{_count(count, 'Account Owner')}", ()
        case "plan_usage":
            return _seats(body(answer)), ()
        case "list_im_groups":
            return (_count(count, "IM group"), ()) if count else ("None, as on newer accounts", ("im-groups-empty",))
    return "Answered", ()


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def plan_base(usage: dict[str, Any]) -> dict[str, Any]:
    """`plan_base`, an object or an array of one (Zoom's spec of 2021 against examples of 2023)."""
    base = usage.get("plan_base")
    if isinstance(base, list):
        base = next((item for item in base if isinstance(item, dict)), None)
    return base if isinstance(base, dict) else {}


def _seats(usage: dict[str, Any]) -> str:
    bought, used = seats(usage)
    return f"{used:,} of {bought:,} seats used" if bought is not None and used is not None else "Answered"
