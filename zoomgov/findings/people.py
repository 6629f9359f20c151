"""Checks of people: admins, inactive people, licences, external people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from zoomgov.findings import fixes
from zoomgov.findings.context import BUFFER_DAYS, Check, Context, Found, last_login, many, people
from zoomgov.findings.model import Level, Subject
from zoomgov.model.licences import seats
from zoomgov.model.parts import USER_PARTS, PartKey
from zoomgov.store.read import audit

if TYPE_CHECKING:
    from zoomgov.store.read.audit import Someone

_EVERYONE: Final = tuple(USER_PARTS.values())
_NOT_ACTIVE: Final = (PartKey.USERS_INACTIVE, PartKey.USERS_PENDING)
_BUFFER: Final = (
    f"Zoom moves the recorded login only once {BUFFER_DAYS} days have passed since the last recorded one; "
    f"these {BUFFER_DAYS} days are added, so that nobody is listed too early."
)


_NO_LOGINS: Final = "Zoom sent nobody's last login."


def _role_and_login(user: Someone) -> str:
    return f"{user.role}, {last_login(user)}"


def owners_and_admins(context: Context) -> Found:
    """Holders of the two system roles that administer the account."""
    limit = context.thresholds.named
    system = [role for role in context.roles if role.id in ("0", "1")]
    found = audit.holders(context.at, system, limit)
    owners = sum(role.holders for role in system if role.id == "0")
    title = f"{many(owners, 'owner', 'owners')} and {many(found.total - owners, 'admin', 'admins')}"
    crowded = found.total > context.thresholds.most_admins
    return Found(
        found.total,
        title,
        people(found, _role_and_login),
        Level.MEDIUM if crowded else None,
        f"More than {context.thresholds.most_admins:,} is more than most accounts need." if crowded else "",
    )


def idle_admins(context: Context) -> Found:
    """Admins without a login for long."""
    if not context.logins_known:
        return Found(0, limits=(_NO_LOGINS,))
    days = context.thresholds.admin_idle_days
    before = context.before(days, buffered=True)
    found = audit.idle_holders(context.at, context.admin_roles, before, context.thresholds.named)
    unread = [role.name for role in context.admin_roles if role.edits is None and role.holders]
    limits = (f"The rights of {', '.join(unread[:5])} were never read; they count as admin roles.",) if unread else ()
    title = f"{many(found.total, 'admin has', 'admins have')} not logged in for {days:,} days"
    return Found(found.total, title, people(found, _role_and_login), more=_BUFFER, limits=limits)


def not_active_with_role(context: Context) -> Found:
    """Inactive and invited people who hold a role."""
    roles = [role for role in context.roles if role.id != audit.MEMBER_ROLE]
    found = audit.not_active_holders(context.at, roles, context.thresholds.named)
    title = f"{many(found.total, 'person', 'people')} who cannot sign in {_hold(found.total)} a role"
    return Found(found.total, title, people(found, lambda user: f"{user.status}, {user.role}"))


def not_active_group_admins(context: Context) -> Found:
    """Inactive and invited people who are group admins."""
    found = audit.not_active_group_admins(context.at, context.thresholds.named)
    still = "is still a group admin" if found.total == 1 else "are still group admins"
    title = f"{many(found.total, 'person', 'people')} who cannot sign in {still}"
    return Found(found.total, title, people(found, lambda user: user.status))


def not_active_licensed(context: Context) -> Found:
    """Inactive and invited people with a licence."""
    found = audit.not_active_licensed(context.at, context.thresholds.named)
    title = f"{many(found.total, 'person', 'people')} who cannot sign in {_hold(found.total)} a licence"
    return Found(found.total, title, people(found, lambda user: user.status))


def _hold(count: int) -> str:
    return "still holds" if count == 1 else "still hold"


def licensed_idle(context: Context) -> Found:
    """Licensed people without a login for long."""
    days = context.thresholds.licence_idle_days
    found = audit.licensed_idle(context.at, context.before(days, buffered=True), context.thresholds.named)
    title = f"{many(found.total, 'licensed person has', 'licensed people have')} not logged in for {days:,} days"
    return Found(found.total, title, people(found, last_login), more=f"{_free(context, found.total)} {_BUFFER}")


def licensed_never(context: Context) -> Found:
    """Licensed people who never logged in, new ones left out."""
    if not context.logins_known:
        return Found(0, limits=(_NO_LOGINS,))
    days = context.thresholds.new_days
    found = audit.licensed_never(context.at, context.before(days, buffered=True), context.thresholds.named)
    title = f"{many(found.total, 'licensed person has', 'licensed people have')} never logged in"
    more = f"{_free(context, found.total)} People made in the last {days + BUFFER_DAYS:,} days are left out."
    return Found(found.total, title, people(found, lambda user: f"made {user.created_at[:10]}"), more=more)


def _free(context: Context, count: int) -> str:
    """How many licences a downgrade would free, and of how many bought where Zoom tells."""
    gain = f"A downgrade to Basic would free {many(count, 'licence', 'licences')}"
    bought, used = seats(json.loads(context.plan_usage) if context.plan_usage else None)
    if bought is None or used is None:
        return f"{gain}."
    return f"{gain}: {used:,} of {bought:,} bought are in use, {max(used - count, 0):,} would be."


# Who is not of the organisation


def _external_domains(context: Context) -> tuple[dict[str, int], list[str], bool]:
    """External domains with their counts, the organisation's own domains, and whether those were guessed."""
    found = context.domains
    own = {domain.strip().lower().removeprefix("@") for domain in context.thresholds.own_domains}
    guessed = not own
    if guessed:
        total = sum(found.values())
        owner = audit.holders(context.at, [role for role in context.roles if role.id == "0"], 1).first
        own = {user.email.rpartition("@")[2].lower() for user in owner if "@" in user.email}
        own |= {domain for domain, count in found.items() if count >= total * context.thresholds.own_domain_share}
    tails = tuple(f".{domain}" for domain in own)
    external = {d: count for d, count in found.items() if d not in own and not d.endswith(tails)} if own else {}
    return external, sorted(own), guessed


