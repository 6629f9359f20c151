"""The token endpoint (zoom-api 1)."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from zoomgov.sim.world.answers import Request, SimAnswer, oauth_error, ok
from zoomgov.sim.world.app_state import Token

if TYPE_CHECKING:
    from zoomgov.sim.world.world import World


def token_answer(world: World, request: Request) -> SimAnswer:
    """Issue a token, or return the documented refusal.

    Checks client id and secret, then the grant, then the account. Zoom does not publish its order: this one is assumed.
    """
    options, app = world.options, world.app
    bad_client = oauth_error("invalid_client", "Invalid client_id or client_secret")
    if _basic(request) != (app.client_id, app.client_secret) or options.wrong_cloud == "credentials":
        return bad_client
    fields = _fields(request, options.query_form)
    grant = fields.get("grant_type")
    if grant in ("refresh_token", "authorization_code", "device_auth"):
        return oauth_error("invalid_grant", "Invalid Token!")
    if grant not in ("account_credentials", "client_credentials") or options.app_type == "general":
        return oauth_error("unsupported_grant_type", "unsupported grant type")
    if options.disabled:
        return oauth_error("invalid_client", "The app has been disabled")
    if not _active(world):
        if options.inactive_answer == "4717":
            return oauth_error("invalid_client", "The app has been disabled")
        if options.inactive_answer == "invalid_request":
            return oauth_error("invalid_request", "Bad Request")
        return bad_client
    if grant == "account_credentials" and fields.get("account_id") != world.account.id:
        return oauth_error("invalid_request", "Bad Request")
    return _issue(world, grant)


def _issue(world: World, grant: str) -> SimAnswer:
    """Make a token shaped like a JWT, and remember it. One of `client_credentials` has no scopes."""
    options = world.options
    world.churn_between_syncs()
    if options.token_policy == "last_wins":
        world.tokens.clear()
    scopes = frozenset(world.app.scopes) if grant == "account_credentials" else frozenset()
    text = ".".join(
        (_base64url(b'{"sv":"000001","alg":"HS512"}'), secrets.token_urlsafe(96), secrets.token_urlsafe(64))
    )
    world.tokens[text] = Token(scopes, world.clock.now() + options.expires_in, grant)
    world.counts.tokens_issued += 1
    body = {
        "access_token": text,
        "token_type": "bearer",
        "expires_in": options.expires_in,
        "scope": " ".join(sorted(scopes)),
    }
    if options.send_api_url:
        body["api_url"] = options.api_url or world.url
    return ok(body)


def _active(world: World) -> bool:
    """Return whether activation has taken effect; counts down the token requests before that."""
    app = world.app
    if not app.activated or world.clock.now() < app.active_from:
        return False
    if app.requests_until_active > 0:
        app.requests_until_active -= 1
        return False
    return True


def _basic(request: Request) -> tuple[str, str] | None:
    """Return (client id, client secret) of the Authorization header; None: there is no valid one."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(text.strip(), validate=True).decode().partition(":")
    except ValueError:
        return None
    return (name, secret) if colon else None


def _fields(request: Request, query_form: bool) -> dict[str, str]:
    """Return the parameters of the form body and, with `query_form`, of the query. A JSON body is ignored."""
    fields = dict(request.query) if query_form else {}
    if request.headers.get("content-type", "").split(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        fields |= dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    return fields


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
