"""Roles, account settings, domains and the plan (zoom-api 3.8 and 3.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zoomgov.sim.account.account import Plan, Role, User
from zoomgov.sim.api.listing import counted, members_seen, page_of
from zoomgov.sim.world.answers import Request, SimAnswer, invalid, ok, refuse

if TYPE_CHECKING:
    from zoomgov.sim.world.endpoints import Endpoint
    from zoomgov.sim.world.world import World

PLAN_CODES: Final = {
    Plan.BASIC: "free",
    Plan.PRO: "monthly",
    Plan.BUSINESS: "business_yearly",
    Plan.ENTERPRISE: "enterprise_yearly",
}
"""`plan_base.type`. The codes of Basic and Enterprise are not published: these are assumptions."""


def role_members(world: World, role_id: str) -> list[User]:
    """Return the holders of a role, as member lists and totals count them."""
    account = world.account
    inactive = account.with_role("inactive", role_id) if world.options.inactive_in_members else []
    return account.with_role("active", role_id) + inactive


def _role_row(world: World, role: Role) -> dict[str, Any]:
    return {
        "id": role.id,
        "name": role.name,
        "description": role.description,
        "type": role.type,
        "total_members": counted(world, role_members(world, role.id), ("role", role.id)),
    }


def list_roles(world: World, request: Request, _endpoint: Endpoint, _: str) -> SimAnswer:
    """The roles, not paged; `type` is common (default) or iq."""
    kind = request.query.get("type") or "common"
    if kind not in ("common", "iq"):
        raise invalid("type", "The value must be common or iq.")
    rows = [_role_row(world, role) for role in world.account.roles.values() if role.type == kind]
    return ok({"total_records": len(rows), "roles": rows})


def _role(world: World, role_id: str) -> Role:
    """Return the role; raises Refused when there is none."""
    role = world.account.roles.get(role_id)
    if role is None:
        if world.options.role_missing == "300":
            raise refuse(404, 300, "Role not found")
        raise refuse(400, 1034, "Provided role_id does not exist.")
    return role


def read_role(world: World, _request: Request, _endpoint: Endpoint, value: str) -> SimAnswer:
    """One role with its privileges, and the groups it is limited to."""
    role = _role(world, value)
    body = _role_row(world, role) | {"privileges": role.privileges}
    if role.second_level is not None:
        body["sub_account_privileges"] = {"second_level": role.second_level}
    if role.privilege_scopes:
        body["privilege_scopes"] = [
            {"permission_id": permission, "group_ids": groups} for permission, groups in role.privilege_scopes.items()
        ]
    return ok(body)


def list_role_members(world: World, request: Request, endpoint: Endpoint, value: str) -> SimAnswer:
    """The holders of one role. Their field is `department` here, and `dept` in the user list."""
    members = role_members(world, _role(world, value).id)
    page = page_of(world, request, endpoint, members_seen(world, members, ("role", value)))
    return ok(page.envelope() | {"members": [_holder_row(user) for user in page.items]})


def _holder_row(user: User) -> dict[str, Any]:
    row = {
        "id": user.id,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "department": user.dept,
        "type": user.type,
    }
    return {name: value for name, value in row.items() if value is not None}


_SETTINGS: Final[dict[str, dict[str, Any]]] = {
    "schedule_meeting": {"host_video": False, "participant_video": False, "join_before_host": False},
    "in_meeting": {"e2e_encryption": True, "chat": True, "watermark": False},
    "email_notification": {"cloud_recording_available_reminder": True, "cancel_meeting_reminder": True},
    "recording": {"local_recording": True, "cloud_recording": True, "auto_recording": "none"},
    "security": {"sign_in_with_two_factor_auth": "all", "password_requirement": {"minimum_password_length": 10}},
    "integration": {"google_drive": False, "dropbox": False},
    "feature": {"meeting_capacity": 300},
}
_SETTING_OPTIONS: Final = {
    "meeting_authentication": {"meeting_authentication": True, "authentication_options": []},
    "recording_authentication": {"recording_authentication": True, "authentication_options": []},
    "security": {"security": _SETTINGS["security"]},
    "meeting_security": {"meeting_security": {"waiting_room": True, "encryption_type": "enhanced_encryption"}},
}


def account_settings(_world: World, request: Request, _endpoint: Endpoint, _: str) -> SimAnswer:
    """The account's settings, or one part of them with `option`. The values are invented."""
    option = request.query.get("option", "")
    if option and option not in _SETTING_OPTIONS:
        raise invalid("option", f"The value must be one of {', '.join(_SETTING_OPTIONS)}.")
    return ok(_SETTING_OPTIONS[option] if option else _SETTINGS)


