"""Random changes of an account between two syncs, and a redistribution of its roles."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Final

from zoomgov.sim.account.account import MEMBER, OWNER
from zoomgov.sim.account.names import DEPARTMENTS
from zoomgov.sim.account.people import make_people

if TYPE_CHECKING:
    from zoomgov.sim.account.account import Account, User

_CHANGES: Final = ("left", "moved", "department", "status", "type", "role")
_CHANGE_WEIGHTS: Final = (10, 40, 20, 15, 10, 5)


def churn(account: Account, percent: float, seed: int, *, now: float) -> dict[str, int]:
    """Change `percent` of the people; the same account and seed give the same changes.

    Args:
        account: what to change.
        percent: people that leave or change; as many as leave join.
        seed: seed of the random generator.
        now: Unix seconds; the newcomers' dates lie before it.

    Returns:
        How many changes there were, by kind: left, moved, department, status, type, role, joined.
    """
    rng = random.Random(f"churn {account.seed} {account.version} {percent} {seed}")
    candidates = [user for user in account.users if user.id and user.role_id == MEMBER]
    chosen = rng.sample(candidates, min(len(candidates), round(len(account.users) * percent / 100)))
    groups = list(account.groups)
    custom_roles = [role for role in account.roles if role not in ("0", "1", "2")]
    changes: Counter[str] = Counter()
    leavers = []
    for user in chosen:
        (change,) = rng.choices(_CHANGES, weights=_CHANGE_WEIGHTS)
        if change == "moved" and groups:
            _regroup(rng, user, groups)
        elif change == "department":
            user.dept = rng.choice([name for name in DEPARTMENTS if name != user.dept])
        elif change == "status":
            user.status = "inactive" if user.status == "active" else "active"
        elif change == "type":
            user.type = 1 if user.type == 2 else 2
        elif change == "role" and custom_roles and user.status == "active":
            user.role_id = rng.choice(custom_roles)
        else:
            change = "left"
            leavers.append(user)
        changes[change] += 1
    account.remove_users(leavers)
    joined = _newcomers(rng, account, len(leavers), now)
    account.add_users(joined)
    changes["joined"] = len(joined)
    return dict(changes)


def share_roles(account: Account) -> None:
    """Assign the roles round-robin to everybody but the owner, so that no role has most of the people."""
    roles = [role for role in account.roles if role != OWNER]
    for number, user in enumerate(user for user in account.users if user.role_id != OWNER):
        user.role_id = roles[number % len(roles)]
    account.touch()


def _regroup(rng: random.Random, user: User, groups: list[str]) -> None:
    """Take a person out of a group, put them into another, or both."""
    mine = list(user.group_ids or ())
    if mine and rng.random() < 0.7:
        mine.remove(rng.choice(mine))
    others = [group for group in rng.sample(groups, min(len(groups), 8)) if group not in (user.group_ids or ())]
    if others:
        mine.append(others[0])
    user.group_ids = mine or None


def _newcomers(rng: random.Random, account: Account, count: int, now: float) -> list[User]:
    """Make people with e-mail addresses that the account does not have yet."""
    if not count:
        return []
    people = make_people(rng, count, account.domains, as_of=now, paid=True, hostile=False)
    groups = list(account.groups)
    for number, user in enumerate(people):
        local, _, domain = user.email.partition("@")
        user.email = f"{local}.{account.version}.{number}@{domain}"
        if user.id:
            user.role_id = MEMBER
            user.group_ids = rng.sample(groups, min(len(groups), 2)) or None
    return people
