"""A small account with every difficult value for an export, written with the store's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.store.conftest import held_by
from tests.stores import new_store
from zoomgov.model.kinds import GrantKind
from zoomgov.model.rows import ContactGroupRow, GrantRow, GroupRow, RoleDetail, RoleRow, UserRow
from zoomgov.model.syncs import Disagreement, ListKey, NotRead
from zoomgov.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from zoomgov.store.reader import Reader


def user(key: str, **fields: Any) -> UserRow:
    values: dict[str, Any] = {
        "key": key,
        "email": key.removeprefix("email:") if key.startswith("email:") else f"{key}@example.org",
        "first_name": "Person",
        "last_name": key,
        "display_name": "",
        "status": "pending" if key.startswith("email:") else "active",
        "type": 2,
        "role_id": "2",
        "dept": "",
        "timezone": "Europe/Berlin",
        "pmi": 9_876_543_210,
        "verified": None,
        "created_at": "2024-01-01T00:00:00Z",
        "last_login_time": "2026-10-30T10:00:00Z",
        "last_client_version": "6.2.5(mac)",
        "employee_unique_id": "",
        "plan_united_type": "",
        "extra": b"{}",
    }
    return UserRow(**{**values, **fields})


FORMULA = '=HYPERLINK("https://evil.example","x")'
USERS = [
    user("ann", display_name="Ann Ärmel", role_id="0", dept="Finance", extra=b'{"company":"Ex","phone_number":"+1"}'),
    user("bob", display_name=FORMULA, verified=True, dept="@SUM(1)"),
    user("cat", display_name="عائشة \u202eexe", status="inactive", verified=False, type=1, last_login_time=""),
    user("email:new@partner.example", first_name="", last_name="", role_id="", pmi=None, created_at=""),
]
GROUPS = [GroupRow("g1", "Finance", 2), GroupRow("g2", "Empty", 0)]
CONTACT_GROUPS = [ContactGroupRow("c1", 'Everyone, "all"\n of us', 1, "first line\r\nsecond")]
ROLES = [
    RoleRow("0", "Owner", "", "common", 1),
    RoleRow("2", "Member", "", "common", 3),
    RoleRow("r9", "Help | desk", "Resets passwords", "common", 0),
]
USER_GRANTS = [
    GrantRow(GrantKind.ROLE, "0", "user", "ann"),
    GrantRow(GrantKind.ROLE, "2", "user", "bob"),
    GrantRow(GrantKind.ROLE, "2", "user", "cat"),
    GrantRow(GrantKind.GROUP_MEMBER, "g1", "user", "ann"),
    GrantRow(GrantKind.GROUP_MEMBER, "g1", "user", "bob"),
]
CONTACTS = [
    GrantRow(GrantKind.CONTACT_GROUP_MEMBER, "c1", "group", "g1"),
    GrantRow(GrantKind.CONTACT_GROUP_MEMBER, "c1", "user", "bob"),
    GrantRow(GrantKind.CONTACT_GROUP_MEMBER, "c1", "user", "email:guest@elsewhere.example"),
]


def sync(store: Store, users: list[UserRow], number: int = 1) -> None:
    """Publish one sync: the admins of g2 and the privileges of role r9 are never read."""
    with store.begin(f"2026-11-0{number}T08:00:00Z") as writer:

        def read(part: str, target: str = "", **rows: Any) -> None:
            writer.stage(ListKey(part, target), **rows)
            writer.finish(ListKey(part, target), None)

        for status in ("active", "inactive", "pending"):
            people = [person for person in users if person.status == status]
            read(f"users-{status}", users=people, held=held_by(people, USER_GRANTS))
        read("groups", groups=GROUPS)
        read("group-admins", "g1", grants=[GrantRow(GrantKind.GROUP_ADMIN, "g1", "user", "ann")])
        read("contact-groups", contact_groups=CONTACT_GROUPS)
        read("contact-group-members", "c1", grants=CONTACTS)
        read("roles", roles=ROLES)
        read("role", "0", role_details=[RoleDetail("0", ("User:Edit", "User:Read"), b"[]")])
        read("role", "2", role_details=[RoleDetail("2", (), b"[]")])
        writer.publish(
            f"2026-11-0{number}T08:05:10Z",
            not_read=[
                NotRead("group-admins", "g2", "403 code 200: No permission."),
                NotRead("role", "r9", "=not allowed", required=False),
            ],
            disagreements=[Disagreement("members of role Member", 2, 3, "total_members of GET /roles")],
        )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with two syncs: in the second Cat is missing and Bob's department has changed."""
    with new_store(tmp_path / "stores" / "one.sqlite3") as opened:
        sync(opened, USERS)
        sync(opened, [USERS[0], USERS[1]._replace(dept="Sales"), USERS[3]], 2)
        yield opened


@pytest.fixture
def reader(store: Store) -> Iterator[Reader]:
    """A reader of the first sync, which is not the latest."""
    with store.reader(1) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder for exports."""
    made = tmp_path / "handed over"
    made.mkdir()
    return made
