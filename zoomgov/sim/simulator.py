"""The simulated Zoom: from a request to an answer, with no HTTP and no waiting in it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from zoomgov.sim.account.account import Plan, Role, User
from zoomgov.sim.account.churn import churn
from zoomgov.sim.api import oauth
from zoomgov.sim.api.reads import HANDLERS
from zoomgov.sim.api.reads_users import warm_users
from zoomgov.sim.world import endpoints
from zoomgov.sim.world.answers import HTML, Refused, Request, SimAnswer, encode, refuse, zoom_error
from zoomgov.sim.world.app_state import App, Counts, SimClock, Token, credentials
from zoomgov.sim.world.faults import FaultRule, Faults
from zoomgov.sim.world.limits import RateLimits
from zoomgov.sim.world.options import Options
from zoomgov.sim.world.paging import Pager
from zoomgov.zoom.scopes import ScopeKind, scopes_to_tick

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zoomgov.sim.account.account import Account
    from zoomgov.sim.world.endpoints import Endpoint


class Simulator:
    """One Zoom with one account and one app. Every public method may be called from any thread."""

    def __init__(
        self, account: Account, options: Options | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        self.account = account
        self.options = options or Options()
        self.clock = SimClock(clock)
        self.url = "http://127.0.0.1"
        self.lock = threading.RLock()
        self.faults = Faults()
        self.limits = RateLimits()
        self.pager = Pager(account.seed)
        self.counts = Counts()
        self.in_flight = 0
        self.tokens: dict[str, Token] = {}
        self.users_listed = False
        """Whether the last page of active users was given since the account changed by itself."""
        self._tracking = 0
        self.perform: Callable[..., Any] = lambda name, **_: None
        """Set by the control; does the operations of faults."""
        self.app = self._make_app()
        if self.options.owner_privileges is not None or self.options.owner_groups is not None:
            self.restrict_app_owner(self.options.owner_privileges, self.options.owner_groups)

    def _make_app(self) -> App:
        options = self.options
        _, client_id, client_secret = credentials(self.account)
        scopes = options.scopes
        return App(
            client_id=client_id,
            client_secret=client_secret,
            scopes=set(scopes_to_tick(ScopeKind(options.scope_kind)) if scopes is None else scopes),
            activated=options.activated,
            active_from=self.clock.now() + options.activation_after_seconds,
            requests_until_active=options.activation_after_requests,
        )

    # Requests

    def enter(self) -> None:
        """A request has arrived."""
        with self.lock:
            self.in_flight += 1
            self.counts.max_in_flight = max(self.counts.max_in_flight, self.in_flight)

    def leave(self) -> None:
        """A request is done with, one way or the other."""
        with self.lock:
            self.in_flight -= 1

    def answer(self, request: Request) -> tuple[SimAnswer, FaultRule | None]:
        """The answer, and the fault that the transport has to act out (drop, stall, delay, truncate)."""
        with self.lock:
            operations, fault = self.faults.take(request)
            template = self._template(request)
            if broken := self._operate(operations):
                answer, fault = broken, None
            elif fault is not None and fault.action == "respond":
                answer, fault = fault.answer(self.options), None
            elif fault is not None and fault.action in ("drop", "stall"):
                answer = SimAnswer(504, b"", HTML)
            else:
                answer = self._answer(request)
            counts = self.counts
            counts.requests += 1
            counts.by_endpoint[template] += 1
            counts.by_status[str(answer.status) if fault is None or fault.action == "delay" else fault.action] += 1
            counts.refused += answer.status == 429
            self._tracking += 1
            tracking = ("x-zm-trackingid", f"v=2.0;clid=us04;rid=WEB_{self.account.seed:04x}{self._tracking:012x}")
            return answer._replace(headers=(*answer.headers, tracking)), fault

    def _operate(self, rules: list[FaultRule]) -> SimAnswer | None:
        """Do the operations of faults; an operation that fails shows as a 500 that says so."""
        for rule in rules:
            try:
                self.perform(rule.operation, **rule.arguments)
            except ValueError as error:
                return SimAnswer(500, encode({"simulator": str(error)}))
        return None

    def _template(self, request: Request) -> str:
        if request.segments[:1] == ("v2",) and (found := endpoints.find(request.segments[1:])):
            return f"{request.method} {found[0].path}"
        if request.segments == ("oauth", "token"):
            return f"{request.method} /oauth/token"
        return "other"

    def _answer(self, request: Request) -> SimAnswer:
        if request.segments == ("oauth", "token") and request.method == "POST":
            return oauth.token_answer(self, request)
        if request.segments[:1] != ("v2",):
            return SimAnswer(404, b"<html><body>404 Not Found</body></html>", HTML)
        headers: tuple[tuple[str, str], ...] = ()
        try:
            token = self._bearer(request)
            found = endpoints.find(request.segments[1:])
            if found is None or request.method != "GET":
                raise refuse(404, 2300, "This API endpoint is not recognized.")
            endpoint, value = found
            refused, headers = self.limits.allow(endpoint.label, self.account.plan, self.options, self.clock.now())
            answer = refused or self._call(request, endpoint, value, token)
        except Refused as error:
            answer = error.answer
        return answer._replace(headers=answer.headers + headers)

    def _bearer(self, request: Request) -> Token:
        """The token of the request; raises Refused with the documented 124 or 4700."""
        options = self.options
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        if not text.strip() and options.no_bearer == "4700":
            raise refuse(400, 4700, "Token cannot be empty.")
        token = self.tokens.get(text.strip()) if scheme.lower() == "bearer" else None
        if token is None or not self.app.activated or options.disabled or options.wrong_cloud == "token":
            raise refuse(options.bad_token_status, 124, "Invalid access token.")
        if self.clock.now() >= token.expires_at:
            raise refuse(options.bad_token_status, 124, "Access token is expired.")
        if token.grant != "account_credentials":
            raise refuse(400, 200, "Invalid api key or secret.")
        return token

    def _call(self, request: Request, endpoint: Endpoint, value: str, token: Token) -> SimAnswer:
        options, account = self.options, self.account
        me = value == "me" and endpoint.id == "read_user"
        if not endpoint.opened_by(token.scopes & self.app.scopes, me=me):
            return self._missing_scope(endpoint)
        if endpoint.paid and account.plan is Plan.BASIC:
            return zoom_error(options.paid_only_status, 200, endpoint.paid_text.format(account=account.id))
        if not self._privileged(endpoint.privilege):
            if options.no_privilege == "403":
                text = f'The request was denied due to insufficient permissions: "{endpoint.privilege}"'
                return SimAnswer(403, encode({"message": text}))
            return zoom_error(400, 200, "No permission.")
        if endpoint.path.startswith("/accounts/") and (
            value not in ("me", account.id) or endpoint.id == "read_account"
        ):
            return zoom_error(404, 2001, f"This account does not exist or does not belong to you: {value}.")
        return HANDLERS[endpoint.id](self, request, endpoint, value)

    def _missing_scope(self, endpoint: Endpoint) -> SimAnswer:
        """The forms of zoom-api 5.4, with the names of the app's kind."""
        classic = self.options.scope_kind == "classic"
        scopes = endpoint.classic if classic else endpoint.granular
        text = f"Invalid access token, does not contain scopes:[{', '.join(scopes)}]."
        match self.options.missing_scope:
            case "4711_401":
                return zoom_error(401, 4711, text)
            case "4711_403":
                return zoom_error(403, 4711, text)
            case "4700":
                return zoom_error(400, 4700, f"Invalid access token, does not contain {scopes[0]} scope.")
            case "104":
                quoted = ",".join(f'"{scope}"' for scope in scopes)
                body = f'{{"code":104,"message":"Invalid access token, does not contain scopes:[{quoted}]"}}'
                return SimAnswer(400, body.encode())
        return zoom_error(400, 4711, text)

    def pass_time(self) -> None:
        """Let the account change by itself, if its users were listed since it last did."""
        if self.users_listed and self.options.churn_percent:
            self.users_listed = False
            churn(self.account, self.options.churn_percent, self.counts.tokens_issued, now=self.clock.now())

    # The person behind the app

    @property
    def app_owner(self) -> User:
        """Whoever `me` is."""
        return self.app.owner or self.account.owner

    def owner_role(self) -> Role | None:
        """The role that limits the app; None while the app's owner may do everything."""
        return None if self.app.owner is None else self.account.roles.get(self.app.owner.role_id or "")

    def _privileged(self, privilege: str) -> bool:
        role = self.owner_role()
        return role is None or role.id in ("0", "1") or privilege in role.privileges

    def visible_groups(self) -> frozenset[str] | None:
        """The groups whose users the app sees; None means everyone."""
        role = self.owner_role()
        groups = role.privilege_scopes.get("User:Read") if role else None
        return None if groups is None else frozenset(groups)

    def restrict_app_owner(self, privileges: Sequence[str] | None = None, groups: Sequence[str] | None = None) -> Role:
        """Give the app to somebody whose own role holds only `privileges` and sees only the users of `groups`."""
        account = self.account
        held = list(account.roles["1"].privileges if privileges is None else privileges)
        scopes = {} if groups is None else {"User:Read": list(groups)}
        role = Role("RsimRestrictedAppOwner1", "App developer", "", privileges=held, privilege_scopes=scopes)
        account.roles[role.id] = role
        owner = next((user for user in account.with_status("active") if user.role_id not in ("0", "1")), account.owner)
        owner.role_id = role.id
        self.app.owner = owner
        account.touch()
        return role

    def warm(self) -> None:
        """Prepare what the first requests would otherwise wait for."""
        with self.lock:
            for status in ("active", "inactive"):
                warm_users(self, status)
                self.account.in_group(status, "")
                self.account.with_role(status, "")
