"""The options of the simulator. Where Zoom's behaviour is unknown, there is an option for each variant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

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
"""Options that are read at the start only: later, operations of `Control` change what they describe."""


class LeftOut(NamedTuple):
    """A field that answers do not have."""

    call: str
    """Id of the endpoint, or `*`."""
    field: str
    """Of the answer itself, or of the rows in its list."""
    whose: str = ""
    """Only in rows of this status, or of `some`: every other row."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the simulated Zoom behaves; `Control.set_options(name=value)` changes it at run time."""

    # The app

    scope_kind: Literal["granular", "classic"] = "granular"
    scopes: tuple[str, ...] | None = None
    """Scopes of the app; None: those of `scope_kind` that the catalogue asks for."""
    app_type: Literal["server_to_server", "general"] = "server_to_server"
    activated: bool = True
    activation_after_seconds: float = 0.0
    """Simulated seconds after the start or `activate_app` for which the token endpoint refuses the app as inactive."""
    activation_after_requests: int = 0
    """Token requests that are refused in the same way."""
    disabled: bool = False
    """Zoom itself has disabled the app (4717)."""
    owner_privileges: tuple[str, ...] | None = None
    """Privileges of the role of the app's owner; None: an admin's. With this or `owner_groups` somebody other than the
    account's owner owns the app."""
    owner_groups: tuple[str, ...] | None = None
    """Groups whose users that role sees (`privilege_scopes`); None: everyone."""
    wrong_cloud: Literal["no", "credentials", "token"] = "no"
    """The credentials belong to another cloud; who refuses them: the token endpoint, or REST calls the token."""

    # The token endpoint

    token_policy: Literal["many", "last_wins"] = "many"
    expires_in: int = 3599
    query_form: bool = True
    """Accept grant and account id in the query string; False answers 400, as one developer saw in 2025."""
    inactive_answer: Literal["invalid_client", "invalid_request", "4717"] = "invalid_client"
    send_api_url: bool = True
    api_url: str | None = None
    """The token answer's `api_url`; None: this server."""

    # Answers to REST calls

    missing_scope: Literal["4711", "4711_401", "4711_403", "4700", "104"] = "4711"
    """Code and status of a missing scope; the body of 104 is broken JSON."""
    bad_token_status: Literal[401, 400] = 401
    no_bearer: Literal["124", "4700"] = "124"
    no_privilege: Literal["200", "403"] = "200"
    paid_only_status: Literal[400, 200] = 400
    role_missing: Literal["1034", "300"] = "1034"
    me: Literal["owner", "missing"] = "owner"
    """What `/users/me` answers: the app's owner, or 404/1001."""
    role_filter: Literal["works", "ignored", "leaky"] = "works"
    """What `role_id` does on GET /users: filters, does nothing, or filters and loses one person in five."""
    page_size_too_big: Literal["cap", "refuse"] = "cap"
    page_max: int | None = None
    """The largest page of every list, in place of each list's own."""
    paging: Literal["tokens", "numbers"] = "tokens"
    """How the next page is found: by `next_page_token`, or by `page_number` as on older servers, without a token."""
    users_page_max: int = 300
    contact_page_max: int = 50
    groups_paged: bool = True
    """False: GET /groups answers all groups at once, as in 2022."""
    empty_arrays: Literal["omit", "send"] = "omit"
    no_groups: Literal["list", "nothing"] = "list"
    """What GET /groups answers on an account without groups: an empty list, or `{}`."""
    leave_out: tuple[LeftOut, ...] = ()
    """Fields that answers do not have: [["list_users", "group_ids", "inactive"], ["*", "total_records"]]."""
    left_out_as: Literal["absent", "null", "blank"] = "absent"
    """What stands in place of these fields: nothing, null, or a text of one blank."""
    numbers: Literal["plain", "text", "blanks", "fraction"] = "plain"
    """Numbers as text ("2", or with blanks " 2 ") or with a fraction (2.0), and then ids of digits as numbers."""
    counts: Literal["right", "negative", "huge"] = "right"
    """`total_records`, `total_members` and `page_count` of every answer: as they are, -1, or 2 to the power of 63."""
    group_admin_ids: bool = False
    contact_members_key: Literal["group_members", "members"] = "group_members"
    plan_base: Literal["object", "array"] = "object"
    seats: Literal["base", "zoom_one", "united", "all"] = "base"
    """The plan whose seats people have: the base plan, or a bundle beside one without seats, or each a third."""
    never_logged_in: Literal["omit", "1970"] = "omit"
    """`last_login_time` of people who never logged in: left out, or the first moment of 1970."""
    no_licence: Literal["number", "null"] = "number"
    """`type` of people who were assigned no licence (4 and 99)."""
    inactive_in_members: bool = False
    """Whether member lists and totals include deactivated people. They keep `group_ids` and `role_id` either way."""
    limited_owner: Literal["lists", "users", "everything"] = "lists"
    """Where an owner who is limited to groups misses the others: in the lists of users and members, in that of users
    alone, or in these and in all totals, the groups themselves and their admins, too."""

    server_error: Literal["html", "empty", "json"] = "html"
    """The body of a 5xx from a fault that gives none."""

    churn_percent: float = 0.0
    """Percent of the people that change between two syncs: with the first token after all active users were listed."""

    # Limits

    rate_limit: Literal["plan", "unlimited"] = "plan"
    window: Literal["fixed", "sliding"] = "fixed"
    """How requests per second are counted: in calendar seconds, or in the last second before each request."""
    capacity: float = 1.0
    """The share of the account's limits per second that its other apps leave to this one: above 0, at most 1."""
    daily_budget: Mapping[str, int] | None = None
    """Requests a day by label (light, medium, heavy), in place of the plan's."""
    rate_headers: bool = True
    rate_reset_header: bool = False
    retry_after: Literal["iso", "http_date", "seconds", "none"] = "iso"
    """The form of Retry-After on the daily limit."""
    retry_after_per_second: bool = False
    """Whether a refusal per second has `Retry-After: 1`."""

    # Transport

    clock_skew_seconds: float = 0.0
    """What the Date header is ahead of the simulated time."""
    gzip: bool = False
    """Whether answers are compressed for clients that accept it."""

    def __post_init__(self) -> None:
        """Check what types cannot say; raises ValueError."""
        known = ("light", "medium", "heavy")
        if unknown := sorted(label for label in self.daily_budget or () if label.lower() not in known):
            raise ValueError(f"daily_budget: there is no label {', '.join(unknown)}; there are {', '.join(known)}")
        if not 0 < self.capacity <= 1:
            raise ValueError("capacity is a share: above 0, at most 1")

    def changed(self, **changes: Any) -> Options:
        """Return a copy with other values, converted to the types above where they are text.

        Raises:
            ValueError: no such option, or not a value of it.
        """
        current = {field.name: getattr(self, field.name) for field in fields(self)}
        if unknown := sorted(set(changes) - set(current)):
            raise ValueError(f"there is no option {', '.join(unknown)}")
        try:
            return msgspec.convert(current | changes, Options, strict=False)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from None


def parse_options(settings: Iterable[str], base: Options | None = None) -> Options:
    """Parse `name=value` words of the command line: lists as a,b,c or JSON, objects as JSON.

    Raises:
        ValueError: one line that names the wrong word.
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
