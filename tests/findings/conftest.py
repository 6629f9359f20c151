"""Builds accounts of any shape, and publishes them as one sync with the store's API."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.store.conftest import held_by
from zoomgov.findings import Audit, Finding, Thresholds, find
from zoomgov.model.kinds import GrantKind
from zoomgov.model.rows import ContactGroupRow, GrantRow, GroupRow, RoleDetail, RoleRow, UserRow
from zoomgov.model.syncs import Disagreement, ListKey, NotRead
from zoomgov.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

FINISHED = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
_PARTS = {
    GrantKind.GROUP_ADMIN: "group-admins",
    GrantKind.CONTACT_GROUP_MEMBER: "contact-group-members",
}


def days_ago(days: float) -> str:
    """Return a time before the sync, as Zoom writes it."""
    return (FINISHED - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class AccountBuilder:
    """Builds an account, publishes it as one sync, and looks for findings."""

    path: Path
    users: list[UserRow] = field(default_factory=list)
    groups: list[GroupRow] = field(default_factory=list)
    contact_groups: list[ContactGroupRow] = field(default_factory=list)
    roles: dict[str, RoleRow] = field(default_factory=dict)
    rights: dict[str, tuple[str, ...]] = field(default_factory=dict)
    grants: list[GrantRow] = field(default_factory=list)
    not_read: list[NotRead] = field(default_factory=list)
    disagreements: list[Disagreement] = field(default_factory=list)
    plan_usage: bytes = b""

    def person(self, key: str, role: str = "2", *groups: str, **fields: Any) -> None:
        pending = fields.get("status") == "pending"
        values: dict[str, Any] = {
            "key": f"email:{key}@example.org" if pending else key,
            "email": f"{key}@example.org",
            "first_name": key,
            "last_name": "",
            "display_name": "",
            "status": "active",
            "type": 1,
            "role_id": role,
            "dept": "",
            "timezone": "",
            "pmi": None,
            "verified": None,
            "created_at": days_ago(900),
            "last_login_time": days_ago(1),
            "last_client_version": "",
            "employee_unique_id": "",
            "plan_united_type": "",
            "extra": b"{}",
        }
        row = UserRow(**{**values, **fields})
        self.users.append(row)
        self.grants.append(GrantRow(GrantKind.ROLE, role, "user", row.key))
        self.grants += [GrantRow(GrantKind.GROUP_MEMBER, group, "user", row.key) for group in groups]

    def role(self, key: str, name: str, *rights: str, total: int = 0) -> None:
        self.roles[key] = RoleRow(key, name, "", "common", total)
        self.rights[key] = rights

    def admin(self, group_id: str, user_key: str) -> None:
        self.grants.append(GrantRow(GrantKind.GROUP_ADMIN, group_id, "user", user_key))

    def contact(self, contact_group_id: str, user_key: str) -> None:
        self.grants.append(GrantRow(GrantKind.CONTACT_GROUP_MEMBER, contact_group_id, "user", user_key))

    def leave_out(self, part: str, target: str = "") -> None:
        self.not_read.append(NotRead(part, target, "403 code 4711: no scope."))

    def audit(self, now: datetime = FINISHED, **thresholds: Any) -> Audit:
        """Publish the account and return all findings; `thresholds` as in `Thresholds`."""
        not_read = {(gap.part, gap.target) for gap in self.not_read}
        with Store(self.path) as store, store.begin("2026-11-01T07:50:00Z") as writer:

            def read(part: str, target: str = "", **rows: Any) -> None:
                if not not_read & {(part, ""), (part, target)}:
                    writer.stage(ListKey(part, target), **rows)
                    writer.finish(ListKey(part, target), None)

            for status in ("active", "inactive", "pending"):
                people = [person for person in self.users if person.status == status]
                own = [grant for grant in self.grants if grant.kind not in _PARTS]
                read(f"users-{status}", users=people, held=held_by(people, own))
            read("groups", groups=self.groups)
            read("contact-groups", contact_groups=self.contact_groups)
            read("roles", roles=list(self.roles.values()))
            for key, rights in self.rights.items():
                read("role", key, role_details=[RoleDetail(key, rights, b"[]")])
            lists: dict[tuple[str, str], list[GrantRow]] = defaultdict(list)
            for grant in self.grants:
                if grant.kind in _PARTS:
                    lists[_PARTS[grant.kind], grant.target_id].append(grant)
            for group in self.groups:
                read("group-admins", group.id, grants=lists["group-admins", group.id])
            for contact in self.contact_groups:
                read("contact-group-members", contact.id, grants=lists["contact-group-members", contact.id])
            if self.plan_usage:
                read("plan-usage", blobs={"plan-usage": self.plan_usage})
            writer.publish(
                FINISHED.strftime("%Y-%m-%dT%H:%M:%SZ"), not_read=self.not_read, disagreements=self.disagreements
            )
        with Store(self.path) as store, store.reader() as reader:
            return find(reader, now, thresholds=Thresholds(**thresholds))

    def finding(self, finding_id: str, **thresholds: Any) -> Finding | None:
        """Publish the account and return one finding; None: it was not found."""
        return next((found for found in self.audit(**thresholds).findings if found.id == finding_id), None)


@pytest.fixture
def account(tmp_path: Path) -> AccountBuilder:
    """An account with an owner and an admin role, and no findings."""
    account = AccountBuilder(tmp_path / "stores" / "one.sqlite3")
    account.role("0", "Owner", "User:Edit")
    account.role("1", "Admin", "User:Edit")
    account.role("2", "Member")
    account.person("owner", "0")
    return account
