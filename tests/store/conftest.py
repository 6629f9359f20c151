"""Small accounts, written and read with the store's API."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.store.integrity import check
from zoomgov.model.kinds import GrantKind
from zoomgov.model.rows import ContactGroupRow, GrantRow, GroupRow, Held, RoleDetail, RoleRow, UserRow
from zoomgov.model.syncs import ListKey, NotRead, SyncInfo
from zoomgov.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from zoomgov.store.write.writer import SyncWriter

STARTED, FINISHED = "2026-11-01T08:00:00Z", "2026-11-01T08:05:00Z"
PENDING = "email:"


def user(key: str, **fields: Any) -> UserRow:
    """Return a person; the e-mail address follows from the key unless it is given."""
    address = key.removeprefix(PENDING) if key.startswith(PENDING) else f"{key}@example.org"
    values: dict[str, Any] = {
        "key": key,
        "email": address,
        "first_name": "Person",
        "last_name": key,
        "display_name": "",
        "status": "pending" if key.startswith(PENDING) else "active",
        "type": 1,
        "role_id": "2",
        "dept": "",
        "timezone": "Europe/Berlin",
        "pmi": None,
        "verified": True,
        "created_at": "2024-01-01T00:00:00Z",
        "last_login_time": "",
        "last_client_version": "",
        "employee_unique_id": "",
        "plan_united_type": "",
        "extra": b"{}",
    }
    return UserRow(**{**values, **fields})


def member(group: str, key: str) -> GrantRow:
    return GrantRow(GrantKind.GROUP_MEMBER, group, "user", key)


def admin(group: str, key: str) -> GrantRow:
    return GrantRow(GrantKind.GROUP_ADMIN, group, "user", key)


def holder(role: str, key: str) -> GrantRow:
    return GrantRow(GrantKind.ROLE, role, "user", key)


def contact(contact_group: str, key: str, kind: str = "user") -> GrantRow:
    return GrantRow(GrantKind.CONTACT_GROUP_MEMBER, contact_group, kind, key)


def held_by(users: Iterable[UserRow], grants: Iterable[GrantRow]) -> list[Held]:
    """Return what the records of `users` hold, given the `grants` that user records name."""
    groups: dict[str, list[str]] = defaultdict(list)
    roles: dict[str, str] = {}
    for grant in grants:
        if grant.kind is GrantKind.ROLE:
            roles[grant.principal_key] = grant.target_id
        else:
            groups[grant.principal_key].append(grant.target_id)
    return [Held(roles.get(row.key, ""), tuple(groups[row.key])) for row in users]


@dataclass
class Account:
    """The lists of an account, as Zoom would answer them."""

    users: list[UserRow] = field(default_factory=list)
    user_grants: list[GrantRow] = field(default_factory=list)
    groups: list[GroupRow] = field(default_factory=list)
    contact_groups: list[ContactGroupRow] = field(default_factory=list)
    roles: list[RoleRow] = field(default_factory=lambda: [RoleRow("2", "Member", "", "common", None)])
    details: list[RoleDetail] = field(default_factory=list)
    grants: list[GrantRow] = field(default_factory=list)
    """Grants with lists of their own: admins and members of contact groups."""
    skip: frozenset[str] = frozenset()
    """Parts that are not read."""


_PARTS = {
    GrantKind.GROUP_MEMBER: "group-members",
    GrantKind.GROUP_ADMIN: "group-admins",
    GrantKind.ROLE: "role-members",
    GrantKind.CONTACT_GROUP_MEMBER: "contact-group-members",
}


def stage(writer: SyncWriter, account: Account) -> None:
    """Stage the account as a sync would, without the network."""

    def read(part: str, target: str = "", **rows: Any) -> None:
        if part not in account.skip:
            key = ListKey(part, target)
            writer.restart(key)
            writer.stage(key, **rows)
            writer.finish(key, None)

    for status in ("active", "inactive", "pending"):
        people = [person for person in account.users if person.status == status]
        read(f"users-{status}", users=people, held=held_by(people, account.user_grants))
    read("groups", groups=account.groups)
    read("contact-groups", contact_groups=account.contact_groups)
    read("roles", roles=account.roles)
    for detail in account.details:
        read("role", detail.role_id, role_details=[detail])
    targets = {(_PARTS[grant.kind], grant.target_id) for grant in account.grants}
    targets |= {("group-admins", group.id) for group in account.groups}
    targets |= {("contact-group-members", group.id) for group in account.contact_groups}
    for part, target in sorted(targets):
        listed = [grant for grant in account.grants if (_PARTS[grant.kind], grant.target_id) == (part, target)]
        read(part, target, grants=listed)


def publish(store: Store, account: Account, *not_read: NotRead) -> SyncInfo:
    """Publish the account as a sync, and check the store's integrity."""
    writer = store.begin(STARTED)
    stage(writer, account)
    gaps = not_read or tuple(NotRead(part, "", "not allowed") for part in sorted(account.skip))
    info = writer.publish(FINISHED, not_read=gaps)
    assert check(store.path) == []
    return info


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "stores" / "one.sqlite3") as opened:
        yield opened
