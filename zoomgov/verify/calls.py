"""Checks by one real call per endpoint: the owner's role may lack a privilege though the app has the scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zoomgov.model.licences import seats
from zoomgov.verify.answers import IN_THE_WAY, MAY_BE_NOTHING, NotTried, body, has_list, rows, text_of
from zoomgov.verify.context import Context, Outcome, evidence_of, line_of_api_failure, severity, skipped
from zoomgov.verify.model import CheckStatus
from zoomgov.zoom.endpoints import ENDPOINTS_BY_ID
from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from zoomgov.zoom.client import Answer
    from zoomgov.zoom.endpoints import Endpoint
    from zoomgov.zoom.scopes import Need


async def probe(context: Context, need: Need) -> Outcome:
    """One need of the catalogue, by a real call with the smallest page."""
    found = await context.answers.probe(need.id)
    if isinstance(found, NotTried):
        return Outcome(CheckStatus.OK, found.reason) if found.nothing_there else skipped(found.reason)
    if isinstance(found, ZoomError):
        return await _refused(context, need, found)
    if lacks := _lacks(need.id, found):
        shown = ZoomError(ErrorKind.UNEXPECTED, need.endpoint, lacks, status=found.status)
        return context.failed(shown, severity(need.importance))
    result, hints = _summary(context, need.id, found)
    return Outcome(CheckStatus.OK, result, (evidence_of(found, need.endpoint),), context.advise(*hints))


def _lacks(need_id: str, answer: Answer) -> str:
    """What the answer should hold and does not, as a sentence; empty when it is all there."""
    keys = ENDPOINTS_BY_ID[need_id].list_keys
    if not body(answer):
        return "" if need_id in MAY_BE_NOTHING else "The answer holds nothing."
    if not keys:
        return ""
    if not has_list(answer, *keys) and answer.total_records is None and need_id not in MAY_BE_NOTHING:
        return "The answer holds no list, and no total."
    if answer.total_records and not rows(answer, *keys):
        return f"Zoom counts {answer.total_records:,} and lists none."
    return ""


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
    endpoint = ENDPOINTS_BY_ID[need_id]
    listed = rows(answer, *endpoint.list_keys)
    count = answer.total_records
    if count is None and _is_all(endpoint, answer):
        count = len(listed)
    if count is None and need_id in _COUNTED:
        return "Answered" if listed else "None listed", ()  # one row of a list says nothing of their number
    match need_id:
        case "read_user":
            return f"Read {text_of(body(answer), 'email') or 'one user'}", ()
        case "list_contact_groups":
            return "Answered" if listed else "None to read", ()
        case "plan_usage":
            return _seats(body(answer)), ()
        case "list_im_groups" if not count:
            return "None, as on newer accounts", ("im-groups-empty",)
    return (_count(count or 0, _COUNTED[need_id]) if need_id in _COUNTED else "Answered"), ()


_COUNTED: Final = {
    "list_users": "active user{}",
    "list_groups": "group{}",
    "list_group_members": "member{} in the first group",
    "list_group_admins": "admin{} of the first group",
    "list_roles": "role{}",
    "list_role_members": "Account Owner{}",
    "list_im_groups": "IM group{}",
}
"""What a list holds, with a place for the plural's s."""


def _is_all(endpoint: Endpoint, answer: Answer) -> bool:
    """Whether an answer without a total holds a whole list: it is not paged, or says that no page follows."""
    one_page = not answer.next_page_token and (answer.page_count or 1) == 1
    return one_page and has_list(answer, *endpoint.list_keys) and (answer.ends or not endpoint.page_sizes)


def _count(count: int, what: str) -> str:
    return f"{count:,} {what.format('' if count == 1 else 's')}"


def plan_base(usage: dict[str, Any]) -> dict[str, Any]:
    """`plan_base`, an object or an array of one (Zoom's spec of 2021 against examples of 2023)."""
    base = usage.get("plan_base")
    if isinstance(base, list):
        base = next((item for item in base if isinstance(item, dict)), None)
    return base if isinstance(base, dict) else {}


def _seats(usage: dict[str, Any]) -> str:
    bought, used = seats(usage)
    return f"{used:,} of {bought:,} seats used" if bought is not None and used is not None else "Answered"
