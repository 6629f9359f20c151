"""From a request to an answer, without HTTP and without waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.sim.account.account import Plan
from zoomgov.sim.api import oauth
from zoomgov.sim.api.reads import HANDLERS
from zoomgov.sim.api.reads_users import warm_users
from zoomgov.sim.api.shaping import shape
from zoomgov.sim.world import endpoints
from zoomgov.sim.world.answers import HTML, Refused, Request, SimAnswer, encode, refuse, zoom_error
from zoomgov.sim.world.app_state import Token
from zoomgov.sim.world.faults import FaultRule
from zoomgov.sim.world.world import World

if TYPE_CHECKING:
    from zoomgov.sim.world.endpoints import Endpoint


class Simulator:
    """Answers requests to one `World`. Every public method may be called from any thread."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._tracking = 0

    # Requests

    def enter(self) -> None:
        """Count a request that has arrived."""
        with self.world.lock:
            self.world.in_flight += 1
            self.world.counts.max_in_flight = max(self.world.counts.max_in_flight, self.world.in_flight)

    def leave(self) -> None:
        """Count a request that has ended, with or without an answer."""
        with self.world.lock:
            self.world.in_flight -= 1

    def answer(self, request: Request) -> tuple[SimAnswer, FaultRule | None]:
        """Return the answer, and the fault that the transport has to apply (drop, stall, delay, truncate) or None."""
        with self.world.lock:
            operations, fault = self.world.faults.match(request)
            template = self._template(request)
            if broken := self._perform(operations):
                answer, fault = broken, None
            elif fault is not None and fault.action == "respond":
                answer, fault = fault.answer(self.world.options), None
            elif fault is not None and fault.action in ("drop", "stall"):
                answer = SimAnswer(504, b"", HTML)
            else:
                answer = self._answer(request)
            counts = self.world.counts
            counts.requests += 1
            counts.by_endpoint[template] += 1
            counts.by_status[str(answer.status) if fault is None or fault.action == "delay" else fault.action] += 1
            counts.refused += answer.status == 429
            self._tracking += 1
            tracking = (
                "x-zm-trackingid",
                f"v=2.0;clid=us04;rid=WEB_{self.world.account.seed:04x}{self._tracking:012x}",
            )
            return answer._replace(headers=(*answer.headers, tracking)), fault

    def _perform(self, rules: list[FaultRule]) -> SimAnswer | None:
        """Perform the operations of faults; return a 500 with the reason when one fails, else None."""
        for rule in rules:
            try:
                self.world.perform(rule.operation, **rule.arguments)
            except ValueError as error:
                return SimAnswer(500, encode({"simulator": str(error)}))
        return None

    def _template(self, request: Request) -> str:
        """Return method and path template, the key of `Counts.by_endpoint`."""
        if request.segments[:1] == ("v2",) and (found := endpoints.find(request.segments[1:])):
            return f"{request.method} {found[0].path}"
        if request.segments == ("oauth", "token"):
            return f"{request.method} /oauth/token"
        return "other"

    def _answer(self, request: Request) -> SimAnswer:
        if request.segments == ("oauth", "token") and request.method == "POST":
            return oauth.token_answer(self.world, request)
        if request.segments[:1] != ("v2",):
            return SimAnswer(404, b"<html><body>404 Not Found</body></html>", HTML)
        headers: tuple[tuple[str, str], ...] = ()
        try:
            token = self._bearer(request)
            found = endpoints.find(request.segments[1:])
            if found is None or request.method != "GET":
                raise refuse(404, 2300, "This API endpoint is not recognized.")
            endpoint, value = found
            refused, headers = self.world.limits.allow(
                endpoint.label, self.world.account.plan, self.world.options, self.world.clock.now()
            )
            answer = refused or self._call(request, endpoint, value, token)
        except Refused as error:
            answer = error.answer
        return answer._replace(headers=answer.headers + headers)

    def _bearer(self, request: Request) -> Token:
        """Return the token of the request.

        Raises:
            Refused: 124, 4700 or 200, as documented.
        """
        options = self.world.options
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        if not text.strip() and options.no_bearer == "4700":
            raise refuse(400, 4700, "Token cannot be empty.")
        token = self.world.tokens.get(text.strip()) if scheme.lower() == "bearer" else None
        if token is None or not self.world.app.activated or options.disabled or options.wrong_cloud == "token":
            raise refuse(options.bad_token_status, 124, "Invalid access token.")
        if self.world.clock.now() >= token.expires_at:
            raise refuse(options.bad_token_status, 124, "Access token is expired.")
        if token.grant != "account_credentials":
            raise refuse(400, 200, "Invalid api key or secret.")
        return token

    def _call(self, request: Request, endpoint: Endpoint, value: str, token: Token) -> SimAnswer:
        """Check scope, plan and role, in this order, then call the handler. `value` is the path's parameter."""
        options, account = self.world.options, self.world.account
        me = value == "me" and endpoint.id == "read_user"
        if not endpoint.opened_by(token.scopes & self.world.app.scopes, me=me):
            return self._missing_scope(endpoint)
        if endpoint.paid and account.plan is Plan.BASIC:
            return zoom_error(options.paid_only_status, 200, endpoint.paid_text.format(account=account.id))
        if not self.world.owner_may(endpoint.privilege):
            if options.no_privilege == "403":
                text = f'The request was denied due to insufficient permissions: "{endpoint.privilege}"'
                return SimAnswer(403, encode({"message": text}))
            return zoom_error(400, 200, "No permission.")
        if endpoint.path.startswith("/accounts/") and (
            value not in ("me", account.id) or endpoint.id == "read_account"
        ):
            return zoom_error(404, 2001, f"This account does not exist or does not belong to you: {value}.")
        return shape(options, endpoint, HANDLERS[endpoint.id](self.world, request, endpoint, value))

    def _missing_scope(self, endpoint: Endpoint) -> SimAnswer:
        """Return the refusal in the form that is switched on (zoom-api 5.4), naming scopes of the app's kind."""
        classic = self.world.options.scope_kind == "classic"
        scopes = endpoint.classic if classic else endpoint.granular
        text = f"Invalid access token, does not contain scopes:[{', '.join(scopes)}]."
        match self.world.options.missing_scope:
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

    def warm(self) -> None:
        """Fill the caches, so that the first requests are as fast as later ones."""
        with self.world.lock:
            for status in ("active", "inactive"):
                warm_users(self.world, status)
                self.world.account.in_group(status, "")
                self.world.account.with_role(status, "")
