"""A crowd of people with all kinds of names, a small account, and the table of people as rows."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from tests.store.conftest import Account, admin, contact, holder, member, user
from zoomgov.model.kinds import Kind
from zoomgov.model.queries import Query
from zoomgov.model.rows import ContactGroupRow, GroupRow, RoleDetail, RoleRow

if TYPE_CHECKING:
    from zoomgov.store.reader import Reader

NAMES = [
    "Ann",
    "Ånn",
    "bob",
    "Bo",
    "Chloë",
    "CHLOE",
    "Дмитрий",
    "がき",
    "かき",
    "Zoë O'Neil",
    '"quoted"',
    "100%",
    "a_b",
    "",
]


def crowd(count: int, seed: int = 5) -> Account:
    rng = random.Random(seed)
    people, grants = [], []
    for number in range(count):
        status = rng.choice(["active", "active", "inactive"])
        row = user(
            f"u{number}",
            display_name=rng.choice(NAMES),
            dept=rng.choice(["", "Law", "law", "Ärzte", "Field Sales"]),
            status=status,
            type=rng.choice([1, 2, 99]),
            plan_united_type=rng.choice(["", "1", "64"]),
            role_id=rng.choice(["0", "2", "r1"]),
            created_at=f"2024-0{rng.randrange(1, 9)}-01T00:00:00Z",
            last_login_time=rng.choice(["", f"2026-0{rng.randrange(1, 9)}-01T00:00:00Z"]),
        )
        people.append(row)
        grants += [member(group, row.key) for group in ("g1", "g2", "g3")[: rng.randrange(4)]]
        grants.append(holder(row.role_id, row.key))
    groups = [GroupRow("g1", "Sales", None), GroupRow("g2", "sales east", None), GroupRow("g3", "Law", 1)]
    roles = [RoleRow("0", "Owner", "", "common", 1), RoleRow("r1", "Auditor", "Looks", "common", None)]
    return Account(people, grants, groups, [], roles, [], [])


def table(reader: Reader, query: Query) -> list[dict[str, Any]]:
    columns = [column.key for column in reader.columns(Kind.USERS, query)]
    ids = reader.order(Kind.USERS, query)
    return [dict(zip(columns, row, strict=True)) for row in reader.rows(Kind.USERS, ids, query=query)]


SORTED = ("name", "email", "status", "licence", "role", "dept", "groups", "last_login", "created")


SORTS = [(key, down) for key in SORTED for down in (False, True)]


TEXTS = ["chloe", "CHLOË", "bo", "o'neil zoe", '"q"', "100%", "a_b", "u1", "example.org law", "дмитрий", "か", "かき",
         "nobody here", "%", "ärzte ann", "  "]  # fmt: skip


SMALL = Account(
    users=[user("ann", display_name="Ann Lee", type=2), user("bob"), user("cy", status="inactive")],
    user_grants=[member("g1", "ann"), member("g2", "ann"), member("g1", "bob"), holder("r9", "bob")],
    groups=[GroupRow("g1", "Sales", 2), GroupRow("g2", "Law", 1)],
    contact_groups=[ContactGroupRow("c1", "Partners", 2, "All of them"), ContactGroupRow("c2", "Empty", 1, "")],
    roles=[RoleRow("2", "Member", "", "common", 1), RoleRow("r9", "Auditor", "Looks", "common", 1)],
    details=[RoleDetail("r9", ("User:Read", "Role:Read"), b'[{"permission_id":"x"}]')],
    grants=[
        admin("g1", "ann"), contact("c1", "g1", "group"), contact("c1", "g2", "group"), contact("c1", "bob"),
        contact("c1", "ghost"),
    ],
)  # fmt: skip
