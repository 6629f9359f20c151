"""What the pages and the pane of Browse say about one person or resource."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from zoomgov.model.kinds import GrantKind, Kind
from zoomgov.widgets.fact_sheet import Fact, Section, Sheet
from zoomgov.widgets.table.table_layout import TableColumn
from zoomgov.words.fields import FIELD_LABELS
from zoomgov.words.kinds import NOUNS, ONE, count, privileges_in_words
from zoomgov.words.parts import part_name
from zoomgov.words.times import moment, when

from .words import STATUS_TONES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from zoomgov.model.access import AccessPath, Person, Resource
    from zoomgov.model.syncs import NotRead

ACCESS_COLUMNS: Final = (
    TableColumn("name", "Name", 28, least=20, most=48),
    TableColumn("kind", "Kind", 14),
    TableColumn("how", "How", 24, least=16, most=60),
)
_HOW: Final = {
    GrantKind.GROUP_MEMBER: "member",
    GrantKind.GROUP_ADMIN: "admin",
    GrantKind.ROLE: "holds the role",
    GrantKind.CONTACT_GROUP_MEMBER: "member",
}
_ORDER: Final = (Kind.ROLES, Kind.GROUPS, Kind.CONTACT_GROUPS)
_LESS: Final = frozenset(FIELD_LABELS[name] for name in ("first_name", "last_name", "last_client_version", "verified"))
"""Labels of facts that are shown after the others."""
_LAST_LOGIN: Final = FIELD_LABELS["last_login_time"]
_CREATED: Final = FIELD_LABELS["created_at"]
_ENOUGH: Final = 200
"""Most lines of access in the pane; the page has them all."""


def how(path: AccessPath) -> str:
    """Return how a person has a resource, e.g. `admin` or `through Finance`."""
    return f"through {' › '.join(path.via)}" if path.via else _HOW[path.kind]


def access_rows(person: Person) -> list[tuple[tuple[Kind, str], tuple[str, str, str]]]:
    """Return (target, row of `ACCESS_COLUMNS`) of each path of access, roles first."""
    paths = sorted(person.access, key=lambda path: _ORDER.index(path.target_kind))
    return [
        ((path.target_kind, path.target_id), (path.target_name, ONE[path.target_kind], how(path))) for path in paths
    ]


def person_profile(person: Person, privileges: Sequence[str] | None, now: datetime) -> Sheet:
    """Return the profile of a person; `privileges` are those of their role, None when not known."""
    facts = []
    for label, value in sorted(person.fields, key=lambda field: field[0] in _LESS):
        tone = STATUS_TONES.get(value) if label == FIELD_LABELS["status"] else None
        shown = when(value, now) if label == _LAST_LOGIN else moment(value) if label == _CREATED else value
        facts.append(Fact(label, shown, tone))
        if label == FIELD_LABELS["role"] and privileges is not None:
            facts.append(Fact("May", _may(privileges)))
    if not any(label == _LAST_LOGIN for label, _ in person.fields) and person.status != "pending":
        facts.append(Fact(_LAST_LOGIN, "never", "muted"))
    return Sheet(person.name, "", (Section("", tuple(facts)), *_gaps(person.not_read)))


def person_sheet(person: Person, privileges: Sequence[str] | None, now: datetime) -> Sheet:
    """Return profile and access of a person, for the pane beside a table."""
    profile = person_profile(person, privileges, now)
    sections = [profile.sections[0]]
    rows = access_rows(person)
    for kind in _ORDER if not person.role else _ORDER[1:]:
        found = [Fact(name, way) for (of, _), (name, _, way) in rows if of is kind]
        if found:
            more = [Fact(f"and {len(found) - _ENOUGH:,} more: Enter", "")] if len(found) > _ENOUGH else []
            title = ONE[kind] if kind is Kind.ROLES else f"{NOUNS[kind].capitalize()}  {len(found):,}"
            sections.append(Section(title, (*found[:_ENOUGH], *more), is_list=True))
    return Sheet(person.name, "", (*sections, *profile.sections[1:]))


def _zoom_counts(resource: Resource, total: int) -> Fact:
    """Return Zoom's own count. It may leave out inactive and invited people; any other difference is a warning."""
    left_out = {status: resource.statuses.get(status, 0) for status in ("inactive", "pending")}
    for missing in (("inactive",), ("pending",), ("inactive", "pending")):
        if resource.members is not None and total == resource.members - sum(left_out[status] for status in missing):
            others = " and ".join(f"{left_out[status]:,} {status}" for status in missing if left_out[status])
            return Fact("Zoom counts", f"{total:,}: without {others}")
    read = "they were not read" if resource.members is None else f"{resource.members:,} were read"
    return Fact("Zoom counts", f"{total:,}; {read}", "warning")


def resource_sheet(resource: Resource) -> Sheet:
    """Return the facts of a group, contact group or role."""
    facts: list[Fact] = []
    if not resource.known:
        facts.append(
            Fact("Not listed", f"Zoom's records name it, but its list of {NOUNS[resource.kind]} does not", "warning")
        )
    facts.append(Fact("People", _people(resource)))
    if resource.admins is None:
        facts.append(Fact("Admins", "not read", "warning"))
    elif resource.admins:
        facts.append(Fact("Admins", f"{resource.admins:,}"))
    if resource.total_members is not None and resource.total_members != resource.members:
        facts.append(_zoom_counts(resource, resource.total_members))
    facts += [Fact(label, value) for label, value in resource.fields]
    sections = [Section("", tuple(facts))]
    if resource.kind is Kind.ROLES:
        sections.append(_privileges(resource))
    if resource.nested:
        inside = tuple(Fact(one.name, count(one.members, "member")) for one in resource.nested)
        sections.append(Section("Groups in it", inside, is_list=True))
    if resource.contact_group_names:
        named = tuple(Fact(name, "its members are in it") for name in resource.contact_group_names)
        sections.append(Section("Contact groups it is in", named, is_list=True))
    return Sheet(resource.name, "", (*sections, *_gaps(resource.not_read)))


def _people(resource: Resource) -> str:
    if resource.people is None:
        return "not read"
    if resource.people == resource.members or resource.members is None:
        return f"{resource.people:,}"
    return f"{resource.people:,}, of them {resource.members:,} {'directly' if resource.nested else 'as members'}"


def _privileges(resource: Resource) -> Section:
    if resource.privileges is None:
        return Section("Privileges", (Fact("Not read", "what this role may do was not read", "warning"),))
    if not resource.privileges:
        return Section("Privileges", (Fact("None", "it administers nothing", "muted"),))
    lines = [Fact(area, rights) for area, rights in privileges_in_words(resource.privileges)]
    if json.loads(resource.privilege_scopes or b"[]"):
        lines.append(Fact("Restricted", "some of these hold for certain groups only"))
    return Section("Privileges", tuple(lines), is_list=True)


def _may(privileges: Sequence[str]) -> str:
    words = [f"{area} ({rights})" for area, rights in privileges_in_words(privileges)]
    return ", ".join(words) or "administer nothing"


def _gaps(gaps: Iterable[NotRead]) -> tuple[Section, ...]:
    parts = dict.fromkeys(part_name(gap.part) for gap in gaps)
    if not parts:
        return ()
    lines = tuple(Fact(part.capitalize(), "not read", "warning") for part in parts)
    return (Section("There may be more", lines, is_list=True),)
