"""The token endpoint (zoom-api 1)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from zoomgov.zoom.scopes import ScopeKind, scopes_to_tick

if TYPE_CHECKING:
    from tests.sim.conftest import Caller, Clock, StartSimulator

CLIENT = (400, {"reason": "Invalid client_id or client_secret", "error": "invalid_client"})
ACCOUNT = (400, {"reason": "Bad Request", "error": "invalid_request"})
GRANT = (400, {"reason": "unsupported grant type", "error": "unsupported_grant_type"})
INVALID = (401, 124, "Invalid access token.")


def outcome(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()


def test_success_has_the_documented_fields(start: StartSimulator) -> None:
    zoom = start(scopes=None)
    answer = zoom.ask_token()
    assert answer.headers["content-type"].startswith("application/json")
    body = answer.json()
    assert set(body) == {"access_token", "token_type", "expires_in", "scope", "api_url"}
    assert (body["token_type"], body["expires_in"], body["api_url"]) == ("bearer", 3599, zoom.server.url)
    assert set(body["scope"].split(" ")) == set(scopes_to_tick(ScopeKind.GRANULAR))
    assert body["access_token"].count(".") == 2


def test_classic_app_names_classic_scopes(start: StartSimulator) -> None:
    scope = start(scopes=None, scope_kind="classic").ask_token().json()["scope"]
    assert set(scope.split(" ")) == set(scopes_to_tick(ScopeKind.CLASSIC))


def test_settings_of_the_answer(start: StartSimulator) -> None:
    body = start(expires_in=60, send_api_url=False).ask_token().json()
    assert body["expires_in"] == 60
    assert "api_url" not in body
    assert start(api_url="https://eu01api.zoom.us").ask_token().json()["api_url"] == "https://eu01api.zoom.us"


def test_query_form_is_accepted_unless_switched_off(start: StartSimulator) -> None:
    for allowed, status in ((True, 200), (False, 400)):
        zoom = start(query_form=allowed)
        form = {"grant_type": "account_credentials", "account_id": zoom.server.account_id}
        assert zoom.ask_token(data=None, params=form).status_code == status


def basic(name: str, secret: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


@pytest.mark.parametrize("mistake", ["no header", "bearer", "not base64", "no colon", "id", "secret", "blank"])
def test_wrong_client(zoom: Caller, mistake: str) -> None:
    name, secret = zoom.server.client_id, zoom.server.client_secret
    headers = {
        "no header": {},
        "bearer": {"authorization": "Bearer x"},
        "not base64": {"authorization": "Basic ü".encode("latin-1").decode("latin-1")},
        "no colon": {"authorization": "Basic " + base64.b64encode(name.encode()).decode()},
        "id": basic("x" + name, secret),
        "secret": basic(name, secret[:-1]),
        "blank": basic(name, secret + "\n"),
    }[mistake]
    raw = [(key.encode(), value.encode("latin-1")) for key, value in headers.items()]
    assert outcome(zoom.ask_token(auth=None, headers=raw)) == CLIENT


@pytest.mark.parametrize("account", ["", "owner@example.com", "12345678", None])
def test_wrong_account(zoom: Caller, account: str | None) -> None:
    form = {"grant_type": "account_credentials"} | ({} if account is None else {"account_id": account})
    assert outcome(zoom.ask_token(data=form)) == ACCOUNT


def test_account_id_with_extra_characters(zoom: Caller) -> None:
    form = {"grant_type": "account_credentials", "account_id": zoom.server.account_id + " "}
    assert outcome(zoom.ask_token(data=form)) == ACCOUNT


def test_wrong_grant(zoom: Caller) -> None:
    account = zoom.server.account_id
    assert outcome(zoom.ask_token(data={"account_id": account})) == GRANT
    assert outcome(zoom.ask_token(data={"grant_type": "account_credential", "account_id": account})) == GRANT
    body = {"grant_type": "account_credentials", "account_id": account}
    assert outcome(zoom.ask_token(data=None, json=body)) == GRANT


def test_general_app(start: StartSimulator) -> None:
    assert outcome(start(app_type="general").ask_token()) == GRANT


def test_refresh_token_grant(zoom: Caller) -> None:
    answer = zoom.ask_token(data={"grant_type": "refresh_token", "refresh_token": "x"})
    assert outcome(answer) == (400, {"reason": "Invalid Token!", "error": "invalid_grant"})


def test_client_credentials_give_a_token_that_opens_nothing(zoom: Caller) -> None:
    token = zoom.ask_token(data={"grant_type": "client_credentials"}).json()["access_token"]
    answer = zoom.http.get("/v2/users", headers={"authorization": f"Bearer {token}"})
    assert outcome(answer) == (400, {"code": 200, "message": "Invalid api key or secret."})


def test_app_that_is_not_active(start: StartSimulator) -> None:
    assert outcome(start(activated=False).ask_token()) == CLIENT
    assert outcome(start(activated=False, inactive_answer="invalid_request").ask_token()) == ACCOUNT
    disabled = (400, {"reason": "The app has been disabled", "error": "invalid_client"})
    assert outcome(start(activated=False, inactive_answer="4717").ask_token()) == disabled
    assert outcome(start(disabled=True).ask_token()) == disabled


def test_activation_takes_effect_after_a_while(start: StartSimulator, clock: Clock) -> None:
    zoom = start(activation_after_seconds=300, clock=clock)
    clock.now += 299
    assert outcome(zoom.ask_token()) == CLIENT
    clock.now += 1
    assert zoom.ask_token().status_code == 200


def test_activation_takes_effect_after_some_requests(start: StartSimulator) -> None:
    zoom = start(activation_after_requests=2)
    assert [zoom.ask_token().status_code for _ in range(4)] == [400, 400, 200, 200]
    zoom.server.control.deactivate_app()
    assert outcome(zoom.ask_token()) == CLIENT
    zoom.server.control.activate_app(after_requests=1)
    assert [zoom.ask_token().status_code for _ in range(2)] == [400, 200]


def test_deactivation_ends_live_tokens(zoom: Caller) -> None:
    zoom.ok("/users")
    zoom.server.control.deactivate_app()
    assert zoom.refusal("/users") == INVALID


def test_many_tokens_live_or_only_the_last(start: StartSimulator) -> None:
    for policy, status in (("many", 200), ("last_wins", 401)):
        zoom = start(token_policy=policy)
        first, second = zoom.fresh_token(), zoom.fresh_token()
        assert first != second
        answers = [zoom.http.get("/v2/users", headers={"authorization": f"Bearer {t}"}) for t in (first, second)]
        assert [answer.status_code for answer in answers] == [status, 200]


def test_tokens_expire(start: StartSimulator, clock: Clock) -> None:
    zoom = start(clock=clock)
    zoom.ok("/users")
    clock.now += 3598
    zoom.ok("/users")
    clock.now += 1
    assert zoom.refusal("/users") == (401, 124, "Access token is expired.")


def test_tokens_expire_and_are_revoked_by_hand(zoom: Caller) -> None:
    zoom.ok("/users")
    zoom.server.control.expire_tokens()
    assert zoom.refusal("/users") == (401, 124, "Access token is expired.")
    zoom.fresh_token()
    zoom.server.control.revoke_tokens()
    assert zoom.refusal("/users") == INVALID


def test_bad_bearer(start: StartSimulator) -> None:
    zoom = start()
    for headers in ({}, {"authorization": "Bearer"}, {"authorization": "Bearer x"}, {"authorization": "Basic eA=="}):
        assert outcome(zoom.http.get("/v2/users", headers=headers))[1]["code"] == 124
    older = start(bad_token_status=400, no_bearer="4700")
    assert older.http.get("/v2/users", headers={"authorization": "Bearer x"}).status_code == 400
    assert outcome(older.http.get("/v2/users")) == (400, {"code": 4700, "message": "Token cannot be empty."})


def test_wrong_cloud(start: StartSimulator) -> None:
    assert outcome(start(wrong_cloud="credentials").ask_token()) == CLIENT
    assert start(wrong_cloud="token").refusal("/users") == INVALID


def test_credentials_follow_from_the_account(start: StartSimulator) -> None:
    first, again, other = start(), start(), start(scopes=None)
    assert first.server.credentials == again.server.credentials == other.server.credentials
    account_id, client_id, client_secret = first.server.credentials
    assert len(account_id) == 22
    assert account_id.startswith("SIM")
    assert client_id.startswith("SIM")
    assert client_secret.startswith("SIMsecret")
