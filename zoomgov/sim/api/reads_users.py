"""Users: the list, one user, permissions, the summary (zoom-api 3.1 to 3.4)."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

import msgspec

from zoomgov.sim.account.account import MEMBER, OWNER, User
from zoomgov.sim.account.names import CULTURES
from zoomgov.sim.account.people import stamp
from zoomgov.sim.account.privileges import ALL_PRIVILEGES
from zoomgov.sim.api.listing import page_of, visible
from zoomgov.sim.world.answers import Request, SimAnswer, encode, invalid, ok, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zoomgov.sim.world.endpoints import Endpoint
    from zoomgov.sim.world.world import World

_STATUSES: Final = ("active", "inactive", "pending")
_LICENSES: Final = ("zoom_workforce_management", "zoom_compliance_management")
_ARRAYS: Final = ("group_ids", "im_group_ids", "division_ids")
_UNASSIGNED: Final = (4, 99)
"""`type` (zoom-api 3.3)."""
_BY_TIMEZONE: Final = {culture.timezone: culture for culture in CULTURES}


def list_users(world: World, request: Request, endpoint: Endpoint, _: str) -> SimAnswer:
    """Users of one status; active unless asked otherwise."""
    query = request.query
    status = query.get("status") or "active"
    if status not in _STATUSES:
        raise invalid("status", "The value must be one of active, inactive, pending.")
    include = query.get("include_fields", "")
    if include not in ("", "custom_attributes", "host_key"):
        raise invalid("include_fields", "The value must be custom_attributes or host_key.")
    licence = query.get("license", "")
    if licence and licence not in _LICENSES:
        raise invalid("license", "Invalid license.")
    users = [] if licence else _listed(world, status, query.get("role_id", ""))
    page = page_of(world, request, endpoint, users, world.options.users_page_max)
    if status == "active" and not page.next_token:
        world.users_listed = True
    rows = _rows(world, page.items, include)
    return ok(page.envelope() | {"users": msgspec.Raw(b"[" + b",".join(rows) + b"]")})


def _listed(world: World, status: str, role_id: str) -> list[User]:
    """Return the users of one status, and of one role as far as `role_filter` works."""
    account = world.account
    if not role_id or world.options.role_filter == "ignored":
        users, role_id = account.with_status(status), ""
    else:
        users = account.with_role(status, role_id)
        if world.options.role_filter == "leaky":
            users = [user for number, user in enumerate(users) if number % 5 != 4]
    return visible(world, users, ("listed", status, role_id))


def _rows(world: World, users: Iterable[User], include: str) -> list[bytes]:
    """Return each user as JSON, cached until the account changes; `include` is `include_fields`."""
    options = world.options
    key = ("rows", options.empty_arrays, options.never_logged_in, options.no_licence)
    cache: dict[User, bytes] = world.account.cached(key, dict)
    rows = []
    for user in users:
        row = cache.get(user) if user.status != "pending" else None
        if row is None:
            row = cache[user] = _row(world, user)
        if include:
            row = _with_fields(row, _included(user, include))
        rows.append(row)
    return rows


def _row(world: World, user: User) -> bytes:
    options = world.options
    more: dict[str, Any] = {}
    row = encode(user)
    if options.no_licence == "null" and user.type in _UNASSIGNED:
        row = encode(msgspec.to_builtins(user) | {"type": None})
    if user.status == "pending":
        more["created_at"] = stamp(world.clock.now())
    elif options.empty_arrays == "send":
        more |= {name: [] for name in _ARRAYS if not getattr(user, name)}
    if options.never_logged_in == "1970" and user.last_login_time is None:
        more["last_login_time"] = stamp(0)
    return _with_fields(row, more)


def _with_fields(row: bytes, more: dict[str, Any]) -> bytes:
    """Append fields to a JSON object without decoding it."""
    return row[:-1] + b"," + encode(more)[1:] if more else row


def _included(user: User, include: str) -> dict[str, Any]:
    rng = random.Random(user.email)
    if include == "host_key":
        return {"host_key": f"{rng.randrange(10**6):06}"} if user.id else {}
    attributes = _custom_attributes(rng)
    return {"custom_attributes": attributes} if attributes and user.id else {}


def _custom_attributes(rng: random.Random) -> list[dict[str, str]]:
    if rng.random() > 0.2:
        return []
    return [{"key": "cbf_cost_centre", "name": "Cost centre", "value": f"CC-{rng.randrange(100, 999)}"}]


def warm_users(world: World, status: str) -> None:
    """Encode all users of one status into the cache."""
    _rows(world, world.account.with_status(status), "")


def read_user(world: World, request: Request, _: Endpoint, value: str) -> SimAnswer:
    """One user by id, e-mail, `me`, or employee id with `search_by_unique_id=true`."""
    if request.query.get("search_by_unique_id") == "true":
        found = next((user for user in world.account.users if user.employee_unique_id == value), None)
        user = _required(world, found, value)
    else:
        user = _find(world, value)
    account = world.account
    body = msgspec.json.decode(_row(world, user))
    body |= {"account_id": account.id, "account_number": account.number}
    if not user.id:
        return ok(body)
    rng = random.Random(user.email)
    if attributes := _custom_attributes(rng):
        body["custom_attributes"] = attributes
    role = account.roles.get(user.role_id or "")
    culture = _BY_TIMEZONE.get(user.timezone or "", CULTURES[0])
    number = f"{rng.randrange(10**9, 10**10)}"
    body |= {
        "role_name": role.name if role else "Member",
        "use_pmi": rng.random() < 0.3,
        "cms_user_id": "",
        "company": account.company,
        "jid": f"{user.id.lower()}@xmpp.zoom.us",
        "job_title": rng.choice(("", "Analyst", "Engineer", "Manager", "Director", "Assistant")),
        "cost_center": "",
        "language": culture.language,
        "location": rng.choice(("", "Berlin", "Boston", "Tokyo")),
        "login_types": rng.choice(([100], [101], [100, 101], [1, 101])),
        "manager": account.owner.email if rng.random() < 0.2 else "",
        "personal_meeting_url": f"https://us04web.zoom.us/j/{user.pmi}",
        "phone_country": culture.country,
        "phone_number": f"{culture.dial} {number}",
        "phone_numbers": [
            {
                "code": culture.dial,
                "country": culture.country,
                "label": rng.choice(("Mobile", "Office", "Home", "Fax")),
                "number": number,
                "verified": rng.random() < 0.5,
            }
        ],
        "pic_url": f"{world.url}/p/{user.id}.jpg",
        "pronouns": "",
        "pronouns_option": rng.choice((1, 2, 3)),
        "vanity_url": "",
        "cluster": "us04",
        "zoom_one_type": rng.choice((0, 0, 4, 16)) if user.type == 2 else 0,
    }
    return ok(body)


def check_email(world: World, request: Request, _endpoint: Endpoint, _: str) -> SimAnswer:
    """Whether an e-mail address is taken, here or in another account."""
    email = _parameter(request, "email")
    user = world.account.user(email)
    here = user is not None and user.email.lower() == email
    return ok({"existed_email": here or email in world.account.in_other_accounts})


def check_vanity_name(_world: World, request: Request, _endpoint: Endpoint, _: str) -> SimAnswer:
    """Whether the name of a personal meeting room is taken: nobody has one."""
    _parameter(request, "vanity_name")
    return ok({"existed": False})


def _parameter(request: Request, name: str) -> str:
    """Return a parameter of the query in lower case; raises Refused when it is missing."""
    value = request.query.get(name, "").strip().lower()
    if not value:
        raise invalid(name, f"The {name} is required.")
    return value


def user_permissions(world: World, _request: Request, _endpoint: Endpoint, value: str) -> SimAnswer:
    """The privileges of one user's role."""
    role_id = _find(world, value).role_id or MEMBER
    role = world.account.roles.get(role_id)
    held = ALL_PRIVILEGES if role_id == OWNER else role.privileges if role else ()
    return ok({"permissions": list(held)})


