"""Draw random people: names in several scripts, departments, licences, logins, and keys left out as Zoom does."""

from __future__ import annotations

import base64
import random
from datetime import UTC, datetime
from typing import Final

from zoomgov.sim.account import names
from zoomgov.sim.account.account import User

INACTIVE_SHARE: Final = 0.06
PENDING_SHARE: Final = 0.04
_DAY: Final = 86_400
_CLIENTS: Final = (
    "6.2.5.45(mac)", "6.2.11.50939(win)", "6.1.0.41013(win)", "6.3.0.123(iphone)", "6.2.9.27(android)",
    "5.17.11.34827(win)", "5.9.6.4993(mac)", "6.2.3.2056(linux)",
)  # fmt: skip
_TYPES: Final = (1, 2, 4, 99)
_TYPE_WEIGHTS: Final = (28, 66, 4, 2)
_TIERS: Final = ("32", "64", "1024", "0")
_LICENCE_OPTIONS: Final = (2, 4, 8, 16, 32, 64, 128, 1 << 25, 1 << 42, 1 << 54)
"""Values of `license_option` (RIVET), without those that are published rounded."""


def stamp(seconds: float) -> str:
    """Return Unix seconds as Zoom writes a time (Z-USE)."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def make_people(
    rng: random.Random, count: int, domains: tuple[str, ...], *, as_of: float, paid: bool, hostile: bool
) -> list[User]:
    """Return `count` people of all statuses; the first is active and becomes the owner.

    Args:
        rng: random generator; the same state gives the same people.
        count: number of people.
        domains: three e-mail domains, the most used first.
        as_of: Unix seconds; all dates lie before it.
        paid: whether people have licences of all types; else all are basic.
        hostile: give every fourth person a name of `names.HOSTILE`.
    """
    inactive, pending = int(count * INACTIVE_SHARE), int(count * PENDING_SHARE)
    statuses = ["active"] * (count - inactive - pending) + ["inactive"] * inactive + ["pending"] * pending
    later = statuses[1:]
    rng.shuffle(later)
    statuses[1:] = later
    cultures = rng.choices(names.CULTURES, weights=[culture.weight for culture in names.CULTURES], k=count)
    mail_domains = rng.choices(domains, weights=(80, 15, 5), k=count)
    types = rng.choices(_TYPES, weights=_TYPE_WEIGHTS if paid else (1, 0, 0, 0), k=count)
    departments = rng.choices(
        names.DEPARTMENTS, weights=range(2 * len(names.DEPARTMENTS), len(names.DEPARTMENTS), -1), k=count
    )
    clients = rng.choices(_CLIENTS, weights=(8, 12, 5, 4, 3, 2, 1, 1), k=count)
    taken: dict[str, int] = {}
    dates = _Dates()
    made = []
    draw = rng.random
    for number in range(count):
        culture = cultures[number]
        given, given_ascii = culture.given[int(draw() * len(culture.given))]
        family, family_ascii = culture.family[int(draw() * len(culture.family))]
        if hostile and number % 4 == 3:
            given, family = names.HOSTILE[(number // 4) % len(names.HOSTILE)]
        local = f"{given_ascii}.{family_ascii}"
        taken[local] = copies = taken.get(local, 0) + 1
        user = User(
            email=f"{local}{copies if copies > 1 else ''}@{mail_domains[number]}",
            type=2 if number == 0 and paid else types[number],
            status=statuses[number],
        )
        made.append(user)
        if statuses[number] == "pending":
            _invite(user, departments[number], draw())
            continue
        user.id = base64.urlsafe_b64encode(rng.randbytes(16))[:22].decode()
        user.first_name, user.last_name = given, family
        chance = draw()
        if chance < 0.93:
            parts = (family, given) if culture.family_first else (given, family)
            user.display_name = culture.joiner.join(parts)
        elif chance < 0.95:
            user.last_name = ""
        chance = draw()
        if chance < 0.85:
            user.dept = departments[number]
        elif chance < 0.92:
            user.dept = ""
        if hostile and number % 8 == 7:
            user.dept = family
        user.pmi = 2_000_000_000 + int(draw() * 7_999_999_999)
        user.timezone = culture.timezone if draw() < 0.9 else ""
        user.verified = 1 if draw() < 0.96 else 0
        age = draw() ** 2 * 2_800 * _DAY
        user.created_at = dates.stamp(as_of - age - 3 * _DAY)
        user.user_created_at = user.created_at
        _set_login(user, draw(), clients[number], as_of, age, dates)
        chance = draw()
        if chance < 0.06 and user.type == 2:
            user.plan_united_type = _TIERS[int(chance / 0.06 * len(_TIERS))]
        elif chance > 0.9 and user.type == 2:
            option = _LICENCE_OPTIONS[int(draw() * len(_LICENCE_OPTIONS))]
            user.license_info_list = [
                {"license_type": "MEETING", "license_option": option, "subscription_id": "SUBREF-1"}
            ]
        if draw() < 0.3:
            user.employee_unique_id = f"E{100_000 + number}"
    return made


def _invite(user: User, department: str, chance: float) -> None:
    """Fill in a pending person: Zoom knows hardly anything of them (zoom-api 8, items 1 and 2)."""
    user.verified = 0
    if chance < 0.3:
        user.dept = department


def _set_login(user: User, chance: float, client: str, as_of: float, age: float, dates: _Dates) -> None:
    """Set the last login: mostly recent, sometimes long ago, sometimes never (the key is missing then)."""
    never = 0.05 if user.status == "active" else 0.25
    if chance < never:
        return
    recency = ((chance - never) / (1 - never)) ** 5
    if user.status == "inactive":
        recency = 0.2 + 0.8 * recency
    user.last_login_time = dates.stamp(as_of - recency * age)
    user.last_client_version = client


class _Dates:
    """Times as text, with a cache of dates: calling strftime for every person takes seconds on large accounts."""

    def __init__(self) -> None:
        self._days: dict[int, str] = {}

    def stamp(self, seconds: float) -> str:
        day, rest = divmod(int(seconds), _DAY)
        text = self._days.get(day)
        if text is None:
            text = self._days[day] = stamp(day * _DAY)[:10]
        return f"{text}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}Z"
