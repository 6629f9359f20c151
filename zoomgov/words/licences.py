"""Zoom's codes for licences, privacy and system roles, in words."""

from __future__ import annotations

from typing import Final

BASIC: Final = "Basic"
LICENSED: Final = "Licensed"
ON_PREM: Final = "On-prem"
UNASSIGNED: Final = "Unassigned"
NO_LICENCE: Final = "None"
UNKNOWN: Final = "Unknown"
"""Zoom did not tell, or told null."""
_TYPES: Final = {0: UNKNOWN, 1: BASIC, 2: LICENSED, 3: ON_PREM, 4: UNASSIGNED, 99: NO_LICENCE}
"""By `UserRow.type`."""
NOT_SOLD: Final = (BASIC, UNASSIGNED, NO_LICENCE, UNKNOWN)
"""Tiers of which no seats are bought."""
_SHORT_TYPES: Final = {LICENSED: "Lic.", ON_PREM: "Prem.", UNASSIGNED: "Un."}
_TIERS: Final = ("Pro", "Business", "Enterprise")
_SHORT_TIERS: Final = {"Business": "Biz", "Enterprise": "Ent"}
_UNITED: Final = {  # plan_united_type, Zoom's docs "Get a user"; a bit for each tier and region
    tier: {
        str(1 << shift): region
        for shift, region in zip(shifts, ("US/CA", "UK/IR", "AU/NZ", "Global Select", "Phone Pro", "JP"), strict=True)
    }
    for tier, shifts in zip(_TIERS, ((0, 1, 2, 3, 4, 15), (5, 6, 7, 8, 9, 16), (10, 11, 12, 13, 14, 17)), strict=True)
}
_PRIVACY: Final = {
    1: "Anyone can see and find it",
    2: "Members see it, anyone can search it",
    3: "Only members see and find it",
}
SYSTEM_ROLES: Final = {"0": "Owner", "1": "Admin", "2": "Member"}
"""Roles every account has; their names hold even where the list of roles may not be read."""


def licence(kind: int, united: str) -> str:
    """Return the licence type in words, plus the Zoom United plan when there is one."""
    tier = _TYPES.get(kind, f"Type {kind}")
    if united in ("", "0", "none"):
        return tier
    for name, regions in _UNITED.items():
        if united in regions:
            return f"{tier} + United {name} {regions[united]}"
    return f"{tier} + United plan {united}"


def licence_in_brief(words: str) -> str:
    """Abbreviate what `licence` returned, so that its first 14 letters tell it from every other.

    In full all United plans begin alike and differ at the end, which a narrow column cuts off.
    """
    tier, plus, plan = words.partition(" + United ")
    if not plus:
        return words
    name, _, region = plan.partition(" ")
    return f"{_SHORT_TYPES.get(tier, tier)}+{_SHORT_TIERS.get(name, name)} {region}"


def privacy(number: int | None) -> str:
    """Return who can see and find a contact group."""
    return "" if number is None else _PRIVACY.get(number, f"Privacy {number}")
