"""Every switch of the simulator. Where Zoom's behaviour is unknown, the default is one choice among the variants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

START_ONLY: Final = frozenset(
    {
        "scopes",
        "activated",
        "activation_after_seconds",
        "activation_after_requests",
        "owner_privileges",
        "owner_groups",
    }
)
"""What describes the app at the start; later the control's operations change it."""


@dataclass(frozen=True, slots=True)
class Options:
    """How this Zoom behaves. Change it at run time with `Control.set_options(name=value)`."""

    # The app

    scope_kind: Literal["granular", "classic"] = "granular"
    scopes: tuple[str, ...] | None = None
    """What the app holds; None means the scopes the catalogue asks for, of `scope_kind`."""
    app_type: Literal["server_to_server", "general"] = "server_to_server"
    activated: bool = True
    activation_after_seconds: float = 0.0
    """The token endpoint treats the app as not activated for so long (simulated) after the start or `activate_app`."""
    activation_after_requests: int = 0
    """The same, for so many token requests."""
    disabled: bool = False
    """Zoom itself has disabled the app (4717)."""
    owner_privileges: tuple[str, ...] | None = None
    """With this or `owner_groups` the app belongs to somebody whose role holds only these (None: an admin's) ..."""
    owner_groups: tuple[str, ...] | None = None
    """... and sees only the users of these groups (`privilege_scopes`; None: everyone)."""
    wrong_cloud: Literal["no", "credentials", "token"] = "no"
    """The credentials are those of another cloud: the token endpoint refuses them, or REST calls do."""

    # The token endpoint

    token_policy: Literal["many", "last_wins"] = "many"
    expires_in: int = 3599
    query_form: bool = True
    """Accept grant and account id in the query string; off answers 400, as one developer saw in 2025."""
    inactive_answer: Literal["invalid_client", "invalid_request", "4717"] = "invalid_client"
    send_api_url: bool = True
    api_url: str | None = None
    """What the token names as API host; None means this server itself."""

    # Answers to REST calls

    missing_scope: Literal["4711", "4711_401", "4711_403", "4700", "104"] = "4711"
    """Code and status of a missing scope; 104 is broken JSON."""
    bad_token_status: Literal[401, 400] = 401
    no_bearer: Literal["124", "4700"] = "124"
    no_privilege: Literal["200", "403"] = "200"
    paid_only_status: Literal[400, 200] = 400
    role_missing: Literal["1034", "300"] = "1034"
    me: Literal["owner", "missing"] = "owner"
    """What `/users/me` is: the app's owner, or 404/1001."""
    role_filter: Literal["works", "ignored", "leaky"] = "works"
    """What `role_id` on GET /users does: filter, nothing, or filter and lose one person in five."""
    page_size_too_big: Literal["cap", "refuse"] = "cap"
    users_page_max: int = 300
    contact_page_max: int = 50
    groups_paged: bool = True
    """False answers GET /groups in one piece, as in 2022."""
    empty_arrays: Literal["omit", "send"] = "omit"
    group_admin_ids: bool = False
    contact_members_key: Literal["group_members", "members"] = "group_members"
    plan_base: Literal["object", "array"] = "object"
    inactive_in_members: bool = False
    """Deactivated people appear in member lists and totals of groups and roles. They keep `group_ids` and `role_id`."""
    server_error: Literal["html", "empty", "json"] = "html"
    """The body of a 5xx that a fault asks for without giving one."""

    churn_percent: float = 0.0
    """How many of the people change between two syncs: with the next token, once the active users were listed whole."""

    # Limits

    rate_limit: Literal["plan", "unlimited"] = "plan"
    window: Literal["fixed", "sliding"] = "fixed"
    """How a second is counted: calendar seconds, or any one second."""
    capacity: float = 1.0
    """The share of the account's limits that its other apps leave to this one."""
    daily_budget: Mapping[str, int] | None = None
    """Label (light, medium, heavy) -> requests a day, in place of the plan's."""
    rate_headers: bool = True
    rate_reset_header: bool = False
    retry_after: Literal["iso", "http_date", "seconds", "none"] = "iso"
    """The form of Retry-After on the daily limit."""
    retry_after_per_second: bool = False
    """Send `Retry-After: 1` with a per-second refusal too."""

    # Transport

    clock_skew_seconds: float = 0.0
    """How far the Date header is off."""
    gzip: bool = False
    """Compress answers for clients that accept it."""

    def __post_init__(self) -> None:
        known = ("light", "medium", "heavy")
        if unknown := sorted(label for label in self.daily_budget or () if label.lower() not in known):
            raise ValueError(f"daily_budget: there is no label {', '.join(unknown)}; there are {', '.join(known)}")
        if not 0 < self.capacity <= 1:
            raise ValueError("capacity is a share: above 0, at most 1")

    def changed(self, **changes: Any) -> Options:
        """A copy with other values, checked against the types above.

        Raises:
            ValueError: no such option, or a value it cannot have.
        """
        current = {field.name: getattr(self, field.name) for field in fields(self)}
        if unknown := sorted(set(changes) - set(current)):
            raise ValueError(f"there is no option {', '.join(unknown)}")
        try:
            return msgspec.convert(current | changes, Options, strict=False)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from None


def parse_options(settings: Iterable[str], base: Options | None = None) -> Options:
    """Read `name=value` words as the command line gives them: lists as a,b,c or JSON, objects as JSON.

    Raises:
        ValueError: with a line that says which word is wrong.
    """
    changes: dict[str, Any] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise ValueError(f"{setting!r} is not name=value")
        if text[:1] in ("[", "{"):
            changes[name] = msgspec.json.decode(text)
        elif name in ("scopes", "owner_privileges", "owner_groups"):
            changes[name] = [part for part in text.split(",") if part]
        else:
            changes[name] = text
    return (base or Options()).changed(**changes)
