"""A made-up account of any size for the benchmarks: the same people every time, changed by as much as one asks for."""

from __future__ import annotations

import json
import random
import time
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from zoomgov.model.kinds import GrantKind
from zoomgov.model.rows import ContactGroupRow, GrantRow, GroupRow, Held, RoleDetail, RoleRow, UserRow
from zoomgov.model.syncs import ListKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zoomgov.store.store import Store

PAGE: Final = 300
STATUSES: Final = ("active", "inactive", "pending")
_FIRST: Final = (
    "Ann", "Bob", "Chloë", "Dmitri", "Eve", "Farid", "Grace", "Hana", "Iván", "Jo", "Kofi", "Lena", "Mei", "Nils",
)  # fmt: skip
_LAST: Final = (
    "Abe", "Berg", "Costa", "Díaz", "Ender", "Fischer", "García", "Haddad", "Ito", "Jensen", "Kaya", "Lund", "Mora",
)  # fmt: skip
_DEPARTMENTS: Final = (
    "", "Sales", "Field Sales", "Law", "Engineering", "Support", "People", "Finance", "Marketing", "IT",
)  # fmt: skip
_ROLES: Final = {"0": "Owner", "1": "Admin", "2": "Member", "Rhelpdesk": "Help desk", "Rbilling": "Billing"}
_PLAN: Final = json.dumps({"plan_base": {"type": "business", "hosts": 90_000, "usage": 66_000, "pending": 40}}).encode()


def status_of(number: int, version: int) -> str:
    """One in 25 is not active: of these, one in four is still invited."""
    if (number + version) % 25:
        return "active"
    return "inactive" if (number + version) % 100 else "pending"


def person(number: int, version: int) -> UserRow:
    """One person; each `version` of them differs in some fields."""
    rng = random.Random(number * 1009 + version)
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    status = status_of(number, version)
    email = f"{first}.{last}.{number}@{'example.org' if number % 400 else 'contractor.example'}".lower()
    return UserRow(
        key=f"u{number:021d}",
        email=email,
        first_name=first,
        last_name=f"{last} {number % 997}",
        display_name=f"{first} {last} {number % 997}",
        status=status,
        type=rng.choice([1, 1, 2]),
        role_id="0" if not number else "1" if not number % 500 else "Rhelpdesk" if not number % 333 else "2",
        dept=rng.choice(_DEPARTMENTS),
        timezone="Europe/Berlin",
        pmi=1_000_000_000 + number,
        verified=True,
        created_at=f"202{number % 6}-0{1 + number % 9}-11T09:{number % 60:02d}:00Z",
        last_login_time="" if number % 11 == 3 or status == "pending" else
        f"202{5 + number % 2}-{1 + number % 10:02d}-{1 + number % 28:02d}T0{number % 9}:{number % 60:02d}:00Z",
        last_client_version="6.2.5.1(mac)",
        employee_unique_id="",
        plan_united_type="",
        extra=b'{"login_types":[100]}',
    )  # fmt: skip


