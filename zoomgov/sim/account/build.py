"""Make an account of any size from a seed: the same arguments give the same account.

Random values are drawn in bulk where that is possible: 200,000 people have to be made in seconds.
"""

from __future__ import annotations

import base64
import random
from datetime import UTC, datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from zoomgov.sim.account import names
from zoomgov.sim.account.account import (
    ADMIN,
    MEMBER,
    OWNER,
    Account,
    Channel,
    ContactGroup,
    Group,
    ImGroup,
    Plan,
    Role,
    User,
)
from zoomgov.sim.account.people import make_people
from zoomgov.sim.account.privileges import ADMIN_PRIVILEGES, ALL_PRIVILEGES, custom_privileges

if TYPE_CHECKING:
    from collections.abc import Sequence

AS_OF: Final = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC).timestamp()
"""Unix seconds; fixed, so that the same seed gives the same dates."""

SYSTEM_ROLES: Final = 3


def build_account(
    users: int = 250,
    groups: int = 12,
    contact_groups: int = 6,
    roles: int = 7,
    seed: int = 1,
    plan: Plan | str = Plan.BUSINESS,
    *,
    im_groups: int = 0,
    divisions: int = 0,
    groups_per_user: float = 3.0,
    hostile: bool = False,
    as_of: float = AS_OF,
) -> Account:
    """Return a realistic account.

    Args:
        users: people of all three statuses together, the owner included; at least 1.
        groups: user groups. A basic account has none, whatever is asked for.
        contact_groups: contact groups; some have user groups as members.
        roles: roles in all, the three system roles included.
        seed: seed of the random generator.
        plan: basic, pro, business or enterprise.
        im_groups: Team Chat groups, which only accounts older than August 2021 have.
        divisions: divisions that people are in, beside their groups. They change nothing else of the account.
        groups_per_user: mean number of groups of a person.
        hostile: mix in names with markup, escape sequences, formulas, bidi overrides and great length,
            and ids that have to be percent-encoded.
        as_of: Unix seconds; all dates lie before it.

    Raises:
        ValueError: `users` is less than 1, or there is no such plan.
    """
    if users < 1:
        raise ValueError("an account has at least one user, its owner")
    plan = Plan(plan)
    rng = random.Random(f"zoomgov {users} {groups} {contact_groups} {roles} {im_groups} {seed} {plan} {hostile}")
    if plan is Plan.BASIC:
        groups = contact_groups = im_groups = divisions = 0
        roles = SYSTEM_ROLES
    company = rng.choice(names.COMPANIES)
    slug = company.lower().replace(" & ", "-").replace(" ", "-")
    domains = (f"{slug}.example", f"eu.{slug}.example", f"{slug}-labs.example")
    people = make_people(rng, users, domains, as_of=as_of, paid=plan is not Plan.BASIC, hostile=hostile)
    made_groups = _groups(rng, groups, hostile=hostile)
    made_roles = _roles(rng, max(roles, SYSTEM_ROLES), list(made_groups), hostile=hostile)
    made_im_groups = {
        id_: ImGroup(id_, f"{name} (Originally IM Group)", rng.choice(("normal", "shared", "restricted")))
        for id_, name in zip(new_ids(rng, im_groups), _unique_names(rng, im_groups), strict=True)
    }
    joined = [user for user in people if user.id is not None]
    _join_groups(rng, joined, list(made_groups), groups_per_user)
    _join_im_groups(rng, joined, list(made_im_groups))
    _join_divisions(joined, divisions, seed)
    _add_channels(made_groups)
    _give_roles(rng, joined, list(made_roles))
    _appoint_group_admins(rng, joined, made_groups)
    return Account(
        id=f"SIM{new_ids(rng, 1)[0][3:]}",
        number=rng.randrange(10_000_000, 99_999_999),
        company=company,
        domains=domains,
        plan=plan,
        seed=seed,
        as_of=as_of,
        users=people,
        groups=made_groups,
        contact_groups=_contact_groups(rng, contact_groups, joined, list(made_groups), hostile=hostile),
        roles=made_roles,
        im_groups=made_im_groups,
    )


def new_ids(rng: random.Random, count: int, prefix: str = "") -> list[str]:
    """Return ids like Zoom's: 22 characters of base64url (RIVET samples)."""
    return [prefix + base64.urlsafe_b64encode(rng.randbytes(16))[:22].decode() for _ in range(count)]


def _unique_names(rng: random.Random, count: int) -> list[str]:
    """Return distinct group names of department, place and kind, shorter than 128 characters (C22)."""
    combined = [
        " ".join(filter(None, (department, place and f"– {place}", kind and f"({kind})")))
        for kind in names.GROUP_KINDS
        for place in ("", *names.PLACES)
        for department in names.DEPARTMENTS
    ]
    head, tail = combined[: len(names.DEPARTMENTS)], combined[len(names.DEPARTMENTS) :]
    rng.shuffle(tail)
    chosen = (head + tail)[:count]
    return chosen + [f"{rng.choice(names.DEPARTMENTS)} team {number}" for number in range(len(chosen) + 1, count + 1)]


def _groups(rng: random.Random, count: int, *, hostile: bool) -> dict[str, Group]:
    made = [Group(id_, name) for id_, name in zip(new_ids(rng, count), _unique_names(rng, count), strict=True)]
    if hostile:
        for group, (first, last) in zip(made[1:], names.HOSTILE, strict=False):
            group.name = f"{first} {last}"[:127]
        for group, start in zip(made, ("/", "a//b", "q?#"), strict=False):
            group.id = (start + group.id)[:22]
    return {group.id: group for group in made}


