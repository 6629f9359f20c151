"""Real answers, as the simulator gives them: what targets about Zoom's answers begin with."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from zoomgov.sim.account.build import build_account
from zoomgov.sim.simulator import Simulator
from zoomgov.sim.world.answers import Request
from zoomgov.sim.world.app_state import credentials
from zoomgov.sim.world.options import Options
from zoomgov.sim.world.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping

Answered = dict[str, Any]  # Any: whatever Zoom sends

LISTS: Final = {
    "list_users": "/v2/users?status=active&page_size=3",
    "list_groups": "/v2/groups",
    "list_group_members": "/v2/groups/{group}/members",
    "list_group_admins": "/v2/groups/{group}/admins",
    "list_contact_groups": "/v2/contacts/groups",
    "list_contact_group_members": "/v2/contacts/groups/{contact_group}/members",
    "list_roles": "/v2/roles",
    "list_role_members": "/v2/roles/2/members",
    "list_im_groups": "/v2/im/groups",
}
OBJECTS: Final = {
    "read_user": "/v2/users/me",
    "read_role": "/v2/roles/1",
    "plan_usage": "/v2/accounts/me/plans/usage",
    "account_settings": "/v2/accounts/me/settings",
}
NOW: Final = 1_795_000_000.0
"""Unix seconds, in 2026."""


class _Zoom:
    def __init__(self, options: Options) -> None:
        account = build_account(9, 3, 2, 4, 1, "business", im_groups=1)
        self.simulator = Simulator(World(account, options, clock=lambda: NOW))
        self.account_id, client_id, secret = credentials(account)
        self.places = {"group": next(iter(account.groups)), "contact_group": next(iter(account.contact_groups))}
        basic = _basic(client_id, secret)
        form = urlencode({"grant_type": "account_credentials", "account_id": self.account_id})
        kind = "application/x-www-form-urlencoded"
        headers = {"authorization": basic, "content-type": kind}
        self.token = self.ask("POST", "/oauth/token", headers, form.encode())

    def ask(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Answered:
        path, _, query = target.partition("?")
        pairs = dict(one.split("=") for one in query.split("&")) if query else {}
        asked = Request(method, path, tuple(path.strip("/").split("/")), pairs, headers, body, query)
        answered: Answered = json.loads(self.simulator.answer(asked)[0].body)
        return answered

    def get(self, target: str) -> Answered:
        bearer = {"authorization": f"Bearer {self.token['access_token']}"}
        return self.ask("GET", target.format_map(self.places), bearer)


def _basic(client_id: str, secret: str) -> str:
    from base64 import b64encode

    return "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode()


@cache
def _zooms() -> tuple[_Zoom, ...]:
    """As apps are now, and as an older app and an older server are."""
    older = Options(
        scope_kind="classic", contact_members_key="members", plan_base="array", paging="numbers", numbers="text"
    )
    return _Zoom(Options()), _Zoom(older)


@cache
def token_answers() -> tuple[Answered, ...]:
    return tuple(zoom.token for zoom in _zooms())


@cache
def answers(call: str) -> tuple[Answered, ...]:
    """What a call of `LISTS` or `OBJECTS` answers, by its id in the client's list of endpoints."""
    target = {**LISTS, **OBJECTS}[call]
    return tuple(zoom.get(target) for zoom in _zooms())


REFUSALS: Final[tuple[Answered, ...]] = (
    {"code": 4711, "message": "Invalid access token, does not contain scopes:[user:read:list_users:admin]."},
    {"code": 124, "message": "Invalid access token."},
    {"code": 200, "message": "Only available for Paid account,AbC"},
    {"code": 300, "message": "Validation Failed.", "errors": [{"field": "page_size", "message": "too big"}]},
    {"code": 300, "message": "The next page token is invalid or expired."},
    {"code": 429, "message": "You have reached the maximum per-second rate limit for this API. Try again later."},
    {"code": 429, "message": "You have reached the maximum daily rate limit for this API."},
    {"code": 1001, "message": "User does not exist: x."},
    {"status": False, "errorCode": 401, "errorMessage": "Unauthorized", "result": None},
    {"reason": "Invalid client_id or client_secret", "error": "invalid_client"},
    {"errorCode": "4711", "errorDescription": "does not contain a scope."},
    {"error": {"response": {"status": 400}}, "error_description": "x"},
)
