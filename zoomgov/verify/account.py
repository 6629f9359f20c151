"""Checks of the plan, and of the owners of app and connector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zoomgov.text import printable
from zoomgov.verify.answers import CallResult, body, number_of, rows, text_of
from zoomgov.verify.calls import plan_base
from zoomgov.verify.context import Context, Outcome, evidence, evidence_of, ok, skipped
from zoomgov.verify.model import CheckStatus
from zoomgov.zoom.client import Answer
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.scopes import NEEDS, NEEDS_BY_ID, Importance
from zoomgov.zoom.values import seats_used

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zoomgov.verify.model import Evidence

OWNER_ROLE: Final = "0"
_STATUSES: Final = ("active", "inactive", "pending")
_MOST_OWNERS: Final = 5
"""Owners of a connector that are looked up at most, a call each."""


def plan_title(code: str) -> str:
    """A plan's name from `plan_base.type` (Zoom's older plan list), else the code itself."""
    lower = code.lower()
    if "business" in lower:
        return "Business"
    if "ent" in lower:
        return "Enterprise"
    if lower.startswith("edu"):
        return "Education"
    if lower in ("monthly", "yearly") or "pro" in lower:
        return "Pro"
    if lower == "trial":
        return "Trial"
    return "Basic" if lower in ("free", "basic") else code


async def plan_name(context: Context) -> Outcome:
    """The plan's name where Zoom gives it, else what follows from the other calls."""
    if isinstance(await context.answers.token(), ZoomError):
        return skipped("No token")
    usage = await context.answers.probe("plan_usage")
    code = text_of(plan_base(body(usage)), "type")
    title = plan_title(code)
    shown = title if title == code else f"{title} ({code})"
    refused, paid = [], False
    for need in NEEDS:
        found = await context.answers.probe(need.id)
        if isinstance(found, ZoomError) and found.kind is ErrorKind.PLAN:
            refused.append((need, found))
        paid = paid or (isinstance(found, Answer) and need.id in _PAID)
    if refused:
        needed = any(need.importance is not Importance.OPTIONAL for need, _ in refused)
        calls = ", ".join(need.title for need, _ in refused)
        result = f"{printable(shown) or 'Basic'}: refused {'is' if len(refused) == 1 else 'are'} {calls}"
        status = CheckStatus.PROBLEM if needed or title == "Basic" else CheckStatus.WARNING
        return Outcome(status, result, (evidence_of(refused[0][1]),), context.explain(refused[0][1]))
    if title == "Basic":
        return Outcome(CheckStatus.PROBLEM, shown, evidence(usage, _PLAN_USAGE), context.advise("basic-plan"))
    if code:
        return Outcome(CheckStatus.OK, printable(shown), evidence(usage, _PLAN_USAGE))
    if not paid:
        return skipped("Not known: no call told")
    limits = context.client.limits
    higher = limits.learnt and "Business" in limits.tier.title
    return ok("Business, Education or Enterprise" if higher else "Pro or higher")


_PLAN_USAGE: Final = NEEDS_BY_ID["plan_usage"].endpoint
_PAID: Final = ("list_groups", "list_roles", "list_contact_groups")


async def plan_rate(context: Context) -> Outcome:
    """Zoom's rate limits, from the headers of what was answered."""
    if isinstance(await context.answers.token(), ZoomError):
        return skipped("No token")
    for need in NEEDS:
        found = await context.answers.probe(need.id)
        if not isinstance(found, Answer) or found.headers.get("x-ratelimit-type", "QPS").upper() != "QPS":
            continue  # a daily limit says nothing about a second
        limit = found.headers.get("x-ratelimit-limit", "").strip()
        category = printable(found.headers.get("x-ratelimit-category", "")).lower()[:20] or "such"
        if limit.lower() == "unlimited":
            return ok(f"Zoom sets no limit on {category} calls", evidence_of(found, need.endpoint))
        if limit.isascii() and limit.isdigit():
            limits = context.client.limits
            tier = f"; the limits of {limits.tier.title}" if limits.learnt else ""
            return ok(f"{limit[:20]} {category} calls a second{tier}", evidence_of(found, need.endpoint))
    return skipped("Zoom sent no rate headers")


async def owner_role(context: Context) -> Outcome:
    """The role of the app's owner, whose privileges the app has."""
    if isinstance(await context.answers.token(), ZoomError):
        return skipped("No token")
    owner = await context.answers.app_owner()
    role_id = text_of(owner, "role_id")
    if not role_id:
        return skipped("Zoom does not say who the app's owner is")
    who = printable(text_of(owner, "email")) or "The app's owner"
    if role_id == OWNER_ROLE:
        return ok(f"{who} is the Account Owner")
    role = printable(text_of(owner, "role_name")) or {"1": "Admin", "2": "Member"}.get(role_id, "another role")
    found = await context.answers.probe("read_user")
    proof = evidence(found, NEEDS_BY_ID["read_user"].endpoint)
    return Outcome(CheckStatus.WARNING, f"{who} has the role {role}", proof, context.advise("owner-not-account-owner"))