def _roles(rng: random.Random, count: int, group_ids: Sequence[str], *, hostile: bool) -> dict[str, Role]:
    system = [
        Role(OWNER, "Owner", "Account owner", privileges=list(ALL_PRIVILEGES), second_level=1),
        Role(ADMIN, "Admin", "Account admin", privileges=list(ADMIN_PRIVILEGES), second_level=1),
        Role(MEMBER, "Member", "Account member"),
    ]
    custom = []
    for number, id_ in enumerate(new_ids(rng, count - SYSTEM_ROLES, "R")):
        name, description = names.ROLE_NAMES[number % len(names.ROLE_NAMES)]
        if number >= len(names.ROLE_NAMES):
            name = f"{name} {number // len(names.ROLE_NAMES) + 1}"
        role = Role(id_, name, description, privileges=custom_privileges(rng, name))
        if group_ids and "User:Read" in role.privileges and (name == "Group manager" or rng.random() < 0.15):
            role.privilege_scopes = {"User:Read": sorted(rng.sample(group_ids, min(2, len(group_ids))))}
        custom.append(role)
    if hostile:
        for role, (first, last) in zip(custom, names.HOSTILE, strict=False):
            role.name, role.description = f"{first} {last}"[:127], last
    return {role.id: role for role in (*system, *custom)}


def _join_groups(rng: random.Random, people: list[User], group_ids: list[str], average: float) -> None:
    """Draw the groups of each person. Sizes follow a power law: few groups are large, one in 25 is empty."""
    if not group_ids:
        return
    usable = group_ids[: max(1, len(group_ids) - len(group_ids) // 25)]
    weights = list(accumulate(1 / (rank + 3) ** 0.7 for rank in range(len(usable))))
    sizes = range(int(2 * average) + 1)
    counts = rng.choices(sizes, weights=[1 + min(size, 2 * average - size) for size in sizes], k=len(people))
    drawn = iter(rng.choices(usable, cum_weights=weights, k=sum(counts)))
    for user, count in zip(people, counts, strict=True):
        if count:
            user.group_ids = list(dict.fromkeys(next(drawn) for _ in range(count)))


def _join_im_groups(rng: random.Random, people: list[User], group_ids: list[str]) -> None:
    for user in people if group_ids else ():
        if rng.random() < 0.4:
            user.im_group_ids = [rng.choice(group_ids)]


def _join_divisions(people: list[User], count: int, seed: int) -> None:
    """Put every other person into one of the divisions, and few into two."""
    rng = random.Random(f"divisions {seed}")  # its own, so that the people are those of an account without divisions
    ids = new_ids(rng, count)
    for user in people if ids else ():
        chosen = rng.choices(ids, k=rng.choice((0, 0, 0, 1, 1, 2)))
        user.division_ids = list(dict.fromkeys(chosen)) or None


def _add_channels(groups: dict[str, Group]) -> None:
    """Add up to three Team Chat channels to each group, by its id alone."""
    for group in groups.values():
        rng = random.Random(f"channels {group.id}")
        count = rng.choice((0, 0, 1, 1, 2, 3))
        group.channels = [
            Channel(id_.lower(), f"{group.name} {number}", rng.choice((0, 0, 1, 5)))
            for number, id_ in enumerate(new_ids(rng, count), 1)
        ]


def _give_roles(rng: random.Random, people: list[User], role_ids: list[str]) -> None:
    """Draw the role of each person: one owner, some admins, active holders of each custom role, and members."""
    for user in people:
        user.role_id = MEMBER
    active = [user for user in people if user.status == "active"]
    owner = people[0]
    owner.role_id, owner.verified = OWNER, 1
    owner.last_login_time = owner.last_login_time or owner.created_at
    others = active[1:]
    rng.shuffle(others)
    for _ in range(min(len(others), 1 + len(people) // 400)):
        others.pop().role_id = ADMIN
    for role_id in role_ids[SYSTEM_ROLES:]:
        for _ in range(min(len(others), 1 + rng.randrange(1 + len(people) // 150))):
            others.pop().role_id = role_id


def _appoint_group_admins(rng: random.Random, people: list[User], groups: dict[str, Group]) -> None:
    """Draw up to three admins for each group; they need not be members."""
    candidates = [user for user in people if user.status == "active" and user.id]
    for group in groups.values():
        chosen = rng.sample(candidates, min(len(candidates), rng.choice((0, 1, 1, 1, 2, 3))))
        group.admins = [user.id for user in chosen if user.id]


def _contact_groups(
    rng: random.Random, count: int, people: list[User], group_ids: list[str], *, hostile: bool
) -> dict[str, ContactGroup]:
    ids = [user.id for user in people if user.id and user.status == "active"]
    made = {}
    for number, id_ in enumerate(new_ids(rng, count, "dir.")):
        name = names.CONTACT_KINDS[number % len(names.CONTACT_KINDS)]
        if number >= len(names.CONTACT_KINDS):
            name = f"{name} {names.PLACES[number % len(names.PLACES)]} {number // len(names.CONTACT_KINDS)}"
        description = rng.choice(("", "", f"Kept by {rng.choice(names.DEPARTMENTS)}"))
        if hostile:
            first, last = names.HOSTILE[number % len(names.HOSTILE)]
            name, description = f"{first} {number}", last
        some = min(len(ids), int(rng.paretovariate(1.1) * 4) if rng.random() > 0.05 else 0, 2_000)
        nested = rng.sample(group_ids, min(len(group_ids), rng.choice((0, 0, 0, 1, 1, 2, 3))))
        members = [(1, key) for key in rng.sample(ids, some)] + [(2, key) for key in nested]
        made[id_] = ContactGroup(id_, name, rng.choice((1, 1, 2, 3)), description, members)
    return made
