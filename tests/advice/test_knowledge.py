"""The knowledge base: every failure in the notes on Zoom's API gets its cause and remedy."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from zoomgov import verify
from zoomgov.advice.knowledge import Trust, advice, all_advice, explain
from zoomgov.zoom.clouds import ZOOM_GOV, ZOOM_US, parse_cloud
from zoomgov.zoom.errors import ErrorKind, ZoomError

# (body as Zoom sends it, the cause that must come first)
TOKEN_ENDPOINT = [
    ('{"reason":"Invalid client_id or client_secret","error":"invalid_client"}', "client-credentials-wrong"),
    ('{"reason":"Bad Request","error":"invalid_request"}', "account-id-wrong"),
    ('{"reason":"unsupported grant type","error":"unsupported_grant_type"}', "wrong-app-type"),
    ('{"reason":"Invalid Token!","error":"invalid_grant"}', "authorization-code"),
    ('{"reason":"Invalid Token!","error":"invalid_request"}', "authorization-code"),
    ('{"reason":"The app has been disabled","error":"invalid_client"}', "app-disabled"),
    ('{"reason":"The app is not activated","error":"invalid_client"}', "app-not-active"),
    ("<!DOCTYPE html><html><body>404 Not Found</body></html>", "proxy-page"),
]
OAUTH_CODES = [
    (4700, "", "oauth-internal"),
    (4700, "Token cannot be empty.", "token-empty"),
    (4700, "java.lang.NullPointerException", "oauth-internal"),
    (4702, "Invalid client.", "client-credentials-wrong"),
    (4704, "Invalid client secret.", "client-credentials-wrong"),
    (4704, "Client ID does not match authenticated client.", "client-credentials-wrong"),
    (4705, "Grant type is not supported from token endpoint.", "wrong-app-type"),
    (4706, "Client ID or client secret is missing.", "credentials-missing"),
    (4706, "Missing grant type.", "token-request-mangled"),
    (4709, "Redirect URI mismatch.", "redirect-mismatch"),
    (4711, "Refresh token invalid.", "refresh-token-scopes"),
    (4717, "The app has been disabled", "app-disabled"),
    (4724, "Unexpected token at position 0", "token-malformed"),
    (4732, "Creating authorization code error.", "authorization-code"),
    (4733, "Code is expired", "authorization-code"),
    (4734, "Invalid authorization code.", "authorization-code"),
    (4735, "The owner of the token does not exist.", "token-owner-gone"),
    (4737, "Can not find the authentication for the access token.", "authorise-again"),
    (4738, "The token is disabled by admin.", "pre-approval-withdrawn"),
    (4740, "The token ID is out of the token tolerance range.", "token-replaced"),
    (4741, "The token has been revoked.", "token-replaced"),
]
MISSING_SCOPE = [
    '{"code":4711,"message":"Invalid access token, does not contain scopes:[user:read:list_users:admin]."}',
    '{"code":4711,"message":"Invalid access token, does not contain scopes:[user:read:user, user:read:user:admin]."}',
    'HTTP 401 {"code":4711,"message":"Invalid access token, does not contain scopes:[role:read:admin]."}',
    'HTTP 403 {"code":4711,"message":"Invalid access token, does not contain scopes:[role:read:admin]."}',
    '{"code":4700,"message":"Invalid access token, does not contain role:read:admin scope."}',
    '{"code":104,"message":"Invalid access token, does not contain scopes:["role:read:admin","user:read:admin"]"}',
]
LIMITS_AND_REFUSALS = [
    (429, "You have reached the maximum per-second rate limit for this API. Try again later.", "limit-per-second"),
    (
        429,
        "You have reached the maximum daily rate limit for this API. Refer to the response header for details on when "
        "you can make another request.",
        "limit-per-day",
    ),
    (
        429,
        "You have exceeded the daily rate limit (100) of user invite requests permitted for this account. "
        "You may resume these requests at GMT 00:00:00.",
        "limit-per-day",
    ),
    (
        429,
        "Too many concurrent requests. A request to disassociate this user has already been made.",
        "concurrent-requests",
    ),
    (124, "Invalid access token.", "wrong-cloud"),
    (124, "Access token is expired.", "token-expired"),
    (200, "Only available for Paid account,kd83", "basic-plan"),
    (200, "Only available for paid account: kd83", "basic-plan"),
    (200, "Only available for paid account", "basic-plan"),
    (200, "No permission.", "role-lacks-privilege"),
    (200, "No privilege.", "role-lacks-privilege"),
    (200, "Account does not enabled REST API.", "jwt-app"),
    (200, "Invalid api key or secret.", "wrong-grant-token"),
    (None, 'The request was denied due to insufficient permissions: "Group:Read"', "role-lacks-privilege"),
    (
        None,
        "The authenticated user has not permitted access to the targeted resource",
        "token-kind-not-permitted",
    ),
    (300, "Request Body should be a valid JSON object.", "body-not-json"),
    (300, "Validation Failed.", "validation-failed"),
    (300, "The next page token is invalid or expired.", "page-token-expired"),
    (300, "A group with this groupId: dir.x does not exist.", "contact-group-gone"),
    (1001, "User does not exist: x.", "user-gone"),
    (1010, "User not belong to this account", "other-accounts-thing"),
    (1010, "Group does not belong to your account.", "other-accounts-thing"),
    (1034, "Provided role_id does not exist.", "role-gone"),
    (300, "Role not found", "role-gone"),
    (1120, "A valid invitation to join the Zoom account was not found for this user.", "invitation-expired"),
    (2001, "This account does not exist or does not belong to you: x.", "other-account"),
    (4130, "A group with this x does not exist.", "group-gone"),
    (4130, "Group does not exist: x.", "group-gone"),
    (4131, "The member is not in the group.", "not-a-member"),
    (4132, 'The group name "x" is already in use.', "group-name-used"),
    (4138, 'That user is not an administrator for the group: "x".', "not-an-admin"),
    (1005, 'Email "a@example.com" has already been used.', "email-used"),
]
SET_UP = [
    # making the app, step by step
    ("sign in to the marketplace", "marketplace-sign-in"),
    ("open the builder", "no-build-app"),
    ("choose Server-to-Server OAuth App", "wrong-app-type"),
    ("App Credentials", "find-credentials"),
    ("Basic information", "basic-information"),
    ("Feature page", "feature-page"),
    ("+ Add Scopes", "add-scopes"),
    ("Activate your app", "app-not-active"),
    ("test the token", "test-the-app"),
    # the role of the person who makes it
    ("View and Edit for Server-to-Server OAuth app", "no-build-app"),
    ("rights behind the scopes", "role-lacks-privilege"),
    ("app owner moved to a lesser role", "scopes-dropped"),
    # what goes wrong
    ("no Develop / Build App entry", "no-build-app"),
    ("no Server-to-Server choice", "no-build-app"),
    ("scopes missing in the search", "scope-not-offered"),
    ("cannot activate", "cannot-activate"),
    ("400 invalid_client", "client-credentials-wrong"),
    ('400 invalid_request "Bad Request"', "account-id-wrong"),
    ("400 unsupported_grant_type", "wrong-app-type"),
    ("400 on a token that worked before", "app-not-active"),
    ("General App has no Account ID", "wrong-app-type"),
    ("token fine, 4711 at once", "missing-scope"),
    ("4711 though the scope was added", "scope-just-added"),
    ("scopes vanished later", "scopes-dropped"),
    ("401/124 now and then", "token-replaced"),
    ("401/124 always, token fresh", "token-refused"),
    ("code 200 paid only", "basic-plan"),
    ("users missing", "restricted-owner"),
    ("IM groups empty", "im-groups-empty"),
    ("`Account does not enabled REST API.`", "jwt-app"),
    ("Could not resolve host", "name-not-found"),
    ("TLS failure", "tls-failed"),
    ("proxy failures", "connection-blocked"),
    ("429 with Retry-After at midnight", "limit-per-day"),
    ("works, then 400 invalid_request without any change", "invalid-request-unexplained"),
    ("5xx", "server-error"),
    ("HTTP 503", "server-error"),
]


def first(query: str | int | ZoomError) -> str:
    return explain(query)[0].id


@pytest.mark.parametrize(("body", "cause"), TOKEN_ENDPOINT)
def test_answers_of_the_token_endpoint(body: str, cause: str) -> None:
    assert first(body) == cause


@pytest.mark.parametrize(("code", "text", "cause"), OAUTH_CODES)
def test_oauth_codes(code: int, text: str, cause: str) -> None:
    assert first(json.dumps({"code": code, "message": text})) == cause


@pytest.mark.parametrize("body", MISSING_SCOPE)
def test_a_missing_scope_in_all_its_forms_names_the_scope(body: str) -> None:
    found = explain(body)[0]
    assert found.id == "missing-scope"
    named = re.search(r"(user|role):read:[\w:]+", body)
    assert named is not None
    assert named.group() in found.cause


@pytest.mark.parametrize(("code", "text", "cause"), LIMITS_AND_REFUSALS)
def test_refusals_of_calls(code: int | None, text: str, cause: str) -> None:
    assert first(json.dumps({"code": code, "message": text} if code else {"message": text})) == cause
    assert first(text) == cause, "Zoom's words alone must be enough"


@pytest.mark.parametrize(("words", "cause"), SET_UP)
def test_set_up_failures_in_a_persons_words(words: str, cause: str) -> None:
    assert first(words) == cause


def test_one_number_means_different_things_and_the_words_decide() -> None:
    everything = {found.id for found in explain("200")}
    assert {"basic-plan", "role-lacks-privilege", "jwt-app", "wrong-grant-token"} <= everything
    assert [found.id for found in explain('{"code":200,"message":"No permission."}')] == ["role-lacks-privilege"]


def test_a_known_number_with_new_words_says_so_first() -> None:
    found = [item.id for item in explain('{"code":200,"message":"Brand new refusal"}')]
    assert found[0] == "unrecognised"
    assert "basic-plan" in found


@pytest.mark.parametrize("nothing", ["", "   ", "99999", "xyzzy plugh", "{}", "[]", "{", "\x00", '{"code":[1]}'])
def test_what_nobody_knows_is_said_to_be_unknown(nothing: str) -> None:
    (found,) = explain(nothing)
    assert found.id == "unrecognised"
    assert found.trust is Trust.UNKNOWN
    assert found.unknown


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (ZoomError(ErrorKind.UNREACHABLE, "GET /users", "No connection to api.zoom.us: reset"), "connection-blocked"),
        (ZoomError(ErrorKind.UNREACHABLE, "GET /users", "[Errno -2] Name or service not known"), "name-not-found"),
        (ZoomError(ErrorKind.UNREACHABLE, "GET /users", "certificate verify failed"), "tls-failed"),
        (ZoomError(ErrorKind.UNREACHABLE, "GET /users", "The answer is empty.", status=407), "proxy-sign-in"),
        (ZoomError(ErrorKind.TIMEOUT, "GET /users", "Waited too long to hear from api.zoom.us."), "timeout"),
        (ZoomError(ErrorKind.SERVER, "GET /users", "The answer is empty.", status=502), "server-error"),
        (ZoomError(ErrorKind.UNEXPECTED, "GET /users", "The answer is empty.", status=200), "unreadable-answer"),
        (
            ZoomError(ErrorKind.UNEXPECTED, "GET /users", "A web page", status=200, body_excerpt="<html>"),
            "proxy-page",
        ),
        (ZoomError(ErrorKind.DAILY_LIMIT, "GET /users", "All 2000 requests are used."), "limit-per-day"),
        (ZoomError(ErrorKind.TOKEN, "GET /users", "Invalid access token.", status=401, code=124), "wrong-cloud"),
        (ZoomError(ErrorKind.PRIVILEGE, "GET /users", "Forbidden words", status=403), "role-lacks-privilege"),
        (ZoomError(ErrorKind.REQUEST, "GET /users", "Odd words", status=400), "unrecognised"),
    ],
)
def test_errors_of_this_program(error: ZoomError, cause: str) -> None:
    assert first(error) == cause


def test_a_line_of_our_own_log_is_understood() -> None:
    error = ZoomError(
        ErrorKind.SCOPE,
        "GET /groups",
        "Invalid access token, does not contain scopes:[group:read:list_groups:admin].",
        status=400,
        code=4711,
    )
    found = explain(str(error))[0]
    assert found.id == "missing-scope"
    assert "group:read:list_groups:admin" in found.cause


@pytest.mark.parametrize("entry", all_advice(), ids=lambda entry: entry.id)
def test_every_entry_can_be_followed(entry: object) -> None:
    """Clicks, a link into the right cloud, and honesty where nothing is known."""
    for cloud in (ZOOM_US, ZOOM_GOV):
        written = advice(getattr(entry, "id"), cloud=cloud)  # noqa: B009
        texts = [written.title, written.cause, *written.remedy, written.link, written.unknown]
        assert not any("{" in text or "}" in text for text in texts)
        assert all(text and text == text.strip() for text in (written.title, written.cause, *written.remedy))
        assert written.remedy
        assert written.source
        # An address of one's own has no page of Zoom's.
        assert written.link.startswith("https://") or written.id in ("address-silent", "address-not-found")
        if cloud is ZOOM_GOV:
            assert not any("marketplace.zoom.us/user" in text for text in texts)
        if written.trust is Trust.UNKNOWN:
            assert written.unknown


def test_every_cause_that_a_check_names_is_in_the_base() -> None:
    known = {entry.id for entry in all_advice()}
    folder = Path(verify.__file__).parent
    named = set()
    for source in folder.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("advise", "explain"):
                named |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
    assert len(named) > 5
    assert named <= known


@pytest.mark.parametrize(
    ("cloud", "entry_id", "words"),
    [
        ("zoom.us", "connection-blocked", "Allow zoom.us and api.zoom.us on port 443 in your firewall."),
        ("zoomgov.com", "connection-blocked", "Allow zoomgov.com and api.zoomgov.com on port 443 in your firewall."),
        ("http://127.0.0.1:8123", "address-silent", "lets through 127.0.0.1 on port 8123."),
        ("https://proxy.example.com/zoom", "address-silent", "lets through proxy.example.com on port 443."),
    ],
)
def test_each_address_is_named_once_with_its_port(cloud: str, entry_id: str, words: str) -> None:
    error = ZoomError(ErrorKind.UNREACHABLE, "POST /oauth/token", "Connection refused")
    found = explain(error, cloud=parse_cloud(cloud))[0]
    assert found.id == entry_id
    assert words in " ".join(found.remedy)