def _find(world: World, value: str) -> User:
    """Return the user that a path names; raises Refused (zoom-api 3.2)."""
    if value == "me":
        return _required(world, world.app_owner if world.options.me == "owner" else None, value)
    return _required(world, world.account.user(value), value)


def _required(world: World, user: User | None, value: str) -> User:
    """Return `user`; raises Refused when there is none that the app sees. `value` is what was asked for."""
    account = world.account
    if value.lower() in account.in_other_accounts or value in account.in_other_accounts:
        raise refuse(400, 1010, "User not belong to this account")
    if value.lower() in account.expired_invitations:
        raise refuse(400, 1120, "A valid invitation to join the Zoom account was not found for this user.")
    if user is None or not _is_visible(world, user):
        raise refuse(404, 1001, f"User does not exist: {value}.")
    return user


def _is_visible(world: World, user: User) -> bool:
    groups = world.visible_groups()
    return groups is None or user is world.app_owner or not groups.isdisjoint(user.group_ids or ())


def users_summary(world: World, _request: Request, _endpoint: Endpoint, _: str) -> SimAnswer:
    """How many users of each type. Zoom does not publish which statuses count: here active, inactive and pending."""
    account = world.account
    joined = [user.type for status in ("active", "inactive") for user in account.with_status(status)]
    pending = len(account.with_status("pending"))
    return ok(
        {
            "licensed_users_count": joined.count(2),
            "basic_users_count": joined.count(1),
            "on_prem_users_count": joined.count(3),
            "room_users_count": 0,
            "pending_users_count": pending,
            "join_only_users_count": joined.count(4) + joined.count(99),
            "total_users_count": len(joined) + pending,
        }
    )
