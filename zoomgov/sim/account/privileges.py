"""Privilege names (Z-PRIV) and which of them the roles of a made account hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random

_BOTH: Final = (
    "User", "Role", "Group", "AccountProfile", "AccountSetting", "WebinarSetting", "Recording", "SubAccount",
    "ZoomRooms", "DigitalSignage", "IMGroups", "IMSetting", "BillingSubscription", "BillingInformation", "Branding",
)  # fmt: skip

ALL_PRIVILEGES: Final = tuple(
    sorted(
        [f"{area}:{right}" for area in _BOTH for right in ("Read", "Edit")]
        + ["RecordingContent:Read", "IMChatHistory:Read", "Dashboard:Read", "IMChatBot:Edit"]
    )
)
"""What the owner holds."""

ADMIN_PRIVILEGES: Final = tuple(
    privilege for privilege in ALL_PRIVILEGES if not privilege.startswith(("Billing", "SubAccount"))
)
"""What the system role Admin holds; an invented selection."""

_BY_ROLE: Final = {
    "Helpdesk": ("User:Read", "User:Edit", "Group:Read"),
    "Billing": ("BillingSubscription:Read", "BillingSubscription:Edit", "BillingInformation:Read"),
    "Compliance auditor": tuple(privilege for privilege in ALL_PRIVILEGES if privilege.endswith(":Read")),
    "Group manager": ("User:Read", "User:Edit", "Group:Read", "Group:Edit"),
    "Security operations": ("User:Read", "Role:Read", "Role:Edit", "AccountSetting:Read"),
}


def custom_privileges(rng: random.Random, name: str) -> list[str]:
    """The privileges of a custom role: fixed where the name says what it does, else drawn."""
    if name in _BY_ROLE:
        return list(_BY_ROLE[name])
    areas = rng.sample(_BOTH, rng.randint(1, 5))
    return sorted([f"{area}:Read" for area in areas] + [f"{area}:Edit" for area in areas if rng.random() < 0.5])
