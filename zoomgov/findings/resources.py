"""Checks of groups, contact groups and roles, and of the sync itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zoomgov.findings import fixes
from zoomgov.findings.context import Check, Context, Found, many
from zoomgov.findings.model import Level, Subject
from zoomgov.model.kinds import Kind
from zoomgov.model.parts import PartKey
from zoomgov.store.read import audit
from zoomgov.words.parts import gap_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zoomgov.store.read.audit import ResourceFacts

_OPEN: Final = 1
"""`ContactGroupRow.privacy`: anyone can see and find it."""


def _subjects(context: Context, kind: Kind, resources: Iterable[ResourceFacts]) -> tuple[Subject, ...]:
    listed = list(resources)[: context.thresholds.named]
    return tuple(Subject(str(kind), resource.id, resource.name, "", _members(resource)) for resource in listed)


def _members(resource: ResourceFacts) -> str:
    return "members not read" if resource.members is None else many(resource.members, "member", "members")


def groups_without_members(context: Context) -> Found:
    """Groups that nobody is in, by the user lists and by Zoom's count."""
    found = [group for group in context.groups if group.members == 0 and not group.total_members]
    title = f"{many(len(found), 'group has', 'groups have')} no members"
    return Found(len(found), title, _subjects(context, Kind.GROUPS, found))


def groups_without_admins(context: Context) -> Found:
    """Groups whose list of admins was read and is empty."""
    found = [group for group in context.groups if group.admins == 0]
    title = f"{many(len(found), 'group has', 'groups have')} no admins"
    return Found(len(found), title, _subjects(context, Kind.GROUPS, found))


def open_contact_groups(context: Context) -> Found:
    """Contact groups that anyone can see and find."""
    groups = audit.resources(context.at, Kind.CONTACT_GROUPS, context.counts)
    found = [group for group in groups if group.privacy == _OPEN]
    title = f"{many(len(found), 'contact group is', 'contact groups are')} open to everyone"
    return Found(len(found), title, _subjects(context, Kind.CONTACT_GROUPS, found))


def unused_edit_roles(context: Context) -> Found:
    """Custom roles with a privilege to edit that nobody holds or uses."""
    custom = [role for role in context.roles if role.custom and role.edits is not False]
    nobody = [role for role in custom if not role.holders and not role.total_members]
    held = [role for role in custom if role.edits and role.holders and role.holders >= (role.total_members or 0)]
    days = context.thresholds.admin_idle_days
    used = audit.lately_used(context.at, held, context.before(days, buffered=True))
    idle = [role for role in held if role.row not in used]
    found = [role for role in nobody if role.edits] + idle
    unread = [role.name for role in nobody if role.edits is None]
    title = f"{many(len(found), 'custom role', 'custom roles')} with rights to edit that nobody uses"
    subjects = tuple(
        Subject("roles", role.id, role.name, "", _unused(role, days)) for role in found[: context.thresholds.named]
    )
    limits = (f"The rights of {', '.join(unread[:5])} were never read.",) if unread else ()
    return Found(len(found), title, subjects, limits=limits)


def _unused(role: audit.RoleFacts, days: int) -> str:
    if not role.holders:
        return "nobody holds it"
    if role.holders == 1:
        return f"its one holder has not logged in for {days:,} days"
    return f"none of {role.holders:,} holders has logged in for {days:,} days"


def disagreements(context: Context) -> Found:
    """Totals of Zoom's that differ from what was read."""
    found = context.sync.disagreements
    title = f"{many(len(found), 'total does', 'totals do')} not agree with what was read"
    subjects = tuple(
        Subject("parts", one.what, one.what, "", f"read {one.read:,}, expected {one.expected:,} ({one.source})")
        for one in found[: context.thresholds.named]
    )
    return Found(len(found), title, subjects)


def not_read(context: Context) -> Found:
    """Parts and lists that were not read."""
    gaps = context.sync.not_read
    title = f"{many(len(gaps), 'part was', 'parts were')} not read"
    subjects = tuple(
        Subject("parts", f"{gap.part} {gap.target}".strip(), gap_words(gap.part, gap.target, gap.name), "", gap.reason)
        for gap in gaps[: context.thresholds.named]
    )
    return Found(len(gaps), title, subjects, None if any(gap.required for gap in gaps) else Level.INFO)


CHECKS: Final = (
    Check(
        "not-read",
        Level.MEDIUM,
        "Parts that were not read",
        "Nothing can be said about what is not seen: it is not the same as nothing being there.",
        (),
        fixes.VERIFY,
        not_read,
    ),
    Check(
        "disagreements",
        Level.MEDIUM,
        "Totals that disagree",
        "Zoom counts other numbers than it lists: somebody may be missing here, or the app may not see everyone.",
        (),
        fixes.SYNC,
        disagreements,
    ),
    Check(
        "unused-edit-roles",
        Level.MEDIUM,
        "Custom roles with edit rights that nobody uses",
        "What nobody needs is given or kept by mistake, and nobody looks at what it allows.",
        (PartKey.ROLES, PartKey.ROLE, PartKey.USERS_ACTIVE),
        fixes.ROLE,
        unused_edit_roles,
        by_absence=True,
    ),
    Check(
        "open-contact-groups",
        Level.LOW,
        "Contact groups open to everyone",
        "Everyone in the account can see and find the group and who is in it.",
        (PartKey.CONTACT_GROUPS,),
        fixes.CONTACTS,
        open_contact_groups,
    ),
    Check(
        "groups-without-members",
        Level.INFO,
        "Groups without members",
        "Left-overs make it harder to see which groups decide on anybody's settings.",
        (PartKey.GROUPS, PartKey.USERS_ACTIVE, PartKey.USERS_INACTIVE),
        fixes.GROUPS,
        groups_without_members,
        by_absence=True,
    ),
    Check(
        "groups-without-admins",
        Level.INFO,
        "Groups without admins",
        "Only account admins look after them, and nobody in particular answers for who is in them.",
        (PartKey.GROUPS, PartKey.GROUP_ADMINS),
        fixes.GROUPS,
        groups_without_admins,
    ),
)
