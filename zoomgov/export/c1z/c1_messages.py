"""The messages of a .c1z file (package c1.connector.v2), with the fields that Zoom has values for.

In the canonical form: fields by number, maps by key, nothing that is empty. Readers compare syncs byte by byte.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from zoomgov.export.c1z import protobuf as pb
from zoomgov.model.kinds import GrantKind, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zoomgov.store.read.records import ResourceRecord, UserRecord

_PACKAGE: Final = "c1.connector.v2."
USER, GROUP, CONTACT_GROUP, ROLE = "user", "group", "contactGroup", "role"
TYPE_OF: Final = {
    Kind.USERS: USER,
    Kind.GROUPS: GROUP,
    Kind.CONTACT_GROUPS: CONTACT_GROUP,
    Kind.ROLES: ROLE,
}
_TRAIT_USER, _TRAIT_GROUP, _TRAIT_ROLE = 1, 2, 3
_ENABLED, _DISABLED = 1, 2
_HUMAN: Final = 1
_ASSIGNMENT, _PERMISSION = 1, 2
_FROM_A_GRANT: Final = 2
MEMBER, ADMIN = "member", "admin"


class ResourceType(NamedTuple):
    """A resource type and its entitlements: (slug, words, purpose, grantable to)."""

    id: str
    name: str
    trait: int
    entitlements: tuple[tuple[str, str, int, tuple[str, ...]], ...]


RESOURCE_TYPES: Final = {
    kind.id: kind
    for kind in (
        ResourceType(USER, "User", _TRAIT_USER, ()),
        ResourceType(
            GROUP,
            "Group",
            _TRAIT_GROUP,
            ((MEMBER, "Member", _ASSIGNMENT, (USER,)), (ADMIN, "Admin", _ASSIGNMENT, (USER,))),
        ),
        ResourceType(CONTACT_GROUP, "Contact Group", _TRAIT_GROUP, ((MEMBER, "Member", _ASSIGNMENT, (USER, GROUP)),)),
        ResourceType(ROLE, "Role", _TRAIT_ROLE, ((MEMBER, "Member", _PERMISSION, (USER,)),)),
    )
}
SLUGS: Final = {
    GrantKind.GROUP_MEMBER: (GROUP, MEMBER),
    GrantKind.GROUP_ADMIN: (GROUP, ADMIN),
    GrantKind.ROLE: (ROLE, MEMBER),
    GrantKind.CONTACT_GROUP_MEMBER: (CONTACT_GROUP, MEMBER),
}


def resource_type(kind: ResourceType) -> bytes:
    """Return a ResourceType message."""
    skip = pb.any_of(4, f"{_PACKAGE}SkipEntitlementsAndGrants") if kind.id == USER else b""
    return pb.text(1, kind.id) + pb.text(2, kind.name) + pb.numbers(3, [kind.trait]) + skip


def resource_id(kind: str, key: str) -> bytes:
    """Return a ResourceId message."""
    return pb.text(1, kind) + pb.text(2, key)


def user(record: UserRecord, *, listed: bool = True) -> bytes:
    """Return a Resource with the trait of a user; it always has a profile, which `baton export csv` relies on."""
    profile: dict[str, str | float | bool | None] = {
        "user_id": record.id,
        "login": record.email,
        "first_name": record.first_name,
        "last_name": record.last_name,
        "user_type": record.type,
        "role_id": record.role_id,
        "role_name": record.role,
        "department": record.dept,
        "status": record.status,
    }
    trait = b""
    if record.email:
        trait += pb.data(1, pb.text(1, record.email) + pb.number(2, 1))
    status = {"active": _ENABLED, "inactive": _DISABLED, "pending": _DISABLED}.get(record.status, 0)
    details = "" if record.status in ("active", "inactive") else record.status
    trait += pb.data(2, pb.number(1, status) + pb.text(2, details))
    trait += pb.data(3, pb.struct_of(profile))
    trait += pb.number(5, _HUMAN) + pb.text(6, record.email)
    trait += _timestamp(8, record.created_at) + _timestamp(9, record.last_login_time)
    if record.first_name or record.last_name:
        trait += pb.data(12, pb.text(1, record.first_name) + pb.text(2, record.last_name))
    trait += pb.text(13, record.employee_unique_id)
    return _resource(USER, record.id, record.name, "UserTrait", trait, "", listed=listed)


def thing(kind: Kind, record: ResourceRecord, *, listed: bool = True) -> bytes:
    """Return a Resource with the trait of a group or a role."""
    word = "role" if kind is Kind.ROLES else "group"
    profile = pb.struct_of({f"{word}_id": record.id, f"{word}_name": record.name})
    if kind is Kind.ROLES:
        return _resource(
            ROLE, record.id, record.name, "RoleTrait", pb.data(1, profile), record.description, listed=listed
        )
    return _resource(
        TYPE_OF[kind], record.id, record.name, "GroupTrait", pb.data(2, profile), record.description, listed=listed
    )


def _resource(kind: str, key: str, name: str, trait: str, content: bytes, description: str, *, listed: bool) -> bytes:
    return (
        pb.data(1, resource_id(kind, key))
        + pb.text(3, name or key)
        + pb.any_of(4, _PACKAGE + trait, content)
        + pb.text(5, description)
        + pb.number(8, 1 if listed else _FROM_A_GRANT)
    )


def _timestamp(field: int, time: str) -> bytes:
    try:
        seconds = int(datetime.fromisoformat(time).astimezone(UTC).timestamp()) if time else 0
    except ValueError:
        return b""
    return pb.data(field, pb.number(1, seconds)) if seconds > 0 else b""


def entitlement_id(kind: str, key: str, slug: str) -> str:
    """Return the id of an entitlement."""
    return f"{kind}:{key}:{slug}"


def entitlements(kind: str, key: str, name: str, resource: bytes) -> list[tuple[str, bytes]]:
    """Return (id, Entitlement message) of each entitlement of a resource."""
    found = []
    for slug, words, purpose, principals in RESOURCE_TYPES[kind].entitlements:
        made = entitlement_id(kind, key, slug)
        title = f"{name or key} {RESOURCE_TYPES[kind].name} {words}"
        message = pb.data(1, resource) + pb.text(2, made) + pb.text(3, title)
        message += pb.text(4, f"{words} of the Zoom {RESOURCE_TYPES[kind].name.lower()} {name or key}")
        message += b"".join(pb.data(5, resource_type(RESOURCE_TYPES[who])) for who in principals)
        found.append((made, message + pb.number(7, purpose) + pb.text(8, slug)))
    return found


def grant(
    kind: str, key: str, slug: str, principal_kind: str, principal: str, sources: Sequence[tuple[str, bool]] = ()
) -> tuple[str, str, bytes]:
    """Return (entitlement id, grant id, Grant message).

    Args:
        sources: of a grant that comes through groups: their entitlements, and whether it is direct as well.
    """
    entitlement, message = _entitlement_of_grant(kind, key, slug)
    made = f"{entitlement}:{principal_kind}:{principal}"
    message += pb.data(2, pb.data(1, resource_id(principal_kind, principal))) + pb.text(3, made)
    if principal_kind == GROUP:
        # everyone who is a member of the group has it, and nobody beyond: groups do not nest in Zoom
        expands = pb.text(1, entitlement_id(GROUP, principal, MEMBER)) + pb.number(2, 1) + pb.text(3, USER)
        message += pb.any_of(4, f"{_PACKAGE}GrantExpandable", expands)
    if sources and not any(direct for _, direct in sources):
        message += pb.any_of(4, f"{_PACKAGE}GrantImmutable")
    if sources:
        entries = b"".join(
            pb.data(1, pb.text(1, source) + pb.data(2, pb.number(1, direct))) for source, direct in sorted(sources)
        )
        message += pb.data(5, entries)
    return entitlement, made, message


@lru_cache(maxsize=16)  # grants come thing by thing
def _entitlement_of_grant(kind: str, key: str, slug: str) -> tuple[str, bytes]:
    """The id of an entitlement, and as much of its message as a grant needs."""
    entitlement = entitlement_id(kind, key, slug)
    return entitlement, pb.data(1, pb.data(1, pb.data(1, resource_id(kind, key))) + pb.text(2, entitlement))