class Account:
    """People, groups, contact groups with groups in them, roles."""

    def __init__(self, users: int, memberships: int, groups: int) -> None:
        """`memberships` of groups, the same number for each person; 1 in 5 groups is also a contact group."""
        self.rng = random.Random(7)
        self.groups = [f"group{n:017d}" for n in range(groups)]
        self.contact_groups = [f"dir.{n:017d}" for n in range(groups // 5)]
        self.people = [[number, 0] for number in range(users)]
        each = min(max(1, memberships // users), groups)
        self.member_of = [self.rng.sample(range(groups), k=each) for _ in range(users)]

    def churn(self, people: float, memberships: float) -> None:
        """Change a share of the people, and move a share of the memberships to another group."""
        for place in self.rng.sample(range(len(self.people)), k=int(len(self.people) * people)):
            self.people[place][1] += 1
        total = sum(map(len, self.member_of))
        for place in self.rng.sample(range(len(self.people)), k=int(total * memberships)):
            groups = self.member_of[place]
            if len(groups) < len(self.groups):
                groups[0] = next(g for g in iter(lambda: self.rng.randrange(len(self.groups)), -1) if g not in groups)

    def pages(self, status: str) -> Iterator[tuple[list[UserRow], list[Held]]]:
        """The list of users with `status`, as Zoom pages it."""
        rows: list[UserRow] = []
        held: list[Held] = []
        for (number, version), groups in zip(self.people, self.member_of, strict=True):
            if status_of(number, version) != status:
                continue
            row = person(number, version)
            rows.append(row)
            held.append(Held(row.role_id, tuple(self.groups[group] for group in groups)))
            if len(rows) == PAGE:
                yield rows, held
                rows, held = [], []
        if rows:
            yield rows, held


class Cost(NamedTuple):
    """CPU seconds of one sync; making up the rows is not counted."""

    staging: float
    proving: float
    publishing: float

    @property
    def whole(self) -> float:
        return sum(self)


def _digests(rows: list[UserRow], held: list[Held]) -> dict[str, int]:
    """By key, what stands for the record of each person; to make them is no work of the store's."""
    found = {}
    for record in zip(rows, held, strict=True):
        digest = blake2b(msgspec.msgpack.encode(record), digest_size=8).digest()
        found[record[0].key] = int.from_bytes(digest, "big", signed=True)
    return found


def sync(store: Store, account: Account) -> Cost:
    """Stage and publish all of `account`, as a sync does: active people whose record is the last one are only named."""
    before = time.process_time()
    writer = store.begin("2026-11-01T00:00:00Z")
    staging = time.process_time() - before
    for status in STATUSES:
        key, people = ListKey(f"users-{status}"), 0
        for rows, held in account.pages(status):
            people += len(rows)
            digests = _digests(rows, held) if status == "active" else {}
            before = time.process_time()
            known = writer.unchanged(list(digests.values()))
            left = [place for place, row in enumerate(rows) if digests.get(row.key) not in known]
            writer.stage(
                key,
                users=[rows[place] for place in left],
                held=[held[place] for place in left],
                digests=digests,
                unchanged=list(known.values()),
            )
            staging += time.process_time() - before
        before = time.process_time()
        writer.finish(key, people)
        staging += time.process_time() - before
    before = time.process_time()
    groups = [GroupRow(group, f"Group {number}", None) for number, group in enumerate(account.groups)]
    writer.stage(ListKey("groups"), groups=groups)
    writer.finish(ListKey("groups"), None)
    writer.stage(ListKey("roles"), roles=[RoleRow(role, name, "", "common", None) for role, name in _ROLES.items()])
    writer.finish(ListKey("roles"), None)
    detail = RoleDetail("Rhelpdesk", ("User:Read", "User:Edit", "Group:Read"), b"[]")
    writer.stage(ListKey("role", "Rhelpdesk"), role_details=[detail])
    writer.finish(ListKey("role", "Rhelpdesk"), None)
    for number, group in enumerate(account.groups):
        admins = ListKey("group-admins", group)
        keys = [f"u{(number * 37 + one) % len(account.people):021d}" for one in range(number % 3)]
        writer.stage(
            admins, grants=[GrantRow(GrantKind.GROUP_ADMIN, group, "user", key) for key in dict.fromkeys(keys)]
        )
        writer.finish(admins, len(set(keys)))
    contacts = [
        ContactGroupRow(contact, f"Contacts {number}", 1 + number % 3, "Whom they find")
        for number, contact in enumerate(account.contact_groups)
    ]
    writer.stage(ListKey("contact-groups"), contact_groups=contacts)
    writer.finish(ListKey("contact-groups"), None)
    for number, contact in enumerate(account.contact_groups):
        inside = ListKey("contact-group-members", contact)
        kind = GrantKind.CONTACT_GROUP_MEMBER
        nested = [account.groups[(number * 5 + one) % len(account.groups)] for one in range(2)]
        grants = [GrantRow(kind, contact, "group", group) for group in dict.fromkeys(nested)]
        grants.append(GrantRow(kind, contact, "user", f"u{number % len(account.people):021d}"))
        writer.stage(inside, grants=grants)
        writer.finish(inside, None)
    writer.stage(ListKey("plan-usage"), blobs={"plan-usage": _PLAN})
    writer.finish(ListKey("plan-usage"), None)
    staging += time.process_time() - before
    before = time.process_time()
    writer.staged_membership_counts(GrantKind.GROUP_MEMBER)
    writer.staged_membership_counts(GrantKind.ROLE)
    proving = time.process_time() - before
    before = time.process_time()
    writer.publish("2026-11-01T00:01:00Z")
    return Cost(staging, proving, time.process_time() - before)