def _whose(own: list[str], guessed: bool) -> str:
    shown = ", ".join(own[:5]) + (" ..." if len(own) > 5 else "")
    return f"Taken for one's own{', by where most people are' if guessed else ''}: {shown or 'none'}."


_DOMAINS: Final = 8
"""External domains that are named at most."""


def external_people(context: Context) -> Found:
    """People with an address of an external domain."""
    external, own, guessed = _external_domains(context)
    found = audit.in_domains(context.at, external, context.thresholds.named)
    where = many(len(external), "other domain", "other domains")
    title = f"{many(found.total, 'user has an address', 'users have addresses')} in {where}"
    first = ", ".join(f"{domain} {count:,}" for domain, count in list(external.items())[:_DOMAINS])
    told = f"Most are in: {first}." if len(external) > _DOMAINS else f"They are in: {first}."
    return Found(
        found.total,
        title,
        people(found, lambda user: f"{user.status}, {user.role}"),
        more=f"{told} {_whose(own, guessed)}",
    )


def external_admins(context: Context) -> Found:
    """Admins with an address of an external domain."""
    external, own, guessed = _external_domains(context)
    found = audit.holders_in_domains(context.at, external, context.admin_roles, context.thresholds.named)
    title = f"{many(found.total, 'admin has an address', 'admins have addresses')} in another domain"
    return Found(found.total, title, people(found, _role_and_login), more=_whose(own, guessed))


def not_users(context: Context) -> Found:
    """People in lists of members or admins who are in no user list."""
    found = audit.not_users(context.at)
    title = f"{many(len(found), 'person in lists is not', 'people in lists are not')} among the users"
    subjects = tuple(
        Subject("users", key, name, email, f"in {many(count, 'list', 'lists')}")
        for key, name, email, count in found[: context.thresholds.named]
    )
    return Found(len(found), title, subjects)


CHECKS: Final = (
    Check(
        "external-admins",
        Level.HIGH,
        "Admins with an address of another domain",
        "An admin outside the organisation keeps the right to change the account when their own employer lets them go.",
        (PartKey.USERS_ACTIVE, PartKey.ROLES),
        fixes.ROLES,
        external_admins,
    ),
    Check(
        "idle-admins",
        Level.HIGH,
        "Admins who have not logged in for long",
        "A right to change the account that nobody uses is one that nobody misses when it is misused.",
        (PartKey.USERS_ACTIVE, PartKey.ROLES),
        fixes.ROLES,
        idle_admins,
    ),
    Check(
        "not-active-with-role",
        Level.MEDIUM,
        "Inactive or invited people with a role",
        "The role comes back with the person the moment the account is activated, with nobody deciding on it again.",
        (*_NOT_ACTIVE, PartKey.ROLES),
        fixes.USERS,
        not_active_with_role,
    ),
    Check(
        "not-active-group-admins",
        Level.MEDIUM,
        "Inactive or invited people who are group admins",
        "They could change a group's members and settings again as soon as they are activated.",
        (*_NOT_ACTIVE, PartKey.GROUPS, PartKey.GROUP_ADMINS),
        fixes.GROUPS,
        not_active_group_admins,
    ),
    Check(
        "not-active-licensed",
        Level.LOW,
        "Inactive or invited people with a licence",
        "Zoom may keep a seat for them; set them to Basic before or when deactivating.",
        _NOT_ACTIVE,
        fixes.LICENCES,
        not_active_licensed,
    ),
    Check(
        "licensed-idle",
        Level.LOW,
        "Licensed people who have not logged in for long",
        "They pay for what Basic would give them.",
        (PartKey.USERS_ACTIVE,),
        fixes.LICENCES,
        licensed_idle,
    ),
    Check(
        "licensed-never",
        Level.LOW,
        "Licensed people who never logged in",
        "They have a licence and never used Zoom.",
        (PartKey.USERS_ACTIVE,),
        fixes.LICENCES,
        licensed_never,
    ),
    Check(
        "external-people",
        Level.LOW,
        "Users with an address of another domain",
        "Whoever leaves another organisation is not taken off this account by anybody's leaver process.",
        _EVERYONE,
        fixes.USERS,
        external_people,
    ),
    Check(
        "not-users",
        Level.MEDIUM,
        "People in lists who are not users",
        "A list names them, the list of users does not: removed people, guests, or users the app may not see.",
        (*_EVERYONE, PartKey.GROUP_ADMINS, PartKey.CONTACT_GROUP_MEMBERS),
        fixes.CONTACT_MEMBERS,
        not_users,
        by_absence=True,
    ),
    Check(
        "owners-and-admins",
        Level.INFO,
        "Owners and admins",
        "They can change everything in the account. Look through them regularly.",
        (PartKey.USERS_ACTIVE,),
        fixes.ROLES,
        owners_and_admins,
    ),
)