def lock_settings(_world: World, _request: Request, _endpoint: Endpoint, _: str) -> SimAnswer:
    """Settings that are locked for groups and users. The values are invented."""
    return ok({"schedule_meeting": {"host_video": False}, "in_meeting": {"e2e_encryption": True}})


def managed_domains(world: World, _request: Request, _endpoint: Endpoint, _: str) -> SimAnswer:
    """The domains the account manages."""
    rows = [{"domain": domain, "status": "verified"} for domain in world.account.domains]
    return ok({"domains": rows, "total_records": len(rows)})


def trusted_domains(world: World, _request: Request, _endpoint: Endpoint, _: str) -> SimAnswer:
    """The domains the account trusts."""
    return ok({"trusted_domains": list(world.account.domains[:1])})


_WITH_SEATS: Final = {
    "base": ("plan_base",),
    "zoom_one": ("plan_zoom_one",),
    "united": ("plan_united",),
    "all": ("plan_base", "plan_zoom_one", "plan_united"),
}


def _plans_of_people(where: str, code: str, *numbers: int) -> dict[str, Any]:
    """The base plan and bundles (zoom-api 3.9) that share `numbers`: seats bought, used, and kept for invited people.

    The types of bundles are invented.
    """
    keys = _WITH_SEATS[where]

    def plan(key: str, kind: str) -> dict[str, Any]:
        mine = [number // len(keys) + (number % len(keys) if key == keys[0] else 0) for number in numbers]
        counted = mine if key in keys else [0] * len(numbers)
        return {"type": kind, **dict(zip(("hosts", "usage", "pending"), counted, strict=True))}

    plans: dict[str, Any] = {"plan_base": plan("plan_base", code)}
    if "plan_zoom_one" in keys:
        plans["plan_zoom_one"] = [plan("plan_zoom_one", "zoom_one_business_plus_yearly")]
    if "plan_united" in keys:
        plans["plan_united"] = {**plan("plan_united", "united_business_yearly"), "name": "Zoom United Business"}
    return plans


def plan_usage(world: World, _request: Request, _endpoint: Endpoint, _: str) -> SimAnswer:
    """Licences bought and used. Numbers of licences follow from the people; those of storage are invented."""
    account = world.account
    licensed = sum(user.type == 2 for user in account.with_status("active"))
    pending = sum(user.type == 2 for user in account.with_status("pending"))
    seats = max(licensed + pending, round(licensed * 1.1), 1)
    plans = _plans_of_people(world.options.seats, PLAN_CODES[account.plan], seats, licensed, pending)
    base = plans.pop("plan_base")
    webinars = {"type": "webinar500_yearly", "hosts": max(1, seats // 100), "usage": seats // 200, "pending": 0}
    return ok(
        {
            "plan_base": [base] if world.options.plan_base == "array" else base,
            **plans,
            "plan_large_meeting": [{"type": "large300_yearly", "hosts": 5, "usage": min(3, licensed), "pending": 0}],
            "plan_webinar": [webinars],
            "plan_zoom_rooms": {"type": "zroom_yearly", "hosts": 2, "usage": 1, "pending": 0},
            "plan_recording": {
                "type": "cmr_monthly_commitment_40",
                "free_storage": "50 GB",
                "free_storage_usage": "12 GB",
                "plan_storage": "0",
                "plan_storage_usage": "0",
                "plan_storage_exceed": "0",
                "max_exceed_date": "",
            },
        }
    )