async def owner_sees(context: Context) -> Outcome:
    """Whether the app sees everyone: a role restricted to groups hides the others without an error.

    Looks at the role's restriction, and compares roles, plan usage and the Account Owner with the users seen.
    """
    answers = context.answers
    if isinstance(await answers.token(), ZoomError):
        return skipped("No token")
    role_id = text_of(await answers.app_owner(), "role_id")
    role = await answers.probe("read_role")
    scopes = body(role).get("privilege_scopes")
    restricted = isinstance(scopes, list) and any(
        isinstance(item, dict) and isinstance(item.get("group_ids"), list) and item["group_ids"] for item in scopes
    )
    if restricted and role_id and text_of(body(role), "id") in ("", role_id):
        result = "The role of the app's owner is limited to some groups"
        limits = evidence(role, NEEDS_BY_ID["read_role"].endpoint)
        return Outcome(CheckStatus.WARNING, result, limits, context.advise("restricted-owner"))
    seen = await _users_seen(context)
    if seen is None:
        return skipped("Not known: the numbers to compare cannot be read")
    roles = await answers.probe("list_roles")
    counts = [number_of(row, "total_members") for row in rows(roles, "roles")]
    held = sum(count or 0 for count in counts)
    usage = await answers.probe("plan_usage")
    used = seats_used(body(usage))
    owners = await answers.probe("list_role_members")
    proof: tuple[Evidence, ...] = ()
    found = []
    if held > seen[0]:
        found.append(f"Zoom's roles count {held:,} people")
        proof += evidence(roles, NEEDS_BY_ID["list_roles"].endpoint)
    if used > seen[0]:
        found.append(f"Zoom's plan usage counts {used:,} seats in use")
        proof += evidence(usage, _PLAN_USAGE)
    if isinstance(owners, Answer) and not rows(owners, "members"):
        found.append("Nobody is listed as Account Owner")
        proof += evidence(owners, NEEDS_BY_ID["list_role_members"].endpoint)
    if found:
        result = f"{' and '.join(found)}, the app sees {seen[0]:,}"
        proof += evidence(seen[1], _USERS)
        return Outcome(CheckStatus.WARNING, result, proof, context.advise("restricted-owner", "users-by-status"))
    if not counts or None in counts:
        return skipped("Not known: the numbers to compare cannot be read")
    return ok(f"The numbers add up: {seen[0]:,} people")


_USERS: Final = NEEDS_BY_ID["list_users"].endpoint


async def _users_seen(context: Context) -> tuple[int, CallResult] | None:
    """Users of all statuses, and one answer as evidence; None when they cannot be counted."""
    answers = context.answers
    active = await answers.probe("list_users")
    if not isinstance(active, Answer):
        return None
    total = 0
    for status in _STATUSES:
        found = (
            active
            if status == "active"
            else await answers.get(f"users.{status}", "list_users", {"page_size": 1, "status": status})
        )
        if not isinstance(found, Answer) or found.total_records is None:
            return None
        total += found.total_records
    return total, active


async def owner_connector(context: Context) -> Outcome:
    """Whether an owner of the connector is the Account Owner. E-mail addresses compare case-insensitively."""
    answers = context.answers
    if isinstance(await answers.token(), ZoomError):
        return skipped("No token")
    ours = {email.strip().lower(): email.strip() for email in context.facts.owners if email.strip()}
    if not ours:
        return skipped("The connector has no owner yet")
    listing, theirs = await _account_owners(context)
    if not theirs:
        return skipped("Zoom does not say who the Account Owner is")
    proof = evidence(listing, NEEDS_BY_ID["list_role_members"].endpoint)
    both = [email for email in ours if email in theirs]
    if both:
        return Outcome(CheckStatus.OK, f"{printable(ours[both[0]])} is the Account Owner", proof)
    said = [await _known(context, email) for email in list(ours.values())[:_MOST_OWNERS]]
    return Outcome(CheckStatus.WARNING, "; ".join(said), proof, context.advise("connector-owner-unknown"))


async def _account_owners(context: Context) -> tuple[CallResult, frozenset[str]]:
    listing = await context.answers.probe("list_role_members")
    members = rows(listing, "members")
    if not members and isinstance(await context.answers.probe("list_users"), Answer):
        query: dict[str, str | int] = {"role_id": OWNER_ROLE, "page_size": 30}
        listing = await context.answers.get("users.owner", "list_users", query)
        members = [row for row in rows(listing, "users") if text_of(row, "role_id") in ("", OWNER_ROLE)]
    return listing, frozenset(text_of(row, "email").lower() for row in members if text_of(row, "email"))


async def _known(context: Context, email: str) -> str:
    name = printable(email)
    if not isinstance(await context.answers.probe("read_user"), Answer) or not email.strip("."):
        return f"{name} is not the Account Owner"
    found = await context.answers.get(f"user.{email.lower()}", "read_user", {}, userId=email)
    if isinstance(found, ZoomError) and found.kind is ErrorKind.NOT_FOUND:
        return f"{name} is not a user of this Zoom account"
    role = _role_name(body(found))
    return f"{name} has the role {role}, not Owner" if role else f"{name} is not the Account Owner"


def _role_name(user: Mapping[str, Any]) -> str:
    return printable(text_of(user, "role_name")) or {"1": "Admin", "2": "Member"}.get(text_of(user, "role_id"), "")
