"""Names of privileges (Z-PRIV), and which of them each role holds."""

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
"""Privileges of the owner."""

ADMIN_PRIVILEGES: Final = tuple(
    privilege for privilege in ALL_PRIVILEGES if not privilege.startswith(("Billing", "SubAccount"))
)
"""Privileges of the system role Admin; the selection is an assumption."""

_BY_ROLE: Final = {
    "Helpdesk": ("User:Read", "User:Edit", "Group:Read"),
    "Billing": ("BillingSubscription:Read", "BillingSubscription:Edit", "BillingInformation:Read"),
    "Compliance auditor": tuple(privilege for privilege in ALL_PRIVILEGES if privilege.endswith(":Read")),
    "Group manager": ("User:Read", "User:Edit", "Group:Read", "Group:Edit"),
    "Security operations": ("User:Read", "Role:Read", "Role:Edit", "AccountSetting:Read"),
}


def custom_privileges(rng: random.Random, name: str) -> list[str]:
    """Return the privileges of a custom role: fixed for the names above, random for others."""
    if name in _BY_ROLE:
        return list(_BY_ROLE[name])
    areas = rng.sample(_BOTH, rng.randint(1, 5))
    return sorted([f"{area}:Read" for area in areas] + [f"{area}:Edit" for area in areas if rng.random() < 0.5])
